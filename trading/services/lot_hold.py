"""条例 62: the supervisor suspends one lot after its opening; the others of the tender go on (scenario 38)."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor, is_system
from kernel.errors import NotFound, RuleBroken, StateConflict
from kernel.policies import ALLOW, require
from ledger.services import record_append
from trading import policies, selectors
from trading.models import Lot, LotHold
from trading.models.evaluated import HOLD_GROUNDS
from trading.rules import notices
from trading.services.notice_publish import notice_publish
from trading.states import LotState

HOLDABLE = frozenset(
    {
        *(LotState.EVALUATING.value, LotState.REPORTED.value, LotState.PUBLICITY.value),
        *(LotState.AWAITING_AWARD.value, LotState.AWARDED.value),
    }
)


@transaction.atomic
def lot_hold(*, lot_id: UUID, ground: str, text: str, article: str, actor: Actor, at: datetime) -> LotHold:
    """Suspend one lot between its opening and its contract, by order or for a complaint; published at once.

    By the competent supervisor, or by the platform when a complaint asks for it. RuleBroken ``hold_ground`` without
    ground, text or article; StateConflict ``lot_not_opened`` before the opening or after the contract.
    """
    lot = selectors.lot_for_update(lot_id)
    _may(lot, actor)
    if lot.state not in HOLDABLE:
        raise StateConflict(
            "lot_not_opened", _("One lot alone is suspended between its opening and its contract.")
        )
    if ground not in HOLD_GROUNDS or not text.strip() or not article.strip():
        raise RuleBroken("hold_ground", _("A suspension needs a ground, its text and its article."))
    data = {"ground": ground, "article": article.strip()}
    record_append(name="lot-suspended", subject=lot.number, data=data, actor=actor.key, at=at)
    words = notices.suspension_notice(
        ground=ground, text=text.strip(), article=article.strip(), since=at, lot=lot.number
    )
    notice_publish(tender=lot.tender, kind="suspension", content=words, actor=actor, at=at, lot=lot)
    return LotHold.objects.create(
        id=uuid4(),
        lot=lot,
        ground=ground,
        text=text.strip(),
        article=article.strip(),
        by=actor.person,
        since=at,
    )


@transaction.atomic
def lot_release(*, hold_id: UUID, actor: Actor, at: datetime) -> LotHold:
    """Lift the suspension of a lot, by whoever may suspend it; idempotent. NotFound for none."""
    found = LotHold.objects.filter(pk=hold_id).first()
    if found is None:
        raise NotFound("hold", _("There is no such suspension."))
    lot = selectors.lot_for_update(found.lot_id)
    _may(lot, actor)
    hold = LotHold.objects.select_for_update().get(pk=hold_id)
    if hold.lifted_at is not None:
        return hold
    hold.lifted_at = at
    hold.save(update_fields=["lifted_at"])
    record_append(
        name="lot-suspension-lifted", subject=lot.number, data={"ground": hold.ground}, actor=actor.key, at=at
    )
    words = notices.resumption_notice(ground=hold.ground, lifted_at=at, deadlines={}, lot=lot.number)
    notice_publish(tender=lot.tender, kind="resumption", content=words, actor=actor, at=at, lot=lot)
    return hold


def _may(lot: Lot, actor: Actor) -> None:
    project = lot.tender.project
    allowed = policies.may_lift(actor, project.owner_id, project.supervisor_id, "order")
    require(ALLOW if is_system(actor) else allowed)
