"""O14: the candidates are shown, from the report and not retyped, signed by the owner, ended by the clock (条例 54)."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import SYSTEM, Actor
from accounts.services import notify
from kernel.errors import RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import event_append, record_append
from protocol import awarding as bodies
from protocol import canonical, hashing
from trading import policies, selectors
from trading.models import EvaluationReport, Lot, Publicity
from trading.rules.awarding import publicity_end, publicity_needed, publicity_start
from trading.rules.counting import Counted, local_day
from trading.rules.notices import Content
from trading.rules.result_notices import publicity_notice
from trading.selectors import awarding as reads
from trading.services.lot_progress import move
from trading.services.notice_publish import notice_publish
from trading.services.signing import SignedObject, require_signed
from trading.states import LotAction, LotState

LATE_START = "公示开始 / start of the publicity"
LATE = "红牌 / overdue"


def content_hash(content: Any) -> str:
    """SHA-256 (hex) of the canonical JSON of a paper, as its event and its notice name it."""
    return hashing.sha256(canonical.encode(content)).hex()


def publicity_content(report: EvaluationReport, until: datetime, at: datetime) -> Content:
    """The notice as it will stand if it is published on the day of ``at``."""
    lot = report.lot
    return publicity_notice(
        reads.head_of(lot),
        report=report.number,
        candidates=[reads.ranked(row) for row in reads.candidates(report)],
        rejected=reads.refused_rows(report),
        from_on=local_day(at),
        until=until,
        scores=reads.scores_public(lot, at),
    )


def publicity_body(report: EvaluationReport, content: Content) -> dict[str, Any]:
    """What the owner signs: this notice, of this report, under the policy of the lot."""
    return bodies.body(
        "publicity", policy=report.lot.policy, report=report.report_ev, content=content_hash(content)
    )


def publicity_until(lot: Lot, days: int, at: datetime) -> Counted:
    """The end of a publicity of ``days`` days that begins at ``at``; RuleBroken ``publicity_short`` for too few."""
    rules, flags = selectors.outcome_rules(lot, at), selectors.project_flags(lot.tender.project)
    end, findings = publicity_end(at, days, rules, flags, selectors.calendar())
    if findings:
        raise RuleBroken("publicity_short", findings[0].message, findings, **findings[0].data)
    return end


@transaction.atomic
def publicity_publish(
    *, lot_id: UUID, days: int, signed: SignedObject, actor: Actor, at: datetime
) -> Publicity:
    """Publish the candidates for ``days`` days, at least the law's; signed by the owner over the very notice.

    StateConflict ``panel_recalled`` once the panel has been called back: the new report is shown (条例 71).

    Later than the law's term it is published all the same, marked, and told to the supervisor. StateConflict
    ``not_receipted`` before the owner has confirmed the receipt; RuleBroken ``signed_differs`` when the day changed
    between signing and publishing.
    """
    lot = selectors.lot_for_update(lot_id)
    project = lot.tender.project
    require(policies.may_publish(actor, project.owner_id))
    report = reads.report_for_update(lot)
    if report.receipted_at is None:
        raise StateConflict("not_receipted", _("Confirm the receipt of the report first."))
    if reads.holds_open(lot):
        raise StateConflict("lot_held", _("The supervisor has suspended this lot."))
    if report.recalled_at is not None:
        message = _("The panel has been called back. Its candidates are shown after its new report.")
        raise StateConflict("panel_recalled", message)
    end = publicity_until(lot, days, at)
    content = publicity_content(report, end.moment, at)
    body = publicity_body(report, content)
    move(lot, LotAction.PUBLICISE)
    ev = require_signed("publicity", signed, body=body, by=[project.owner_id])
    event = event_append(
        kind="publicity", body=body, signatures=signed["signatures"], chain=lot.award_chain, at=at
    )
    rules, flags = selectors.outcome_rules(lot, at), selectors.project_flags(project)
    start = publicity_start(report.receipted_at, rules, flags, selectors.calendar())
    late = start is not None and at >= start.moment
    notice = notice_publish(tender=lot.tender, kind="publicity", content=content, actor=actor, at=at, lot=lot)
    assert actor.person is not None
    made = Publicity.objects.create(
        id=uuid4(),
        report=report,
        notice=notice,
        ev=ev,
        entry=event,
        from_at=at,
        until_at=end.moment,
        late=late,
        by=actor.person,
    )
    _tell(lot, report, made, at)
    if late and start is not None:
        said = {"number": lot.number, "clock": LATE_START, "card": LATE, "due_at": start.moment}
        supervisor = project.supervisor_id
        if supervisor is not None:
            notify(event="clock_card", to_organisation=supervisor, data=said, at=at)
    return made


def _tell(lot: Lot, report: EvaluationReport, made: Publicity, at: datetime) -> None:
    """Tell every bidder the report speaks of, each alone and in the same words; followers hear of the notice."""
    data = {
        "title": lot.tender.title,
        "number": lot.number,
        "publicity_from_at": made.from_at,
        "publicity_to_at": made.until_at,
        "url": f"/n/{lot.tender.number}",
    }
    for organisation in reads.told_about(report):
        notify(event="report_received", to_organisation=organisation.pk, data=data, at=at)


@transaction.atomic
def publicity_waive(*, lot_id: UUID, actor: Actor, at: datetime) -> Lot:
    """Go on to the award without publicity where the rules of this tender ask for none.

    RuleBroken ``publicity_needed`` where they do (条例 54).
    """
    lot = selectors.lot_for_update(lot_id)
    require(policies.may_publish(actor, lot.tender.project.owner_id))
    report = reads.report_for_update(lot)
    rules, flags = selectors.outcome_rules(lot, at), selectors.project_flags(lot.tender.project)
    if publicity_needed(rules, flags):
        raise RuleBroken("publicity_needed", _("The law asks that the candidates of this tender are shown."))
    if report.receipted_at is None:
        raise StateConflict("not_receipted", _("Confirm the receipt of the report first."))
    move(lot, LotAction.WAIVE_PUBLICITY)
    data = {"report": report.report_ev}
    record_append(name="publicity-not-asked-for", subject=lot.number, data=data, actor=actor.key, at=at)
    return lot


@transaction.atomic
def publicity_close(*, lot_id: UUID, actor: Actor, at: datetime) -> Lot:
    """End a publicity whose last moment has passed: the lot awaits its award; open objections keep it locked.

    NotPermitted for a person; StateConflict ``publicity_running`` before the end.
    """
    lot = selectors.lot_for_update(lot_id)
    require(policies.may_drive(actor))
    report = reads.report_for_update(lot)
    shown = Publicity.objects.select_for_update().get(report=report)
    if at < shown.until_at:
        raise StateConflict("publicity_running", _("The publicity has not ended."))
    move(lot, LotAction.END_PUBLICITY)
    shown.ended_at = at
    shown.save(update_fields=["ended_at"])
    data = {"publicity": shown.ev, "open": reads.objections_unanswered(lot)}
    record_append(name="publicity-ended", subject=lot.number, data=data, actor=actor.key, at=at)
    return lot


def publicities_end(*, at: datetime) -> int:
    """End every publicity whose time is over; how many."""
    due = Publicity.objects.filter(
        ended_at__isnull=True,
        until_at__lte=at,
        report__superseded_at__isnull=True,
        report__lot__state=LotState.PUBLICITY.value,
    )
    lots = list(due.values_list("report__lot", flat=True))
    for lot_id in lots:
        publicity_close(lot_id=lot_id, actor=SYSTEM, at=at)
    return len(lots)
