"""Invite the drawn: the gateway's outbox first, then the adapter, in words that name no tender; then the window."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import SYSTEM, Actor
from experts.draw_keys import gateway_key
from experts.models import DrawCall, DrawRequest, DrawRound, Epoch, Expert
from experts.policies.draw import may_settle
from experts.pool_keys import Called, PoolKey
from experts.selectors.draws import opened_seat, round_now
from experts.services.answer_record import answer_record
from experts.services.changes import Entropy
from experts.services.draw_events import draw_locked, draw_moved, state_required, subject_of
from experts.states.draw import DrawAction, DrawState, SeatAnswer, SeatCode
from kernel.errors import StateConflict, Unavailable
from kernel.policies import require
from ledger.services import record_append
from protocol.draw import pool
from trading.rules.counting import CHINA

WORDS = ("category", "time", "city", "hours", "fee")
"""Everything an invited expert is told before he has accepted (journeys, section 8)."""


@dataclass(frozen=True)
class CallOut:
    """One invitation on its way: ``key`` is the same for every try of one; he answers before ``until``.

    A ``reminder`` goes to who has accepted: ``until`` is then when he is expected. ``at`` is now.
    """

    key: str
    whom: Called
    words: Mapping[str, object]
    until: datetime
    at: datetime
    reminder: bool = False


class CallGateway(Protocol):
    """A way to reach an expert: SMS, voice, mail."""

    def call(self, one: CallOut) -> str:
        """Hand one invitation over and return the provider's receipt.

        ``Unavailable`` when it cannot be done now: it is tried again, and the other invitations are not held up.
        """
        ...


class OutboxGateway:
    """The default: the row in the gateway's outbox is the invitation, and whoever holds the pool's key reads it out."""

    def call(self, _one: CallOut) -> str:
        """Nothing to hand over."""
        return "outbox"


@transaction.atomic
def call_start(
    *, draw_id: UUID, actor: Actor, at: datetime, key: PoolKey, random: Entropy = secrets.token_bytes
) -> DrawRound:
    """Put an invitation for each drawn seat into the gateway's outbox, and begin the window.

    Names and numbers are sealed to the gateway; the order of the rows is that of the seats' hashes.
    """
    require(may_settle(actor))
    draw = draw_locked(draw_id)
    now = round_now(draw)
    draw_moved(draw, DrawAction.CALL)
    seats = list(now.seats.order_by("seat"))
    if not seats:
        raise StateConflict("no_seats", _("This round drew nobody."))
    people = experts_by_eid(draw.header["pool"]["epoch"], key)
    gateway, words = gateway_key(draw.pk), words_of(draw.request)
    for row in seats:
        expert = Expert.objects.select_related("person").get(pk=people[opened_seat(row, draw, gateway).id])
        mail = expert.person.email if expert.person else ""
        whom = Called(expert.name, key.open_phone(expert.phone_sealed), mail, str(expert.pk))
        sealed = gateway.seal_call(key.seal_call(whom, random(32)), random(32))
        DrawCall.objects.create(seat=row, sealed=sealed, words=words, queued_at=at)
    now.called_at, now.answer_until = at, at + timedelta(seconds=draw.header["window_s"])
    now.save(update_fields=["called_at", "answer_until"])
    draw.save(update_fields=["state"])
    data = {"round": now.j, "seats": len(seats), "until": now.answer_until}
    record_append(name="draw-called", subject=subject_of(draw), data=data, actor=actor.key, at=at)
    return now


def words_of(request: DrawRequest) -> dict[str, object]:
    """What is told of a request: category, time, city, expected hours, fee; never project, owner, lot or room."""
    local = request.begins_at.astimezone(CHINA)
    return {
        "category": request.category,
        "time": f"{local:%Y-%m-%d %H:%M}",
        "city": request.city,
        "hours": request.hours,
        "fee": request.fee,
    }


def experts_by_eid(epoch: int, key: PoolKey) -> dict[str, UUID]:
    """Whose eid is whose in an epoch: for the gateway, in memory only."""
    row = Epoch.objects.get(number=epoch)
    secret = key.epoch(bytes.fromhex(row.nonce))
    ids = row.members.values_list("expert_id", flat=True)
    return {pool.eid(secret, one.bytes).hex(): one for one in ids}


def calls_hand(*, draw_id: UUID, at: datetime, key: PoolKey, gateway: CallGateway) -> int:
    """Hand every invitation of the round to the adapter, once each; how many. A failing one is tried again."""
    rows = DrawCall.objects.filter(seat__round__draw=draw_id, handed_at__isnull=True, seat__code="")
    return sum(_handed(pk, at, key, gateway) for pk in rows.values_list("pk", flat=True))


def named_calls_hand(*, at: datetime, key: PoolKey, gateway: CallGateway) -> int:
    """Hand the invitations of named experts to the adapter, once each; how many. A failing one is tried again."""
    rows = DrawCall.objects.filter(named__naming__answer_until__gt=at, handed_at__isnull=True, named__code="")
    return sum(_handed(pk, at, key, gateway) for pk in rows.values_list("pk", flat=True))


@transaction.atomic
def _handed(pk: UUID, at: datetime, key: PoolKey, gateway: CallGateway) -> bool:
    DrawCall.objects.select_for_update().filter(pk=pk).first()
    rows = DrawCall.objects.select_related("seat__round", "named__naming")
    row = rows.filter(pk=pk, handed_at__isnull=True).first()
    if row is None or row.until is None:
        return False
    try:
        row.receipt = gateway.call(called(row, row.gateway_id, key, until=row.until, at=at))
    except Unavailable:
        return False
    row.handed_at = at
    row.save(update_fields=["receipt", "handed_at"])
    return True


def called(
    row: DrawCall, gateway_id: UUID, key: PoolKey, *, until: datetime, at: datetime, reminder: bool = False
) -> CallOut:
    """One invitation for the adapter: opened here, in memory, and nowhere kept."""
    whom = key.open_call(gateway_key(gateway_id).open_call(row.sealed))
    name = f"{row.pk}-reminder" if reminder else str(row.pk)
    return CallOut(name, whom, row.words, until, at, reminder)


@transaction.atomic
def window_end(*, draw_id: UUID, actor: Actor, at: datetime) -> int:
    """Once the window is over, every seat without an answer has none in time; how many. StateConflict before."""
    require(may_settle(actor))
    draw = draw_locked(draw_id)
    state_required(draw, DrawState.CALLING)
    now = round_now(draw)
    if now.answer_until is None or at < now.answer_until:
        raise StateConflict("not_yet", _("The experts still have time to answer."))
    silent = list(now.seats.filter(code=SeatCode.OPEN.value).order_by("seat"))
    for row in silent:
        answer_record(seat=row.seat, answer=SeatAnswer.SILENCE, actor=SYSTEM, at=at)
    return len(silent)
