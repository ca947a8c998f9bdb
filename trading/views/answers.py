"""How the trading views answer: a page in the frame of its tender, a form again with its errors, or on to the next."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render

from accounts.actors import Actor
from accounts.forms import DomainForm
from accounts.middleware import actor
from accounts.rules import offline
from accounts.selectors import active_spkis
from kernel import clock
from trading.selectors.desk import Sight, sight


def page(request: HttpRequest, name: str, form: DomainForm | None = None, **context: Any) -> HttpResponse:
    """The template with its form; a refused form answers 422, so that programs see it too."""
    refused = form is not None and form.is_bound and bool(form.errors)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, f"trading/{name}.html", {"form": form, **context}, status=status)


def done(request: HttpRequest, sentence: str, to: str, *args: Any) -> HttpResponse:
    """Say what was done and go on."""
    messages.success(request, sentence)
    return redirect(to, *args)


def download(pieces: Iterator[bytes], *, name: str, size: int) -> StreamingHttpResponse:
    """A file to keep, in pieces. It is never shown in the browser, whatever it contains."""
    answer = StreamingHttpResponse(pieces, content_type="application/octet-stream")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer["Content-Length"] = str(size)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def inside(request: HttpRequest, tender_id: UUID) -> tuple[Sight, Actor]:
    """The tender as its own people see it, and who looks."""
    who = actor(request)
    return sight(tender_id, who, clock.now()), who


def parts(kind: str, wanted: dict[Any, tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """The bodies of one act for the signing panel: name, heading, kind, body."""
    return [
        {"id": str(pk), "title": title, "kind": kind, "body": body} for pk, (title, body) in wanted.items()
    ]


def signing(organisation: UUID | None, listed: list[dict[str, Any]]) -> dict[str, Any]:
    """What the signing panel needs: the parts, and the keys which may sign them."""
    return offline.signing(listed, active_spkis(organisation) if organisation else [])
