"""After the report: what owner, agency and supervisor see of it, and what each of them does next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.rules.offline import signing_one
from accounts.selectors import active_spkis
from accounts.states import MandatePower, Power, Role
from bidding.policies.opened import may_follow_securities
from bidding.security_files import store
from bidding.selectors.hall import hall as hall_of
from bidding.selectors.hall import lot_in_hall
from bidding.selectors.mandates import chairing
from kernel.errors import Finding, NotFound
from kernel.policies import require
from trading import policies as trading_policies
from trading import selectors as trading
from trading.models import (
    Award,
    AwardDraft,
    Candidate,
    CandidateOut,
    Contract,
    EvaluationReport,
    Lot,
    LotHold,
    LotStop,
    Objection,
    OutDraft,
    Publicity,
    RankedBid,
    Recheck,
    RejectedBid,
    ResultLetter,
    WrittenReport,
)
from trading.rules.awarding import publicity_needed, publicity_start, rule_in_force
from trading.rules.counting import Counted, local_day
from trading.rules.next_steps import NextStep
from trading.rules.turns import lot_turn
from trading.selectors import awarding as reads
from trading.selectors.next_steps import awaited
from trading.services.written_report import report_due
from trading.states import LotState

STAGES = (
    LotState.REPORTED,
    LotState.PUBLICITY,
    LotState.AWAITING_AWARD,
    LotState.AWARDED,
    LotState.CONTRACTED,
)


@dataclass(frozen=True)
class ResultPage:
    """One lot from the report to the contract, as its own people and its supervisor see it."""

    lot: Lot
    hall: Any
    number: str
    no: int
    state: LotState
    owning: bool
    drafting: bool
    supervising: bool
    report: EvaluationReport | None
    candidates: Sequence[Candidate]
    rejected: Sequence[RejectedBid]
    behind: Sequence[RankedBid]
    publicity: Publicity | None
    start: Counted | None
    shown: bool
    objections: Sequence[Objection]
    locks: Sequence[Finding]
    draft: AwardDraft | None
    out_draft: OutDraft | None
    award: Award | None
    letters: Sequence[ResultLetter]
    written: WrittenReport | None
    written_due: datetime | None
    recheck: Recheck | None
    holds: Sequence[LotHold]
    stop: LotStop | None
    chooses: bool
    contract: Contract | None
    step: NextStep | None

    @property
    def turn(self) -> str:
        """The code of whose turn it is."""
        return lot_turn(self.lot.state)

    @property
    def may_receipt(self) -> bool:
        """The owner has the report to confirm."""
        report = self.report
        return self.owning and report is not None and report.receipted_at is None and self.state is STAGES[0]

    @property
    def may_publish(self) -> bool:
        """The owner may show the candidates."""
        report = self.report
        received = report is not None and report.receipted_at is not None
        return self.owning and received and self.state is LotState.REPORTED and self.shown

    @property
    def may_waive(self) -> bool:
        """The owner may go on without publicity: no rule asks for one here."""
        report = self.report
        received = report is not None and report.receipted_at is not None
        return self.owning and received and self.state is LotState.REPORTED and not self.shown

    @property
    def may_draft(self) -> bool:
        """Owner or agency may prepare the award."""
        return self.drafting and self.state is LotState.AWAITING_AWARD

    @property
    def may_sign(self) -> bool:
        """The owner may sign the award that is drafted; what locks it is shown on the page."""
        return self.owning and self.state is LotState.AWAITING_AWARD and self.draft is not None

    @property
    def fallen(self) -> list[Candidate]:
        """The candidates that fell out, in their order."""
        return [row for row in self.candidates if hasattr(row, "out")]

    @property
    def can_fall(self) -> list[Candidate]:
        """The candidates that may fall out now: once the lot is awarded its winner alone (条例 55)."""
        left = [row for row in self.candidates if not hasattr(row, "out")]
        report, award = self.report, self.award
        return [row for row in left if report and not reads.fall_locks(report, row, award)]

    @property
    def out_locks(self) -> Sequence[Finding]:
        """What stands against the fall that is prepared."""
        if self.report is None or self.out_draft is None:
            return ()
        return reads.fall_locks(self.report, self.out_draft.candidate, self.award)

    @property
    def may_sign_out(self) -> bool:
        """The owner may sign that a candidate falls out, once it is prepared; what locks it is shown on the page."""
        return self.owning and self.state in {LotState.AWAITING_AWARD, LotState.AWARDED}

    @property
    def may_leave_out(self) -> bool:
        """The owner may prepare that a candidate falls out."""
        return self.may_sign_out and bool(self.can_fall)

    @property
    def may_tender_again(self) -> bool:
        """The owner may tender again instead of taking the next (条例 55)."""
        return self.owning and bool(self.fallen) and self.state is LotState.AWAITING_AWARD

    @property
    def may_recheck(self) -> bool:
        """The owner may ask the panel to look at a candidate again (条例 56)."""
        early = self.state in {LotState.PUBLICITY, LotState.AWAITING_AWARD}
        return self.owning and early and self.recheck is None

    @property
    def may_report(self) -> bool:
        """The owner may send the written report."""
        award = self.award
        return self.owning and award is not None and not award.outside and self.written is None

    @property
    def may_stop(self) -> bool:
        """The owner may stop the lot."""
        states = {LotState.EVALUATING, LotState.REPORTED, LotState.PUBLICITY, LotState.AWAITING_AWARD}
        return self.owning and self.state in states

    @property
    def may_hold(self) -> bool:
        """The supervisor may suspend this lot alone."""
        return self.supervising and self.state in {LotState.EVALUATING, *STAGES[:4]}


def result_page(number: str, no: int, actor: Actor, at: datetime) -> ResultPage:
    """The page for owner, agency and supervisor; NotFound until the lot is opened."""
    lot = lot_in_hall(number, no)
    project = lot.tender.project
    require(may_follow_securities(actor, project.owner_id, chairing(lot, actor, at), project.supervisor_id))
    if lot.opened_at is None:
        raise NotFound("not_opened", _("This lot has not been opened; there is nothing to record yet."))
    report = reads.report_standing(lot)
    rules, flags = trading.outcome_rules(lot, at), trading.project_flags(project)
    agencies = trading.agencies(project, lot.tender.reference, MandatePower.CHAIR, at)
    award = reads.award_standing(lot)
    decided = award if award is not None and not award.outside else None
    return ResultPage(
        lot=lot,
        hall=hall_of(number, no, at),
        number=number,
        no=no,
        state=LotState(lot.state),
        owning=trading_policies.may_publish(actor, project.owner_id).allowed,
        drafting=trading_policies.may_record_outcome(actor, project.owner_id, agencies).allowed,
        supervising=_supervises(actor, project.supervisor_id),
        report=report,
        candidates=reads.candidates(report) if report else (),
        rejected=list(report.rejectedbids.select_related("bidder")) if report else (),
        behind=list(report.rankedbids.select_related("bidder")) if report else (),
        publicity=reads.publicity_of(report) if report else None,
        start=_start(report, lot, at),
        shown=publicity_needed(rules, flags),
        objections=reads.result_objections(lot),
        locks=reads.award_locks(lot, report, at) if report and decided is None else (),
        draft=AwardDraft.objects.filter(lot=lot, closed_at__isnull=True)
        .select_related("candidate__bidder")
        .first(),
        out_draft=reads.out_draft(report) if report else None,
        award=award,
        letters=list(decided.letters.select_related("organisation").order_by("-won")) if decided else (),
        written=WrittenReport.objects.filter(award=award).first() if award else None,
        written_due=report_due(lot, decided) if decided else None,
        recheck=reads.recheck_open(report) if report else None,
        holds=reads.holds_open(lot),
        stop=LotStop.objects.filter(lot=lot, withdrawn_at__isnull=True).first(),
        chooses=rule_in_force(rules, "owner_chooses", flags) is not None,
        contract=Contract.objects.filter(lot=lot).first(),
        step=awaited(lot, at),
    )


def _supervises(actor: Actor, supervisor: UUID | None) -> bool:
    named = actor.organisation is not None and actor.organisation == supervisor
    return named and Role.SUPERVISOR in actor.roles and Power.CONFIRM in actor.powers


def _start(report: EvaluationReport | None, lot: Lot, at: datetime) -> Counted | None:
    if report is None or report.receipted_at is None:
        return None
    rules, flags = trading.outcome_rules(lot, at), trading.project_flags(lot.tender.project)
    return publicity_start(report.receipted_at, rules, flags, trading.calendar())


def steps_shown(counted: Counted) -> list[str]:
    """How a term was counted, line by line, in the reader's language: holidays by name, days as dates."""
    return [_(step.message) % step.data for step in counted.steps]


