"""The API: one router per app (its ``api.py``), one error form (RFC 9457), no interactive pages."""

from http import HTTPStatus
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from config import errors
from kernel.errors import DomainError

APPS: Final = ("accounts", "ledger", "trading", "bidding", "experts", "supervision", "portal")

# The interactive page would load scripts from elsewhere; the schema itself is at /api/v1/openapi.json.
api = NinjaAPI(title="Sunlit", version="1", docs_url=None, urls_namespace="api")

for app in APPS:
    if find_spec(f"{app}.api"):
        api.add_router(f"/{app}", import_module(f"{app}.api").router)


@api.exception_handler(DomainError)
def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A refusal by the domain."""
    return errors.respond(request, error)


@api.exception_handler(ValidationError)
def misshapen(request: HttpRequest, error: ValidationError) -> HttpResponse:  # noqa: ARG001
    """Input of the wrong shape: which members, and why."""
    details: list[dict[str, Any]] = [
        {"field": ".".join(str(part) for part in item.get("loc", ())), "message": item.get("msg", "")}
        for item in error.errors
    ]
    return errors.problem(HTTPStatus.UNPROCESSABLE_ENTITY, code="input_invalid", findings=details)
