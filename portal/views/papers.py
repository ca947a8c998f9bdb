"""Papers behind a login, set here because printing lives on this floor: slips, letters of the result, statements."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.middleware import actor, member
from experts.selectors.own import as_expert
from kernel import clock
from portal.selectors import report_print, result_print, security_print

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@member
def slip(request: HttpRequest, number: str) -> HttpResponse:
    """The payment slip of one's own account for a lot."""
    return kept(*security_print.slip_pdf(number, actor(request), clock.now()), PDF)


@require_safe
@member
def letter(request: HttpRequest, number: str) -> HttpResponse:
    """The letter of the result, for its addressee."""
    return kept(*result_print.letter_pdf(number, actor(request), clock.now()), PDF)


@require_safe
@member
def sent_letter(request: HttpRequest, number: str, lot: int, letter_id: UUID) -> HttpResponse:
    """A letter of the result as it was sent, for those who sent it and their supervisor."""
    return kept(*result_print.sent_letter_pdf(number, lot, letter_id, actor(request), clock.now()), PDF)


@require_safe
@member
def written(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """The written report as it was sent."""
    return kept(*result_print.written_pdf(number, lot, actor(request), clock.now()), PDF)


def report_pdf(request: HttpRequest, panel_id: UUID, number: int) -> HttpResponse:
    """An evaluation report, to print and to file."""
    who = as_expert(actor(request))
    return kept(*report_print.report_pdf(panel_id, number, who, clock.now()), PDF)


@require_safe
@member
def month_pdf(request: HttpRequest, account_id: UUID, year: int, month: int) -> HttpResponse:
    """The monthly statement, to print and to sign."""
    return kept(*security_print.month_pdf(account_id, year, month, actor(request), clock.now()), PDF)


@require_safe
@member
def month_xlsx(request: HttpRequest, account_id: UUID, year: int, month: int) -> HttpResponse:
    """The monthly statement as a workbook."""
    return kept(*security_print.month_xlsx(account_id, year, month, actor(request)), XLSX)


def kept(content: bytes, name: str, kind: str) -> HttpResponse:
    """A file to keep, for this reader alone."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
