"""Request ids, security headers, and the hand-over of domain errors to ``config/errors.py``."""

import logging
import re
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import trans_real

from config import errors
from config.logs import request_id
from kernel.errors import DomainError

GetResponse = Callable[[HttpRequest], HttpResponse]

logger = logging.getLogger("sunlit.request")
REQUEST_ID: Final = re.compile(r"[A-Za-z0-9-]{8,64}")
QUIET: Final = ("/healthz", "/readyz", "/static/")


class RequestIdMiddleware:
    """Gives each request an id (a well-formed ``X-Request-ID`` of the proxy is kept) and one log line.

    The line holds method, path without its query, status and duration: no address of a reader, no
    account, since before an opening even the fact of a visit may be a secret.
    """

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set the id, call on, answer with the id in ``X-Request-ID``."""
        given = request.headers.get("X-Request-ID", "")
        token = request_id.set(given if REQUEST_ID.fullmatch(given) else uuid4().hex)
        begun = monotonic()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id.get()
            if not request.path.startswith(QUIET):
                logger.info(
                    "%s %s %s",
                    request.method,
                    path_of(request),
                    response.status_code,
                    extra={
                        "method": request.method,
                        "path": path_of(request),
                        "status": response.status_code,
                        "duration_ms": round((monotonic() - begun) * 1000),
                    },
                )
            return response
        finally:
            request_id.reset(token)


def path_of(request: HttpRequest) -> str:
    """The route's pattern rather than the address: ids and tokens in addresses stay out of the log."""
    match = request.resolver_match
    return f"/{match.route}" if match else "(no route)"


class SecurityHeadersMiddleware:
    """Headers Django does not set: what the page may use, who may embed it, what may be cached."""

    HEADERS: Final = {
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Permitted-Cross-Domain-Policies": "none",
    }
    FILE_POLICY: Final = "default-src 'none'; sandbox"
    """What a browser may do with a file to keep, should it ever show it: nothing."""

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers; a signed-in person's pages are stored nowhere, and files are never shown."""
        response = self.get_response(request)
        if response.headers.get("Content-Disposition", "").startswith("attachment"):
            response["Content-Security-Policy"] = self.FILE_POLICY
        for name, value in self.HEADERS.items():
            response.headers.setdefault(name, value)
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class ProgramLanguageMiddleware:
    """Answers programs in the language they ask for: the addresses of the API name none, unlike those of pages.

    Only ``Accept-Language`` counts, not the reader's cookie: a page sends the language it is written in.
    """

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Speak the first language asked for that there is; Chinese otherwise."""
        if request.path.startswith("/api/"):
            translation.activate(language_asked(request.headers.get("Accept-Language", "")))
        return self.get_response(request)


def language_asked(header: str) -> str:
    """The first language of an ``Accept-Language`` that we speak."""
    for code, _weight in trans_real.parse_accept_lang_header(header.lower()):
        with suppress(LookupError):
            return trans_real.get_supported_language_variant(code)
    return settings.LANGUAGE_CODE


class DomainErrorMiddleware:
    """Turns a ``DomainError`` which left a view into its answer."""

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to do on the way in."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for domain errors; leave every other exception to Django."""
        if not isinstance(exception, DomainError):
            return None
        logger.info("refused", extra={"code": exception.code, "path": path_of(request)})
        return errors.respond(request, exception)
