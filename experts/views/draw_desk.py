"""The exclusions' desk, which sees no draw, and the operator's pages, which see no exclusion."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import Actor
from accounts.middleware import actor, binding, member
from bidding.security_files import file_keep
from experts.forms.draws import BeginForm, ExclusionForm, OfficerForm, PrepareForm
from experts.pool_keys import pool_key
from experts.selectors import draw_pages as reads
from experts.services.draw_begin import draw_begin, draw_officer_invite
from experts.services.draw_prepare import draw_prepare
from experts.services.draw_request import exclusion_enter
from experts.views.answers import done, stored
from experts.views.draw_answers import DRAW, shown
from kernel import clock
from trading.selectors.seats import officer_candidates

EXCLUSIONS, OFFICERS = "experts:draw-exclusions", "experts:draw-officers"


@require_http_methods(["GET", "POST"])
@binding
def exclusions(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Leave a unit out, with reason and evidence."""
    who = actor(request)
    seen = reads.exclusions_page(request_id, who)
    form = ExclusionForm(request.POST or None, request.FILES or None)
    if form.is_valid() and form.attempt(lambda: excluded(form, request_id, who)):
        return done(
            request,
            _("Entered. It stands in the ledger with the hash of its evidence."),
            EXCLUSIONS,
            request_id,
        )
    return shown(request, "exclusions", form, seen=seen)


def excluded(form: ExclusionForm, request_id: UUID, who: Actor) -> object:
    """Keep the evidence as it came, and enter the unit."""
    data, upload = form.cleaned_data, form.cleaned_data["file"]
    named = {name: data[name] for name in ("unit", "code", "reason")}
    evidence = file_keep(upload.name, upload.read()).sha256
    return exclusion_enter(request_id=request_id, evidence=evidence, actor=who, at=clock.now(), **named)


@require_safe
@member
def evidence(request: HttpRequest, request_id: UUID, sha256: str) -> HttpResponse:
    """The evidence of an exclusion as it came, to keep; never shown in the browser."""
    return stored(reads.evidence_of(request_id, sha256, actor(request)).evidence)


@require_http_methods(["GET", "POST"])
@binding
def begin(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Begin the next serial."""
    who = actor(request)
    seen = reads.begin_page(request_id, who)
    form = BeginForm(request.POST or None, serial=seen.serial, causes=seen.causes)
    if form.is_valid():
        t, cause = form.cleaned_data["t"], form.cleaned_data.get("cause", "")
        act = {"request_id": request_id, "t": t, "cause": cause}
        if draw := form.attempt(lambda: draw_begin(actor=who, at=clock.now(), **act)):
            return done(request, _("Begun. Name its officers next."), OFFICERS, draw.pk)
    return shown(request, "begin", form, seen=seen)


@require_http_methods(["GET", "POST"])
@binding
def officers(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """Name the officers of a draw, one by one."""
    who, at = actor(request), clock.now()
    seen = reads.officers_page(draw_id, who)
    form = OfficerForm(request.POST or None, candidates=officer_candidates(at))
    if form.is_valid():
        given = {"draw_id": draw_id, "i": seen.free, **form.given()}
        if form.attempt(lambda: draw_officer_invite(actor=who, at=at, **given)):
            return done(request, _("Named. The officer registers a key for this draw."), OFFICERS, draw_id)
    return shown(request, "officers", form, seen=seen)


@require_http_methods(["GET", "POST"])
@binding
def prepare(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """Make the header, or read why there can be none."""
    who, at = actor(request), clock.now()
    seen = reads.prepare_page(draw_id, who)
    form = PrepareForm(request.POST or None, keys=seen.keys)
    if form.is_valid():
        act = {"draw_id": draw_id, "supervisor_key": form.cleaned_data["supervisor_key"]}
        key, times = pool_key(), form.times()
        if form.attempt(lambda: draw_prepare(actor=who, at=at, key=key, times=times, **act)):
            return done(request, _("Prepared. The supervisor reads and signs it now."), DRAW, draw_id)
    return shown(request, "prepare", form, seen=seen)
