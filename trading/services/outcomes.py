"""The award notice and the contract, as owner or agency record them; ``bidding`` knows who bid and calls these."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.states import MandatePower
from kernel.errors import Finding, RuleBroken
from kernel.policies import require
from ledger.services import record_append
from trading import policies, selectors
from trading.models import Award, Contract, Lot
from trading.rules.counting import local_day
from trading.services.lot_progress import move
from trading.states import LotAction, LotState


@dataclass(frozen=True)
class Paper:
    """A file already in the store: digest over its bytes, name, size."""

    sha256: str
    name: str
    size: int


@dataclass(frozen=True)
class Report:
    """The evaluation report made outside the platform: its number, the day it was signed, and its file."""

    number: str
    on: date
    file: Paper


@transaction.atomic
def award_record(
    *,
    lot_id: UUID,
    winner_id: UUID,
    report: Report,
    notified_on: date,
    notice: Paper,
    actor: Actor,
    at: datetime,
) -> Award:
    """Record that the award notice went to ``winner_id`` on a day, by a report made outside; once for a lot.

    The caller has seen that the winner is among those opened. StateConflict when the lot is not under evaluation or
    awaiting its award; RuleBroken ``award_report`` without the report's number, ``award_day`` for days that lie
    in the future, before the opening, or a notice before its report.
    """
    lot = lot_to_record(lot_id=lot_id, actor=actor, at=at)
    if not report.number.strip():
        raise _refused("report_number", "award_report", _("Write the number of the evaluation report."))
    _day(report.on, "report_on", lot, at)
    _day(notified_on, "notified_on", lot, at)
    if notified_on < report.on:
        raise _refused(
            "notified_on", "award_day", _("The award notice follows the report, not the other way round.")
        )
    outside = lot.state == LotState.EVALUATING.value
    move(lot, LotAction.AWARD_OUTSIDE if outside else LotAction.AWARD)
    pk = uuid4()
    data = {
        "winner": winner_id,
        "report": [report.number.strip(), report.on, report.file.sha256],
        "notified": notified_on,
        "notice": notice.sha256,
        "outside": outside,
    }
    entry = record_append(name="award-recorded", subject=lot.number, data=data, actor=actor.key, at=at)
    assert actor.person is not None
    return Award.objects.create(
        id=pk,
        lot=lot,
        winner_id=winner_id,
        report_number=report.number.strip(),
        report_on=report.on,
        report_sha256=report.file.sha256,
        report_name=report.file.name,
        report_size=report.file.size,
        notified_on=notified_on,
        file_sha256=notice.sha256,
        file_name=notice.name,
        file_size=notice.size,
        by=actor.person,
        at=at,
        entry=entry,
    )


@transaction.atomic
def contract_record(
    *,
    lot_id: UUID,
    signed_on: date,
    parties: str,
    amount: Decimal,
    file: Paper,
    actor: Actor,
    at: datetime,
) -> Contract:
    """Record that the contract of an awarded lot is signed; once for a lot (条57: deposits go back from then on).

    StateConflict when the lot is not awarded; RuleBroken ``contract_day`` for a day in the future or before the award
    notice, ``contract_whole`` without parties or a sum above zero.
    """
    lot = lot_to_record(lot_id=lot_id, actor=actor, at=at)
    move(lot, LotAction.CONTRACT)
    if signed_on > local_day(at) or signed_on < lot.award.notified_on:
        raise _refused(
            "signed_on",
            "contract_day",
            _("The contract is signed after the award notice, and not in the future."),
        )
    if not parties.strip() or amount <= 0:
        raise _refused("parties", "contract_whole", _("Write the parties and the sum of the contract."))
    data = {"signed": signed_on, "parties": parties.strip(), "amount": amount, "file": file.sha256}
    entry = record_append(name="contract-recorded", subject=lot.number, data=data, actor=actor.key, at=at)
    assert actor.person is not None
    return Contract.objects.create(
        lot=lot,
        parties=parties.strip(),
        signed_on=signed_on,
        amount=amount,
        currency=lot.currency,
        file_sha256=file.sha256,
        file_name=file.name,
        file_size=file.size,
        by=actor.person,
        at=at,
        entry=entry,
    )


def lot_to_record(*, lot_id: UUID, actor: Actor, at: datetime) -> Lot:
    """The lot, locked, for whoever may record what became of it; NotPermitted for anybody else."""
    lot = selectors.lot_for_update(lot_id)
    project = lot.tender.project
    agencies = selectors.agencies(project, lot.tender.reference, MandatePower.CHAIR, at)
    require(policies.may_record_outcome(actor, project.owner_id, agencies))
    return lot


def _day(day: date, field: str, lot: Lot, at: datetime) -> None:
    if lot.opened_at is None or not local_day(lot.opened_at) <= day <= local_day(at):
        raise _refused(field, "award_day", _("This day lies between the opening and today."))


def _refused(field: str, code: str, message: str, data: Mapping[str, object] | None = None) -> RuleBroken:
    return RuleBroken(code, message, [Finding(code, message, field=field, data=data or {})])
