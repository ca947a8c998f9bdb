"""From the panel's report to the award: receipt, publicity, its end by the clock, the letters to all."""

from bidding.rehearsal.clock import Clock
from bidding.rehearsal.parties import Party
from bidding.services import awarding
from trading.models import Award, Candidate, EvaluationReport, Lot
from trading.services import award_decide, publicity
from trading.services.report_receipt import report_receipt

DAYS = 3
"""The shortest publicity (条例 54)."""


def award(lot: Lot, owner: Party, clock: Clock) -> Award:
    """The owner confirms the receipt, shows the candidates, and awards to the first of them when nobody objected."""
    report_receipt(lot_id=lot.pk, actor=owner.actor, at=clock.now)
    clock.after(seconds=3600)
    shown = publicity.publicity_until(_now(lot), DAYS, clock.now).moment
    report = _report(lot)
    body = publicity.publicity_body(report, publicity.publicity_content(report, shown, clock.now))
    publicity.publicity_publish(
        lot_id=lot.pk,
        days=DAYS,
        signed={"body": body, "signatures": [owner.signer.sign("publicity", body)]},
        actor=owner.actor,
        at=clock.now,
    )
    clock.to(shown)
    clock.cut()
    publicity.publicities_end(at=clock.now)
    clock.after(seconds=3600)
    report = _report(lot)
    awarding.award_draft(
        lot_id=lot.pk,
        candidate_id=Candidate.objects.get(report=report, rank=1).pk,
        criteria="",
        watched="",
        minutes=None,
        actor=owner.actor,
        at=clock.now,
    )
    draft = award_decide.draft_open(_now(lot))
    body = award_decide.award_body(draft, report, award_decide.award_papers(draft, report, clock.now))
    made = awarding.award_decide(
        lot_id=lot.pk,
        signed={"body": body, "signatures": [owner.signer.sign("award", body)]},
        actor=owner.actor,
        at=clock.now,
    )
    clock.cut()
    return made


def _now(lot: Lot) -> Lot:
    return Lot.objects.select_related("tender__project").get(pk=lot.pk)


def _report(lot: Lot) -> EvaluationReport:
    rows = EvaluationReport.objects.select_related("lot__tender__project")
    return rows.get(lot=lot, superseded_at__isnull=True)
