"""The supervisor's pages: what waits for its signature, tenders by clock, exceptions, orders to suspend."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.middleware import actor, binding, member
from kernel import clock
from trading.forms import OrderForm, SignedForm
from trading.selectors import seats as reads
from trading.services import body_times, postponement_sign, tender_suspend
from trading.views.answers import done, inside, page, signing


@require_GET
@member
def supervised(request: HttpRequest) -> HttpResponse:
    """The supervisor's work list."""
    return page(request, "supervised", found=reads.supervised(actor(request), clock.now()))


@require_http_methods(["GET", "POST"])
@binding
def proposal(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Read what the owner signed, and sign it too."""
    who = actor(request)
    row = reads.proposal_seen(proposal_id, who)
    parts = [{"id": "postpone", "title": row.lot.name, "kind": "postpone", "body": row.body}]
    panel = signing(who.organisation, parts)
    form = SignedForm(request.POST or None, signing=panel)
    if form.is_valid():
        given: dict[str, Any] = {"proposal_id": row.pk, "signatures": form.cleaned_data["signed"]["postpone"]}
        if form.attempt(lambda: postponement_sign(actor=who, at=clock.now(), **given)):
            return done(request, _("Signed: the new times are in force."), "trading:supervised")
    return page(request, "proposal", form, proposal=row, times=body_times(row.body), signing=panel)


@require_http_methods(["GET", "POST"])
@binding
def order(request: HttpRequest, tender_id: UUID) -> HttpResponse:
    """Order a suspension, with ground and article."""
    view, who = inside(request, tender_id)
    form = OrderForm(request.POST or None)
    if form.is_valid():
        given: dict[str, Any] = {"tender_id": tender_id, "ground": "order", **form.cleaned_data}
        if form.attempt(lambda: tender_suspend(actor=who, at=clock.now(), **given)):
            return done(request, _("Suspended by order; each taker was told."), "trading:supervised")
    return page(request, "order", form, view=view)
