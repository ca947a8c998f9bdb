"""Votes of the panel on bids that no earlier rule of the method parts, where it names the vote (protocol 16.6)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from experts.models import TieVote
from experts.policies.panel import may_sit
from experts.rules.evaluated import tie_name
from experts.selectors.evaluation import evaluation_of
from experts.selectors.panels import own_seat
from experts.selectors.ties import tie_waiting, turn_of
from experts.services.panel_events import key_of, panel_in, panel_locked, panel_recorded, seated_required
from experts.states.panel import PanelState
from kernel.errors import RuleBroken, StateConflict
from kernel.policies import require


@transaction.atomic
def tie_vote(*, panel_id: UUID, order: Sequence[str], actor: Actor, at: datetime) -> TieVote:
    """Put the tied bids (evs) in an order, once in a turn; the order of more than half of the members decides.

    Where all have voted and no order has more than half, the next vote begins. StateConflict ``no_tie`` while no tie
    waits for the panel; RuleBroken when the order is not of exactly these bids.
    """
    panel = panel_locked(panel_id)
    seat = own_seat(panel, actor)
    require(may_sit(actor, seat.person_id))
    seated_required(seat)
    panel_in(panel, PanelState.SHOWN)
    evaluation = evaluation_of(panel)
    tied = tie_waiting(evaluation)
    if tied is None:
        raise StateConflict("no_tie", _("No tie waits for a vote of the panel."))
    if sorted(order) != tied:
        raise RuleBroken("order", _("Give every one of the tied bids its place, once."))
    turn, name = turn_of(evaluation, tied), tie_name(tied)
    known = TieVote.objects.filter(facts=evaluation.facts, seat=seat, tie=name, turn=turn).first()
    if known is not None:
        if known.order != list(order):
            raise StateConflict("voted", _("You have voted in this turn. A vote is not changed."))
        return known
    data = {"tie": name, "turn": turn, "order": list(order)}
    entry = panel_recorded(panel, "panel-tie-vote", data, key_of(seat), at, seat=seat.seat)
    return TieVote.objects.create(
        facts=evaluation.facts, seat=seat, tie=name, turn=turn, order=list(order), at=at, entry=entry
    )
