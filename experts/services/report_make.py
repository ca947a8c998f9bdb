"""评标报告 (法 40, 条例 53, 12号令 42): the chair signs what follows from facts, sheets and rejections, no more."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules.words import said
from bidding.services.signed_events import Signatures
from experts.models import Report
from experts.policies.scoring import may_lead
from experts.selectors.evaluation import evaluation_of
from experts.selectors.report_content import report_content
from experts.selectors.report_draft import draft_body, report_findings, settled
from experts.selectors.rests import returned
from experts.services.panel_events import (
    key_of,
    panel_in,
    panel_locked,
    panel_moved,
    panel_recorded,
    seat_event,
)
from experts.states.panel import PanelAction, PanelState
from kernel.errors import RuleBroken, StateConflict
from kernel.policies import require
from protocol import canonical, hashing

MATTERS = 4000


@transaction.atomic
def report_make(
    *,
    panel_id: UUID,
    body: Mapping[str, Any],
    signatures: Signatures,
    matters: str,
    actor: Actor,
    at: datetime,
) -> Report:
    """Log the report that the chair signed, and keep all that it says; the members now sign or dissent.

    ``matters`` are what is to be settled before the contract is signed. RuleBroken lists second looks not taken and a
    tie that stays open; StateConflict ``report_changed`` when something else was signed than what follows now.
    """
    panel = panel_locked(panel_id)
    require(may_lead(actor, panel.chair.person_id if panel.chair else None))
    panel_in(panel, PanelState.SHOWN)
    if panel.chair is not None:
        returned(panel.chair)
    evaluation = evaluation_of(panel)
    result, votes = settled(evaluation)
    if findings := report_findings(evaluation, result):
        raise RuleBroken(findings[0].code, findings[0].message, findings, **findings[0].data)
    if dict(body) != draft_body(evaluation, result, votes):
        raise StateConflict(
            "report_changed",
            _("The report has changed since this was signed. Open the page and sign it again."),
        )
    matters = said(matters, MATTERS, "matters", optional=True)
    assert panel.chair is not None
    entry = seat_event(panel.chair, "evaluation-report", body, signatures, at=at)
    number = panel.reports.count() + 1
    content = report_content(evaluation, result, number=number, matters=matters, at=at)
    made = Report.objects.create(
        panel=panel, number=number, body=dict(body), content=content, at=at, entry=entry
    )
    panel_moved(panel, PanelAction.REPORT)
    panel.save(update_fields=["state"])
    digest = hashing.sha256(canonical.encode(content)).hex()
    data = {"report": entry.ev, "number": number, "content": digest}
    panel_recorded(panel, "panel-report-made", data, key_of(panel.chair), at)
    return made
