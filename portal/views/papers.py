"""Papers behind a login, set here because printing lives on this floor: payment slips, monthly statements."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.middleware import actor, member
from kernel import clock
from portal.selectors import security_print

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@member
def slip(request: HttpRequest, number: str) -> HttpResponse:
    """The payment slip of one's own account for a lot."""
    return kept(*security_print.slip_pdf(number, actor(request), clock.now()), PDF)


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
