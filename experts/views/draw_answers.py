"""How the pages of draws answer: their templates, and where the pages of contributors and officers are, once there."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse

from accounts.forms import DomainForm
from accounts.rules import offline
from accounts.selectors import active_spkis
from experts.views.answers import page

REQUEST, DRAW, DESK = "experts:draw-request", "experts:draw", "experts:draws"
CONTRIBUTE = "experts:draw-contribute"


def shown(request: HttpRequest, name: str, form: DomainForm | None = None, **context: Any) -> HttpResponse:
    """A page of a draw, never kept on the way."""
    return page(request, f"draw_{name}", form, **context)


def contribute_url(draw_id: UUID) -> str:
    """Where the reader's organisation contributes; empty where this installation has no such page."""
    try:
        return reverse(CONTRIBUTE, args=[draw_id])
    except NoReverseMatch:
        return ""


def panel(organisation: UUID | None, kind: str, title: str, body: dict[str, Any]) -> dict[str, Any]:
    """What the signing panel needs for one body."""
    part = {"id": kind, "title": title, "kind": kind, "body": body}
    return offline.signing([part], active_spkis(organisation) if organisation else [])
