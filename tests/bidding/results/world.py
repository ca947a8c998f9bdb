"""An opened lot with a report in the owner's hands: what follows is taken step by step on the simulated clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from accounts.actors import SYSTEM, Actor
from bidding.models import Bid
from bidding.rehearsal.clock import Clock, china
from bidding.rehearsal.parties import Party, Registry
from bidding.rehearsal.tenders import publish_lots
from bidding.services import awarding
from protocol import hashing
from tests import builders_bidding as build
from tests.bidding.security import worlds
from trading.models import (
    Award,
    AwardDraft,
    Candidate,
    CandidateOut,
    EvaluationReport,
    Lot,
    Objection,
    OutDraft,
    Publicity,
)
from trading.selectors.awarding import out_draft
from trading.services import award_decide, candidate_out, publicity
from trading.services.evaluated import CandidateRow, LoserRow, RejectedRow, ScoreRow, report_receive
from trading.services.outcomes import Paper
from trading.services.report_receipt import report_receipt
from trading.services.result_objections import result_objection_raise

PDF = b"%PDF-1.7 evidence"


@dataclass
class Result:
    """A lot whose bids were opened: bidder 1 is first, 2 second, 3 third, 4 ranked behind, 5 rejected."""

    hall: build.Hall

    @property
    def lot(self) -> Lot:
        """The lot as it stands."""
        return Lot.objects.select_related("tender__project").get(pk=self.hall.lot.pk)

    @property
    def now(self) -> Any:
        """The simulated clock."""
        return self.hall.clock.now

    @property
    def owner(self) -> Actor:
        """The owner's person who confirms binding acts."""
        return self.hall.one.owner.actor

    @property
    def report(self) -> EvaluationReport:
        """The report that stands."""
        return EvaluationReport.objects.get(lot=self.lot, superseded_at__isnull=True)

    def bidder(self, number: int) -> Party:
        """A bidder."""
        return self.hall.bidder(number)

    def later(self, **span: int) -> Any:
        """Let time pass."""
        self.hall.clock.to(self.now + timedelta(**span))
        return self.now

    def to(self, moment: Any) -> Any:
        """Go to a moment."""
        self.hall.clock.to(moment)
        return moment

    def ev(self, number: int) -> str:
        """A bidder's bid in the log."""
        organisation = self.bidder(number).organisation
        return Bid.objects.get(lot=self.hall.lot, organisation=organisation, state="opened").ev

    def candidate(self, number: int, rank: int) -> CandidateRow:
        """A candidate as the panel's report says it."""
        return CandidateRow(
            rank=rank,
            bid_ev=self.ev(number),
            bidder_id=self.bidder(number).organisation.pk,
            price=Decimal(9_000_000 + number),
            value=f"{95 - rank}.50",
            duration="120",
            quality="合格",
            manager=f"项目经理 {number}",
            certificates=f"闽235000{number}",
            qualification="市政公用工程施工总承包二级",
            scores=(ScoreRow("tech", "技术", "Technical", f"{41 - rank}.00", "45"),),
        )

    def rejected(self, number: int) -> RejectedRow:
        """A bid the panel rejected."""
        return RejectedRow(
            bid_ev=self.ev(number),
            bidder_id=self.bidder(number).organisation.pk,
            ground="not-responsive",
            article="51(6)",
            reason="工期超过招标文件要求",
        )

    def loser(self, number: int, rank: int) -> LoserRow:
        """A bid behind the candidates."""
        return LoserRow(
            rank=rank,
            bid_ev=self.ev(number),
            bidder_id=self.bidder(number).organisation.pk,
            price=Decimal(9_000_000 + number),
            value="71.25",
            scores=(ScoreRow("tech", "技术", "Technical", "27.31", "45"),),
        )

    def receive(self, **changes: Any) -> EvaluationReport:
        """The panel's report reaches the owner."""
        facts: dict[str, Any] = {
            "lot_id": self.hall.lot.pk,
            "report_ev": hashing.sha256(str(self.now).encode()).hex(),
            "number": "评字〔2026〕7号",
            "candidates": [self.candidate(number, number) for number in (1, 2, 3)],
            "rejected": [self.rejected(5)],
            "losers": [self.loser(4, 4)],
            "failed": False,
            "actor": SYSTEM,
            "at": self.now,
        }
        return report_receive(**{**facts, **changes})

    def signed(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        """Signed with the owner's key."""
        return build.signed(self.hall.one.owner, kind, body)

    def receipt(self, **changes: Any) -> EvaluationReport:
        """The owner confirms the receipt."""
        facts: dict[str, Any] = {"lot_id": self.hall.lot.pk, "actor": self.owner, "at": self.now}
        return report_receipt(**{**facts, **changes})

    def publish(self, days: int = 3, **changes: Any) -> Publicity:
        """The owner signs and publishes the candidates."""
        until = publicity.publicity_until(self.lot, days, self.now).moment
        report = self.report
        report.lot = self.lot
        body = publicity.publicity_body(report, publicity.publicity_content(report, until, self.now))
        facts: dict[str, Any] = {
            "lot_id": self.hall.lot.pk,
            "days": days,
            "signed": self.signed("publicity", body),
            "actor": self.owner,
            "at": self.now,
        }
        return publicity.publicity_publish(**{**facts, **changes})

    def shown(self) -> Publicity:
        """Report, receipt and publicity, begun."""
        self.receive()
        self.later(hours=1)
        self.receipt()
        self.later(hours=1)
        return self.publish()

    def ended(self) -> Publicity:
        """The publicity is over; the lot awaits its award."""
        row = self.shown()
        self.to(row.until_at)
        publicity.publicities_end(at=self.now)
        return row

    def object(self, number: int = 2, **changes: Any) -> Objection:
        """A bidder objects to the result."""
        facts: dict[str, Any] = {
            "lot_id": self.hall.lot.pk,
            "request": "请复核第一名的业绩",
            "facts": "其业绩合同金额不足",
            "actor": self.bidder(number).actor,
            "at": self.now,
        }
        return result_objection_raise(**{**facts, **changes})

    def row(self, rank: int) -> Candidate:
        """A candidate of the report that stands."""
        return Candidate.objects.get(report=self.report, rank=rank)

    def draft(self, rank: int = 1, **changes: Any) -> AwardDraft:
        """Owner or agency prepares the award."""
        facts: dict[str, Any] = {
            "lot_id": self.hall.lot.pk,
            "candidate_id": self.row(rank).pk,
            "criteria": "",
            "watched": "",
            "minutes": None,
            "actor": self.owner,
            "at": self.now,
        }
        awarding.award_draft(**{**facts, **changes})
        return award_decide.draft_open(self.lot)

    def sign_award(self, **changes: Any) -> Award:
        """The owner signs what is drafted."""
        report = self.report
        report.lot = self.lot
        draft = award_decide.draft_open(self.lot)
        body = award_decide.award_body(draft, report, award_decide.award_papers(draft, report, self.now))
        facts: dict[str, Any] = {
            "lot_id": self.hall.lot.pk,
            "signed": self.signed("award", body),
            "actor": self.owner,
            "at": self.now,
        }
        return awarding.award_decide(**{**facts, **changes})

    def award(self, rank: int = 1, **changes: Any) -> Award:
        """Draft and sign."""
        self.draft(rank, **changes)
        return self.sign_award()

    def draft_out(self, rank: int = 1, **changes: Any) -> OutDraft:
        """The owner prepares that a candidate falls out."""
        facts: dict[str, Any] = {
            "lot_id": self.hall.lot.pk,
            "candidate_id": self.row(rank).pk,
            "ground": "declined",
            "reason": "来函放弃中标",
            "evidence": PAPER,
            "actor": self.owner,
            "at": self.now,
        }
        return candidate_out.candidate_out_draft(**{**facts, **changes})

    def sign_out(self, **changes: Any) -> CandidateOut:
        """The owner signs what is prepared."""
        draft = out_draft(self.report)
        body = candidate_out.out_body(draft) if draft else {}
        facts: dict[str, Any] = {
            "lot_id": self.hall.lot.pk,
            "signed": self.signed("candidate-out", body) if draft else {},
            "actor": self.owner,
            "at": self.now,
        }
        return candidate_out.candidate_out(**{**facts, **changes})

    def fall(self, rank: int = 1, **changes: Any) -> CandidateOut:
        """Prepare and sign."""
        self.draft_out(rank, **changes)
        return self.sign_out()


PAPER = Paper("ab" * 32, "evidence.pdf", 17)


def opened(bids: int = 5, **plan: Any) -> Result:
    """So many bids, opened and recorded; the lot is under evaluation. ``plan`` changes the tender."""
    hall = build.hall(plan=worlds.plan(deposit=Decimal(0), **plan))
    hall.bids(bids)
    hall.opened()
    hall.end()
    return Result(hall)


def two_lots(bids: int = 5) -> tuple[Result, Result]:
    """One tender with two lots, the second opened a day after the first; both are under evaluation."""
    registry, clock = Registry(), Clock(build.START)
    clock.cut()
    closes = [china(clock.now + timedelta(days=days), 9, 30) for days in (22, 23)]
    plan = worlds.plan(deposit=Decimal(0))
    found = []
    for one in publish_lots(plan, build.SMALL, registry, at=clock.now, closes=closes):
        hall = build.Hall(registry, clock, one, build.SMALL)
        hall.cut(10)
        found.append(hall)
    for hall in found:
        hall.bids(bids)
        hall.opened()
        hall.end()
    first, second = (Result(hall) for hall in found)
    return first, second
