"""Public pages: parse, ask one selector, render. Nothing here needs a login; nothing here writes."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from kernel import clock
from portal import checks, verifier_notes
from portal.forms import LeafForm, ReceiptCodeForm, SearchForm, VerifyForm
from portal.selectors import anchors as trust
from portal.selectors import home as home_page
from portal.selectors import ledger as ledger_page
from portal.selectors import notice as notice_page
from portal.selectors import notice_version as version_page
from portal.selectors import opening as opening_page
from portal.selectors import receipt as receipt_page
from portal.views.frame import LOOK_COOKIE, LOOKS

A_YEAR = 366 * 24 * 3600


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Search, today, list."""
    form = SearchForm(request.GET, regions=home_page.regions())
    page = home_page.home_page(form=form, wanted=form.wanted(), now=clock.now())
    return render(request, "portal/home.html", {"home": page})


@require_safe
def openings(request: HttpRequest) -> HttpResponse:
    """Lots whose deadline has passed, newest first."""
    page = opening_page.openings_page(number=page_number(request), now=clock.now())
    return render(request, "portal/openings.html", {"page": page})


@require_safe
def notice(request: HttpRequest, number: str) -> HttpResponse:
    """One page per tender."""
    page = notice_page.notice_page(number, now=clock.now(), origin=settings.PUBLIC_URL)
    return render(request, "portal/notice.html", {"notice": page})


@require_safe
def notice_version(request: HttpRequest, number: str, version: int) -> HttpResponse:
    """One notice word for word as it was published."""
    return render(request, "portal/notice_version.html", {"page": version_page.version_page(number, version)})


@require_safe
def notice_file(_request: HttpRequest, number: str, version: int) -> HttpResponse:
    """The bytes a notice's digest is of."""
    name, content = version_page.notice_file(number, version)
    return json_file(content, name)


@require_safe
def opening(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """The opening record of a lot."""
    page = opening_page.opening_page(number, lot)
    return render(request, "portal/opening.html", {"opening": page})


@require_safe
def record(_request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """The opening record to print and to keep; 503 where this server has no Chinese font."""
    name, content, digest = opening_page.record_file(number, lot)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["ETag"] = f'"{digest}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
def bundle(_request: HttpRequest, number: str, lot: int) -> StreamingHttpResponse:
    """The public edition of a lot's bundle, to be saved under its name."""
    name, row, content = opening_page.bundle_file(number, lot)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    response = StreamingHttpResponse(content, content_type="application/zip", headers=headers)
    response["Content-Length"] = row.size
    response["ETag"] = f'"{row.sha256}"'
    return response


@require_safe
def anchors(_request: HttpRequest, digest: str) -> HttpResponse:
    """The trust anchors this platform can give for a policy."""
    return json_file(trust.anchors_file(digest), "anchors.json")


@require_safe
def policy(_request: HttpRequest, digest: str) -> HttpResponse:
    """The signed policy that T names."""
    return json_file(trust.policy_file(digest), "policy.json")


def json_file(content: bytes, name: str) -> HttpResponse:
    """Canonical JSON as a file to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="application/json", headers=headers)


@require_safe
def receipt_check(request: HttpRequest) -> HttpResponse:
    """Drop or paste a receipt; or ask for one by its number."""
    form = ReceiptCodeForm(request.GET or None)
    if form.is_valid() and form.cleaned_data["code"]:
        return redirect("portal:receipt", code=form.cleaned_data["code"])
    context = {"checks": checks.RECEIPT, "code": request.GET.get("code", ""), "error": form.first_error()}
    return render(request, "portal/receipt_check.html", context)


@require_safe
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """Digest and time of a receipt, nothing else."""
    page = receipt_page.receipt_page(code, origin=settings.PUBLIC_URL)
    return render(request, "portal/receipt.html", {"receipt": page})


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """The verifier in the browser; with ?bundle=&anchors= it offers to fetch these two from here."""
    form = VerifyForm(request.GET)
    shown = {"groups": checks.GROUPS, "remarks": verifier_notes.REMARKS}
    return render(request, "portal/verify.html", {**shown, **form.urls()})


@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """The ledger explorer."""
    form = LeafForm(request.GET)
    page = ledger_page.ledger_page(leaf=form.wanted(), lookup_error=form.first_error())
    return render(request, "portal/ledger.html", {"ledger": page})


@require_safe
def checkpoints(request: HttpRequest) -> HttpResponse:
    """All checkpoints."""
    page = ledger_page.checkpoint_list(page_number(request))
    return render(request, "portal/checkpoints.html", {"page": page})


@require_safe
def guide_verify(request: HttpRequest) -> HttpResponse:
    """How to check a tender offline."""
    return render(request, "portal/guide_verify.html", {"groups": checks.GROUPS})


@require_safe
def promises(request: HttpRequest) -> HttpResponse:
    """What the platform does not promise."""
    return render(request, "portal/promises.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Accessibility statement."""
    return render(request, "portal/accessibility.html")


@require_safe
def time(_request: HttpRequest) -> JsonResponse:
    """The server's clock in milliseconds since 1970, for the clock at the top of each page."""
    response = JsonResponse({"ms": int(clock.now().timestamp() * 1000)})
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def look(request: HttpRequest) -> HttpResponseRedirect:
    """Keep the display setting in a cookie and go back; used where scripts are off."""
    back = request.GET.get("next", "/")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(back if safe else "/")
    choice = request.GET.get("look", "")
    if choice in LOOKS:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(LOOK_COOKIE, choice, max_age=A_YEAR, samesite="Lax", secure=secure)
    return response


def page_number(request: HttpRequest) -> int:
    """The page asked for; the first when it is not a number."""
    asked = request.GET.get("page", "1")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 7 else 1
