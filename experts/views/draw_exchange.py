"""An officer of a draw is changed before the header is signed: the operator proposes, the supervisor answers."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actors import Actor
from accounts.middleware import actor, binding
from experts.forms.draws import AgreeForm, ExchangeForm
from experts.selectors.exchanges import ExchangePage, exchange_page
from experts.services.officer_exchange import (
    officer_exchange_agree,
    officer_exchange_propose,
    officer_exchange_refuse,
)
from experts.views.answers import done
from experts.views.draw_answers import DRAW, shown
from kernel import clock
from trading.selectors.seats import officer_candidates

EXCHANGE = "experts:draw-exchange"


@require_http_methods(["GET", "POST"])
@binding
def exchange(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """Propose another officer, or read what is proposed and answer it."""
    who, at = actor(request), clock.now()
    seen = exchange_page(draw_id, who)
    if not seen.may_propose:
        return agree(request, seen, who, at)
    form = ExchangeForm(request.POST or None, candidates=officer_candidates(at), seats=seen.officers)
    if form.is_valid():
        given = {"draw_id": draw_id, **form.given()}
        if form.attempt(lambda: officer_exchange_propose(actor=who, at=at, **given)):
            return done(request, _("Proposed. The supervisor reads it and agrees."), EXCHANGE, draw_id)
    return shown(request, "exchange", form, seen=seen)


def agree(request: HttpRequest, seen: ExchangePage, who: Actor, at: datetime) -> HttpResponse:
    """The supervisor's side: the proposal in force, to be agreed to or refused."""
    shown_now = {"proposal": seen.pending.pk} if seen.pending else {}
    form = AgreeForm(request.POST or None, initial=shown_now)
    if form.is_valid():
        given = {"draw_id": seen.draw.pk, "exchange_id": form.cleaned_data["proposal"]}
        if "refuse" in request.POST:
            why = form.cleaned_data["reason"]
            if form.attempt(lambda: officer_exchange_refuse(reason=why, actor=who, at=at, **given)):
                return done(request, _("Refused. Who proposed it is told why."), DRAW, seen.draw.pk)
        elif form.attempt(lambda: officer_exchange_agree(actor=who, at=at, **given)):
            return done(request, _("Agreed. The new officer is asked to make a key."), DRAW, seen.draw.pk)
    return shown(request, "exchange", form, seen=seen)
