"""How the bidder's pages answer: a template with its form, or on with a sentence; files only ever as downloads."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render

from accounts.forms import DomainForm


def page(request: HttpRequest, name: str, form: DomainForm | None = None, **context: Any) -> HttpResponse:
    """The template with its form; a refused form answers 422, so that programs see it too."""
    refused = form is not None and form.is_bound and bool(form.errors)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, f"bidding/{name}.html", {"form": form, **context}, status=status)


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
