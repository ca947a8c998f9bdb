"""延期 (amendment A5): later times by a signed event; the policy stays, and so does every sealed bid."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from kernel.errors import RuleBroken, StateConflict
from kernel.policies import require
from ledger import selectors as ledger
from ledger.services import event_append, record_append
from trading import policies, selectors
from trading.models import Lot, Postponement
from trading.rules import Times, notices, postpone_findings
from trading.services.lot_progress import lot_reopen
from trading.services.notice_publish import notice_publish
from trading.services.policy_body import postpone_body, seconds
from trading.services.signing import SignedObject, require_signed
from trading.services.suspension import resume_when_possible
from trading.services.takers import takers_notify
from trading.states import LotState

LAST_MINUTE_S = 60
MOVABLE = frozenset(
    {LotState.OPEN.value, LotState.SUSPENDED.value, LotState.CLOSED.value, LotState.OPENING.value}
)


@transaction.atomic
def tender_postpone(
    *, lot_id: UUID, times: Times, reason: str, signed: SignedObject, actor: Actor, at: datetime
) -> Postponement:
    """Move a lot's times later. ``signed`` is ``postpone_body(lot, times, reason)`` by owner and supervisor.

    After the deadline it moves only if the time sources failed in its last minute, within the pack's hours;
    the verifier asks the same of the log (docs/protocol.md 6.1). Bids already sealed stay valid.
    """
    lot = selectors.lot_for_update(lot_id)
    require(policies.may_publish(actor, lot.tender.project.owner_id))
    return postpone(lot=lot, times=times, reason=reason, signed=signed, actor=actor, at=at)


def postpone(
    *, lot: Lot, times: Times, reason: str, signed: SignedObject, actor: Actor, at: datetime
) -> Postponement:
    """Check, log and announce a postponement of a locked lot; who may do so was asked by the caller."""
    tender, project = lot.tender, lot.tender.project
    require_movable(lot, times, reason, at)
    old = selectors.times_in_force(lot)
    body = postpone_body(lot, times, reason)
    parties = [party for party in (project.owner_id, project.supervisor_id) if party]
    ev = require_signed("postpone", signed, body=body, by=parties)
    made = Postponement.objects.create(
        lot=lot,
        policy=lot.policy,
        ev=ev,
        close_at=times.close_at,
        open_at=[moment.isoformat() for moment in times.open_at],
        factor_until=times.factor_until,
        check_until=times.check_until,
        release_until=times.release_until,
        reason=reason,
        at=at,
    )
    lot.close_at = times.close_at
    lot.save(update_fields=["close_at"])
    event_append(kind="postpone", body=body, signatures=signed["signatures"], chain=lot.chain, at=at)
    record_append(
        name="lot-postponed",
        subject=lot.number,
        data={"close_at": times.close_at, "ev": ev},
        actor=actor.key,
        at=at,
    )
    if lot.state == LotState.CLOSED.value and times.close_at > at:
        lot_reopen(lot)
    words = notices.postponement_notice(lot=lot.number, old=old.close_at, new=times.close_at, reason=reason)
    notice_publish(tender=tender, kind="postponement", content=words, actor=actor, at=at, lot=lot)
    data = {"deadline_at": times.close_at, "reason": reason}
    takers_notify(tender=tender, event="deadline_moved", data=data, at=at)
    resume_when_possible(tender=tender, lots=selectors.lots_for_update(tender), actor=actor, at=at)
    return made


def require_movable(lot: Lot, times: Times, reason: str, at: datetime) -> None:
    """Refuse what can no longer move, a reason left out, and times which the rules do not allow."""
    if lot.state not in MOVABLE:
        raise StateConflict("lot_not_open", _("The times of this lot can no longer move."), state=lot.state)
    if not reason.strip():
        raise RuleBroken("postpone_reason", _("A postponement needs a reason."))
    old = selectors.times_in_force(lot)
    rules = selectors.rules_of(lot.tender, at)
    findings = postpone_findings(
        at=at, old=old, new=times, rules=rules, undisturbed=closing_undisturbed(lot, old.close_at)
    )
    if findings:
        raise RuleBroken("postpone", _("The times cannot be moved like this."), findings)


def closing_undisturbed(lot: Lot, close_at: datetime) -> bool:
    """Whether enough time sources made a statement in the last minute before the deadline (A5 a)."""
    policy = selectors.policy_in_force(lot)
    assert policy is not None
    time = policy.body["time"]
    moment = seconds(close_at)
    clock = ledger.clockwork(time["sources"], time["k"], until_ms=moment * 1000)
    return clock.stated_within(moment - LAST_MINUTE_S, moment) >= int(time["k"])
