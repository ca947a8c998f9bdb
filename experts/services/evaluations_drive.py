"""What the clock does for panels at their sheets and reports; each step once, also after a crash in between."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from accounts.actors import SYSTEM
from bidding.models import Bundle
from bidding.states import Edition
from experts.models import Panel
from experts.selectors.reports import report_signing
from experts.services.evaluation_bundle import evaluation_bundle
from experts.services.panel_recall import recheck_call
from experts.services.report_stand import report_silence
from experts.services.sheet_lock import sheets_show
from experts.states.panel import PanelState
from kernel.errors import DomainError
from trading.selectors.awarding import rechecks_waiting
from trading.states import LotState

_L = LotState
PUBLISHED = [
    one.value
    for one in (_L.AWAITING_AWARD, _L.AWARDED, _L.CONTRACTED, _L.UNSUCCESSFUL, _L.RETENDERED, _L.ARCHIVED)
]
"""States of a lot in which its evaluation is in the public bundle: the publicity is over, or there is no result."""
STEPS: dict[PanelState, Callable[..., object]] = {
    PanelState.SCORING: sheets_show,
    PanelState.SIGNING: report_silence,
}


def evaluations_drive(*, at: datetime) -> list[str]:
    """Show sheets that are all locked (or that there are none of), note silence, call panels back for a re-check their
    owner has asked, publish the evaluation in the bundle once the publicity of its result is over; the codes of
    refusals. Idempotent.
    """
    refused: list[str] = []
    for panel in Panel.objects.filter(state__in=[one.value for one in STEPS]).order_by("formed_at"):
        _try(refused, STEPS[PanelState(panel.state)], panel_id=panel.pk, actor=SYSTEM, at=at)
    for asked in rechecks_waiting():
        _try(refused, recheck_call, recheck_id=asked.pk, actor=SYSTEM, at=at)
    for panel in _untold():
        _try(refused, evaluation_bundle, panel_id=panel.pk, edition=Edition.PUBLIC, actor=SYSTEM, at=at)
    return refused


def _untold() -> list[Panel]:
    """Panels whose result is public for good, and whose report is in no public bundle yet."""
    ended = Panel.objects.filter(state=PanelState.ENDED.value, lot__state__in=PUBLISHED)
    found: list[Panel] = []
    for panel in ended:
        last = report_signing(panel).number
        bundles = Bundle.objects.filter(lot=panel.lot_id, edition=Edition.PUBLIC.value)
        if not bundles.filter(rooms__endswith=f"eval-{last}").exists():
            found.append(panel)
    return found


def _try(refused: list[str], step: Callable[..., object], **given: Any) -> None:
    """Take a step; a refusal is not an error: the next tick asks again."""
    try:
        step(**given)
    except DomainError as refusal:
        refused.append(refusal.code)
