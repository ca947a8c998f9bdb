"""A tenderer in the hall: check the own seal, confirm the own line, object on the spot."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.actors import Actor
from accounts.files import ContentStore
from accounts.forms import DomainForm
from accounts.middleware import actor, binding, member
from accounts.rules.records import MAX_FILE_BYTES
from bidding.forms.desk import StatementForm
from bidding.forms.hall import SpokenForm
from bidding.models import Statement
from bidding.selectors import own_hall
from bidding.selectors.hall import lot_in_hall
from bidding.selectors.set_proof import set_proof
from bidding.services import line_confirm, opening_object, seal_confirm, statement_give, statement_waive
from bidding.views.answers import done, page
from kernel import clock

MINE = "bidding:hall-mine"
WHY = "why_%s"
MOST_DIGITS = 12
"""Digits of the size of a tree."""


@require_safe
@member
def mine(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """One's own bid at the opening."""
    seen = own_hall.own_hall(number, lot, actor(request), clock.now())
    return page(
        request, "hall_mine", SpokenForm(), own=seen, hall=seen.hall, statement=StatementForm(auto_id=WHY)
    )


@require_GET
@member
def closed_set(request: HttpRequest, number: str, lot: int) -> JsonResponse:
    """The closed set with its proofs, for the device that looks for its own receipt."""
    given = request.GET.get("seen", "")
    size = int(given) if given.isascii() and given.isdecimal() and len(given) < MOST_DIGITS else 0
    answer = JsonResponse(set_proof(lot_in_hall(number, lot), actor(request), size))
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@binding
def seal(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """The own device found its receipt in the closed set and says so; a script or its bidder posts it."""
    who, at = actor(request), clock.now()
    seen = own_hall.own_hall(number, lot, who, at)
    seal_confirm(bid_id=seen.bid.pk, actor=who, at=at)
    if "json" in request.headers.get("Accept", ""):
        return JsonResponse({"done": True})
    return done(request, _("Recorded: your bid is in the closed set."), MINE, number, lot)


@require_POST
@binding
def statement(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Say why one's bid was not decrypted, in time."""
    who, at, form = actor(request), clock.now(), StatementForm(request.POST, request.FILES, auto_id=WHY)
    seen = own_hall.own_hall(number, lot, who, at)
    if form.is_valid() and form.attempt(lambda: stated(form, seen.bid.pk, who, at)):
        return done(request, _("Your statement is with the evidence; the owner reads it."), MINE, number, lot)
    return page(request, "hall_mine", form, own=seen, hall=seen.hall, statement=form, spoken=SpokenForm())


@require_POST
@binding
def nothing(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """There is nothing to say about why one's bid was not decrypted; the owner need not wait."""
    who, at, form = actor(request), clock.now(), DomainForm(request.POST)
    seen = own_hall.own_hall(number, lot, who, at)
    if form.is_valid() and form.attempt(lambda: statement_waive(bid_id=seen.bid.pk, actor=who, at=at)):
        return done(
            request, _("Recorded: you make no statement. The owner may decide now."), MINE, number, lot
        )
    blank = StatementForm(auto_id=WHY)
    return page(request, "hall_mine", form, own=seen, hall=seen.hall, statement=blank, spoken=SpokenForm())


def stated(form: StatementForm, bid_id: UUID, who: Actor, at: datetime) -> Statement:
    """Keep the paper, if there is one, and hand the words to the service."""
    paper, digest = form.cleaned_data["paper"], ""
    if paper is not None:
        store = ContentStore(Path(settings.STORE_DIR) / "papers")
        digest = store.put(paper.chunks(), limit=MAX_FILE_BYTES).sha256
    text = form.cleaned_data["text"]
    return statement_give(bid_id=bid_id, text=text, paper=digest, actor=who, at=at)


@require_POST
@binding
def confirm(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """The own line was read out as written."""
    who = actor(request)
    seen = own_hall.own_hall(number, lot, who, clock.now())
    line_confirm(bid_id=seen.bid.pk, actor=who, at=clock.now())
    return done(request, _("Confirmed."), MINE, number, lot)


@require_POST
@binding
def object_(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Object on the spot: public at once, answered there."""
    who, at, form = actor(request), clock.now(), SpokenForm(request.POST)
    seen = own_hall.own_hall(number, lot, who, at)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    if text and form.attempt(lambda: opening_object(lot_id=seen.bid.lot_id, text=text, actor=who, at=at)):
        return done(request, _("Your objection is recorded; the owner must answer now."), MINE, number, lot)
    return page(request, "hall_mine", form, own=seen, hall=seen.hall, statement=StatementForm(auto_id=WHY))
