"""A draw as it stands, for who may watch it, and the supervisor's signatures under its header and its postponement."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.middleware import actor, binding, member
from experts.forms.draws import MoveForm
from experts.selectors.draw_chances import chances
from experts.selectors.draw_label import SELF, label_of
from experts.selectors.draw_pages import signing_draw, stalled_page
from experts.selectors.draw_state import DrawPage, draw_page
from experts.selectors.draw_words import draw_word, trust_words
from experts.services.draw_stall import stall_propose, stall_sign
from experts.services.header_sign import draw_postpone, header_sign, postpone_body
from experts.states.draw import DrawState
from experts.views.answers import done
from experts.views.draw_answers import DRAW, contribute_url, panel, shown
from kernel import clock
from kernel.errors import StateConflict
from trading.forms.base import SignedForm

HEADER, POSTPONE, END = "draw-header", "draw-postpone", "draw-end"
STALLED = "experts:draw-stalled"


def watched(request: HttpRequest, draw_id: UUID) -> dict[str, Any]:
    """What page and part show."""
    seen: DrawPage = draw_page(draw_id, actor(request), clock.now())
    contribute = contribute_url(draw_id) if "contribute" in seen.acts else ""
    return {"seen": seen, "draw": seen.draw, "contribute_url": contribute}


@require_safe
@member
def draw(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """The page of a draw."""
    return shown(request, "page", **watched(request, draw_id))


@require_safe
@member
def part(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """What changes while the draw runs; 304 as long as nothing has."""
    found = watched(request, draw_id)
    tag = f'"{found["seen"].version}"'
    unchanged = request.headers.get("If-None-Match") == tag
    answer = HttpResponse(status=304) if unchanged else shown(request, "part", **found)
    answer["ETag"] = tag
    answer["Cache-Control"] = "no-store"
    return answer


@require_http_methods(["GET", "POST"])
@binding
def sign(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """Read what the header says in plain words, and sign it."""
    who = actor(request)
    row = signing_draw(draw_id, who)
    if row.state != DrawState.PREPARED.value:
        raise StateConflict("draw_state", _("There is no header to sign now."))
    signing = panel(who.organisation, HEADER, row.lot.number, row.header)
    form = SignedForm(request.POST or None, signing=signing)
    if form.is_valid():
        given: dict[str, Any] = {"draw_id": draw_id, "signatures": form.cleaned_data["signed"][HEADER]}
        if form.attempt(lambda: header_sign(actor=who, at=clock.now(), **given)):
            return done(
                request, _("Signed. The header stands in the log; contributions come in."), DRAW, draw_id
            )
    context = {"draw": row, "state": draw_word(row), "trust": trust_words(row.header), "signing": signing}
    context["alone"] = label_of(row) == SELF
    return shown(request, "sign", form, chances=chances(row), **context)


@require_http_methods(["GET", "POST"])
@binding
def postpone(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """Move the close of contributions to a later time: fill in, read, sign."""
    who = actor(request)
    row = signing_draw(draw_id, who)
    form = MoveForm(request.POST or None)
    context: dict[str, Any] = {"draw": row, "state": draw_word(row)}
    if not form.is_valid():
        return shown(request, "postpone", form, **context)
    moved = form.cleaned_data
    signing = panel(who.organisation, POSTPONE, row.lot.number, postpone_body(row, **moved))
    signed = SignedForm(request.POST if "signed" in request.POST else None, signing=signing)
    if signed.is_valid():
        given = {"draw_id": draw_id, "signatures": signed.cleaned_data["signed"][POSTPONE], **moved}
        if signed.attempt(lambda: draw_postpone(actor=who, at=clock.now(), **given)):
            return done(request, _("Moved. Contributions already given stay."), DRAW, draw_id)
    return shown(request, "postpone_sign", signed, fields=form, signing=signing, **context)


@require_http_methods(["GET", "POST"])
@binding
def stalled(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """End a draw whose officers stay away: the operator proposes, the supervisor signs."""
    who, at = actor(request), clock.now()
    seen = stalled_page(draw_id, who, at)
    if request.method == "POST" and not seen.may_sign:
        stall_propose(draw_id=draw_id, actor=who, at=at)
        return done(request, _("Proposed. The supervisor reads it and signs."), STALLED, draw_id)
    signing = (
        panel(who.organisation, END, seen.draw.lot.number, dict(seen.proposed)) if seen.may_sign else None
    )
    form = SignedForm(request.POST or None, signing=signing) if signing else None
    if form and form.is_valid():
        given: dict[str, Any] = {"draw_id": draw_id, "signatures": form.cleaned_data["signed"][END]}
        if form.attempt(lambda: stall_sign(actor=who, at=at, **given)):
            return done(request, _("Signed: this draw has ended. Another serial can follow."), DRAW, draw_id)
    return shown(request, "stalled", form, seen=seen, draw=seen.draw, signing=signing)
