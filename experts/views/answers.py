"""How the pool's pages answer: a template with its form, on with a sentence, a file to keep."""

import json
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.forms import DomainForm
from accounts.forms.base import sentence
from accounts.identity_keys import identity_key
from accounts.middleware import actor, proven_now
from bidding.security_files import BEGINNINGS, store
from experts.forms.keeper import PoolFileForm
from experts.pool_keys import pool_key
from experts.rules.workbook import WorkbookRefused
from experts.selectors.own import as_expert
from experts.services.pool_import import pool_import
from kernel import clock
from kernel.errors import Finding, RuleBroken

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def page(request: HttpRequest, name: str, form: DomainForm | None = None, **context: Any) -> HttpResponse:
    """The template with its form; a refused form answers 422. Names stand here: no copy is kept on the way."""
    refused = form is not None and form.is_bound and bool(form.errors)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    answer = render(request, f"experts/{name}.html", {"form": form, **context}, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def done(request: HttpRequest, said: str, to: str, *args: Any) -> HttpResponse:
    """Say what was done and go on."""
    messages.success(request, said)
    return redirect(to, *args)


def unstashed(to: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Around a post that binds, where the post itself is a secret: nothing of it is kept while one proves who one is.

    ``accounts.middleware.binding`` keeps the post in the session; a session's row beside a seat would name who was
    drawn. Here whoever has not proved himself is led to do so and back to the page named ``to``, to answer again.
    """

    def around(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def asked(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect(f"{reverse('account_login')}?next={reverse(to)}")
            if not proven_now(request):
                messages.info(request, _("Nothing was done yet. Prove who you are, then do it again."))
                return redirect(f"{reverse('account_reauthenticate')}?next={reverse(to)}")
            return view(request, *args, **options)

        return asked

    return around


def kept(content: bytes, name: str, kind: str) -> HttpResponse:
    """A file to keep, for this reader alone."""
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def stored(sha256: str) -> HttpResponse:
    """A stored paper as it came, to keep and to compare; never shown in the browser, and named by its digest alone.

    ``Unavailable`` when the stored bytes no longer fit the digest.
    """
    content = store().read(sha256)
    ending = next((end for end, heads in BEGINNINGS.items() if content.startswith(heads)), ".bin")
    return kept(content, f"{sha256[:12]}{ending}", "application/octet-stream")


def as_json(data: dict[str, Any]) -> bytes:
    """Data as JSON to read and to keep."""
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True).encode("utf-8")


def myself(request: HttpRequest) -> Actor:
    """Whoever asks, as an expert if a record of the pool is his."""
    return as_expert(actor(request))


def workbook_take(form: PoolFileForm, who: Actor) -> dict[str, Any]:
    """Take the workbook in; what the page says of it, every defect by row and column."""
    upload, dry_run = form.cleaned_data["file"], form.cleaned_data["dry_run"]
    given: dict[str, Any] = {"name": upload.name, "content": upload.read(), "dry_run": dry_run}
    given |= {"identity_key": identity_key(), "key": pool_key()}
    try:
        return {"taken": pool_import(actor=who, at=clock.now(), **given), "dry_run": dry_run}
    except WorkbookRefused as refusal:
        form.add_error("file", _("Refused as a whole."))
        return {"defects": [{"at": one, "words": sentence(one.finding)} for one in refusal.defects]}
    except RuleBroken as refusal:
        form.add_error("file", sentence(Finding(refusal.code, refusal.message, data=refusal.data)))
        return {}
