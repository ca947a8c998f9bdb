"""终止 of one lot after its opening (条例 31; scenario 39): the supervisor is told first, then the owner signs."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from kernel.errors import NotFound, RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import event_append, record_append
from trading import policies, selectors
from trading.models import Lot, LotStop
from trading.rules import notices
from trading.services.lot_progress import move
from trading.services.notice_publish import notice_publish
from trading.services.outcomes import Paper
from trading.services.policy_body import cancelled_body
from trading.services.signing import SignedObject, require_signed
from trading.services.takers import supervisor_notify, takers_notify
from trading.states import LotAction, LotState

STOPPABLE = frozenset(
    {
        *(LotState.EVALUATING.value, LotState.REPORTED.value),
        *(LotState.PUBLICITY.value, LotState.AWAITING_AWARD.value),
    }
)


@transaction.atomic
def lot_stop_propose(
    *, lot_id: UUID, reason: str, article: str, decision: Paper, actor: Actor, at: datetime
) -> LotStop:
    """Tell the supervisor, with the decision's file, that an opened lot is to be stopped; nothing is published yet.

    By the owner. RuleBroken ``stop_ground`` without a ground and its article; StateConflict ``stop_open`` while one
    waits, or when the lot is not between its opening and its award (条例 73: no refusing to award without cause).
    """
    lot = _stoppable(lot_id)
    require(policies.may_publish(actor, lot.tender.project.owner_id))
    if not reason.strip() or not article.strip():
        raise RuleBroken("stop_ground", _("A termination needs a ground and its article."))
    if _open(lot) is not None:
        raise StateConflict(
            "stop_open", _("The supervisor has been told; sign the termination or take it back.")
        )
    data = {"reason": reason.strip(), "article": article.strip(), "decision": decision.sha256}
    record_append(name="lot-stop-told", subject=lot.number, data=data, actor=actor.key, at=at)
    told = {"number": lot.number, "article": article.strip(), "reason": reason.strip()}
    supervisor_notify(tender=lot.tender, event="cancellation_listed", data=told, at=at)
    assert actor.person is not None
    return LotStop.objects.create(
        id=uuid4(),
        lot=lot,
        reason=reason.strip(),
        article=article.strip(),
        file_sha256=decision.sha256,
        file_name=decision.name,
        file_size=decision.size,
        told_by=actor.person,
        told_at=at,
    )


@transaction.atomic
def lot_stop_sign(*, lot_id: UUID, signed: SignedObject, actor: Actor, at: datetime) -> LotStop:
    """End the lot as proposed, signed by the owner: published, told to all, deposits back with interest.

    What was opened stays in the record. NotFound when nothing was proposed.
    """
    lot = _stoppable(lot_id)
    project = lot.tender.project
    require(policies.may_publish(actor, project.owner_id))
    stop = _open(lot)
    if stop is None:
        raise NotFound("stop", _("No termination of this lot is proposed."))
    body = cancelled_body(lot, stop.reason)
    ev = require_signed("cancelled", signed, body=body, by=[project.owner_id])
    event = event_append(
        kind="cancelled", body=body, signatures=signed["signatures"], chain=lot.award_chain, at=at
    )
    move(lot, LotAction.CANCEL, cancelled_at=at)
    stop.ev, stop.entry, stop.at = ev, event, at
    stop.save(update_fields=["ev", "entry", "at"])
    words = notices.cancellation_notice(reason=stop.reason, article=stop.article, lot=lot.number)
    notice_publish(tender=lot.tender, kind="cancellation", content=words, actor=actor, at=at, lot=lot)
    takers_notify(tender=lot.tender, event="tender_cancelled", data={"reason": stop.reason}, at=at)
    return stop


@transaction.atomic
def lot_stop_withdraw(*, lot_id: UUID, actor: Actor, at: datetime) -> LotStop:
    """Take the proposed termination back; the supervisor's list keeps it. NotFound when none waits."""
    lot = selectors.lot_for_update(lot_id)
    require(policies.may_publish(actor, lot.tender.project.owner_id))
    stop = _open(lot)
    if stop is None:
        raise NotFound("stop", _("No termination of this lot is proposed."))
    stop.withdrawn_at = at
    stop.save(update_fields=["withdrawn_at"])
    record_append(name="lot-stop-withdrawn", subject=lot.number, data={}, actor=actor.key, at=at)
    return stop


def _stoppable(lot_id: UUID) -> Lot:
    lot = selectors.lot_for_update(lot_id)
    if lot.state not in STOPPABLE:
        raise StateConflict("not_stoppable", _("This lot is not between its opening and its award."))
    return lot


def _open(lot: Lot) -> LotStop | None:
    rows = LotStop.objects.select_for_update()
    return rows.filter(lot=lot, withdrawn_at__isnull=True, at__isnull=True).first()
