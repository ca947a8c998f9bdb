"""After the opening: award notice and contract recorded by the owner, the validity of bids asked for and answered."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.middleware import actor, binding, member
from bidding.forms.outcome import AwardForm, ContractForm, ExtendForm, RefusalForm, ValidityForm
from bidding.selectors import outcome_pages as reads
from bidding.services import outcomes as acts
from bidding.services.validity_watch import extension_ask
from bidding.views.answers import done, page
from kernel import clock
from kernel.errors import NotPermitted

OUTCOME = "bidding:hall-outcome"


@require_safe
@member
def outcome(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """What became of the lot, and what to record next."""
    seen = reads.outcome_page(number, lot, actor(request), clock.now())
    return page(request, "outcome", page=seen, hall=seen.hall)


@require_http_methods(["GET", "POST"])
@binding
def award(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Record the award notice by the report of an evaluation held outside."""
    who, at = actor(request), clock.now()
    seen = _may(reads.outcome_page(number, lot, who, at), "may_award")
    form = AwardForm(request.POST or None, request.FILES or None, bidders=seen.bidders)
    if form.is_valid():
        given: dict[str, Any] = {"lot_id": seen.lot.pk, **form.given()}
        if form.attempt(lambda: acts.award_record(actor=who, at=at, **given)):
            return done(
                request,
                _("Recorded. The clocks of the law run from the day of the notice."),
                OUTCOME,
                number,
                lot,
            )
    return page(request, "outcome_award", form, page=seen, hall=seen.hall)


@require_http_methods(["GET", "POST"])
@binding
def contract(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Record that the contract is signed: security goes back from that day."""
    who, at = actor(request), clock.now()
    seen = _may(reads.outcome_page(number, lot, who, at), "may_contract")
    form = ContractForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        given: dict[str, Any] = {"lot_id": seen.lot.pk, **form.given()}
        if form.attempt(lambda: acts.contract_record(actor=who, at=at, **given)):
            return done(
                request,
                _("Recorded. The deposits are due back from the day of signing."),
                OUTCOME,
                number,
                lot,
            )
    return page(request, "outcome_contract", form, page=seen, hall=seen.hall)


@require_http_methods(["GET", "POST"])
@binding
def extend(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Ask every bidder in writing to extend the validity of its bid."""
    who, at = actor(request), clock.now()
    seen = _may(reads.outcome_page(number, lot, who, at), "may_extend")
    form = ExtendForm(request.POST or None)
    if form.is_valid():
        given: dict[str, Any] = {"lot_id": seen.lot.pk, **form.given(seen.valid_until)}
        if form.attempt(lambda: extension_ask(actor=who, at=at, **given)):
            return done(request, _("Asked. Each bidder answers on its own page."), OUTCOME, number, lot)
    return page(request, "outcome_extend", form, page=seen, hall=seen.hall)


@require_http_methods(["GET", "POST"])
@binding
def refusal(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Enter a bidder's written refusal with its letter."""
    who, at = actor(request), clock.now()
    seen = _may(reads.outcome_page(number, lot, who, at), "owning")
    asked = _may(seen, "asked").asked
    form = RefusalForm(request.POST or None, request.FILES or None, bidders=reads.unanswered(seen))
    if form.is_valid() and asked:
        given: dict[str, Any] = {"extension_id": asked.row.pk, **form.given()}
        if form.attempt(lambda: acts.validity_refusal_enter(actor=who, at=at, **given)):
            return done(request, _("Entered. The bidder’s security is due back."), OUTCOME, number, lot)
    return page(request, "outcome_refusal", form, page=seen, hall=seen.hall)


@require_http_methods(["GET", "POST"])
@binding
def validity(request: HttpRequest, number: str) -> HttpResponse:
    """A bidder answers whether its bid stays valid longer."""
    who, at = actor(request), clock.now()
    seen = reads.validity_page(number, who, at)
    form = ValidityForm(request.POST or None)
    if form.is_valid():
        given: dict[str, Any] = {
            "extension_id": seen.row.pk,
            "consents": form.cleaned_data["answer"] == "consent",
        }
        if form.attempt(lambda: acts.validity_answer(actor=who, at=at, **given)):
            return done(request, _("Your answer is recorded."), "bidding:validity", number)
    return page(request, "validity", form, page=seen)


def _may(seen: reads.OutcomePage, mark: str) -> reads.OutcomePage:
    if not getattr(seen, mark):
        raise NotPermitted("not_yours", _("This cannot be recorded here now, or not by you."))
    return seen
