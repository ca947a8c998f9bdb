"""O16: the written report to the supervisor (法 47), made from data and signed; S7: it is received."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from kernel.errors import NotFound, StateConflict
from kernel.policies import require
from ledger.services import event_append, record_append
from protocol import awarding as bodies
from trading import policies, selectors
from trading.models import Award, Lot, WrittenReport
from trading.rules.awarding import rule_in_force
from trading.rules.notices import Content
from trading.rules.written_report import Facts
from trading.rules.written_report import written_report as worded
from trading.selectors import awarding as reads
from trading.services.publicity import content_hash
from trading.services.signing import SignedObject, require_signed
from trading.services.takers import supervisor_notify
from trading.states import ObjectionState


def report_content(lot: Lot, award: Award) -> Content:
    """The report as it stands now, from what the platform holds; the same until something more happens."""
    decision = award.decision
    report, tender = decision.report, lot.tender
    shown = reads.publicity_of(report)
    replied = tender.objections.filter(state=ObjectionState.ANSWERED.value).order_by("answered_at")
    mine = [row for row in replied if row.lot_id in (None, lot.pk)]
    facts = Facts(
        scope=lot.scope,
        scope_en=lot.scope_en,
        open_tendering=tender.project.open_tendering,
        media=[str(row.get("name", row)) if isinstance(row, dict) else str(row) for row in tender.media],
        published_at=tender.published_at,
        documents=[row.name for row in selectors.documents_current(lot)],
        addenda=tender.addenda.filter(published_at__isnull=False).count(),
        questions=tender.questions.filter(answered_at__isnull=False).count(),
        objections=[(row.number, row.request, row.answer) for row in mine],
        method=str(lot.method.get("kind", "")),
        close_at=lot.close_at,
        opened_at=lot.opened_at,
        opened=len(reads.told_about(report)),
        report=report.number,
        handed_at=report.handed_at,
        receipted_at=report.receipted_at,
        publicity=(shown.from_at, shown.until_at) if shown else None,
        ground=decision.ground,
        awarded_at=award.at,
    )
    return worded(
        reads.head_of(lot),
        facts,
        candidates=[reads.ranked(row) for row in reads.candidates(report)],
        rejected=reads.refused_rows(report),
        winner=reads.ranked(decision.candidate),
    )


def report_body(lot: Lot, award: Award, content: Content) -> dict[str, Any]:
    """What the owner signs: this report, on this award."""
    return bodies.body(
        "written-report", policy=lot.policy, award=award.decision.ev, content=content_hash(content)
    )


def award_decided(lot: Lot) -> Award:
    """The award in force, decided here; StateConflict ``not_awarded`` without one."""
    award = reads.award_standing(lot)
    if award is None or award.outside:
        raise StateConflict("not_awarded", _("This lot has not been awarded on this platform."))
    return award


@transaction.atomic
def written_report_send(*, lot_id: UUID, signed: SignedObject, actor: Actor, at: datetime) -> WrittenReport:
    """Send the written report, signed by the owner over the very text; the supervisor is told at once.

    StateConflict ``reported`` the second time; RuleBroken ``signed_differs`` when something happened since it was read.
    """
    lot = selectors.lot_for_update(lot_id)
    project = lot.tender.project
    require(policies.may_publish(actor, project.owner_id))
    award = award_decided(lot)
    if WrittenReport.objects.filter(award=award).exists():
        raise StateConflict("reported", _("The written report has been sent."))
    content = report_content(lot, award)
    body = report_body(lot, award, content)
    ev = require_signed("written-report", signed, body=body, by=[project.owner_id])
    event = event_append(
        kind="written-report", body=body, signatures=signed["signatures"], chain=lot.award_chain, at=at
    )
    assert actor.person is not None
    made = WrittenReport.objects.create(
        award=award,
        content=content,
        sha256=content_hash(content),
        ev=ev,
        entry=event,
        due_at=report_due(lot, award),
        by=actor.person,
        at=at,
    )
    supervisor_notify(tender=lot.tender, event="written_report_sent", data={"number": lot.number}, at=at)
    return made


def report_due(lot: Lot, award: Award) -> datetime | None:
    """Until when the report is due, counted from the award; None where no rule asks for one."""
    rules, flags = selectors.outcome_rules(lot, award.at), selectors.project_flags(lot.tender.project)
    rule = rule_in_force(rules, "written_report", flags)
    return rule.count(award.at, selectors.calendar()).moment if rule else None


@transaction.atomic
def written_report_receive(*, report_id: UUID, actor: Actor, at: datetime) -> WrittenReport:
    """The competent supervisor confirms that it has the report; idempotent. NotFound for none."""
    found = WrittenReport.objects.filter(pk=report_id).select_related("award").first()
    if found is None:
        raise NotFound("report", _("There is no such report."))
    lot = selectors.lot_for_update(found.award.lot_id)
    require(policies.may_receive_report(actor, lot.tender.project.supervisor_id))
    row = WrittenReport.objects.select_for_update().get(pk=report_id)
    if row.received_at is not None:
        return row
    row.received_at, row.received_by = at, actor.person
    row.save(update_fields=["received_at", "received_by"])
    record_append(
        name="written-report-received", subject=lot.number, data={"report": row.ev}, actor=actor.key, at=at
    )
    return row
