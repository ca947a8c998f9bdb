"""Calls to a panel to look again: for the owner and the supervisor of the project."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.actors import Actor
from experts.models import Panel, Recall
from experts.policies.scoring import may_recall
from experts.selectors.panels import panel_get
from experts.selectors.reports import report_last
from experts.states import label
from experts.states.panel import PanelState
from experts.states.recall import RecallGround
from kernel.policies import require


@dataclass(frozen=True)
class RecallPage:
    """``possible`` while the panel has ended; ``rows`` are the calls so far with their grounds in words."""

    panel: Panel
    possible: bool
    number: int
    rows: Sequence[tuple[Recall, str]]


def recall_page(panel_id: UUID, actor: Actor) -> RecallPage:
    """NotPermitted for everybody but the owner and the supervisor of the project."""
    panel = panel_get(panel_id)
    project = panel.lot.tender.project
    require(may_recall(actor, project.owner_id, project.supervisor_id))
    last = report_last(panel)
    rows = [(row, _(label(RecallGround(row.ground)))) for row in panel.recalls.order_by("number")]
    return RecallPage(panel, panel.state == PanelState.ENDED.value, last.number if last else 0, rows)
