"""A draw officer's own pages: accept a seat, make its key, have it certified, try it, and act once for each round."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from accounts.middleware import actor, binding, member, proven
from accounts.rules import offline
from accounts.selectors import active_spkis
from experts.forms.handed import OfficerKeyForm, SignedObjectForm
from experts.selectors import draw_officer as reads
from experts.services.commit_give import commit_give, release_give
from experts.services.draw_begin import draw_cert_body
from experts.services.draw_dryrun import dryrun_answer, dryrun_begin
from experts.services.draw_seat import draw_key_ask, draw_key_certify, draw_seat_accept
from experts.views.answers import done, page
from kernel import clock
from trading.forms import SignedForm

OWN = "experts:draw-officer"


@require_safe
@member
def mine(request: HttpRequest) -> HttpResponse:
    """Draws that need a key, a certificate or a contribution of whoever looks."""
    return page(request, "draw_seats", work=reads.draw_work(actor(request), clock.now()))


@require_safe
@proven
def officer(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """One's own seat: what is done, what comes next; when a round is asked, checks, key and one button."""
    seen = reads.officer_page(draw_id, actor(request))
    return page(request, "draw_officer", seen=seen, key=OfficerKeyForm(), handed=SignedObjectForm())


@require_POST
@binding
def accept(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """Accept the seat, in person."""
    who = actor(request)
    seat = reads.officer_seat(draw_id, who)
    draw_seat_accept(draw_id=draw_id, i=seat.i, actor=who, at=clock.now())
    return done(request, _("Accepted. Make your key now, on the device you will use."), OWN, draw_id)


@require_http_methods(["GET", "POST"])
@binding
def key(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """Make the two keys of this seat, save and prove the backup, hand in the public halves."""
    who = actor(request)
    seen = reads.officer_page(draw_id, who)
    form = OfficerKeyForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        given: dict[str, Any] = {"draw_id": draw_id, "i": seen.seat.i, **form.cleaned_data}
        if form.attempt(lambda: draw_key_ask(actor=who, at=clock.now(), **given)):
            said = _("Handed in. Your organisation certifies the key; then comes the dry run.")
            return done(request, said, OWN, draw_id)
    return page(request, "draw_key", form, seen=seen)


@require_http_methods(["GET", "POST"])
@binding
def certify(request: HttpRequest, draw_id: UUID, i: int) -> HttpResponse:
    """The organisation's signature under its officer's key."""
    who = actor(request)
    seat, sig_key = reads.key_to_certify(draw_id, i, who)
    body = draw_cert_body(seat, sig_key)
    parts = [{"id": "cert", "title": seat.name, "kind": "officer-cert", "body": body}]
    panel = offline.signing(parts, active_spkis(seat.organisation_id))
    form = SignedForm(request.POST or None, signing=panel)
    if form.is_valid():
        [given] = form.cleaned_data["signed"]["cert"][:1]
        act: dict[str, Any] = {"draw_id": draw_id, "i": i, "certificate": given, "actor": who}
        if form.attempt(lambda: draw_key_certify(at=clock.now(), **act)):
            return done(request, _("Certified. The key is in the ledger."), "experts:draw-seats")
    return page(request, "draw_certify", form, seat=seat, sig_key=sig_key, signing=panel)


@require_POST
@member
def dry_ask(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """Ask for the challenge of a dry run."""
    who = actor(request)
    seat = reads.officer_seat(draw_id, who)
    dryrun_begin(draw_id=draw_id, i=seat.i, actor=who, at=clock.now())
    return done(request, _("Asked. Answer it below with your key."), OWN, draw_id)


@require_POST
@member
def dry_answer(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """Take the answer to a dry run."""
    who = actor(request)
    seen, form = reads.officer_page(draw_id, who), OfficerKeyForm(request.POST, request.FILES)
    if form.is_valid():
        given: dict[str, Any] = {"draw_id": draw_id, "i": seen.seat.i, "signed": form.cleaned_data["signed"]}
        if row := form.attempt(lambda: dryrun_answer(actor=who, at=clock.now(), **given)):
            failed = _("Failed: this key does not open the challenge.")
            return done(request, _("Passed: your key opens.") if row.proven_at else failed, OWN, draw_id)
    return page(request, "draw_officer", form, seen=seen, key=form, handed=SignedObjectForm())


@require_GET
@member
def state(request: HttpRequest, draw_id: UUID) -> JsonResponse:
    """How far the round and this officer are: what the page waits for."""
    found = reads.progress(draw_id, actor(request))
    return JsonResponse(found, headers={"Cache-Control": "no-store"})


@require_POST
@binding
def commit(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """Promise the release of the round that is asked, by its hash."""
    return hand_in(request, draw_id, kind="commit")


@require_POST
@member
def release(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """Hand over what was promised; the promise was the binding act."""
    return hand_in(request, draw_id, kind="release")


def hand_in(request: HttpRequest, draw_id: UUID, *, kind: str) -> HttpResponse:
    """One signed object, from the page's script or as a file."""
    who, at = actor(request), clock.now()
    seen = reads.officer_page(draw_id, who)
    form = SignedObjectForm(request.POST, request.FILES)
    act = commit_give if kind == "commit" else release_give
    if form.is_valid() and form.attempt(lambda: act(draw_id=draw_id, actor=who, at=at, **form.cleaned_data)):
        if "json" in request.headers.get("Accept", ""):
            return JsonResponse({"done": True})
        return done(request, _("Promised.") if kind == "commit" else _("Released."), OWN, draw_id)
    return page(request, "draw_officer", form, seen=seen, key=OfficerKeyForm(), handed=form)
