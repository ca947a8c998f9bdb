"""O6 and O7: every rule that bites, the preview, the owner's signature under T, publication."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import binding, member
from kernel import clock
from trading.forms import OverrideForm, SignedForm
from trading.selectors import desk as reads
from trading.services import override_record, tender_publish, tender_ready, tender_revise
from trading.services.publication_preview import notice_preview, policies_planned
from trading.services.tender_draft import OVERRIDABLE
from trading.states import TenderState
from trading.views.answers import done, inside, page, signing


@require_http_methods(["GET", "POST"])
@member
def check(request: HttpRequest, tender_id: UUID) -> HttpResponse:
    """All failed rules with their articles, warnings with a box for the reason, the notice as it would stand."""
    view, who = inside(request, tender_id)
    form = OverrideForm(request.POST or None)
    if form.is_valid():
        given: dict[str, Any] = {"tender_id": view.tender.pk, "lot_id": form.lot_id()}
        given |= {name: form.cleaned_data[name] for name in ("rule", "reason")}
        if form.attempt(lambda: override_record(actor=who, at=clock.now(), **given)):
            return done(request, _("Recorded; the supervisor is told."), "trading:check", view.tender.pk)
    at = clock.now()
    found = reads.findings_of(view.tender, at)
    context: dict[str, Any] = {"findings": found, "preview": notice_preview(view.tender)}
    context |= {"overridable": OVERRIDABLE, "overrides": list(view.tender.overrides.order_by("at"))}
    return page(request, "check", form, view=view, policies=policies_planned(view.tender, at), **context)


@require_POST
@member
def ready(request: HttpRequest, tender_id: UUID) -> HttpResponse:
    """Hand the draft to the owner for signature, or take it back."""
    view, who = inside(request, tender_id)
    if view.tender.state == TenderState.READY.value:
        tender_revise(tender_id=tender_id, actor=who, at=clock.now())
        return done(request, _("Back to draft."), "trading:tender", tender_id)
    tender_ready(tender_id=tender_id, actor=who, at=clock.now())
    return done(
        request, _("Nothing stands against it. The owner signs and publishes."), "trading:tender", tender_id
    )


@require_http_methods(["GET", "POST"])
@binding
def publish(request: HttpRequest, tender_id: UUID) -> HttpResponse:
    """The owner signs the policy of every lot with its own key; from then on everything stands."""
    view, who = inside(request, tender_id)
    at = clock.now()
    planned = policies_planned(view.tender, at)
    parts = [
        {"id": str(item.lot.pk), "title": item.lot.name, "kind": "policy", "body": item.body}
        for item in planned
    ]
    panel = signing(who.organisation, parts)
    form = SignedForm(request.POST or None, signing=panel)
    if form.is_valid():
        given = form.objects({item.lot.pk: item.body for item in planned})
        if form.attempt(lambda: tender_publish(tender_id=tender_id, policies=given, actor=who, at=at)):
            return done(request, _("Published. The clocks run from now."), "trading:tender", tender_id)
    return page(request, "publish", form, view=view, policies=planned, signing=panel)
