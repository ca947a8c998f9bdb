"""Clocks between report and contract that somebody must be warned of: the owner and its supervisor, once each.

A warning is no act and has no entry in the ledger; ``Reminder`` keeps that it went out.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.services import notify
from trading import selectors
from trading.models import Lot, Reminder, WrittenReport
from trading.rules.awarding import publicity_start, rule_in_force
from trading.selectors import awarding as reads
from trading.services.publicity import LATE, LATE_START
from trading.services.reminders import EARLY
from trading.services.written_report import report_due
from trading.states import LotState

AHEAD = timedelta(hours=24)
CONTRACT = "合同订立 / contract"
WRITTEN = "书面报告 / written report"
WATCHED = (LotState.REPORTED.value, LotState.AWARDED.value, LotState.CONTRACTED.value)


def result_clocks_watch(*, at: datetime) -> int:
    """Warn of every clock of 条例 54, 法 46 and 法 47 that is near or over; how many warnings went out."""
    lots = Lot.objects.filter(state__in=WATCHED).order_by("pk").values_list("pk", flat=True)
    return sum(lot_clocks_watch(lot_id=lot_id, at=at) for lot_id in list(lots))


@transaction.atomic
def lot_clocks_watch(*, lot_id: UUID, at: datetime) -> int:
    """The warnings of one lot that are due and have not gone out."""
    lot = selectors.lot_for_update(lot_id)
    sent = 0
    for code, clock, warn_at, due_at in clocks(lot, at):
        for card, since in ((EARLY, warn_at), (LATE, due_at)):
            if at < since or (card == EARLY and at >= due_at):
                continue
            name = f"{code}-{'late' if card == LATE else 'soon'}"
            _row, new = Reminder.objects.get_or_create(
                lot=lot, code=name, close_at=due_at, defaults={"at": at}
            )
            if new:
                _tell(lot, clock, card, due_at, at)
                sent += 1
    return sent


def clocks(lot: Lot, at: datetime) -> Iterator[tuple[str, str, datetime, datetime]]:
    """(code, words, when to warn, when it is due) of the clocks that run for a lot and are not met."""
    rules, flags = selectors.outcome_rules(lot, at), selectors.project_flags(lot.tender.project)
    calendar = selectors.calendar()
    report = reads.report_standing(lot)
    if lot.state == LotState.REPORTED.value and report is not None and report.receipted_at is not None:
        start = publicity_start(report.receipted_at, rules, flags, calendar)
        if start is not None:
            yield "publicity", LATE_START, start.moment - AHEAD, start.moment
    award = reads.award_standing(lot)
    if award is None:
        return
    contract = rule_in_force(rules, "contract", flags)
    if lot.state == LotState.AWARDED.value and contract is not None:
        since = award.at
        reminder = rules.rules.get("contract_reminder")
        due = contract.count(since, calendar).moment
        warn = reminder.count(since, calendar).moment if reminder else due - AHEAD
        yield "contract", CONTRACT, warn, due
    if not award.outside and not WrittenReport.objects.filter(award=award).exists():
        until = report_due(lot, award)
        if until is not None:
            yield "written", WRITTEN, until - AHEAD, until


def _tell(lot: Lot, clock: str, card: str, due_at: datetime, at: datetime) -> None:
    project = lot.tender.project
    data = {"number": lot.number, "clock": clock, "card": card, "due_at": due_at}
    for organisation in filter(None, (project.owner_id, project.supervisor_id)):
        notify(event="clock_card", to_organisation=organisation, data=data, at=at)
