"""How the views answer: a form again with its errors, or on to the next page with a sentence."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.files import ContentStore, StoredFile
from accounts.forms import DomainForm
from accounts.rules.records import MAX_FILE_BYTES


def page(request: HttpRequest, name: str, form: DomainForm | None = None, **context: Any) -> HttpResponse:
    """The template with its form; a refused form answers 422, so that programs see it too."""
    refused = form is not None and form.is_bound and bool(form.errors)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, f"accounts/{name}.html", {"form": form, **context}, status=status)


def done(request: HttpRequest, sentence: str, to: str, *args: Any) -> HttpResponse:
    """Say what was done and go on."""
    messages.success(request, sentence)
    return redirect(to, *args)


def back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """To the page the form named, if it is ours."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return redirect(wanted if ours and wanted.startswith("/") else otherwise)


def store() -> ContentStore:
    """Where uploaded papers lie."""
    return ContentStore(Path(settings.STORE_DIR) / "papers")


def keep(upload: Any) -> StoredFile:
    """Put an uploaded file into the store, in pieces."""
    return store().put(upload.chunks(), limit=MAX_FILE_BYTES)
