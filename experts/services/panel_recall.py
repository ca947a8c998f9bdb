"""复议: the panel is called back after its report (条例 48, 56, 71); a new report replaces the old, which stays."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import SYSTEM, Actor
from accounts.rules.words import said
from accounts.services import notify
from experts.models import Panel, Recall
from experts.policies.scoring import may_close, may_recall
from experts.selectors.panels import seated
from experts.services.panel_events import panel_locked, panel_moved, panel_recorded
from experts.states.panel import PanelAction
from experts.states.recall import RecallGround
from kernel.errors import Finding, NotFound, RuleBroken, StateConflict
from kernel.policies import require
from trading.selectors.awarding import rechecks_waiting
from trading.services.evaluated import report_recalled
from trading.states import LotState

REASON = 2000
BEFORE_AWARD = frozenset({LotState.REPORTED, LotState.PUBLICITY, LotState.AWAITING_AWARD})
HASH = 64


@transaction.atomic
def panel_recall(
    *, panel_id: UUID, ground: RecallGround, reason: str, evidence: str, actor: Actor, at: datetime
) -> Recall:
    """Call the panel back to its review, with a ground, its reason and the hash of what shows it ("" for none).

    The report before stays readable; the owner awards nothing on it any more. StateConflict
    once the lot is awarded or has ended; RuleBroken names what is missing.
    """
    panel = panel_locked(panel_id)
    project = panel.lot.tender.project
    require(may_recall(actor, project.owner_id, project.supervisor_id))
    text = said(reason, REASON, "reason")
    if evidence and (len(evidence) != HASH or set(evidence) - set("0123456789abcdef")):
        message = _("Give the SHA-256 of the evidence, or leave this empty.")
        raise RuleBroken("evidence", message, [Finding("evidence", message, field="evidence")])
    assert actor.person is not None
    return _called_back(panel, ground, text, evidence, actor.person, actor, at)


@transaction.atomic
def recheck_call(*, recheck_id: UUID, actor: Actor, at: datetime) -> Recall:
    """Call the same panel back for the re-check its owner has asked, by its clock (条例 56).

    Its new report answers: the candidate is recommended in it, or is not. NotFound where nothing waits for a panel
    of this platform; StateConflict while the panel is at work.
    """
    require(may_close(actor))
    asked = next((row for row in rechecks_waiting() if row.pk == recheck_id), None)
    panel = Panel.objects.filter(lot=asked.report.lot_id).first() if asked else None
    if asked is None or panel is None:
        raise NotFound("recheck", _("There is no such re-check."))
    panel = panel_locked(panel.pk)
    return _called_back(panel, RecallGround.CAPACITY, asked.reason, asked.file_sha256, asked.by, actor, at)


def _called_back(
    panel: Panel, ground: RecallGround, reason: str, evidence: str, by: UUID, actor: Actor, at: datetime
) -> Recall:
    if LotState(panel.lot.state) not in BEFORE_AWARD:
        raise StateConflict("awarded", _("A panel is called back between its report and the award."))
    panel_moved(panel, PanelAction.RECALL)
    panel.save(update_fields=["state"])
    number = panel.recalls.count() + 1
    data = {"number": number, "ground": ground.value, "reason": reason, "evidence": evidence}
    entry = panel_recorded(panel, "panel-recalled", data, actor.key, at)
    made = Recall.objects.create(
        panel=panel,
        number=number,
        ground=ground.value,
        reason=reason,
        evidence=evidence,
        by_id=by,
        at=at,
        entry=entry,
    )
    report_recalled(lot_id=panel.lot_id, actor=SYSTEM, at=at)
    for seat in seated(panel):
        notify(event="panel_recalled", to_person=seat.person_id, data={"url": f"/panels/{panel.pk}/"}, at=at)
    return made
