"""What the clock does for draws: every step asks whether it is due and is taken once, also after a crash in between."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from accounts.actors import SYSTEM
from bidding.models import Bundle
from bidding.states import Edition
from experts.models import Draw
from experts.pool_keys import PoolKey
from experts.services.call_remind import named_reminders_hand, reminders_hand
from experts.services.call_start import (
    CallGateway,
    OutboxGateway,
    call_start,
    calls_hand,
    named_calls_hand,
    window_end,
)
from experts.services.conflicts_settle import conflicts_settle
from experts.services.contribution_give import contribution_own
from experts.services.contribution_receipt import contribution_receipts
from experts.services.draw_bundle import draw_bundle
from experts.services.draw_close import draw_close
from experts.services.draw_pool import draw_pool
from experts.services.draw_reveal import draw_reveal
from experts.services.named_answer import named_window_end
from experts.services.round_decide import round_decide
from experts.services.round_next import round_next
from experts.states.draw import DrawState
from kernel.errors import DomainError


def draws_drive(*, at: datetime, key: PoolKey, gateway: CallGateway | None = None) -> list[str]:
    """Take every step of every draw that is due at ``at``; the codes of what was refused. Idempotent."""
    refused: list[str] = []
    for draw in Draw.objects.filter(state=DrawState.BEGUN.value, serial=1).order_by("begun_at"):
        _try(refused, partial(draw_pool, draw_id=draw.pk, at=at, key=key))
    waiting = {DrawState.BEGUN.value, DrawState.PREPARED.value, DrawState.REVEALED.value}
    for draw in Draw.objects.exclude(state__in=waiting).order_by("begun_at"):
        for step in _steps(draw, at, key, gateway or OutboxGateway()):
            _try(refused, step)
    for step in (
        lambda: named_calls_hand(at=at, key=key, gateway=gateway or OutboxGateway()),
        lambda: named_window_end(actor=SYSTEM, at=at),
        lambda: named_reminders_hand(actor=SYSTEM, at=at, key=key, gateway=gateway or OutboxGateway()),
    ):
        _try(refused, step)
    for draw in Draw.objects.filter(state=DrawState.REVEALED.value).order_by("lot", "serial"):
        if not _told(draw):
            _try(refused, _bundled(draw, at))
    return refused


def _told(draw: Draw) -> bool:
    """Whether the bundle with this draw is made, or a later serial's bundle will hold it."""
    later = Draw.objects.filter(lot=draw.lot_id, serial__gt=draw.serial).exclude(t_d="")
    made = Bundle.objects.filter(lot=draw.lot_id, rooms=f"draw-{draw.serial}")
    return made.exists() or later.exists()


def _steps(draw: Draw, at: datetime, key: PoolKey, gateway: CallGateway) -> list[Callable[[], object]]:
    """What can come next in this state, in the order in which it is tried."""
    one = draw.pk
    by_state: dict[DrawState, list[Callable[[], object]]] = {
        DrawState.OPEN: [
            lambda: contribution_own(draw_id=one, at=at),
            lambda: contribution_receipts(draw_id=one, at=at),
            lambda: draw_close(draw_id=one, actor=SYSTEM, at=at),
        ],
        DrawState.CLOSED: [lambda: contribution_receipts(draw_id=one, at=at)],
        DrawState.COMMITTING: [lambda: round_decide(draw_id=one, actor=SYSTEM, at=at)],
        DrawState.DRAWN: [
            lambda: call_start(draw_id=one, actor=SYSTEM, at=at, key=key),
            lambda: conflicts_settle(draw_id=one, actor=SYSTEM, at=at, key=key),
            lambda: calls_hand(draw_id=one, at=at, key=key, gateway=gateway),
            lambda: round_next(draw_id=one, actor=SYSTEM, at=at),
        ],
        DrawState.CALLING: [
            lambda: conflicts_settle(draw_id=one, actor=SYSTEM, at=at, key=key),
            lambda: calls_hand(draw_id=one, at=at, key=key, gateway=gateway),
            lambda: window_end(draw_id=one, actor=SYSTEM, at=at),
        ],
        DrawState.ANSWERED: [lambda: round_next(draw_id=one, actor=SYSTEM, at=at)],
        DrawState.COMPLETE: [
            lambda: conflicts_settle(draw_id=one, actor=SYSTEM, at=at, key=key),
            lambda: reminders_hand(draw_id=one, actor=SYSTEM, at=at, key=key, gateway=gateway),
            lambda: draw_reveal(draw_id=one, actor=SYSTEM, at=at),
        ],
        DrawState.SHORT: [lambda: draw_reveal(draw_id=one, actor=SYSTEM, at=at)],
    }
    return by_state.get(DrawState(draw.state), [])


def _bundled(draw: Draw, at: datetime) -> Callable[[], object]:
    return lambda: draw_bundle(lot_id=draw.lot_id, edition=Edition.PUBLIC, actor=SYSTEM, at=at)


def _try(refused: list[str], step: Callable[[], object]) -> None:
    """Take a step; a refusal is not an error: the next tick asks again."""
    try:
        step()
    except DomainError as refusal:
        refused.append(refusal.code)