def worked_days(since: datetime, until: datetime) -> int:
    """How many worked days lie wholly after the day of ``since`` and before ``until``: the other calendar."""
    calendar, found = trading.calendar(), 0
    day, last = local_day(since), Counted(until, ()).last_day
    for ordinal in range(day.toordinal() + 1, last.toordinal() + 1):
        found += not calendar.is_rest(day.fromordinal(ordinal))
    return found


def signing_panel(lot: Lot, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """What the signing panel needs: the body, and the owner's keys."""
    return signing_one(kind, body, active_spkis(lot.tender.project.owner_id))


def paper_of(page: ResultPage, digest: str) -> tuple[Any, str, int]:
    """A file that belongs to this lot's result: pieces, name, size; NotFound for any other digest."""
    lot = page.lot
    own = Q(file_sha256=digest)
    award = Award.objects.filter(Q(report_sha256=digest) | own, lot=lot, outside=True).first()
    if award is not None and award.report_sha256 == digest:
        return store().pieces(digest), award.report_name, award.report_size
    rows: list[Any] = [
        award,
        CandidateOut.objects.filter(own, candidate__report__lot=lot).first(),
        OutDraft.objects.filter(own, lot=lot).first(),
        Recheck.objects.filter(own, report__lot=lot).first(),
        AwardDraft.objects.filter(own, lot=lot).first(),
        LotStop.objects.filter(own, lot=lot).first(),
        Contract.objects.filter(own, lot=lot).first(),
    ]
    found = next((row for row in rows if row is not None), None)
    if found is None:
        raise NotFound("not_here", _("There is no such thing, or none you may know of."))
    return store().pieces(digest), found.file_name, found.file_size
