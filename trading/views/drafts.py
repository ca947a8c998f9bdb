"""O2-O4: the mandate, the data sheet, lots and documents of a draft."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.middleware import actor, member
from accounts.models import Mandate
from kernel import clock
from trading.forms import DocumentForm, LotForm, SheetForm
from trading.selectors import desk as reads
from trading.selectors.bills import bill_tables
from trading.services import (
    document_add,
    lot_add,
    lot_amend,
    tender_amend,
    tender_create,
)
from trading.views.answers import done, inside, page

FORM = ["GET", "POST"]


@require_http_methods(FORM)
@member
def tender_new(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """Begin a tender of an accepted project, or repeat one that ended without result."""
    who = actor(request)
    row = reads.project_seen(project_id, who)
    again = reads.ended_tender(row, request.GET.get("again", ""))
    initial = (
        SheetForm.of(again) if again else {"title": row.name, "title_en": row.name_en, "place": row.site}
    )
    form = SheetForm(request.POST or None, initial=initial)
    if form.is_valid():
        given: dict[str, Any] = {
            "project_id": row.pk,
            "fields": form.fields_given(),
            "actor": who,
            "at": clock.now(),
        }
        made = form.attempt(lambda: tender_create(retender_of=again.pk if again else None, **given))
        if made:
            return done(request, _("The draft is begun."), "trading:tender", made.pk)
    return page(request, "sheet", form, project=row, again=again)


@require_http_methods(FORM)
@member
def sheet(request: HttpRequest, tender_id: UUID) -> HttpResponse:
    """The data sheet of the whole tender."""
    view, who = inside(request, tender_id)
    form = SheetForm(request.POST or None, initial=SheetForm.of(view.tender))
    if form.is_valid():
        given: dict[str, Any] = {"tender_id": view.tender.pk, "fields": form.fields_given()}
        if form.attempt(lambda: tender_amend(actor=who, at=clock.now(), **given)):
            return done(request, _("Saved as a draft."), "trading:tender", view.tender.pk)
    return page(request, "sheet", form, view=view, project=view.tender.project)


@require_GET
@member
def mandate(request: HttpRequest, tender_id: UUID) -> HttpResponse:
    """The agency's mandate in this tender."""
    view, _who = inside(request, tender_id)
    rows = Mandate.objects.filter(tender=view.tender.reference).select_related("owner", "agency")
    return page(request, "mandate", view=view, mandates=list(rows.order_by("-offered_at")))


@require_http_methods(FORM)
@member
def lot_new(request: HttpRequest, tender_id: UUID) -> HttpResponse:
    """One lot more."""
    view, who = inside(request, tender_id)
    form = LotForm(request.POST or None)
    if form.is_valid():
        given: dict[str, Any] = {"tender_id": view.tender.pk, "fields": form.fields_given()}
        if form.attempt(lambda: lot_add(actor=who, at=clock.now(), **given)):
            return done(request, _("Saved as a draft."), "trading:tender", view.tender.pk)
    return page(request, "lot", form, view=view)


@require_http_methods(FORM)
@member
def lot(request: HttpRequest, tender_id: UUID, lot_id: UUID) -> HttpResponse:
    """One lot of the draft."""
    view, who = inside(request, tender_id)
    row = reads.lot_of(view, lot_id)
    form = LotForm(request.POST or None, initial=LotForm.of(row))
    if form.is_valid():
        given: dict[str, Any] = {"lot_id": row.pk, "fields": form.fields_given()}
        if form.attempt(lambda: lot_amend(actor=who, at=clock.now(), **given)):
            return done(request, _("Saved as a draft."), "trading:tender", view.tender.pk)
    return page(request, "lot", form, view=view, lot=row, bills=bill_tables(row))


@require_GET
@member
def bill(request: HttpRequest, tender_id: UUID, lot_id: UUID) -> HttpResponse:
    """The bills of quantities of a lot, item by item, as read from their files."""
    view, _who = inside(request, tender_id)
    row = reads.lot_of(view, lot_id)
    return page(request, "bill", view=view, lot=row, bills=bill_tables(row, request.GET.get("page", "1")))


@require_http_methods(FORM)
@member
def documents(request: HttpRequest, tender_id: UUID) -> HttpResponse:
    """The tender documents: kinds, versions, digests. They are stored, never shown."""
    view, who = inside(request, tender_id)
    form = DocumentForm(request.POST or None, request.FILES or None, lots=view.lots)
    if form.is_valid():
        data = form.cleaned_data
        upload = data["file"]
        given: dict[str, Any] = {"tender_id": view.tender.pk, "kind": data["kind"], "name": upload.name}
        given |= {"content": upload.chunks(), "lot_id": UUID(data["lot"]) if data["lot"] else None}
        if form.attempt(lambda: document_add(actor=who, at=clock.now(), **given)):
            return done(request, _("Stored under its digest."), "trading:documents", view.tender.pk)
    return page(request, "documents", form, view=view, documents=reads.documents_listed(view.tender))
