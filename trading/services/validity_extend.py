"""投标有效期延长 (30号令29): bidders are asked in writing; who refuses gets the deposit back."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from kernel.errors import RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import record_append
from trading import policies, selectors
from trading.models import ValidityExtension
from trading.rules import notices
from trading.services.notice_publish import notice_publish
from trading.states import BEFORE_PUBLICATION, LotState


@transaction.atomic
def validity_extend(
    *, lot_id: UUID, extended_until: datetime, answer_by: datetime, reason: str, actor: Actor, at: datetime
) -> ValidityExtension:
    """Ask for a longer validity of a lot's bids, before the present one ends; ``bidding`` keeps the answers."""
    lot = selectors.lot_for_update(lot_id)
    require(policies.may_publish(actor, lot.tender.project.owner_id))
    if LotState(lot.state) in BEFORE_PUBLICATION or not lot.validity_days:
        raise StateConflict("lot_not_published", _("This lot is not published."))
    until = selectors.valid_until(lot)
    if not at < answer_by <= until < extended_until or not reason.strip():
        raise RuleBroken(
            "validity_dates", _("The answer is due before the validity ends, and the new end lies after it.")
        )
    made = ValidityExtension.objects.create(
        lot=lot, valid_until=until, extended_until=extended_until, answer_by=answer_by, reason=reason, at=at
    )
    record_append(
        name="validity-extension-asked",
        subject=lot.number,
        data={"until": extended_until},
        actor=actor.key,
        at=at,
    )
    words = notices.validity_notice(
        lot=lot.number, until=until, extended=extended_until, answer_by=answer_by, reason=reason
    )
    notice_publish(tender=lot.tender, kind="validity", content=words, actor=actor, at=at, lot=lot)
    return made
