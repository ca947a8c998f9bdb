"""O15: the award: prepared by owner or agency, signed by the owner, told to all at once (法 45; 条例 55)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.services import notify
from kernel.errors import NotFound, RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import event_append, record_append
from protocol import awarding as bodies
from protocol import canonical
from trading import policies, selectors
from trading.models import (
    Award,
    AwardDecision,
    AwardDraft,
    Candidate,
    EvaluationReport,
    Lot,
    ResultLetter,
)
from trading.rules.awarding import award_ground, rule_in_force
from trading.rules.counting import local_day
from trading.rules.notices import Content
from trading.rules.result_notices import award_letter, loser_letter, own_rows, result_notice
from trading.selectors import awarding as reads
from trading.services.lot_progress import move
from trading.services.notice_publish import notice_publish
from trading.services.outcomes import Paper, lot_to_record
from trading.services.publicity import content_hash
from trading.services.signing import SignedObject, require_signed
from trading.states import LotAction, LotState


@dataclass(frozen=True)
class Papers:
    """What an award would publish and hand over today: the winner's letter and the public notice."""

    ground: str
    letter: Content
    notice: Content


@transaction.atomic
def award_draft(
    *,
    lot_id: UUID,
    candidate_id: UUID,
    criteria: str,
    watched: str,
    minutes: Paper | None,
    actor: Actor,
    at: datetime,
) -> AwardDraft:
    """Prepare the award for signature: the candidate and, where the owner chooses, the record of that choice.

    Owner or its agency; it takes the place of a draft not signed yet. NotFound for a candidate of another report;
    StateConflict unless the lot awaits its award; RuleBroken ``award_order`` or ``award_record`` when the rules let
    another win or ask for more (条例 55; 评定分离).
    """
    lot = lot_to_record(lot_id=lot_id, actor=actor, at=at)
    if lot.state != LotState.AWAITING_AWARD.value:
        raise StateConflict("not_awaiting", _("This lot does not await its award."))
    report = reads.report_for_update(lot)
    candidate = candidate_of(report, candidate_id)
    given = {
        "criteria": bool(criteria.strip()),
        "watched": bool(watched.strip()),
        "minutes": minutes is not None,
    }
    ground_of(lot, report, candidate, given, at)
    AwardDraft.objects.filter(lot=lot, closed_at__isnull=True).update(closed_at=at)
    file = minutes or Paper("", "", 0)
    data = {"candidate": candidate.bid_ev, "minutes": file.sha256}
    record_append(name="award-drafted", subject=lot.number, data=data, actor=actor.key, at=at)
    assert actor.person is not None
    return AwardDraft.objects.create(
        lot=lot,
        candidate=candidate,
        criteria=criteria.strip(),
        watched=watched.strip(),
        file_sha256=file.sha256,
        file_name=file.name,
        file_size=file.size,
        by=actor.person,
        at=at,
    )


def candidate_of(report: EvaluationReport, candidate_id: UUID) -> Candidate:
    """A candidate of this report that has not fallen out; NotFound otherwise."""
    rows = report.candidates.select_related("bidder")
    found = rows.filter(pk=candidate_id, out__isnull=True).first()
    if found is None:
        raise NotFound("candidate", _("There is no such candidate, or it has fallen out."))
    return found


def ground_of(
    lot: Lot, report: EvaluationReport, candidate: Candidate, record: Mapping[str, bool], at: datetime
) -> str:
    """On which ground this candidate is awarded; RuleBroken with every finding when the rules forbid it."""
    rules, flags = selectors.outcome_rules(lot, at), selectors.project_flags(lot.tender.project)
    ground, findings = award_ground(candidate.rank, reads.ranks_out(report), rules, flags, record)
    if findings:
        raise RuleBroken(findings[0].code, findings[0].message, findings, **findings[0].data)
    return ground


def award_papers(draft: AwardDraft, report: EvaluationReport, at: datetime) -> Papers:
    """The winner's letter and the public notice as they stand on the day of ``at``; RuleBroken as ``ground_of``."""
    lot, candidate = report.lot, draft.candidate
    record = {
        "criteria": bool(draft.criteria),
        "watched": bool(draft.watched),
        "minutes": bool(draft.file_sha256),
    }
    ground = ground_of(lot, report, candidate, record, at)
    winner, head = reads.ranked(candidate), reads.head_of(lot)
    rules, flags = selectors.outcome_rules(lot, at), selectors.project_flags(lot.tender.project)
    contract = rule_in_force(rules, "contract", flags)
    until = contract.count(at, selectors.calendar()).moment if contract else None
    fallen = [(row.bidder.name, row.out.ground) for row in reads.candidates(report) if hasattr(row, "out")]
    return Papers(
        ground=ground,
        letter=award_letter(
            head, winner=winner, contract_until=until, bond_percent=lot.bond_percent, on=local_day(at)
        ),
        notice=result_notice(head, winner=winner, ground=ground, fallen=fallen),
    )


def award_body(draft: AwardDraft, report: EvaluationReport, papers: Papers) -> dict[str, Any]:
    """What the owner signs: this candidate's bid, on this ground, with the letter and the notice."""
    shown = reads.publicity_of(report)
    return bodies.body(
        "award",
        policy=report.lot.policy,
        report=report.report_ev,
        publicity=shown.ev if shown else None,
        bid=draft.candidate.bid_ev,
        ground=papers.ground,
        content=content_hash({"letter": papers.letter, "notice": papers.notice}),
    )


