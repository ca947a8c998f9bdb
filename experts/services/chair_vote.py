"""推举组长: the members elect their chair; without a majority they vote again (12号令 9)."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from experts.models import ChairVote, Panel
from experts.policies.panel import may_sit
from experts.selectors.panels import majority, seated
from experts.services.panel_events import (
    key_of,
    panel_in,
    panel_moved,
    panel_recorded,
    seat_locked,
    seated_required,
)
from experts.states.panel import PanelAction, PanelState
from kernel.errors import Finding, RuleBroken, StateConflict
from kernel.policies import require


@transaction.atomic
def chair_vote(*, seat_id: UUID, choice: int, actor: Actor, at: datetime) -> ChairVote:
    """Vote for the member on seat ``choice``, oneself included; more than half of the members elect.

    StateConflict for a second vote in a turn. When all have voted and nobody has more than half, a new turn begins.
    """
    seat = seat_locked(seat_id)
    require(may_sit(actor, seat.person_id))
    panel_in(seat.panel, PanelState.SEATED)
    seated_required(seat)
    here = {one.seat: one for one in seated(seat.panel)}
    if choice not in here:
        message = _("Choose one of the members.")
        raise RuleBroken("choice", message, [Finding("choice", message, field="choice")])
    turn = turn_now(seat.panel)
    if ChairVote.objects.filter(seat=seat, turn=turn).exists():
        raise StateConflict("voted", _("You have voted in this turn. Wait for the others."))
    made = ChairVote.objects.create(seat=seat, choice=here[choice], turn=turn, at=at)
    votes = Counter(
        ChairVote.objects.filter(seat__in=here.values(), turn=turn).values_list("choice__seat", flat=True)
    )
    leader, most = votes.most_common(1)[0]
    panel = seat.panel
    if majority(panel, most):
        panel_moved(panel, PanelAction.ELECT)
        panel.chair = here[leader]
        panel.save(update_fields=["state", "chair"])
        data = {"chair": leader, "votes": most, "turn": turn}
        panel_recorded(panel, "panel-chair", data, key_of(seat), at, seat=leader)
    return made


def turn_now(panel: Panel) -> int:
    """The turn votes go into: a new one when all have voted without electing, or the panel has formed anew."""
    cast = ChairVote.objects.filter(seat__panel=panel).order_by("-turn")
    last = cast.first()
    if last is None:
        return 1
    here = {one.pk for one in seated(panel)}
    in_turn = cast.filter(turn=last.turn)
    old = panel.seated_at is not None and in_turn.filter(at__lt=panel.seated_at).exists()
    done = here <= set(in_turn.values_list("seat_id", flat=True))
    return last.turn + 1 if old or done else last.turn
