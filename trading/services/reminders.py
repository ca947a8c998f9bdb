"""What is said before a deadline: to every taker the same words, to officers the hour, to the owner its clock.

A reminder is not an act and has no entry in the ledger, which would let the log count who was told.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.services import notify
from trading import selectors
from trading.models import Lot, Objection, Reminder
from trading.states import ObjectionState

TO_TAKERS = {"takers-24h": timedelta(hours=24), "takers-2h": timedelta(hours=2)}
TO_OFFICERS = {"officers-24h": timedelta(hours=24), "officers-30m": timedelta(minutes=30)}
REPLY_WARNING = timedelta(hours=24)
EVE = "officers-24h"
REPLY_CLOCK = "异议答复 / reply to an objection"
EARLY = "预警 / early warning"
OVERDUE = "红牌 / overdue"


def reminders_send(*, at: datetime) -> int:
    """Send every reminder that is due at ``at`` and has not gone out for the deadline in force; how many lots."""
    lots = selectors.lots_closing(at, max(*TO_TAKERS.values(), *TO_OFFICERS.values()))
    for lot_id in lots:
        lot_remind(lot_id=lot_id, at=at)
    for objection_id in selectors.objections_due(at, REPLY_WARNING):
        objection_remind(objection_id=objection_id, at=at)
    return len(lots)


@transaction.atomic
def lot_remind(*, lot_id: UUID, at: datetime) -> list[str]:
    """The reminders of one lot now due, each once per deadline; the codes sent. The number of takers shows nowhere."""
    lot = selectors.lot_for_update(lot_id)
    deadline = selectors.times_in_force(lot).close_at
    sent = []
    for code, ahead in {**TO_TAKERS, **TO_OFFICERS}.items():
        if not deadline - ahead <= at < deadline:
            continue
        _row, new = Reminder.objects.get_or_create(lot=lot, code=code, close_at=deadline, defaults={"at": at})
        if not new:
            continue
        sent.append(code)
        if code in TO_TAKERS:
            takers_remind(lot, deadline, at)
        else:
            officers_remind(lot, deadline, at)
        if code == EVE:
            dryruns_ask(lot, deadline, at)
    return sent


def takers_remind(lot: Lot, deadline: datetime, at: datetime) -> None:
    """To every taker alike: without a receipt you have not submitted. Who has one has no bearing."""
    for organisation in lot.tender.takers.order_by("code").values_list("organisation", flat=True):
        notify(event="receipt_reminder", to_organisation=organisation, data={"deadline_at": deadline}, at=at)


def officers_remind(lot: Lot, deadline: datetime, at: datetime) -> None:
    """To each officer in person: when the opening is, never how many bids there are."""
    data = {
        "title": lot.tender.title,
        "number": lot.number,
        "opening_at": deadline,
        "url": f"/n/{lot.tender.number}",
    }
    for person in lot.seats.order_by("i").values_list("person", flat=True):
        notify(event="officer_reminder", to_person=person, data=data, at=at)


def dryruns_ask(lot: Lot, deadline: datetime, at: datetime) -> None:
    """On the eve, ask each officer to try the key once more on the device of the day (journeys, 2.4 K3)."""
    for seat, person in lot.seats.order_by("i").values_list("pk", "person"):
        data = {"title": lot.tender.title, "opening_at": deadline, "url": f"/seats/{seat}/"}
        notify(event="officer_dryrun", to_person=person, data=data, at=at)


@transaction.atomic
def objection_remind(*, objection_id: UUID, at: datetime) -> Objection:
    """Warn owner and supervisor: a day before the reply to an objection is due, and when it is overdue (条22)."""
    tender = selectors.tender_for_update(selectors.objection_for_update(objection_id).tender_id)
    objection = selectors.objection_for_update(objection_id)
    if objection.state != ObjectionState.RECEIVED.value:
        return objection
    overdue = at >= objection.reply_due_at
    warned = objection.warned_at
    if warned is not None and not (overdue and warned < objection.reply_due_at):
        return objection
    objection.warned_at = at
    objection.save(update_fields=["warned_at"])
    data = {
        "number": tender.number,
        "clock": REPLY_CLOCK,
        "card": OVERDUE if overdue else EARLY,
        "due_at": objection.reply_due_at,
    }
    for organisation in filter(None, (tender.project.owner_id, tender.project.supervisor_id)):
        notify(event="clock_card", to_organisation=organisation, data=data, at=at)
    return objection
