"""终止招标 (条31): the owner stops, with a ground and an article; every lot's chain ends with a signed event."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from kernel.errors import RuleBroken
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import event_append, record_append
from trading import policies, selectors
from trading.models import Tender
from trading.rules import notices
from trading.services.lot_progress import move
from trading.services.notice_publish import notice_publish
from trading.services.policy_body import cancelled_body
from trading.services.signing import SignedObject, require_signed
from trading.services.takers import supervisor_notify, takers_notify
from trading.states import LOT, TENDER, LotAction, LotState, TenderAction, TenderState


@transaction.atomic
def tender_cancel(
    *,
    tender_id: UUID,
    reason: str,
    article: str,
    signed: Mapping[UUID, SignedObject],
    actor: Actor,
    at: datetime,
) -> Tender:
    """Terminate a published tender: every lot that has not ended, each by ``cancelled_body`` signed by the owner.

    It is on the supervisor's list from this moment; deposits go back with interest (条31). The chain of an opened
    lot has ended with its opening: its event stands in the chain of what follows the report.
    """
    tender = selectors.tender_for_update(tender_id)
    lots = selectors.lots_for_update(tender)
    require(policies.may_publish(actor, tender.project.owner_id))
    if not reason.strip() or not article.strip():
        raise RuleBroken("cancel_ground", _("A termination needs a ground and its article."))
    tender.state = next_state(TENDER, TenderAction.CANCEL, TenderState(tender.state)).value
    tender.cancelled_at = at
    tender.save(update_fields=["state", "cancelled_at"])
    live = [lot for lot in lots if LotState(lot.state) in LOT[LotAction.CANCEL].sources]
    if set(signed) != {lot.pk for lot in live}:
        raise RuleBroken(
            "signatures_incomplete", _("Each lot concerned needs its signed object, and no other.")
        )
    for lot in live:
        body = cancelled_body(lot, reason)
        require_signed("cancelled", signed[lot.pk], body=body, by=[tender.project.owner_id])
        chain = lot.chain if lot.opened_at is None else lot.award_chain
        event_append(kind="cancelled", body=body, signatures=signed[lot.pk]["signatures"], chain=chain, at=at)
        move(lot, LotAction.CANCEL, cancelled_at=at)
    record_append(
        name="tender-cancelled",
        subject=tender.number,
        data={"reason": reason, "article": article},
        actor=actor.key,
        at=at,
    )
    words = notices.cancellation_notice(reason=reason, article=article)
    notice_publish(tender=tender, kind="cancellation", content=words, actor=actor, at=at)
    takers_notify(tender=tender, event="tender_cancelled", data={"reason": reason}, at=at)
    told = {"number": tender.number, "article": article, "reason": reason}
    supervisor_notify(tender=tender, event="cancellation_listed", data=told, at=at)
    return tender
