"""投标有效期: alarms before it ends (条例 25), and who is told when the owner asks to extend it (30号令 29)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from accounts.services import notify
from bidding.selectors.validity import bidders_opened, refusers
from kernel.policies import require
from trading import policies
from trading import selectors as trading
from trading.models import Lot, Reminder, ValidityExtension
from trading.services import validity_extend
from trading.states import LotState

RUNNING = (
    *(LotState.EVALUATING.value, LotState.REPORTED.value, LotState.PUBLICITY.value),
    LotState.AWAITING_AWARD.value,
)
ALARMS = ("validity_alarm_first", "validity_alarm")


@transaction.atomic
def extension_ask(
    *, lot_id: UUID, extended_until: datetime, answer_by: datetime, reason: str, actor: Actor, at: datetime
) -> ValidityExtension:
    """Ask for a longer validity (see ``trading``) and tell the owner and every bidder whose bid still stands."""
    lot = trading.lot_for_update(lot_id)
    require(policies.may_publish(actor, lot.tender.project.owner_id))
    made = validity_extend(
        lot_id=lot_id,
        extended_until=extended_until,
        answer_by=answer_by,
        reason=reason,
        actor=actor,
        at=at,
    )
    _tell(lot, made.valid_until, answer_by, at)
    return made


def validities_watch(*, at: datetime) -> int:
    """Send the alarms that are due: by the pack 30 and 15 days before the bids of an undecided lot end; how many."""
    lots = Lot.objects.filter(state__in=RUNNING).order_by("pk").values_list("pk", flat=True)
    return sum(lot_validity_watch(lot_id=lot_id, at=at) for lot_id in list(lots))


@transaction.atomic
def lot_validity_watch(*, lot_id: UUID, at: datetime) -> int:
    """The alarms of one lot that are due for the end in force and have not gone out; the nearest only."""
    lot = trading.lot_for_update(lot_id)
    ends_at = trading.valid_until(lot)
    rules = trading.outcome_rules(lot, at)
    due = [
        name
        for name in ALARMS
        if name in rules.rules and rules[name].count(ends_at, trading.calendar()).moment <= at < ends_at
    ]
    if not due:
        return 0
    _row, new = Reminder.objects.get_or_create(lot=lot, code=due[-1], close_at=ends_at, defaults={"at": at})
    if new:
        _tell(lot, ends_at, ends_at, at)
    return int(new)


def _tell(lot: Lot, ends_at: datetime, answer_by: datetime, at: datetime) -> None:
    """The owner, and each bidder whose bid still stands, alone and in the same words."""
    data = {
        "title": lot.tender.title,
        "number": lot.number,
        "ends_at": ends_at,
        "answer_until_at": answer_by,
    }
    owner = f"/hall/{lot.tender.number}/{lot.no}/outcome/"
    notify(
        event="validity_ending",
        to_organisation=lot.tender.project.owner_id,
        data={**data, "url": owner},
        at=at,
    )
    for organisation in sorted(bidders_opened(lot) - refusers(lot), key=str):
        url = f"/bids/lot/{lot.number}/validity/"
        notify(event="validity_ending", to_organisation=organisation, data={**data, "url": url}, at=at)
