"""What became of a drawn seat, as a signed event of the draw; when the last seat has one, the round is answered."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor, is_system
from experts.models import Draw, DrawAnswer, DrawnSeat, DrawReply, Expert
from experts.policies.draw import may_answer, may_end_acceptance
from experts.pool_keys import PoolKey
from experts.rules.answers import call_record, reason_findings
from experts.rules.packs import pool_pack
from experts.selectors.draws import opened_seat, round_now
from experts.selectors.own_draws import own_expert, own_seats
from experts.services.draw_events import draw_locked, draw_moved, platform_logged, state_required
from experts.states.draw import CALLED, LEAVING, SEAT, DrawAction, DrawState, SeatAnswer, SeatCode
from kernel.errors import NotFound, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from protocol.draw import pool

BY_EXPERT = frozenset({SeatAnswer.ACCEPT, SeatAnswer.DECLINE, SeatAnswer.RECUSE, SeatAnswer.EXCUSE})
BY_GATEWAY = BY_EXPERT | {SeatAnswer.SILENCE}
BY_SUPERVISOR = frozenset({SeatAnswer.RECUSE, SeatAnswer.DISQUALIFY, SeatAnswer.EXCUSE, SeatAnswer.MISS})


@transaction.atomic
def answer_record(
    *,
    seat: str,
    answer: SeatAnswer,
    actor: Actor,
    at: datetime,
    key: PoolKey | None = None,
    receipt: str = "",
    reason: str = "",
) -> DrawAnswer:
    """Log what the expert said: by his own login (then ``key`` tells whether the seat is his) or by the gateway's call.

    ``reason`` is a code of the pack and needed of the expert himself unless he accepts. The ledger's entry names
    nobody. StateConflict for a second answer, or while nobody is called. The same answer again is the same one.
    """
    draw, row = seat_locked(seat)
    own = not is_system(actor)
    require(may_answer(actor, _person_of(row, draw, actor, key) if own and key else None))
    if answer not in (BY_EXPERT if own else BY_GATEWAY):
        raise RuleBroken("answer", _("Accept or decline."))
    known = row.answers.order_by("-at", "-id").first()
    if known is not None and known.code == SEAT[answer].target.value and row.code == known.code:
        return known
    if own and (findings := reason_findings(answer, reason, pool_pack())):
        raise RuleBroken("reason", findings[0].message, findings)
    return answered(draw, row, answer, own=own, note=receipt or reason, reason=reason, at=at)


def _person_of(row: DrawnSeat, draw: Draw, actor: Actor, key: PoolKey) -> UUID | None:
    """The person who asks, when the seat is his: nobody else's seat is opened for it."""
    expert = own_expert(actor)
    if expert is None or row.pk not in [one.pk for one in own_seats(draw, expert, key)]:
        return None
    return expert.person_id


@transaction.atomic
def acceptance_end(*, seat: str, answer: SeatAnswer, evidence: str, actor: Actor, at: datetime) -> DrawAnswer:
    """Say, as the supervisor and with the hash of the evidence, that a seat cannot be kept; a round follows (A24)."""
    draw, row = seat_locked(seat)
    require(may_end_acceptance(actor, draw.lot.tender.project.supervisor_id))
    if answer not in BY_SUPERVISOR or not evidence:
        raise RuleBroken(
            "evidence", _("Say why this seat cannot be kept, and give the hash of the evidence.")
        )
    return answered(draw, row, answer, own=False, note=evidence, at=at)


def seat_locked(seat: str) -> tuple[Draw, DrawnSeat]:
    """The draw, locked, and the seat; NotFound when nobody drew it."""
    found = DrawnSeat.objects.filter(seat=seat).values_list("round__draw_id", flat=True).first()
    if found is None:
        raise NotFound("seat", _("There is no such seat."))
    draw = draw_locked(found)
    return draw, DrawnSeat.objects.select_related("round").get(seat=seat)


def expert_of(row: DrawnSeat, draw: Draw, key: PoolKey) -> Expert:
    """Whose seat this is: the gateway opens it and looks through the epoch; nothing of it is written."""
    assert draw.epoch is not None
    eid = bytes.fromhex(opened_seat(row, draw).id)
    secret = key.epoch(bytes.fromhex(draw.epoch.nonce))
    ids = draw.epoch.members.values_list("expert_id", flat=True)
    return Expert.objects.get(pk=next(one for one in ids if pool.eid(secret, one.bytes) == eid))


def answered(
    draw: Draw, row: DrawnSeat, answer: SeatAnswer, *, own: bool, note: str, at: datetime, reason: str = ""
) -> DrawAnswer:
    """Give a seat of a locked draw its code, log it, and move the draw when that was the last one."""
    made = answer_logged(draw, row, answer, own=own, note=note, reason=reason, at=at)
    draw_went_on(draw)
    return made


def answer_logged(
    draw: Draw, row: DrawnSeat, answer: SeatAnswer, *, own: bool, note: str, at: datetime, reason: str = ""
) -> DrawAnswer:
    """Give a seat of a locked draw its code and log it; the caller moves the draw on.

    A seat that waits is answered while experts are called; one that accepted can be given up while a round runs, too.
    """
    state_required(draw, *(LEAVING if row.code == SeatCode.ACCEPTED.value else CALLED))
    if answer in {SeatAnswer.ACCEPT, SeatAnswer.DECLINE} and _over(row, at):
        raise StateConflict("answer_late", _("The time to answer is over."))
    return seat_coded(draw, row, answer, own=own, note=note, reason=reason, at=at)


def seat_coded(
    draw: Draw, row: DrawnSeat, answer: SeatAnswer, *, own: bool, note: str, at: datetime, reason: str = ""
) -> DrawAnswer:
    """Give a seat of a locked draw its code and log it; whether the draw takes answers now, the caller has asked."""
    code = next_state(SEAT, answer, SeatCode(row.code))
    record = call_record(row.seat, code.value, own=own, note=note, at=at)
    entry = platform_logged(
        draw,
        "draw-event",
        at=at,
        j=row.round.j,
        seat=row.seat,
        code=code.value,
        at_=int(at.timestamp()),
        record=record,
    )
    row.code = code.value
    row.save(update_fields=["code"])
    made = DrawAnswer.objects.create(seat=row, code=code.value, record=record, own=own, entry=entry, at=at)
    DrawReply.objects.create(answer=made, reason=reason, note=note)
    return made


def draw_went_on(draw: Draw) -> None:
    """Move a locked draw after answers: a complete panel has lost somebody, or every seat has its answer.

    A round that runs runs on: it was asked before, and what it draws is what its head named.
    """
    if draw.state == DrawState.COMPLETE.value:
        draw_moved(draw, DrawAction.LOSE)
        draw.save(update_fields=["state"])
    elif draw.state != DrawState.CALLING.value:
        return
    elif not round_now(draw).seats.filter(code=SeatCode.OPEN.value).exists():
        draw_moved(draw, DrawAction.SETTLE)
        draw.save(update_fields=["state"])


def _over(row: DrawnSeat, at: datetime) -> bool:
    return row.round.answer_until is not None and at >= row.round.answer_until
