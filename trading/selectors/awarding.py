"""Reads between report and contract: the report that stands, who may still win, and what locks the award."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.models import Organisation
from kernel.errors import Finding, NotFound
from trading.models import (
    Award,
    Candidate,
    EvaluationReport,
    Lot,
    LotHold,
    Objection,
    OutDraft,
    Publicity,
    RankedBid,
    Recheck,
    RejectedBid,
)
from trading.rules.awarding import rule_in_force
from trading.rules.result_notices import Head, Ranked, Refused
from trading.selectors.law import outcome_rules, project_flags
from trading.states import ObjectionState


@dataclass(frozen=True)
class Standing:
    """Where one bidder stands by the report: rank, value, scores, or the article and reason of its rejection."""

    rank: int | None = None
    value: str = ""
    price: Decimal | None = None
    scores: Sequence[dict[str, str]] = ()
    refused: tuple[str, str] | None = None
    candidate: bool = False


def report_standing(lot: Lot) -> EvaluationReport | None:
    """The report that stands; None before one has come."""
    return EvaluationReport.objects.filter(lot=lot, superseded_at__isnull=True).first()


def report_for_update(lot: Lot) -> EvaluationReport:
    """The report that stands, locked after its lot; NotFound before one has come."""
    row = EvaluationReport.objects.select_for_update().filter(lot=lot, superseded_at__isnull=True).first()
    if row is None:
        raise NotFound("no_report", _("No evaluation report has come yet."))
    row.lot = lot
    return row


def candidates(report: EvaluationReport) -> list[Candidate]:
    """The candidates in their order, each with its organisation and whether it fell out."""
    return list(report.candidates.select_related("bidder", "out").order_by("rank"))


def ranks_out(report: EvaluationReport) -> frozenset[int]:
    """The ranks of candidates that fell out."""
    return frozenset(report.candidates.filter(out__isnull=False).values_list("rank", flat=True))


def publicity_of(report: EvaluationReport) -> Publicity | None:
    """The publicity of a report, once it is published."""
    return Publicity.objects.filter(report=report).select_related("notice", "report").first()


def publicity_now(lot: Lot) -> Publicity | None:
    """The publicity of the report that stands."""
    report = report_standing(lot)
    return publicity_of(report) if report else None


def award_standing(lot: Lot) -> Award | None:
    """The award in force: the last, unless its winner fell out."""
    last = lot.awards.select_related("winner").order_by("serial").last()
    if last is None or last.outside:
        return last
    return None if hasattr(last.decision.candidate, "out") else last


def out_draft(report: EvaluationReport) -> OutDraft | None:
    """The fall that waits for the owner's signature: of a candidate of this report that has not fallen out."""
    rows = OutDraft.objects.select_related("candidate__bidder", "candidate__report__lot")
    return rows.filter(closed_at__isnull=True, candidate__report=report, candidate__out__isnull=True).first()


def fall_locks(report: EvaluationReport, candidate: Candidate, award: Award | None) -> list[Finding]:
    """What stands against leaving a candidate out now: a panel called back (条例 71), an award to another (条例 55)."""
    found = []
    if report.recalled_at is not None:
        message = _("The panel has been called back. Its new report says who is a candidate.")
        found.append(Finding("panel_recalled", message, "招标投标法实施条例第七十一条", True, "candidate"))
    if award is not None and award.winner_id != candidate.bidder_id:
        message = _("The lot is awarded to another candidate.")
        found.append(Finding("other_winner", message, "招标投标法实施条例第五十五条", True, "candidate"))
    return found


def result_objections(lot: Lot) -> list[Objection]:
    """Objections to the result of a lot, the oldest first; nobody's name is read here."""
    return list(lot.objections.filter(stage="result").defer("objector").order_by("raised_at"))


def objections_unanswered(lot: Lot) -> int:
    """How many objections to the result wait for their reply."""
    return lot.objections.filter(stage="result", state=ObjectionState.RECEIVED.value).count()


def holds_open(lot: Lot) -> list[LotHold]:
    """Suspensions of a lot after its opening that nobody has lifted."""
    return list(lot.holds.filter(lifted_at__isnull=True).order_by("since"))


def recheck_open(report: EvaluationReport) -> Recheck | None:
    """A re-check that the panel has not answered."""
    return report.rechecks.filter(answered_at__isnull=True).first()


