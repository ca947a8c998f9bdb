"""An expert in the draws: which seats are his, what he was asked and has answered. He alone asks for himself.

Seats are found by repeating their hash from his own eid, so that nobody else's seat is opened on the way.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts.actors import Actor
from experts.draw_keys import gateway_key
from experts.models import (
    Draw,
    DrawAnswer,
    DrawnSeat,
    Epoch,
    Expert,
    NamedAnswer,
    NamedSeat,
    Naming,
    PanelSeat,
)
from experts.policies.draw import may_answer
from experts.pool_keys import PoolKey
from experts.selectors.named import own_named
from experts.states.draw import CALLED, LEAVING, DrawState, SeatCode
from kernel.errors import Unavailable
from kernel.policies import require
from ledger.models import Entry
from protocol.draw import pool, releasing


@dataclass(frozen=True)
class Answered:
    """One answer with what its hash covers, and the entry that holds it."""

    at: datetime
    code: SeatCode
    own: bool
    reason: str
    note: str
    record: str
    entry: Entry


@dataclass(frozen=True)
class Invitation:
    """What an invited expert reads: the words of the call, until when he answers, and what became of the seat.

    ``open``: he can still accept or decline; ``leaves``: he has accepted and can still fall out. ``lot`` is the number
    of the lot, empty until the draw is opened to everybody. ``named``: the owner has named him instead of a draw.
    """

    seat: str
    words: dict[str, object]
    begins_at: datetime
    called_at: datetime
    until: datetime
    code: SeatCode
    open: bool
    leaves: bool
    lot: str
    answers: list[Answered]
    named: bool = False


def own_expert(actor: Actor) -> Expert | None:
    """The record of whoever asks; None when the pool holds none."""
    return Expert.objects.filter(person=actor.person).first() if actor.person else None


def own_eid(epoch: Epoch, expert: Expert, key: PoolKey) -> str:
    """The name (hex) under which an expert stands in an epoch."""
    return pool.eid(key.epoch(bytes.fromhex(epoch.nonce)), expert.pk.bytes).hex()


def own_seats(draw: Draw, expert: Expert, key: PoolKey) -> list[DrawnSeat]:
    """The seats of a draw that are this expert's; none without the draw's file: then nobody's can be told."""
    if draw.epoch is None or not draw.t_d:
        return []
    try:
        secret = gateway_key(draw.pk).secret
    except Unavailable:
        return []
    eid, name = own_eid(draw.epoch, expert, key), bytes.fromhex(draw.t_d)
    mine = [
        releasing.seat(secret, name, j, specialty, eid).hex()
        for j in draw.rounds.values_list("j", flat=True)
        for specialty in draw.request.seats
    ]
    return list(DrawnSeat.objects.select_related("round", "call").filter(round__draw=draw, seat__in=mine))


def own_invitations(actor: Actor, key: PoolKey, at: datetime) -> list[Invitation]:
    """Every invitation of the expert who asks, the latest first; empty for whoever is no expert."""
    expert = own_expert(actor)
    if expert is None:
        return []
    require(may_answer(actor, expert.person_id))
    found = [one for draw in _draws(expert) for one in _of_draw(draw, expert, key, at)]
    found += [_of_naming(row, at) for row in own_named(expert)]
    return sorted(found, key=lambda one: (one.called_at, one.seat), reverse=True)


def _draws(expert: Expert) -> Iterator[Draw]:
    """The draws whose pool held him, and that have called somebody."""
    rows = Draw.objects.select_related("epoch", "request", "lot").filter(epoch__members__expert=expert)
    yield from rows.filter(rounds__called_at__isnull=False).distinct().order_by("begun_at")


def _of_draw(draw: Draw, expert: Expert, key: PoolKey, at: datetime) -> Iterator[Invitation]:
    state = DrawState(draw.state)
    for row in own_seats(draw, expert, key):
        if row.round.called_at is None or row.round.answer_until is None:
            continue
        code, running = SeatCode(row.code), state in CALLED
        yield Invitation(
            seat=row.seat,
            words=row.call.words,
            begins_at=draw.request.begins_at,
            called_at=row.round.called_at,
            until=row.round.answer_until,
            code=code,
            open=running and code is SeatCode.OPEN and at < row.round.answer_until,
            leaves=state in LEAVING and code is SeatCode.ACCEPTED and at < draw.request.begins_at,
            lot=draw.lot.number if state is DrawState.REVEALED else "",
            answers=_answers(row),
        )


def _of_naming(row: NamedSeat, at: datetime) -> Invitation:
    naming, code = row.naming, SeatCode(row.code)
    begins = naming.origin.asked.begins_at
    assert naming.decided_at is not None
    assert naming.answer_until is not None
    called_in = PanelSeat.objects.filter(named=row).exists()
    said = NamedAnswer.objects.select_related("entry").filter(seat=row).order_by("at", "id")
    return Invitation(
        seat=row.seat,
        words=row.call.words,
        begins_at=begins,
        called_at=naming.decided_at,
        until=naming.answer_until,
        code=code,
        open=code is SeatCode.OPEN and at < naming.answer_until,
        leaves=code is SeatCode.ACCEPTED and not called_in and at < begins,
        lot=naming.lot.number if _told(naming, called_in=called_in) else "",
        answers=[
            Answered(one.at, SeatCode(one.code), one.own, one.reason, one.note, one.record, one.entry)
            for one in said
        ],
        named=True,
    )


def _told(naming: Naming, *, called_in: bool) -> bool:
    """Whether he may know the lot: its draw is opened to everybody; without a draw, he is called in."""
    return called_in if naming.draw is None else naming.draw.state == DrawState.REVEALED.value


def _answers(row: DrawnSeat) -> list[Answered]:
    rows = DrawAnswer.objects.select_related("entry", "reply").filter(seat=row).order_by("at", "id")
    found = []
    for one in rows:
        reply = getattr(one, "reply", None)
        reason, note = (reply.reason, reply.note) if reply else ("", "")
        found.append(Answered(one.at, SeatCode(one.code), one.own, reason, note, one.record, one.entry))
    return found


def answers_file(invitations: list[Invitation]) -> dict[str, object]:
    """One's own answers as a file to keep: from each, the hash in the log is repeated."""
    return {
        "v": "sunlit-invitation-answers/1",
        "answers": [
            {
                "seat": one.seat,
                "code": said.code.value,
                "own": said.own,
                "note": said.note,
                "at": int(said.at.timestamp()),
                "record": said.record,
                "entry": said.entry.ev,
            }
            for one in invitations
            for said in one.answers
        ],
    }
