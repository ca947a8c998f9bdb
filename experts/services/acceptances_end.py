"""Who fell out of a panel no longer holds the seat he was drawn or named for: another can have it (条例 48)."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.actors import Actor
from experts.models import Draw, DrawnSeat, Panel, PanelSeat
from experts.policies.panel import may_form
from experts.services.answer_record import seat_coded
from experts.services.draw_events import draw_locked
from experts.services.named_answer import named_coded, named_locked
from experts.services.panel_events import panel_locked
from experts.states.draw import DrawState, SeatAnswer, SeatCode
from experts.states.panel import MemberState
from kernel.policies import require

ANSWERS: Final = {
    MemberState.RECUSED: SeatAnswer.RECUSE,
    MemberState.ABSENT: SeatAnswer.MISS,
    MemberState.REPLACED: SeatAnswer.EXCUSE,
}
FOUND: Final = ("own-employer", "supervisor-staff")
"""Reasons which nobody declared: they were found when the member was called in."""


@transaction.atomic
def acceptances_end(*, panel_id: UUID, actor: Actor, at: datetime) -> int:
    """Log for each member who fell out that his acceptance is over; how many. None while a draw goes on.

    What is logged names the seat and a code, no reason and nobody. A draw for the open seats, or a naming, may follow.
    """
    require(may_form(actor))
    panel = panel_locked(panel_id)
    if Draw.objects.filter(lot=panel.lot).exclude(state=DrawState.REVEALED.value).exists():
        return 0
    rows = _owed(panel)
    for seat in rows:
        found, note = seat.reason in FOUND, f"panel {panel.pk} {seat.seat}"
        answer = SeatAnswer.DISQUALIFY if found else ANSWERS[MemberState(seat.state)]
        if seat.named is not None:
            named_coded(named_locked(seat.named.seat), answer, own=False, note=note, at=at)
            continue
        assert seat.drawn is not None
        draw = draw_locked(seat.drawn.round.draw_id)
        row = DrawnSeat.objects.select_related("round").get(pk=seat.drawn.pk)
        seat_coded(draw, row, answer, own=False, note=note, at=at)
    return len(rows)


def _owed(panel: Panel) -> list[PanelSeat]:
    out = [one.value for one in ANSWERS]
    accepted = SeatCode.ACCEPTED.value
    rows = panel.seats.filter(Q(drawn__code=accepted) | Q(named__code=accepted), state__in=out)
    return list(rows.select_related("drawn__round", "named").order_by("seat"))
