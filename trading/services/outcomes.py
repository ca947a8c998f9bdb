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
from kernel.errors import Finding, RuleBroken, StateConflict
from kernel.policies import require
from ledger.models import Entry
from ledger.services import record_append
from trading import policies, selectors
from trading.models import Award, Contract, ContractTerms, Lot
from trading.rules.awarding import contract_findings
from trading.rules.counting import local_day
from trading.rules.result_notices import contract_notice
from trading.selectors import awarding as reads
from trading.services.lot_progress import move
from trading.services.notice_publish import notice_publish
from trading.states import LotAction


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


@dataclass(frozen=True)
class Terms:
    """What of a contract is compared with the bid: duration as written, bond in yuan, why anything differs."""

    duration: str = ""
    bond: Decimal = Decimal(0)
    difference: str = ""


NO_TERMS = Terms()


@transaction.atomic
def award_record(
    *,
    lot_id: UUID,
    winner_id: UUID,
    outside_reason: str,
    report: Report,
    notified_on: date,
    notice: Paper,
    actor: Actor,
    at: datetime,
) -> Award:
    """Record that the award notice went to ``winner_id`` on a day, by a report made outside; once for a lot (ADR 42).

    ``outside_reason`` says why the evaluation was not held here; it is the flag that opens this way. The caller has
    seen that the winner is among those opened. StateConflict when the lot is not under evaluation; RuleBroken
    ``evaluated_here`` when a panel of this lot stands in the log, ``outside_reason`` without one, ``award_report``
    without the report's number, ``award_day`` for days in the future, before the opening, or notice before report.
    """
    lot = lot_to_record(lot_id=lot_id, actor=actor, at=at)
    if not outside_reason.strip():
        raise _refused("outside_reason", "outside_reason", _("Say why the evaluation was held outside."))
    if Entry.objects.filter(chain=lot.evaluation_chain).exists():
        raise _refused(
            "outside_reason",
            "evaluated_here",
            _("A panel of this lot has begun here; the award follows from its report."),
        )
    if not report.number.strip():
        raise _refused("report_number", "award_report", _("Write the number of the evaluation report."))
    _day(report.on, "report_on", lot, at)
    _day(notified_on, "notified_on", lot, at)
    if notified_on < report.on:
        raise _refused(
            "notified_on", "award_day", _("The award notice follows the report, not the other way round.")
        )
    move(lot, LotAction.AWARD_OUTSIDE)
    data = {
        "winner": winner_id,
        "report": [report.number.strip(), report.on, report.file.sha256],
        "notified": notified_on,
        "notice": notice.sha256,
        "outside": True,
        "reason": outside_reason.strip(),
    }
    entry = record_append(name="award-recorded", subject=lot.number, data=data, actor=actor.key, at=at)
    assert actor.person is not None
    return Award.objects.create(
        id=uuid4(),
        lot=lot,
        outside_reason=outside_reason.strip(),
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
    terms: Terms,
    file: Paper,
    actor: Actor,
    at: datetime,
) -> Contract:
    """Record that the contract of an awarded lot is signed, and publish it; once (条57: deposits go back from then on).

    StateConflict when the lot is not awarded, or ``lot_held``; RuleBroken ``contract_day`` for a day in the future or
    before the award notice, ``contract_whole`` without parties or a sum above zero, ``contract_differs`` when price or
    duration are not the bid's and no reason is given (条57), ``bond_cap`` for too high a bond (条58).
    """
    lot = lot_to_record(lot_id=lot_id, actor=actor, at=at)
    award = reads.award_standing(lot)
    move(lot, LotAction.CONTRACT)
    if reads.holds_open(lot):
        raise StateConflict("lot_held", _("The supervisor has suspended this lot."))
    if award is None or not award.notified_on <= signed_on <= local_day(at):
        raise _refused(
            "signed_on",
            "contract_day",
            _("The contract is signed after the award notice, and not in the future."),
        )
    if not parties.strip() or amount <= 0:
        raise _refused("parties", "contract_whole", _("Write the parties and the sum of the contract."))
    _compared(lot, award, amount, terms, at)
    data = {
        "signed": signed_on,
        "parties": parties.strip(),
        "amount": amount,
        "file": file.sha256,
        "duration": terms.duration,
        "bond": terms.bond,
        "difference": terms.difference,
    }
    entry = record_append(name="contract-recorded", subject=lot.number, data=data, actor=actor.key, at=at)
    assert actor.person is not None
    made = Contract.objects.create(
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
    _publish(lot, made, terms, actor, at)
    return made


def _compared(lot: Lot, award: Award, amount: Decimal, terms: Terms, at: datetime) -> None:
    """Price and duration against the winning bid, where this platform knows it; the bond against the sum."""
    won = None if award.outside else award.decision.candidate
    findings = contract_findings(
        price=won.price if won else None,
        agreed=won.duration if won else "",
        amount=amount,
        terms=(terms.duration, terms.bond, terms.difference),
        rules=selectors.outcome_rules(lot, at),
    )
    if findings:
        raise RuleBroken(findings[0].code, findings[0].message, findings, **findings[0].data)


def _publish(lot: Lot, contract: Contract, terms: Terms, actor: Actor, at: datetime) -> None:
    words = contract_notice(
        reads.head_of(lot),
        parties=contract.parties,
        amount=contract.amount,
        currency=contract.currency,
        signed_on=contract.signed_on,
        terms={"duration": terms.duration, "bond": terms.bond, "difference": terms.difference},
    )
    notice = notice_publish(tender=lot.tender, kind="contract", content=words, actor=actor, at=at, lot=lot)
    ContractTerms.objects.create(
        contract=contract,
        duration=terms.duration,
        bond=terms.bond,
        difference=terms.difference,
        notice=notice,
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
