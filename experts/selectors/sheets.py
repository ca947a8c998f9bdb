"""A member's own sheet: which look is his next one, what it begins with, and what stands in the way of locking it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext_noop as _

from experts.models import Facts, Panel, Sheet
from experts.rules.sheets import Cells, missing, unreasoned
from experts.selectors.evaluation import facts_in_force
from experts.states.panel import MotionState, PanelState, SheetState
from kernel.errors import Finding
from protocol.evaluation_method import Method

NEW_FACTS = "facts"
LOOKS = 9
"""Looks a seat has at most (protocol 16.7)."""


@dataclass(frozen=True)
class NewLook:
    """A look that may begin now; ``reason`` where the platform knows it: the facts have changed."""

    number: int
    marks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    reason: str = ""


def standing_bids(panel: Panel, facts: Facts) -> list[str]:
    """The bids (evs) of the facts that the panel has not rejected, ascending."""
    out = set(
        panel.motions.filter(state=MotionState.CONFIRMED.value, entry__isnull=False).values_list(
            "bid__ev", flat=True
        )
    )
    return [row["bid"] for row in facts.body["bids"] if row["bid"] not in out]


def look_next(panel: Panel, last: Sheet | None) -> NewLook | None:
    """The look that may follow the last one; None while that is locked and not shown, or nothing more may come."""
    if last is None:
        return NewLook(1) if panel.state in (PanelState.SCORING.value, PanelState.SHOWN.value) else None
    facts = facts_in_force(panel)
    if last.state != SheetState.SHOWN.value or last.round >= LOOKS:
        return None
    stale = last.facts_id != facts.pk
    if panel.state == PanelState.SCORING.value and not stale:
        return None
    bids = standing_bids(panel, facts)
    marks, notes = (
        {bid: row for bid, row in cells.items() if bid in bids} for cells in (last.marks, last.notes)
    )
    return NewLook(last.round + 1, marks, notes, f"{NEW_FACTS} {facts.number}" if stale else "")


def lock_findings(method: Method, marks: Cells, notes: Cells, bids: list[str]) -> list[Finding]:
    """What keeps a sheet from being locked: cells without a mark, extreme marks without their reason."""
    empty, silent = missing(method, marks, bids), unreasoned(method, marks, notes)
    found = []
    if empty:
        message = _("%(count)s marks are missing. Every bid has a mark for every criterion.")
        found.append(Finding("marks_missing", message, field="marks", data={"count": len(empty)}))
    if silent:
        message = _("%(count)s full or zero marks have no reason. The tender documents ask for one.")
        found.append(Finding("reasons_missing", message, field="notes", data={"count": len(silent)}))
    return found