def rechecks_waiting() -> list[Recheck]:
    """Re-checks that were asked of a standing report, and to which its panel has not been called back (条例 56)."""
    open_ = Recheck.objects.filter(answered_at__isnull=True)
    standing = open_.filter(report__superseded_at__isnull=True, report__recalled_at__isnull=True)
    return list(standing.select_related("report").order_by("at"))


def award_locks(lot: Lot, report: EvaluationReport, at: datetime) -> list[Finding]:
    """What stands against an award now: publicity, objection, re-check, recall, suspension (条例 54, 56, 62, 71)."""
    found = []
    shown = publicity_of(report)
    if shown is not None and at < shown.until_at:
        message = _("The candidates are still being shown; the award comes after the publicity.")
        found.append(
            Finding("publicity_running", message, _article(lot, "publicity_length", at), True, "candidate")
        )
    if objections_unanswered(lot):
        message = _("An objection to the result is not answered yet; no award notice before the reply.")
        article = _article(lot, "objection_to_result_reply", at)
        found.append(Finding("objection_open", message, article, True, "candidate"))
    if recheck_open(report) is not None:
        message = _("The panel has not answered the re-check of a candidate yet.")
        found.append(Finding("recheck_open", message, "招标投标法实施条例第五十六条", True, "candidate"))
    if report.recalled_at is not None:
        message = _("The panel has been called back. Nothing is awarded before its new report.")
        found.append(Finding("panel_recalled", message, "招标投标法实施条例第七十一条", True, "candidate"))
    for hold in holds_open(lot):
        message = _("The supervisor has suspended this lot; nothing is awarded until it lifts that.")
        found.append(Finding("lot_held", message, hold.article, True, "candidate"))
    return found


def standing_of(report: EvaluationReport, organisation_id: UUID) -> Standing | None:
    """Where one bidder stands by the report; None when its bid was not evaluated."""
    own = Candidate.objects.filter(report=report, bidder=organisation_id).first()
    if own is not None:
        return Standing(own.rank, own.value, own.price, own.scores, candidate=True)
    behind = RankedBid.objects.filter(report=report, bidder=organisation_id).first()
    if behind is not None:
        return Standing(behind.rank, behind.value, behind.price, behind.scores)
    refused = RejectedBid.objects.filter(report=report, bidder=organisation_id).first()
    return Standing(refused=(refused.article, refused.reason)) if refused else None


def head_of(lot: Lot) -> Head:
    """What every paper of a lot names."""
    tender, project = lot.tender, lot.tender.project
    supervisor = project.supervisor
    return Head(
        lot=lot.number,
        title=tender.title,
        title_en=tender.title_en,
        owner=project.owner.name,
        contact=tender.contact,
        supervisor=supervisor.name if supervisor else "",
        supervisor_en=supervisor.name_en if supervisor else "",
    )


def ranked(row: Candidate) -> Ranked:
    """A candidate as papers show it."""
    return Ranked(
        rank=row.rank,
        name=row.bidder.name,
        name_en=row.bidder.name_en,
        price=row.price,
        value=row.value,
        duration=row.duration,
        quality=row.quality,
        manager=row.manager,
        certificates=row.certificates,
        qualification=row.qualification,
        scores=row.scores,
    )


def refused_rows(report: EvaluationReport) -> list[Refused]:
    """The rejected bids as the publicity shows them, by the name of their bidder."""
    rows = report.rejectedbids.select_related("bidder").order_by("bidder__name")
    return [Refused(row.bidder.name, row.bidder.name_en, row.article, row.reason) for row in rows]


def scores_public(lot: Lot, at: datetime) -> bool:
    """Whether a local pack publishes the candidates' scores."""
    return (
        rule_in_force(outcome_rules(lot, at), "publicity_scores", project_flags(lot.tender.project))
        is not None
    )


def told_about(report: EvaluationReport) -> list[Organisation]:
    """The bidders whose bids the report speaks of."""
    ids = {
        *report.candidates.values_list("bidder", flat=True),
        *report.rankedbids.values_list("bidder", flat=True),
        *report.rejectedbids.values_list("bidder", flat=True),
    }
    return list(Organisation.objects.filter(pk__in=ids).order_by("pk"))


def _article(lot: Lot, rule: str, at: datetime) -> str:
    found = outcome_rules(lot, at).rules.get(rule)
    return found.article if found else ""
