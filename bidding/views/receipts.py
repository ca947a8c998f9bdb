"""One's own receipts: a page to print, with a QR to the public page that shows digest and time only, and the file."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.middleware import actor, member
from bidding.selectors import receipts as own
from bidding.views.answers import page


@require_safe
@member
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """The receipt as its own organisation sees it."""
    found = own.receipt_seen(code, actor(request))
    address = settings.PUBLIC_URL.rstrip("/") + reverse("portal:receipt", args=[found.code])
    return page(request, "receipt", receipt=found, address=address)


@require_safe
@member
def receipt_file(request: HttpRequest, code: str) -> HttpResponse:
    """The signed receipt as a file, byte for byte as it was signed."""
    found = own.receipt_seen(code, actor(request))
    headers = {"Content-Disposition": f'attachment; filename="receipt-{found.code}.json"'}
    return HttpResponse(found.signed, content_type="application/json", headers=headers)
