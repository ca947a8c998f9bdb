"""O10: postponement, suspension and resumption, termination."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import DomainForm
from accounts.middleware import actor, binding
from kernel import clock
from trading.forms import CancelForm, PostponeForm, SignedForm, SuspendForm
from trading.selectors import desk as reads
from trading.selectors.gatherings import presences
from trading.selectors.law import times_in_force
from trading.services import (
    cancelled_body,
    postpone_body,
    postponement_propose,
    postponement_withdraw,
    tender_cancel,
    tender_resume,
    tender_suspend,
)
from trading.states import LOT, LotAction, LotState
from trading.views.answers import done, inside, page, signing


@require_http_methods(["GET", "POST"])
@binding
def postpone(request: HttpRequest, tender_id: UUID, lot_id: UUID) -> HttpResponse:
    """Fill in, read what will be signed, sign; then the supervisor signs too."""
    view, who = inside(request, tender_id)
    row = reads.lot_of(view, lot_id)
    form = PostponeForm(request.POST or None)
    if not form.is_valid():
        now = times_in_force(row)
        return page(request, "postpone", form, view=view, lot=row, times=now, presences=presences(row, now))
    times, reason = form.times(row), form.cleaned_data["reason"]
    body = postpone_body(row, times, reason)
    parts = [{"id": "postpone", "title": row.name, "kind": "postpone", "body": body}]
    panel = signing(who.organisation, parts)
    signed = SignedForm(request.POST if "signed" in request.POST else None, signing=panel)
    if signed.is_valid():
        given: dict[str, Any] = {"lot_id": row.pk, "times": times, "reason": reason}
        given["signatures"] = signed.cleaned_data["signed"]["postpone"]
        if signed.attempt(lambda: postponement_propose(actor=who, at=clock.now(), **given)):
            return done(request, _("Signed. It counts once the supervisor has signed too."), *view.home)
    context: dict[str, Any] = {"fields": form, "times": times, "presences": presences(row, times)}
    return page(request, "postpone_sign", signed, view=view, lot=row, signing=panel, **context)


@require_POST
@binding
def postpone_withdraw(request: HttpRequest, tender_id: UUID, proposal_id: UUID) -> HttpResponse:
    """Take a proposed postponement back."""
    postponement_withdraw(proposal_id=proposal_id, actor=actor(request), at=clock.now())
    return done(request, _("Taken back."), "trading:tender", tender_id)


@require_http_methods(["GET", "POST"])
@binding
def suspend(request: HttpRequest, tender_id: UUID) -> HttpResponse:
    """Suspend for a fault or another ground of the owner's."""
    view, who = inside(request, tender_id)
    form = SuspendForm(request.POST or None)
    if form.is_valid():
        given: dict[str, Any] = {"tender_id": view.tender.pk, **form.cleaned_data}
        if form.attempt(lambda: tender_suspend(actor=who, at=clock.now(), **given)):
            return done(request, _("Suspended; each taker was told."), *view.home)
    return page(request, "suspend", form, view=view)


@require_http_methods(["GET", "POST"])
@binding
def resume(request: HttpRequest, tender_id: UUID) -> HttpResponse:
    """Lift what one may lift; a deadline that would take time from tenderers is moved first."""
    view, who = inside(request, tender_id)
    form = DomainForm(request.POST or None)
    if form.is_valid() and form.attempt(
        lambda: tender_resume(tender_id=tender_id, actor=who, at=clock.now())
    ):
        return done(request, _("The tender goes on."), *view.home)
    open_ = list(view.tender.suspensions.filter(lifted_at__isnull=True).order_by("since"))
    return page(request, "resume", form, view=view, suspensions=open_)


@require_http_methods(["GET", "POST"])
@binding
def cancel(request: HttpRequest, tender_id: UUID) -> HttpResponse:
    """Terminate: ground and article, the owner's signature for every lot that has not ended."""
    view, who = inside(request, tender_id)
    form = CancelForm(request.POST or None)
    if not form.is_valid():
        return page(request, "cancel", form, view=view)
    data = form.cleaned_data
    live = [lot for lot in view.lots if LotState(lot.state) in LOT[LotAction.CANCEL].sources]
    bodies = {lot.pk: cancelled_body(lot, data["reason"]) for lot in live}
    parts = [
        {"id": str(lot.pk), "title": lot.name, "kind": "cancelled", "body": bodies[lot.pk]} for lot in live
    ]
    panel = signing(who.organisation, parts)
    signed = SignedForm(request.POST if "signed" in request.POST else None, signing=panel)
    if signed.is_valid():
        given: dict[str, Any] = {"tender_id": tender_id, **data, "signed": signed.objects(bodies)}
        if signed.attempt(lambda: tender_cancel(actor=who, at=clock.now(), **given)):
            return done(request, _("Terminated. Deposits go back with interest."), *view.home)
    return page(request, "cancel_sign", signed, fields=form, view=view, signing=panel)
