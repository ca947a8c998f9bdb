"""Who fell out of a panel no longer holds the seat he was drawn for: logged, so that another can be drawn (条例 48)."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from experts.models import Draw, DrawnSeat, Panel, PanelSeat
from experts.policies.panel import may_form
from experts.services.answer_record import seat_coded
from experts.services.draw_events import draw_locked
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
    """Log for each drawn member who fell out that his acceptance is over; how many. None while a draw goes on.

    The event names the seat of the draw and a code, no reason and nobody. A draw for the open seats may follow.
    """
    require(may_form(actor))
    panel = panel_locked(panel_id)
    if Draw.objects.filter(lot=panel.lot).exclude(state=DrawState.REVEALED.value).exists():
        return 0
    rows = _owed(panel)
    for seat in rows:
        drawn = seat.drawn
        assert drawn is not None
        draw = draw_locked(drawn.round.draw_id)
        row = DrawnSeat.objects.select_related("round").get(pk=drawn.pk)
        found = seat.reason in FOUND
        answer = SeatAnswer.DISQUALIFY if found else ANSWERS[MemberState(seat.state)]
        seat_coded(draw, row, answer, own=False, note=f"panel {panel.pk} {seat.seat}", at=at)
    return len(rows)


def _owed(panel: Panel) -> list[PanelSeat]:
    out = [one.value for one in ANSWERS]
    rows = panel.seats.filter(state__in=out, drawn__code=SeatCode.ACCEPTED.value)
    return list(rows.select_related("drawn__round").order_by("seat"))
