"""A draw before the opening knew no bidder: who has an interest falls out once the bids are opened (A24)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from experts.models import Draw, DrawCall, DrawnSeat, EpochMember
from experts.policies.draw import may_settle
from experts.pool_keys import PoolKey
from experts.rules.draws import out_of_draw
from experts.selectors.draws import opened_already
from experts.selectors.left_out import UNAVAILABLE, employer_codes, own_reasons, seat_expert, units_of
from experts.services.answer_record import answer_logged, draw_went_on
from experts.services.draw_events import draw_locked
from experts.states.draw import CALLED, DrawState, SeatAnswer, SeatCode
from kernel.policies import require
from trading.models import Lot
from trading.states import LotState

CLOSED_STILL = frozenset({LotState.DRAFT, LotState.READY, LotState.OPEN, LotState.SUSPENDED, LotState.CLOSED})


@transaction.atomic
def conflicts_settle(*, draw_id: UUID, actor: Actor, at: datetime, key: PoolKey) -> int:
    """Hold the seats of a draw before the opening to the bidders, by the rule a later header has; how many fell.

    All of them fall in one act, so that one round replaces them. Nothing happens before the opening, nor in a draw
    after it; a second call finds nothing more.
    """
    require(may_settle(actor))
    draw = draw_locked(draw_id)
    if draw.request.when != "before-opening" or DrawState(draw.state) not in CALLED or not _opened(draw.lot):
        return 0
    fallen = _conflicting(draw, key)
    for row, reason, evidence in fallen:
        answer_logged(draw, row, SeatAnswer.DISQUALIFY, own=False, note=evidence, reason=reason, at=at)
    if fallen:
        draw_went_on(draw)
    return len(fallen)


def _opened(lot: Lot) -> bool:
    return LotState(lot.state) not in CLOSED_STILL and opened_already(lot)


def _conflicting(draw: Draw, key: PoolKey) -> list[tuple[DrawnSeat, str, str]]:
    """Seats that wait or have accepted whose expert would have been excluded, each with reason and evidence."""
    held = [SeatCode.OPEN.value, SeatCode.ACCEPTED.value]
    calls = DrawCall.objects.select_related("seat__round__draw").filter(
        seat__round__draw=draw, seat__code__in=held
    )
    seats = {seat_expert(row, key): row.drawn for row in calls.order_by("seat__seat")}
    records = EpochMember.objects.filter(epoch=draw.epoch, expert__in=seats)
    shown = {seats[one.expert_id].seat: one.attributes for one in records}
    own = {
        seats[expert].seat: reason
        for expert, reason in own_reasons(draw, seats, key).items()
        if reason != UNAVAILABLE
    }
    by_seat = {row.seat: row for row in seats.values()}
    rows = out_of_draw(shown, units_of(draw), employer_codes(), own)
    return [(by_seat[one["eid"]], one["reason"], one["evidence"]) for one in rows]
