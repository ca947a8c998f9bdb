"""After the opening: every bidder's security for owner and supervisor; holds by order, and what is not returned."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import ReasonForm
from accounts.middleware import actor, binding, member
from bidding.forms.security import DecisionForm, ForfeitureForm, HoldForm
from bidding.selectors.security_pages import opened as reads
from bidding.selectors.security_pages.payers import payers_page
from bidding.services import security as acts
from bidding.views.answers import done, download, page
from kernel import clock

OPENED = "bidding:hall-security"


@require_safe
@member
def opened(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Every bidder's security, once the names have been read out."""
    seen = reads.opened_page(number, lot, actor(request), clock.now())
    return again(request, seen, HoldForm(bidders=list(seen.bidders)))


@require_safe
@member
def payers(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """From which accounts the securities came, for auditor and supervisor."""
    seen = payers_page(number, lot, actor(request), clock.now())
    return page(request, "security/payers", page=seen, hall=seen.hall)


def again(request: HttpRequest, seen: Any, form: HoldForm) -> HttpResponse:
    """The page with its form, refused or fresh."""
    return page(request, "security/opened", form, page=seen, hall=seen.hall, hold=form)


@require_POST
@binding
def hold(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Order that security is not paid back for now."""
    who, at = actor(request), clock.now()
    seen = reads.supervised_page(number, lot, who, at)
    form = HoldForm(request.POST, bidders=list(seen.bidders))
    if form.is_valid() and form.attempt(
        lambda: acts.hold_place(lot_id=seen.lot.pk, actor=who, at=at, **form.given())
    ):
        return done(
            request, _("On hold. Nothing of it is paid back until the hold is lifted."), OPENED, number, lot
        )
    return again(request, seen, form)


@require_POST
@binding
def lift(request: HttpRequest, number: str, lot: int, hold_id: UUID) -> HttpResponse:
    """Lift a hold: the clock of the refund goes on."""
    who, at = actor(request), clock.now()
    seen = reads.supervised_page(number, lot, who, at)
    form = ReasonForm(request.POST)
    if form.is_valid() and form.attempt(
        lambda: acts.hold_lift(hold_id=hold_id, actor=who, at=at, **form.cleaned_data)
    ):
        return done(request, _("Lifted. What is due goes back in time."), OPENED, number, lot)
    return page(
        request, "security/opened", form, page=seen, hall=seen.hall, hold=HoldForm(bidders=list(seen.bidders))
    )


@require_http_methods(["GET", "POST"])
@binding
def keep(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Propose that a deposit is kept, with the signed decision."""
    who, at = actor(request), clock.now()
    seen = reads.owned_page(number, lot, who, at)
    form = ForfeitureForm(
        request.POST or None, request.FILES or None, bidders=list(seen.bidders), grounds=list(seen.grounds)
    )
    if form.is_valid():
        given: dict[str, Any] = {"lot_id": seen.lot.pk, **form.given()}
        made = form.attempt(lambda: acts.forfeiture_propose(actor=who, at=at, **given))
        if made:
            return done(request, _("Proposed. A second person of the owner decides."), OPENED, number, lot)
    return page(request, "security/keep", form, page=seen, hall=seen.hall)


@require_http_methods(["GET", "POST"])
@binding
def keep_decide(request: HttpRequest, number: str, lot: int, forfeiture_id: UUID) -> HttpResponse:
    """Read the decision; a second person of the owner confirms or refuses it."""
    who, at = actor(request), clock.now()
    seen = reads.opened_page(number, lot, who, at)
    kept = reads.kept_of(seen, forfeiture_id, who, at)
    form = DecisionForm(request.POST or None)
    if form.is_valid():
        given = {"forfeiture_id": forfeiture_id, **form.given()}
        if form.attempt(lambda: acts.forfeiture_decide(actor=who, at=at, **given)):
            return done(request, _("Recorded. Bidder and supervisor are told."), OPENED, number, lot)
    return page(request, "security/keep_decide", form, page=seen, hall=seen.hall, kept=kept)


@require_safe
@member
def keep_file(request: HttpRequest, number: str, lot: int, forfeiture_id: UUID) -> HttpResponseBase:
    """The decision as it was handed in, as a download."""
    who, at = actor(request), clock.now()
    kept = reads.kept_of(reads.opened_page(number, lot, who, at), forfeiture_id, who, at)
    return download(reads.decision_pieces(kept), name=kept.row.file_name, size=kept.row.file_size)
