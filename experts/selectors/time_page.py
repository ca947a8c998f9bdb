"""The owner's look at a panel's time: whether it must be extended, never who asked or how many (条例 48)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.actors import Actor
from experts.models import Panel, TimeGiven
from experts.policies.panel import may_watch_panel
from experts.policies.scoring import may_extend
from experts.selectors.evaluating import time_short
from experts.selectors.panels import panel_get
from kernel.policies import require


@dataclass(frozen=True)
class TimePage:
    """``must`` says that more than a third of the members ask; ``may`` that the reader can give more time."""

    panel: Panel
    must: bool
    may: bool
    given: Sequence[TimeGiven]


def time_page(panel_id: UUID, actor: Actor) -> TimePage:
    """For the owner and whoever watches the panel."""
    panel = panel_get(panel_id)
    project = panel.lot.tender.project
    require(may_watch_panel(actor, project.owner_id, project.supervisor_id))
    may = may_extend(actor, project.owner_id).allowed
    return TimePage(panel, time_short(panel), may, list(panel.time_given.order_by("turn")))
