"""What the clock does for panels at their sheets and reports; each step once, also after a crash in between."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from accounts.actors import SYSTEM
from bidding.states import Edition
from experts.models import Panel
from experts.selectors.bundles_due import bundles_due
from experts.services.evaluation_bundle import evaluation_bundle
from experts.services.panel_recall import recheck_call
from experts.services.report_stand import report_silence
from experts.services.sheet_lock import sheets_show
from experts.states.panel import PanelState
from kernel.errors import DomainError
from trading.selectors.awarding import rechecks_waiting

STEPS: dict[PanelState, Callable[..., object]] = {
    PanelState.SCORING: sheets_show,
    PanelState.SIGNING: report_silence,
}


def evaluations_drive(*, at: datetime) -> list[str]:
    """Show sheets that are all locked (or that there are none of), note silence, call panels back for a re-check their
    owner has asked, publish the evaluation in the bundle once the publicity of its result is over, and anew for all
    that the owner signs on it; the codes of refusals. Idempotent.
    """
    refused: list[str] = []
    for panel in Panel.objects.filter(state__in=[one.value for one in STEPS]).order_by("formed_at"):
        _try(refused, STEPS[PanelState(panel.state)], panel_id=panel.pk, actor=SYSTEM, at=at)
    for asked in rechecks_waiting():
        _try(refused, recheck_call, recheck_id=asked.pk, actor=SYSTEM, at=at)
    for lot in bundles_due():
        _try(refused, evaluation_bundle, lot_id=lot.pk, edition=Edition.PUBLIC, actor=SYSTEM, at=at)
    return refused


def _try(refused: list[str], step: Callable[..., object], **given: Any) -> None:
    """Take a step; a refusal is not an error: the next tick asks again."""
    try:
        step(**given)
    except DomainError as refusal:
        refused.append(refusal.code)
