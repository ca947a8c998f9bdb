"""12号令 27: fewer valid bids than three, and the panel finds that they compete enough to go on."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules.words import said
from experts.models import CompetitionVote
from experts.policies.panel import may_sit
from experts.rules.competition import left_hash
from experts.selectors.competition import competition_of
from experts.selectors.evaluated import Evaluation
from experts.services.panel_events import (
    key_of,
    panel_in,
    panel_recorded,
    seat_locked,
    seated_required,
)
from experts.states.panel import PanelState
from kernel.errors import RuleBroken, StateConflict
from kernel.policies import require

REASON: Final = 1000


@transaction.atomic
def competition_state(*, seat_id: UUID, reason: str, actor: Actor, at: datetime) -> CompetitionVote:
    """State, as a member, why the bids left compete enough; more than half of the members decide. Once for a set.

    StateConflict ``competition_enough`` while three or more bids are valid or some are rejected for want of
    competition; RuleBroken ``competition_ends`` where the rules of the trade leave the panel no choice.
    """
    seat = seat_locked(seat_id)
    require(may_sit(actor, seat.person_id))
    seated_required(seat)
    panel = seat.panel
    panel_in(panel, PanelState.REVIEWING)
    found = competition_of(panel, [one.ev for one in Evaluation(panel.lot).opened])
    if not found.short or found.lacking:
        raise StateConflict("competition_enough", _("Nothing is to be stated about competition now."))
    if not found.rule.panel_decides:
        first = found.findings[0]
        raise RuleBroken(first.code, first.message, found.findings, **first.data)
    if any(one.seat_id == seat.pk for one in found.votes):
        raise StateConflict("voted", _("You have stated this for the bids that are left."))
    kept, left = said(reason, REASON, "reason"), left_hash(found.left)
    data = {"left": left, "bids": len(found.left), "reason": kept}
    entry = panel_recorded(panel, "panel-competition", data, key_of(seat), at, seat=seat.seat)
    return CompetitionVote.objects.create(panel=panel, seat=seat, left=left, reason=kept, at=at, entry=entry)
