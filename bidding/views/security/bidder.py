"""A bidder's own security for a lot: where to pay, what came in, a guarantee instead, what comes back."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import actor, binding, member
from bidding.forms.security import AnnualAccountForm, GuaranteeForm
from bidding.selectors.security_pages import bidder as reads
from bidding.selectors.security_pages import bonds
from bidding.services import security as acts
from bidding.views.answers import done, download, page
from kernel import clock

DEPOSIT = "bidding:deposit"


@require_safe
@member
def deposit(request: HttpRequest, number: str) -> HttpResponse:
    """Where one's security for this lot stands, and what to do next."""
    seen = reads.deposit_page(number, actor(request), clock.now())
    return page(request, "security/deposit", page=seen)


@require_POST
@member
def account(request: HttpRequest, number: str) -> HttpResponse:
    """Get the account to pay into; asked again, it is the same one."""
    who, at = actor(request), clock.now()
    acts.sub_account_issue(lot_id=reads.own_lot(number, who).pk, actor=who, at=at)
    return done(
        request, _("This is your account. Pay in time: the bank must have booked it."), DEPOSIT, number
    )


@require_safe
@member
def slip(request: HttpRequest, number: str) -> HttpResponse:
    """The payment slip, to print or to show to a phone."""
    return page(request, "security/slip", page=reads.slip_page(number, actor(request), clock.now()))


@require_http_methods(["GET", "POST"])
@binding
def guarantee(request: HttpRequest, number: str) -> HttpResponse:
    """Hand in a guarantee or an insurance bond in place of money."""
    who, at = actor(request), clock.now()
    seen = reads.deposit_page(number, who, at)
    form = GuaranteeForm(request.POST or None, request.FILES or None, accepted=reads.guarantees_of(seen.lot))
    if form.is_valid():
        given: dict[str, Any] = {"lot_id": seen.lot.pk, **form.given()}
        if form.attempt(lambda: acts.guarantee_register(actor=who, at=at, **given)):
            return done(request, _("Handed in. The issuer’s answer appears here."), DEPOSIT, number)
    return page(request, "security/guarantee", form, page=seen)


@require_safe
@member
def bond_file(request: HttpRequest, number: str, guarantee_id: UUID) -> HttpResponseBase:
    """One's own guarantee as it was handed in, as a download."""
    row = bonds.own_guarantee(number, guarantee_id, actor(request))
    return download(bonds.guarantee_pieces(row), name=row.file_name, size=row.file_size)


@require_http_methods(["GET", "POST"])
@binding
def year(request: HttpRequest) -> HttpResponse:
    """The annual security: its account, what is booked, which lots it stands for."""
    who, at = actor(request), clock.now()
    seen = reads.annual_page(who, at)
    form = AnnualAccountForm(request.POST or None)
    if form.is_valid():
        given: dict[str, Any] = {"year": seen.year, **form.cleaned_data}
        if form.attempt(lambda: acts.annual_account_issue(actor=who, at=at, **given)):
            return done(request, _("This is your account for the year."), "bidding:annual")
    return page(request, "security/annual", form, page=seen)


@require_POST
@binding
def year_back(request: HttpRequest) -> HttpResponse:
    """Ask for what is free of the annual security, before its year is over."""
    who, at = actor(request), clock.now()
    acts.annual_return(year=reads.annual_page(who, at).year, actor=who, at=at)
    return done(
        request,
        _("Asked. It goes back to the account it came from, with the bank’s interest."),
        "bidding:annual",
    )


@require_POST
@binding
def annual(request: HttpRequest, number: str) -> HttpResponse:
    """Let a part of the annual security stand for this lot."""
    who, at = actor(request), clock.now()
    acts.annual_use(lot_id=reads.own_lot(number, who).pk, actor=who, at=at)
    return done(request, _("A part of your annual security stands for this lot."), DEPOSIT, number)