@transaction.atomic
def award_decide(
    *, lot_id: UUID, signed: SignedObject, others: Collection[UUID], actor: Actor, at: datetime
) -> Award:
    """Award the lot as drafted: signed by the owner, published, and told to the winner and everybody else at once.

    ``others`` are all bidders of the closed set but the winner, as ``bidding`` knows them. RuleBroken with every lock:
    ``publicity_running``, ``objection_open`` (条例 54), ``recheck_open`` (条例 56), ``lot_held`` (条例 62);
    StateConflict ``no_draft`` when nothing is drafted, or the lot does not await its award.
    """
    lot = selectors.lot_for_update(lot_id)
    project = lot.tender.project
    require(policies.may_publish(actor, project.owner_id))
    report = reads.report_for_update(lot)
    draft = draft_open(lot)
    if locks := reads.award_locks(lot, report, at):
        raise RuleBroken(locks[0].code, locks[0].message, locks)
    papers = award_papers(draft, report, at)
    body = award_body(draft, report, papers)
    move(lot, LotAction.AWARD)
    ev = require_signed("award", signed, body=body, by=[project.owner_id])
    event = event_append(
        kind="award", body=body, signatures=signed["signatures"], chain=lot.award_chain, at=at
    )
    award = _award_row(lot, report, draft, papers, actor, at)
    notice = notice_publish(
        tender=lot.tender, kind="result", content=papers.notice, actor=actor, at=at, lot=lot
    )
    AwardDecision.objects.create(
        award=award,
        report=report,
        candidate=draft.candidate,
        draft=draft,
        ground=papers.ground,
        ev=ev,
        signed=event,
        notice=notice,
    )
    draft.closed_at = at
    draft.save(update_fields=["closed_at"])
    _letters(award, report, draft.candidate, papers, others, at)
    return award


def draft_open(lot: Lot) -> AwardDraft:
    """The draft that waits for the owner's signature; StateConflict ``no_draft`` without one."""
    rows = AwardDraft.objects.select_related("candidate__bidder")
    draft = rows.filter(lot=lot, closed_at__isnull=True).first()
    if draft is None:
        raise StateConflict("no_draft", _("Nothing is drafted: choose the candidate first."))
    return draft


def _award_row(
    lot: Lot, report: EvaluationReport, draft: AwardDraft, papers: Papers, actor: Actor, at: datetime
) -> Award:
    letter = canonical.encode(papers.letter)
    data = {
        "winner": draft.candidate.bidder_id,
        "report": report.report_ev,
        "bid": draft.candidate.bid_ev,
        "ground": papers.ground,
        "outside": False,
        "letter": content_hash(papers.letter),
        "minutes": draft.file_sha256,
    }
    entry = record_append(name="award-recorded", subject=lot.number, data=data, actor=actor.key, at=at)
    assert actor.person is not None
    return Award.objects.create(
        id=uuid4(),
        lot=lot,
        serial=lot.awards.count() + 1,
        outside=False,
        winner_id=draft.candidate.bidder_id,
        report_number=report.number,
        report_on=local_day(report.handed_at),
        report_sha256=report.report_ev,
        report_name=report.number,
        report_size=0,
        notified_on=local_day(at),
        file_sha256=content_hash(papers.letter),
        file_name="中标通知书",
        file_size=len(letter),
        by=actor.person,
        at=at,
        entry=entry,
    )


def _letters(
    award: Award,
    report: EvaluationReport,
    candidate: Candidate,
    papers: Papers,
    others: Collection[UUID],
    at: datetime,
) -> None:
    """One letter for the winner and one for everybody else, of the same moment; each is told alone."""
    lot = report.lot
    rules, head, winner = selectors.outcome_rules(lot, at), reads.head_of(lot), reads.ranked(candidate)
    until = rules["complaint_filing"].count(at, selectors.calendar()).moment
    letters = {candidate.bidder_id: papers.letter}
    for organisation in sorted(set(others) - {candidate.bidder_id}, key=str):
        own = reads.standing_of(report, organisation)
        rows = own_rows(
            rank=own.rank if own else None,
            value=own.value if own else "",
            scores=own.scores if own else (),
            refused=own.refused if own else None,
            unopened=own is None,
        )
        letters[organisation] = loser_letter(head, winner=winner, own=rows, until=until, on=local_day(at))
    ResultLetter.objects.bulk_create(
        ResultLetter(
            award=award,
            organisation_id=organisation,
            won=organisation == candidate.bidder_id,
            content=content,
            sha256=content_hash(content),
            at=at,
        )
        for organisation, content in letters.items()
    )
    shared = {"title": lot.tender.title, "number": lot.tender.number, "lot": lot.code}
    url = f"/bids/lot/{lot.number}/result/"
    for organisation in letters:
        won = organisation == candidate.bidder_id
        data = {**shared, "url": url, **({} if won else {"winner": winner.name})}
        notify(
            event="award_made" if won else "award_not_made", to_organisation=organisation, data=data, at=at
        )
