"""The caller's desk: be shown one invitation, and write down how the call ended. Every look at a name is recorded."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from experts.draw_keys import gateway_key
from experts.models import CallLook, CallTry, DrawCall
from experts.policies.draw import may_call
from experts.pool_keys import PoolKey
from experts.rules.answers import reason_findings, try_record
from experts.rules.packs import pool_pack
from experts.selectors.calls import ToCall, call_of, waiting_for
from experts.services.answer_record import answered
from experts.services.draw_events import draw_locked, state_required, subject_of
from experts.services.named_answer import named_coded, named_locked
from experts.states.calls import ANSWERS, TryOutcome
from experts.states.draw import DrawState, SeatCode
from kernel.errors import NotFound, RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import record_append


@transaction.atomic
def call_look(*, actor: Actor, at: datetime, key: PoolKey, call_id: UUID | None = None) -> ToCall | None:
    """Show the next invitation to call, or again the one this caller holds; None when nobody waits for a call.

    Only inside its window, only one at a time, and for ``claim_minutes`` to nobody else. The look has a row and an
    entry of the ledger before the name is opened, in memory; neither says whom.
    """
    require(may_call(actor))
    assert actor.person is not None
    claim = timedelta(minutes=pool_pack().number("claim_minutes"))
    chosen = call_id or waiting_for(actor, at, claim)
    row = call_of(chosen) if chosen else None
    if row is None:
        return None
    _window(row, at)
    data = {"call": str(row.pk), **_place(row)}
    entry = record_append(
        name="draw-call-looked", subject=subject_of(row.origin), data=data, actor=actor.key, at=at
    )
    CallLook.objects.create(call=row, by_id=actor.person, at=at, entry=entry)
    whom = key.open_call(gateway_key(row.gateway_id).open_call(row.sealed))
    tries = [(one.at, TryOutcome(one.outcome)) for one in row.tries.order_by("at", "id")]
    assert row.until is not None
    return ToCall(row.pk, whom.name, whom.phone, row.words, row.until, tries)


@transaction.atomic
def call_outcome(*, call_id: UUID, outcome: TryOutcome, reason: str, actor: Actor, at: datetime) -> CallTry:
    """Write down how one call ended; an answer is the seat's, logged as a signed event with the record's hash.

    RuleBroken (``not_looked``) for a call this caller was not shown, ``reason`` for a refusal without one.
    StateConflict once the window is over or the seat has its answer.
    """
    require(may_call(actor))
    assert actor.person is not None
    found = call_of(call_id)
    if found is None:
        raise NotFound("call", _("There is no such invitation."))
    draw = draw_locked(found.seat.round.draw_id) if found.seat is not None else None
    DrawCall.objects.select_for_update(of=("self",)).filter(pk=call_id).first()
    row = call_of(call_id)
    assert row is not None
    _window(row, at)
    if not row.looks.filter(by=actor.person).exists():
        raise RuleBroken("not_looked", _("Have the invitation shown to you before you write down a call."))
    answer = ANSWERS.get(outcome)
    if answer is not None and (findings := reason_findings(answer, reason, pool_pack())):
        raise RuleBroken("reason", findings[0].message, findings)
    why = reason if answer is not None else ""
    record = try_record(str(row.pk), outcome.value, why, at)
    data = {"record": record, "outcome": outcome.value, **_place(row)}
    subject = subject_of(row.origin)
    entry = record_append(name="draw-call-made", subject=subject, data=data, actor=actor.key, at=at)
    made = CallTry.objects.create(
        call=row, by_id=actor.person, at=at, outcome=outcome.value, reason=why, record=record, entry=entry
    )
    if answer is not None and row.named is not None:
        named_coded(named_locked(row.named.seat), answer, own=False, note=record, reason=why, at=at)
    elif answer is not None and row.seat is not None and draw is not None:
        answered(draw, row.seat, answer, own=False, note=record, reason=why, at=at)
    return made


def _place(row: DrawCall) -> dict[str, object]:
    """The round of a drawn seat; a named one is of none."""
    return {"round": row.seat.round.j} if row.seat is not None else {"named": True}


def _window(row: DrawCall, at: datetime) -> None:
    """Refuse unless this invitation still waits for its answer."""
    if row.seat is not None:
        state_required(row.seat.round.draw, DrawState.CALLING)
    until = row.until
    if row.code != SeatCode.OPEN.value:
        raise StateConflict("answered", _("This invitation has its answer. Go on with the next one."))
    if until is None or at >= until:
        raise StateConflict("answer_late", _("The time to answer is over."))
