"""A member reads blind documents under their labels, and asks about them without learning whose they are (暗标)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import Actor
from accounts.middleware import actor, binding, member
from experts.forms import panel as forms
from experts.selectors import blind as labels
from experts.selectors import panel_pages as reads
from experts.selectors.blind_page import LabelPage, blind_page, label_page
from experts.selectors.evaluated import Evaluation
from experts.services.blind_ask import blind_ask
from experts.views.answers import done, kept, page
from experts.views.signing import asked, sign_page
from kernel import clock
from protocol import evaluation_bodies

PLAIN = "application/octet-stream"


@require_safe
@member
def blind(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """The blind documents by label, with what was asked about them."""
    seen = blind_page(panel_id, _who(request, panel_id))
    return page(request, "panel_blind", seen=seen.page, rows=seen.rows)


@require_safe
@member
def blind_file(request: HttpRequest, panel_id: UUID, label: str, e: int, n: int) -> HttpResponse:
    """A blind document, cleaned, under its label."""
    panel, _seat = reads.reading(panel_id, _who(request, panel_id))
    ending, data = labels.blind_bytes(panel, Evaluation(panel.lot), label, e, n)
    return kept(data, f"{label}-{e}-{n}.{ending}", PLAIN)


@require_safe
@member
def answer_file(request: HttpRequest, panel_id: UUID, label: str, question_id: UUID, n: int) -> HttpResponse:
    """What was enclosed with an answer, cleaned, under its label."""
    panel, _seat = reads.reading(panel_id, _who(request, panel_id))
    ending, data = labels.blind_answer_bytes(panel, label, question_id, n)
    return kept(data, f"{label}-answer-{n}.{ending}", PLAIN)


@require_http_methods(["GET", "POST"])
@binding
def ask(request: HttpRequest, panel_id: UUID, label: str, e: int) -> HttpResponse:
    """Ask about a blind document: write, read, sign."""
    who, at = _who(request, panel_id), clock.now()
    seen = label_page(panel_id, label, e, who)
    form = forms.BlindAskForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        until = data["until"] or int((at + timedelta(minutes=data["minutes"] + 10)).timestamp())
        body = _body(seen, text=data["text"].replace("\r\n", "\n"), until=until)
        if asked(form):
            return sign_page(request, form, seen.page, "blind-question", body, until=until)
        given: dict[str, Any] = {"seat_id": seen.seat, "label": label, "body": body, "actor": who, "at": at}
        if form.attempt(lambda: blind_ask(signatures=data["signatures"], **given)):
            return done(request, _("Asked. Its bidder alone was told."), "experts:panel-blind", panel_id)
    return page(request, "panel_act", form, seen=seen.page, about_label=label, act="ask_blind")


def _who(request: HttpRequest, panel_id: UUID) -> Actor:
    return reads.reader(actor(request), panel_id)


def _body(seen: LabelPage, **members: Any) -> dict[str, Any]:
    """The event as this member signs it: it names the label's commitment, and no bid."""
    page_ = seen.page
    assert page_.seat is not None
    named = {"policy": page_.panel.lot.policy, "label": seen.commitment, "e": seen.e}
    return evaluation_bodies.body("blind-question", seat=page_.seat.seat, **named, **members)
