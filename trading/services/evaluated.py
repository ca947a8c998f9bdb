"""The panel's report reaches the owner (法 40; 条例 53): its candidates, the rejected, and where everybody else stands.

``experts`` calls ``report_receive`` with plain rows when every member has signed, dissented or fallen silent; a report
after a re-evaluation (条例 48, 56, 71) replaces the one before and ends its publicity.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import SYSTEM, Actor
from accounts.services import notify
from kernel.errors import Finding, RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import record_append
from trading import policies, selectors
from trading.models import Candidate, EvaluationReport, Lot, RankedBid, Recheck, RejectedBid
from trading.rules.result_notices import COMPETITION
from trading.services.lot_progress import lot_fail, move
from trading.states import LotAction


@dataclass(frozen=True)
class ScoreRow:
    """Points of one criterion after the marks were brought together, of how many at most; decimals as text."""

    key: str
    zh: str
    en: str
    points: str
    most: str


@dataclass(frozen=True)
class CandidateRow:
    """A recommended candidate: ``value`` is the evaluated price or the score, as the report writes it.

    ``price`` in yuan; ``duration`` as read out; ``manager`` with ``certificates`` as in 10号令 6.
    """

    rank: int
    bid_ev: str
    bidder_id: UUID
    price: Decimal
    value: str
    duration: str = ""
    quality: str = ""
    manager: str = ""
    certificates: str = ""
    qualification: str = ""
    scores: Sequence[ScoreRow] = ()


@dataclass(frozen=True)
class RejectedRow:
    """A bid the panel rejected, with the code of the ground, its article, and the reason in words (条例 51)."""

    bid_ev: str
    bidder_id: UUID
    ground: str
    article: str
    reason: str


@dataclass(frozen=True)
class LoserRow:
    """A bid that stands but is no candidate; its own bidder alone reads this."""

    rank: int
    bid_ev: str
    bidder_id: UUID
    price: Decimal
    value: str
    scores: Sequence[ScoreRow] = ()


@transaction.atomic
def report_receive(
    *,
    lot_id: UUID,
    report_ev: str,
    number: str,
    candidates: Sequence[CandidateRow],
    rejected: Sequence[RejectedRow],
    losers: Sequence[LoserRow],
    failed: bool,
    actor: Actor,
    at: datetime,
) -> EvaluationReport:
    """Hand the report to the owner: the lot is reported, or, when ``failed``, ends without result (法 42).

    ``report_ev`` is the event of the report in the log (hex). With ``failed`` there is no candidate: every bid rejected
    (法 42), or too little competition left (12号令 27). NotPermitted for a person; StateConflict when the lot is not
    under evaluation nor between report and award; RuleBroken ``report_rows`` when ranks have gaps, a bid or a bidder
    appears twice, when there are more candidates than the rules allow, or none without ``failed``.
    """
    lot = selectors.lot_for_update(lot_id)
    require(policies.may_drive(actor))
    most = selectors.outcome_rules(lot, at).number("candidates_max")
    _check_rows(candidates, rejected, losers, failed, most)
    _supersede(lot, candidates, at)
    move(lot, LotAction.REPORT)
    counts = {
        "candidates": len(candidates),
        "rejected": len(rejected),
        "ranked": len(losers),
        "failed": failed,
    }
    entry = record_append(
        name="evaluation-report-handed",
        subject=lot.number,
        data={"report": report_ev, "number": number, **counts},
        actor=actor.key,
        at=at,
    )
    made = EvaluationReport.objects.create(
        lot=lot, report_ev=report_ev, number=number.strip(), failed=failed, handed_at=at, entry=entry
    )
    Candidate.objects.bulk_create(Candidate(report=made, **asdict(row)) for row in candidates)
    RejectedBid.objects.bulk_create(RejectedBid(report=made, **asdict(row)) for row in rejected)
    RankedBid.objects.bulk_create(RankedBid(report=made, **asdict(row)) for row in losers)
    if failed:
        few = bool(losers) or any(row.article in COMPETITION for row in rejected)
        reason = "no-competition" if few else "all-rejected"
        lot_fail(lot_id=lot.pk, reason=reason, actor=actor, at=at, log_event=False)
    else:
        tell_receipt(lot, at)
    return made


@transaction.atomic
def report_recalled(*, lot_id: UUID, actor: Actor, at: datetime) -> None:
    """Note that the panel was called back: nothing is awarded on the standing report any more (条例 48, 71).

    The new report supersedes it. Nothing happens where no report stands.
    """
    lot = selectors.lot_for_update(lot_id)
    require(policies.may_drive(actor))
    EvaluationReport.objects.filter(lot=lot, superseded_at__isnull=True).update(recalled_at=at)


def tell_receipt(lot: Lot, at: datetime) -> None:
    """Tell the owner that the report waits for its receipt."""
    place = f"/hall/{lot.tender.number}/{lot.no}/outcome/report/"
    data = {"title": lot.tender.title, "number": lot.number, "url": place}
    notify(event="report_handed", to_organisation=lot.tender.project.owner_id, data=data, at=at)


def _check_rows(
    candidates: Sequence[CandidateRow],
    rejected: Sequence[RejectedRow],
    losers: Sequence[LoserRow],
    failed: bool,  # noqa: FBT001 - the report says so itself
    most: int,
) -> None:
    rows = [*candidates, *rejected, *losers]
    whole = all(len({getattr(row, name) for row in rows}) == len(rows) for name in ("bid_ev", "bidder_id"))
    ranks = [row.rank for row in candidates]
    in_order = ranks == list(range(1, len(ranks) + 1)) and all(row.rank > len(ranks) for row in losers)
    fits = not candidates if failed else 1 <= len(candidates) <= most
    if not (whole and in_order and fits):
        message = _("The rows of the report do not fit together: ranks, bidders or the number of candidates.")
        raise RuleBroken("report_rows", message, [Finding("report_rows", message, field="candidates")])


def _supersede(lot: Lot, candidates: Sequence[CandidateRow], at: datetime) -> None:
    """The report before stands no more; the new one answers its open re-check: the candidate is in it, or is not."""
    before = EvaluationReport.objects.select_for_update().filter(lot=lot, superseded_at__isnull=True).first()
    if before is None:
        return
    if before.failed:
        raise StateConflict("lot_ended", _("This lot has ended without a result."))
    before.superseded_at = at
    before.save(update_fields=["superseded_at"])
    asked = (
        Recheck.objects.select_related("candidate").filter(report=before, answered_at__isnull=True).first()
    )
    if asked is None:
        return
    asked.answered_at, asked.answer = at, _("The panel made a new report.")
    asked.stands = asked.candidate.bid_ev in {row.bid_ev for row in candidates}
    asked.save(update_fields=["answered_at", "stands", "answer"])
    data = {"recheck": asked.pk, "stands": asked.stands}
    record_append(name="recheck-answered", subject=lot.number, data=data, actor=SYSTEM.key, at=at)
