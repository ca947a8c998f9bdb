"""O9: addenda: drafted with a diff, submitted, signed by the owner for every lot concerned, published."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import binding, member
from kernel import clock
from trading.forms import AddendumForm, DocumentForm, SignedForm
from trading.selectors import desk as reads
from trading.services import (
    addendum_bodies,
    addendum_draft,
    addendum_publish,
    addendum_revise,
    addendum_submit,
    document_add,
)
from trading.services.addenda import addendum_findings_at
from trading.states import AddendumState
from trading.views.answers import done, inside, page, signing


@require_GET
@member
def addenda(request: HttpRequest, tender_id: UUID) -> HttpResponse:
    """Every addendum, the newest first."""
    view, _who = inside(request, tender_id)
    return page(request, "addenda", view=view, addenda=list(view.tender.addenda.order_by("-drafted_at")))


@require_http_methods(["GET", "POST"])
@member
def addendum_new(request: HttpRequest, tender_id: UUID) -> HttpResponse:
    """What stood, what stands, whether bids are affected."""
    view, who = inside(request, tender_id)
    form = AddendumForm(request.POST or None, lots=view.lots)
    if form.is_valid():
        data = form.cleaned_data
        given: dict[str, Any] = {"tender_id": view.tender.pk, "changes": form.changes()}
        given |= {"affects": data["affects"] == "yes", "reason": data["reason"], "lots": form.lot_changes()}
        made = form.attempt(lambda: addendum_draft(actor=who, at=clock.now(), **given))
        if made:
            return done(request, _("Saved as a draft."), "trading:addendum", view.tender.pk, made.pk)
    return page(request, "addendum_form", form, view=view)


@require_http_methods(["GET", "POST"])
@member
def addendum(request: HttpRequest, tender_id: UUID, addendum_id: UUID) -> HttpResponse:
    """One addendum: the diff, the rules it must keep, its files."""
    view, who = inside(request, tender_id)
    row = reads.addendum_of(view, addendum_id)
    form = DocumentForm(request.POST or None, request.FILES or None, lots=view.lots)
    if form.is_valid():
        data = form.cleaned_data
        given: dict[str, Any] = {"tender_id": view.tender.pk, "addendum_id": row.pk, "kind": data["kind"]}
        given |= {"name": data["file"].name, "content": data["file"].chunks()}
        given |= {"lot_id": UUID(data["lot"]) if data["lot"] else None}
        if form.attempt(lambda: document_add(actor=who, at=clock.now(), **given)):
            return done(request, _("Stored under its digest."), "trading:addendum", view.tender.pk, row.pk)
    found = [] if row.published_at else addendum_findings_at(row, clock.now())
    return page(request, "addendum", form, view=view, addendum=row, findings=found)


@require_POST
@member
def addendum_hand(request: HttpRequest, tender_id: UUID, addendum_id: UUID) -> HttpResponse:
    """Hand the draft to the owner, or take it back."""
    view, who = inside(request, tender_id)
    row = reads.addendum_of(view, addendum_id)
    act = addendum_submit if row.state == AddendumState.DRAFT.value else addendum_revise
    act(addendum_id=row.pk, actor=who, at=clock.now())
    return done(request, _("Done."), "trading:addendum", view.tender.pk, row.pk)


@require_http_methods(["GET", "POST"])
@binding
def addendum_sign(request: HttpRequest, tender_id: UUID, addendum_id: UUID) -> HttpResponse:
    """The owner signs a new policy, or the addendum event, of every lot concerned, and publishes."""
    view, who = inside(request, tender_id)
    row = reads.addendum_of(view, addendum_id)
    wanted = addendum_bodies(row)
    names = {lot.pk: lot.name for lot in view.lots}
    parts = [
        {"id": str(pk), "title": names[pk], "kind": kind, "body": body} for pk, (kind, body) in wanted.items()
    ]
    panel = signing(who.organisation, parts)
    form = SignedForm(request.POST or None, signing=panel)
    if form.is_valid():
        given = form.objects({pk: body for pk, (_kind, body) in wanted.items()})
        at = clock.now()
        if form.attempt(lambda: addendum_publish(addendum_id=row.pk, signed=given, actor=who, at=at)):
            said = _("Published; each taker was told.")
            return done(request, said, "trading:addendum", view.tender.pk, row.pk)
    found = addendum_findings_at(row, clock.now())
    return page(request, "addendum_sign", form, view=view, addendum=row, findings=found, signing=panel)
