"""The one place where a refusal by the domain becomes an HTTP answer.

Pages get a status page, htmx requests a fragment, the API a problem document (RFC 9457). Views never
catch a ``DomainError``; they let it pass to ``DomainErrorMiddleware`` or to the API's handler.
"""

import sys
from collections.abc import Mapping
from enum import Enum
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext, gettext_lazy

from config.logs import request_id
from kernel.errors import DomainError, Finding, NotFound, NotPermitted, RuleBroken, StateConflict, Unavailable

STATUS: Final[Mapping[type[DomainError], HTTPStatus]] = {
    NotPermitted: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    StateConflict: HTTPStatus.CONFLICT,
    RuleBroken: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}

TITLE: Final[Mapping[HTTPStatus, Any]] = {
    HTTPStatus.BAD_REQUEST: gettext_lazy("The request cannot be read"),
    HTTPStatus.FORBIDDEN: gettext_lazy("Not permitted"),
    HTTPStatus.NOT_FOUND: gettext_lazy("Not found"),
    HTTPStatus.CONFLICT: gettext_lazy("Not possible in this state"),
    HTTPStatus.UNPROCESSABLE_ENTITY: gettext_lazy("A rule forbids this"),
    HTTPStatus.INTERNAL_SERVER_ERROR: gettext_lazy("A fault on our side"),
    HTTPStatus.SERVICE_UNAVAILABLE: gettext_lazy("Not available just now"),
}

PROBLEM_TYPE = "application/problem+json"


def status_of(error: DomainError) -> HTTPStatus:
    """The HTTP status of an error's kind; a kind of no name is a fault of ours (500)."""
    for kind, status in STATUS.items():
        if isinstance(error, kind):
            return status
    return HTTPStatus.INTERNAL_SERVER_ERROR


def word(value: object) -> object:
    """A state or action as its app's ``states.LABELS`` calls it, in the reader's language; the rest as it is."""
    if not isinstance(value, Enum):
        return value
    labels = getattr(sys.modules[type(value).__module__], "LABELS", {})
    label = labels.get(type(value), {}).get(value)
    return gettext(label) if label else value.value


def sentence(message: str, data: Mapping[str, object]) -> str:
    """The msgid in the reader's language, filled with ``data``; data that does not fit is left out."""
    if not message:
        return ""
    translated = gettext(message)
    try:
        return translated % {name: word(value) for name, value in data.items()} if data else translated
    except (KeyError, TypeError, ValueError):
        return translated


def describe(finding: Finding) -> dict[str, object]:
    """A finding as people and programs see it: which rule, why, from which source."""
    return {
        "code": finding.code,
        "message": sentence(finding.message, finding.data),
        "source": finding.source,
        "blocks": finding.blocks,
        "field": finding.field,
    }


def describe_all(error: DomainError) -> list[dict[str, object]]:
    """Every finding of a broken rule; no findings for the other kinds."""
    return [describe(finding) for finding in error.findings] if isinstance(error, RuleBroken) else []


def wants_problem(request: HttpRequest) -> bool:
    """Whether the answer belongs to a program: a path of the API, or JSON asked for and HTML not."""
    accept = request.headers.get("Accept", "")
    return request.path.startswith("/api/") or ("json" in accept and "html" not in accept)


def problem(status: HTTPStatus, *, code: str, detail: str = "", **members: object) -> JsonResponse:
    """A problem document of RFC 9457; ``code`` is the stable name a program may compare."""
    body: dict[str, object] = {
        "type": f"urn:sunlit:problem:{code}",
        "title": str(TITLE.get(status, status.phrase)),
        "status": int(status),
        "detail": detail,
        "code": code,
        "request_id": request_id.get(),
        **members,
    }
    return JsonResponse(
        body, status=status, content_type=PROBLEM_TYPE, json_dumps_params={"ensure_ascii": False}
    )


def respond(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The answer to a refused request, in the form its asker can read."""
    status = status_of(error)
    detail = sentence(error.message, error.data)
    findings = describe_all(error)
    if wants_problem(request):
        remedy = {"remedy": error.data["remedy"]} if "remedy" in error.data else {}
        return again_later(problem(status, code=error.code, detail=detail, findings=findings, **remedy))
    context = {
        "status": int(status),
        "title": TITLE.get(status, status.phrase),
        "detail": detail,
        "code": error.code,
        "findings": findings,
        "request_id": request_id.get(),
    }
    fragment = bool(getattr(request, "htmx", False))
    template = "errors/fragment.html" if fragment else "errors/status.html"
    response = render(request, template, context, status=status)
    if fragment:
        response["HX-Retarget"] = "#messages"
        response["HX-Reswap"] = "innerHTML"
    return again_later(response)


def again_later(response: HttpResponse) -> HttpResponse:
    """Tell whoever was refused for a while, page or program, when to ask again."""
    if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = "30"
    return response


def status_page(request: HttpRequest, status: HTTPStatus, *, code: str, detail: str = "") -> HttpResponse:
    """A page for a status which no domain error caused: a wrong address, a forged form, a fault."""
    if wants_problem(request):
        return problem(status, code=code, detail=detail)
    context = {
        "status": int(status),
        "title": TITLE.get(status, status.phrase),
        "detail": detail,
        "code": code,
        "findings": [],
        "request_id": request_id.get(),
    }
    return render(request, "errors/status.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Django's handler400."""
    return status_page(request, HTTPStatus.BAD_REQUEST, code="bad_request")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Django's handler403."""
    return status_page(request, HTTPStatus.FORBIDDEN, code="not_permitted")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Django's handler404."""
    return status_page(request, HTTPStatus.NOT_FOUND, code="not_found")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """A form whose token does not fit: the page was open too long, or another site sent it."""
    detail = gettext("The form is too old or was sent from elsewhere. Load the page again and repeat.")
    return status_page(request, HTTPStatus.FORBIDDEN, code="csrf_failed", detail=detail)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: plain text without templates or database, which may be what failed."""
    if wants_problem(request):
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, code="server_error")
    number = request_id.get()
    return HttpResponse(
        f"服务器出现故障。 A fault on our side.\n编号 · Reference: {number}\n",
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        content_type="text/plain; charset=utf-8",
    )
