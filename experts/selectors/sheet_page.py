"""A member's score sheet as its page shows it: criteria by group, bids, own marks; nothing of any other member."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from bidding.models import Bid
from experts.models import Panel, PanelSeat, Sheet, TimeAsked
from experts.policies.scoring import may_read_sheet
from experts.rules.sheets import totals
from experts.selectors.evaluating import turn_now
from experts.selectors.evaluation import Evaluation, evaluation_of
from experts.selectors.panels import own_seat, panel_get
from experts.selectors.pool import StateWord
from experts.selectors.sheets import look_next
from experts.states import label
from experts.states.panel import PanelState, SheetState
from kernel.policies import require
from protocol.evaluation_method import Method

BLIND = (PanelState.REVIEWING.value, PanelState.SCORING.value)


@dataclass(frozen=True)
class SheetPage:
    """What the page shows. ``data`` is for its script and empty once the sheet is locked."""

    panel: Panel
    seat: PanelSeat
    state: StateWord
    until: datetime | None
    data: Mapping[str, Any]
    look: int
    reason: str
    locked_at: datetime | None
    saved_at: datetime | None
    totals: list[tuple[str, str]]
    asked: bool
    judged: bool
    chair: bool

    @property
    def open(self) -> bool:
        """Whether marks can be filled in."""
        return bool(self.data)

    @property
    def shown(self) -> bool:
        """Whether every member has locked."""
        return self.panel.state in (PanelState.SHOWN.value, PanelState.SIGNING.value, PanelState.ENDED.value)


def sheet_page(panel_id: UUID, actor: Actor) -> SheetPage:
    """The actor's own sheet of a panel. NotFound for whoever has no seat; StateConflict before scoring begins."""
    panel = panel_get(panel_id)
    seat = own_seat(panel, actor)
    require(may_read_sheet(actor, seat.person_id))
    evaluation = evaluation_of(panel)
    last = Sheet.objects.filter(seat=seat).order_by("-round").first()
    given = _given(panel, evaluation, last)
    words = bid_words(panel)
    sums = totals(evaluation.method, last.marks) if last else {}
    return SheetPage(
        panel=panel,
        seat=seat,
        state=_state(last),
        until=panel.until,
        data=_data(evaluation, seat, given, words) if given else {},
        look=given["round"] if given else (last.round if last else 1),
        reason=given["reason"] if given else "",
        locked_at=last.locked_at if last else None,
        saved_at=last.saved_at if last else None,
        totals=[(words[bid], sums.get(bid, "0")) for bid in evaluation.bids],
        asked=TimeAsked.objects.filter(seat=seat, turn=turn_now(panel)).exists(),
        judged=evaluation.judged,
        chair=panel.chair_id == seat.pk,
    )


def bid_words(panel: Panel) -> dict[str, str]:
    """How the panel's pages call each bid, by ev: in blind mode (暗标) by its label until every sheet is locked."""
    rows = Bid.objects.filter(lot=panel.lot_id).select_related("organisation")
    words = {row.ev: row.organisation.name for row in rows}
    if panel.state in BLIND:
        words |= {row.bid.ev: row.label for row in panel.labels.select_related("bid")}
    return words


def _state(last: Sheet | None) -> StateWord:
    state = SheetState(last.state) if last else SheetState.DRAFT
    kinds = {
        SheetState.DRAFT: "now",
        SheetState.LOCKED: "done",
        SheetState.SHOWN: "done",
        SheetState.VOID: "stop",
    }
    return StateWord(_(label(state)), kinds[state])


def _given(panel: Panel, evaluation: Evaluation, last: Sheet | None) -> dict[str, Any] | None:
    """The draft, or what a new look begins with; None where nothing is to be filled in."""
    if not evaluation.judged or panel.state not in (PanelState.SCORING.value, PanelState.SHOWN.value):
        return None
    if last is not None and last.state == SheetState.DRAFT.value:
        return {"round": last.round, "marks": last.marks, "notes": last.notes, "reason": last.reason}
    look = look_next(panel, last)
    if look is None:
        return None
    return {"round": look.number, "marks": look.marks, "notes": look.notes, "reason": look.reason}


def _data(
    evaluation: Evaluation, seat: PanelSeat, given: Mapping[str, Any], words: Mapping[str, str]
) -> dict[str, Any]:
    panel, bids = evaluation.panel, evaluation.bids
    return {
        "policy": panel.lot.policy,
        "facts": evaluation.facts.entry.ev,
        "seat": seat.seat,
        "key": seat.sig_key,
        "database": str(seat.person_id),
        "round": given["round"],
        "reasons": evaluation.method.data["warnings"]["reasons"],
        "criteria": criteria(evaluation.method),
        "bids": [{"ev": bid, "label": words[bid]} for bid in bids],
        "marks": {bid: row for bid, row in given["marks"].items() if bid in bids},
        "notes": {bid: row for bid, row in given["notes"].items() if bid in bids},
        "save": reverse("experts:sheet-save", args=[panel.pk]),
        "lock": reverse("experts:sheet-lock", args=[panel.pk]),
    }


def criteria(method: Method) -> list[dict[str, str]]:
    """The judged criteria in the order of the method, each with the names of its groups before its own."""
    found = []
    for node in method.data["criteria"]:
        if node["kind"] == "judged":
            path, above = [node["name"]], node["parent"]
            while above is not None:
                path.insert(0, method.nodes[above]["name"])
                above = method.nodes[above]["parent"]
            found.append(
                {
                    "id": node["id"],
                    "name": " · ".join(path),
                    "max": node["max"],
                    "step": node["step"],
                }
            )
    return found
