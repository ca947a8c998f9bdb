"""O4: the evaluation method as data: begun from a template, filled in, taken and given as a file, read in words."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import member
from kernel import clock
from kernel.errors import Finding
from trading.forms import MethodFileForm, MethodForm
from trading.forms.method import MOST_ROWS
from trading.models import Lot
from trading.selectors import desk as reads
from trading.selectors import methods
from trading.selectors.desk import Sight, unknown
from trading.services import method_begin, method_drop, method_file_set, method_set
from trading.states import TenderState
from trading.views.answers import done, download, inside, page

SPARE = (2, 12)
"""Empty rows of criteria below the filled ones: at first, and once more are asked for."""


@require_http_methods(["GET", "POST"])
@member
def method(request: HttpRequest, tender_id: UUID, lot_id: UUID) -> HttpResponse:
    """The method of a lot: in a draft as a form, always in words."""
    view, who = inside(request, tender_id)
    row = reads.lot_of(view, lot_id)
    form = method_form(request, view, row)
    if form is not None and form.is_valid():
        scheme = form.scheme()
        if form.attempt(lambda: method_set(lot_id=row.pk, scheme=scheme, actor=who, at=clock.now())):
            done(request, _("Saved as a draft."), "trading:method", tender_id, lot_id)
            more = f"?rows={SPARE[1]}#criteria" if "more" in request.POST else ""
            return redirect(reverse("trading:method", args=[tender_id, lot_id]) + more)
    return method_page(request, view, row, form)


def method_form(request: HttpRequest, view: Sight, row: Lot) -> MethodForm | None:
    """The form of a method short enough for one; who may not change it is told so when sending it."""
    kept = row.method.get("scheme")
    shown = request.method == "POST" or writable(view)
    if kept is None or not shown or len(kept.get("criteria") or []) > MOST_ROWS:
        return None
    spare = SPARE[1] if request.GET.get("rows") == str(SPARE[1]) else SPARE[0]
    return MethodForm(request.POST or None, kept=kept, spare=spare)


def writable(view: Sight) -> bool:
    """Whether who looks may change the method now."""
    return view.drafting and view.tender.state == TenderState.DRAFT.value


def method_page(
    request: HttpRequest, view: Sight, row: Lot, form: MethodForm | None, given: MethodFileForm | None = None
) -> HttpResponse:
    """The page, with the form that was refused first among its problems."""
    at, kept = clock.now(), row.method.get("scheme")
    found = methods.method_findings(row, at)
    context: dict[str, Any] = {
        "lot": row,
        "filled": form,
        "kept": kept,
        "file_form": given or MethodFileForm(),
        "writing": writable(view),
        "findings": [(item, anchored(form, item)) for item in found],
        "sums": methods.method_sums(kept) if kept else (),
        "shown": methods.method_shown(row.method, row.ceiling),
        "templates": methods.method_beginnings(row, at),
    }
    return page(request, "method", given or form, view=view, **context)


def anchored(form: MethodForm | None, item: Finding) -> str:
    """The id of the field a finding speaks of; empty where there is no form or no such field."""
    return form.anchor(str(item.data.get("place", ""))) if form else ""


@require_POST
@member
def method_begun(request: HttpRequest, tender_id: UUID, lot_id: UUID) -> HttpResponse:
    """Begin anew from a template, or go back to a method in words."""
    view, who = inside(request, tender_id)
    row = reads.lot_of(view, lot_id)
    wanted = request.POST.get("template", "")
    if wanted:
        method_begin(lot_id=row.pk, template=wanted, actor=who, at=clock.now())
        return done(
            request, _("Begun from the template. Change what differs."), "trading:method", tender_id, lot_id
        )
    method_drop(lot_id=row.pk, actor=who, at=clock.now())
    return done(request, _("The method is in words again."), "trading:lot", tender_id, lot_id)


@require_POST
@member
def method_upload(request: HttpRequest, tender_id: UUID, lot_id: UUID) -> HttpResponse:
    """A method in a file in place of the one there is; a file with defects changes nothing."""
    view, who = inside(request, tender_id)
    row = reads.lot_of(view, lot_id)
    form = MethodFileForm(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data["file"].read(methods.MAX_BYTES + 1)
        if form.attempt(lambda: method_file_set(lot_id=row.pk, data=data, actor=who, at=clock.now())):
            return done(request, _("The method of the file is kept."), "trading:method", tender_id, lot_id)
    return method_page(request, view, row, method_form_of(view, row), form)


def method_form_of(view: Sight, row: Lot) -> MethodForm | None:
    """The form as saved, below a file that was refused."""
    kept = row.method.get("scheme")
    short = kept is not None and len(kept.get("criteria") or []) <= MOST_ROWS
    return MethodForm(kept=kept) if short and writable(view) else None


@require_GET
@member
def method_file(request: HttpRequest, tender_id: UUID, lot_id: UUID, form: str) -> StreamingHttpResponse:
    """The method as JSON or XLSX."""
    view, _who = inside(request, tender_id)
    row = reads.lot_of(view, lot_id)
    data = methods.method_as_file(row, form)
    if data is None:
        raise unknown()
    return download(iter([data]), name=f"method-{row.code}.{form}", size=len(data))
