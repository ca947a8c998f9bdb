"""评标时间不足 (条例 48): members say that the time is short; past a third of them the owner must give more."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.services import notify
from experts.models import Panel, TimeAsked, TimeGiven
from experts.policies.panel import may_sit
from experts.policies.scoring import may_extend
from experts.rules.evaluated import must_extend
from experts.selectors.evaluating import time_asked, turn_now
from experts.selectors.panels import own_seat, seated
from experts.services.panel_events import panel_in, panel_locked, panel_recorded, seated_required
from experts.states.panel import PanelState
from kernel.errors import Finding, RuleBroken
from kernel.policies import require

WORKING = (PanelState.REVIEWING, PanelState.SCORING, PanelState.SHOWN)
SOMEBODY = "panel"
"""How the ledger names whoever asks: the owner must not learn which member it was."""


@transaction.atomic
def time_ask(*, panel_id: UUID, actor: Actor, at: datetime) -> TimeAsked:
    """Say, as a member, that the time does not suffice; once in a turn. At more than a third the owner is told.

    Neither the ledger's record nor the message to the owner says who it was or how many.
    """
    panel = panel_locked(panel_id)
    seat = own_seat(panel, actor)
    require(may_sit(actor, seat.person_id))
    seated_required(seat)
    panel_in(panel, *WORKING)
    turn = turn_now(panel)
    known = TimeAsked.objects.filter(seat=seat, turn=turn).first()
    if known is not None:
        return known
    made = TimeAsked.objects.create(seat=seat, turn=turn, at=at)
    asked, members = time_asked(panel), len(seated(panel))
    if must_extend(asked, members) and not must_extend(asked - 1, members):
        panel_recorded(panel, "panel-time-short", {"turn": turn}, SOMEBODY, at)
        _owner_told(panel, at)
    return made


def _owner_told(panel: Panel, at: datetime) -> None:
    tender = panel.lot.tender
    data = {"number": panel.lot.number, "url": f"/panel/{panel.pk}/time/"}
    notify(event="panel_time_short", to_organisation=tender.project.owner_id, data=data, at=at)


@transaction.atomic
def time_extend(*, panel_id: UUID, until: datetime, actor: Actor, at: datetime) -> Panel:
    """Give the panel time until a later moment, as the owner; what was asked is answered. RuleBroken names ``until``.

    The owner may give more time at any moment of the evaluation, and never takes any back.
    """
    panel = panel_locked(panel_id)
    require(may_extend(actor, panel.lot.tender.project.owner_id))
    panel_in(panel, *WORKING)
    if until <= max(at, panel.until or at):
        message = _("Choose a moment later than now and than the end planned so far.")
        raise RuleBroken("until", message, [Finding("until", message, field="until")])
    assert actor.person is not None
    turn = turn_now(panel)
    entry = panel_recorded(panel, "panel-time-given", {"turn": turn, "until": until}, actor.key, at)
    TimeGiven.objects.create(panel=panel, turn=turn, until=until, by_id=actor.person, at=at, entry=entry)
    panel.until = until
    panel.save(update_fields=["until"])
    return panel
