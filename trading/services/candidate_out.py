"""条例 55: a candidate falls out, prepared and then signed by the owner with its own key, in the award's chain."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules.words import said
from accounts.services import notify
from kernel.errors import Finding, RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import event_append, record_append
from protocol import awarding as bodies
from trading import policies, selectors
from trading.models import (
    Award,
    AwardDraft,
    Candidate,
    CandidateOut,
    EvaluationReport,
    Lot,
    OutDraft,
)
from trading.rules.notices import Content
from trading.rules.result_notices import fall_paper
from trading.selectors import awarding as reads
from trading.services.award_decide import candidate_of
from trading.services.lot_progress import move
from trading.services.outcomes import Paper
from trading.services.publicity import content_hash
from trading.services.signing import SignedObject, require_signed
from trading.states import LotAction, LotState

BEFORE = frozenset({LotState.AWAITING_AWARD.value, LotState.AWARDED.value})
REASON = 2000


@transaction.atomic
def candidate_out_draft(
    *, lot_id: UUID, candidate_id: UUID, ground: str, reason: str, evidence: Paper, actor: Actor, at: datetime
) -> OutDraft:
    """Prepare, for the owner's signature, that a candidate falls out: ground, facts (1 to 2000 characters), evidence.

    By the owner; nothing has happened yet, and it takes the place of a draft not signed. StateConflict
    ``not_awaiting`` outside the time between publicity and contract; RuleBroken ``out_ground``, ``empty`` or ``long``,
    ``panel_recalled``, ``other_winner``; NotFound for a candidate that is none or fell out already.
    """
    lot, report, award = _open(lot_id, actor)
    if ground not in bodies.OUT_GROUNDS:
        message = _("There is no such ground for leaving a candidate out.")
        found = [Finding("out_ground", message, "招标投标法实施条例第五十五条", True, "ground")]
        raise RuleBroken("out_ground", message, found)
    candidate = candidate_of(report, candidate_id)
    _unlocked(report, candidate, award)
    words = said(reason, REASON, "reason")
    OutDraft.objects.filter(lot=lot, closed_at__isnull=True).update(closed_at=at)
    data = {"bid": candidate.bid_ev, "ground": ground, "evidence": evidence.sha256}
    record_append(name="candidate-out-drafted", subject=lot.number, data=data, actor=actor.key, at=at)
    assert actor.person is not None
    return OutDraft.objects.create(
        lot=lot,
        candidate=candidate,
        ground=ground,
        reason=words,
        file_sha256=evidence.sha256,
        file_name=evidence.name,
        file_size=evidence.size,
        by=actor.person,
        at=at,
    )


@transaction.atomic
def candidate_out_withdraw(*, lot_id: UUID, actor: Actor, at: datetime) -> None:
    """Take back what was prepared and not signed. StateConflict ``no_draft`` when nothing waits."""
    lot = selectors.lot_for_update(lot_id)
    require(policies.may_publish(actor, lot.tender.project.owner_id))
    if not OutDraft.objects.filter(lot=lot, closed_at__isnull=True).update(closed_at=at):
        raise _nothing()
    record_append(name="candidate-out-withdrawn", subject=lot.number, data={}, actor=actor.key, at=at)


def out_content(draft: OutDraft) -> Content:
    """The paper the owner signs: who falls out, on which ground, the facts, the hash of the evidence."""
    candidate = draft.candidate
    return fall_paper(
        reads.head_of(candidate.report.lot),
        fallen=reads.ranked(candidate),
        report=candidate.report.number,
        ground=draft.ground,
        reason=draft.reason,
        evidence=draft.file_sha256,
    )


def out_body(draft: OutDraft) -> dict[str, Any]:
    """What the owner signs: this candidate's bid, on this ground, by this evidence and this paper."""
    report = draft.candidate.report
    return bodies.body(
        "candidate-out",
        policy=report.lot.policy,
        report=report.report_ev,
        bid=draft.candidate.bid_ev,
        ground=draft.ground,
        evidence=draft.file_sha256,
        content=content_hash(out_content(draft)),
    )


@transaction.atomic
def candidate_out(*, lot_id: UUID, signed: SignedObject, actor: Actor, at: datetime) -> CandidateOut:
    """The candidate that was prepared can no longer be awarded the lot: signed by the owner, in the award's chain.

    Before the award the next in order may win; after it, until the contract, the award falls and the lot awaits its
    award again (条例 55). The candidate is told. By the owner. StateConflict ``no_draft`` when nothing is prepared, or
    ``not_awaiting``; RuleBroken ``signed_differs``, ``panel_recalled``, or ``other_winner`` when the lot is awarded to
    another meanwhile.
    """
    lot, report, award = _open(lot_id, actor)
    draft = reads.out_draft(report)
    if draft is None:
        raise _nothing()
    candidate = draft.candidate
    _unlocked(report, candidate, award)
    content, body = out_content(draft), out_body(draft)
    ev = require_signed("candidate-out", signed, body=body, by=[lot.tender.project.owner_id])
    event = event_append(
        kind="candidate-out", body=body, signatures=signed["signatures"], chain=lot.award_chain, at=at
    )
    assert actor.person is not None
    made = CandidateOut.objects.create(
        candidate=candidate,
        ground=draft.ground,
        reason=draft.reason,
        file_sha256=draft.file_sha256,
        file_name=draft.file_name,
        file_size=draft.file_size,
        content=content,
        ev=ev,
        by=actor.person,
        at=at,
        entry=event,
    )
    OutDraft.objects.filter(pk=draft.pk).update(closed_at=at)
    AwardDraft.objects.filter(lot=lot, candidate=candidate, closed_at__isnull=True).update(closed_at=at)
    if award is not None:
        move(lot, LotAction.UNAWARD)
    _told(lot, candidate, at)
    return made


def _told(lot: Lot, candidate: Candidate, at: datetime) -> None:
    """Tell whoever falls out: ground and facts are on its own page of the result."""
    data = {
        "title": lot.tender.title,
        "number": lot.tender.number,
        "lot": lot.code,
        "url": f"/bids/lot/{lot.number}/result/",
    }
    notify(event="candidate_fell", to_organisation=candidate.bidder_id, data=data, at=at)


def _open(lot_id: UUID, actor: Actor) -> tuple[Lot, EvaluationReport, Award | None]:
    """Lot and report, locked, with the award in force, for the owner while a candidate may fall out."""
    lot = selectors.lot_for_update(lot_id)
    require(policies.may_publish(actor, lot.tender.project.owner_id))
    if lot.state not in BEFORE:
        raise StateConflict("not_awaiting", _("This lot does not await its award, nor its contract."))
    return lot, reads.report_for_update(lot), reads.award_standing(lot)


def _unlocked(report: EvaluationReport, candidate: Candidate, award: Award | None) -> None:
    if locks := reads.fall_locks(report, candidate, award):
        raise RuleBroken(locks[0].code, locks[0].message, locks)


def _nothing() -> StateConflict:
    return StateConflict("no_draft", _("No candidate’s fall waits for a signature: prepare it first."))
