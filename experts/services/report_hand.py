"""The evaluation ends: the report that every member has signed, dissented from or kept silent about is the owner's."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from experts.models import Report
from experts.policies.scoring import may_close
from experts.selectors.handed import handed_rows
from experts.selectors.reports import report_signing, standing_missing
from experts.services.panel_events import panel_in, panel_locked, panel_moved, panel_recorded
from experts.states.panel import PanelAction, PanelState
from kernel.errors import StateConflict
from kernel.policies import require
from trading.services.evaluated import report_receive


@transaction.atomic
def report_hand(*, panel_id: UUID, actor: Actor, at: datetime) -> Report:
    """End the panel's work and give the lot its candidates, or its failure where no bid is left (法 42, 12号令 27).

    StateConflict ``stances_missing`` while a member has taken no stance.
    """
    require(may_close(actor))
    panel = panel_locked(panel_id)
    panel_in(panel, PanelState.SIGNING)
    report = report_signing(panel)
    if standing_missing(report):
        raise StateConflict("stances_missing", _("Not every member has signed the report or dissented."))
    panel_moved(panel, PanelAction.END)
    panel.ended_at = at
    panel.save(update_fields=["state", "ended_at"])
    report.handed_at = at
    report.save(update_fields=["handed_at"])
    data = {"report": report.entry.ev, "number": report.number}
    panel_recorded(panel, "panel-report-handed", data, actor.key, at)
    candidates, rejected, losers = handed_rows(report)
    report_receive(
        lot_id=panel.lot_id,
        report_ev=report.entry.ev,
        number=f"{panel.lot.number}-{report.number}",
        candidates=candidates,
        rejected=rejected,
        losers=losers,
        failed=report.content["result"]["status"] == "none",
        actor=actor,
        at=at,
    )
    return report
