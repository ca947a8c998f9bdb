"""Guarantees at the finance desk, by number and issuer: two people, where the issuer's service gives no answer."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.middleware import actor, binding, member
from bidding.forms.security import DecisionForm, GuaranteeCheckForm
from bidding.selectors.security_pages import guarantees as reads
from bidding.services import security as acts
from bidding.views.answers import done
from bidding.views.security.finance import page
from kernel import clock

LISTED = "bidding:security-guarantees"


@require_safe
@member
def guarantees(request: HttpRequest) -> HttpResponse:
    """Those the issuer has not answered for, and those found not to hold."""
    return page(request, "guarantees", rows=reads.waiting(actor(request)))


@require_http_methods(["GET", "POST"])
@binding
def guarantee(request: HttpRequest, guarantee_id: UUID) -> HttpResponse:
    """Say what the issuer said, or confirm what another person heard."""
    who = actor(request)
    row = reads.one(guarantee_id, who)
    form = (DecisionForm if row.proposed else GuaranteeCheckForm)(request.POST or None)
    if form.is_valid():
        given: dict[str, Any] = {"guarantee_id": guarantee_id, "actor": who, "at": clock.now()}
        act: object
        if isinstance(form, DecisionForm):
            confirm = form.given()["confirm"]
            act = form.attempt(lambda: acts.guarantee_check_decide(confirm=confirm, **given))
        else:
            act = form.attempt(lambda: acts.guarantee_check(**given, **form.cleaned_data))
        if act:
            return done(request, _("Recorded. Both names stand in the ledger."), LISTED)
    return page(request, "guarantee_check", form, row=row)
