"""Keep what a member has marked so far: his own draft, saved as he types, seen by nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules.words import said
from experts.models import Panel, PanelSeat, Sheet
from experts.policies.scoring import may_read_sheet
from experts.rules.sheets import Change, applied, mark_of, totals
from experts.selectors.evaluation import facts_in_force, method_of
from experts.selectors.panels import own_seat, panel_get
from experts.selectors.rests import awake
from experts.selectors.sheets import NewLook, look_next, standing_bids
from experts.services.panel_events import panel_in, seated_required
from experts.states.panel import PanelState, SheetState
from kernel.errors import Finding, RuleBroken, StateConflict
from kernel.policies import require
from protocol.evaluation_method import Method

NOTE = 500
REASON = 500


@dataclass(frozen=True)
class Saved:
    """A draft as kept, with what it adds up to by bid (of the bids that were changed)."""

    sheet: Sheet
    totals: dict[str, str]


@transaction.atomic
def sheet_save(
    *, panel_id: UUID, changes: Sequence[Change], actor: Actor, at: datetime, reason: str = ""
) -> Saved:
    """Change cells of the actor's own draft; a later save of a cell wins, the same one again changes nothing.

    The draft of a second look begins with the marks of the look before and takes a ``reason``. StateConflict when the
    sheet is locked or scoring has not begun; RuleBroken for a mark that is none, naming bid and criterion.
    """
    panel = panel_get(panel_id)
    seat = own_seat(panel, actor)
    require(may_read_sheet(actor, seat.person_id))
    seated_required(seat)
    panel_in(panel, PanelState.SCORING, PanelState.SHOWN)
    method = method_of(panel.lot)
    draft = draft_locked(panel, seat, at, reason)
    _checked(method, changes, frozenset(standing_bids(panel, draft.facts)))
    draft.marks, draft.notes = applied(draft.marks, draft.notes, changes)
    draft.saved_at = at
    draft.save(update_fields=["facts", "marks", "notes", "reason", "saved_at"])
    touched = {one.bid: draft.marks.get(one.bid, {}) for one in changes}
    return Saved(draft, totals(method, touched))


def draft_locked(panel: Panel, seat: PanelSeat, at: datetime, reason: str = "") -> Sheet:
    """The member's draft, made when needed, locked until the transaction ends.

    StateConflict ``sheet_locked``, or ``panel_rests``.
    """
    PanelSeat.objects.select_for_update().get(pk=seat.pk)
    awake(panel)  # asked again with the lock held: an adjournment takes every seat before it stands
    last = Sheet.objects.filter(seat=seat).order_by("-round").first()
    if last is not None and last.state == SheetState.DRAFT.value:
        if reason and last.round > 1:
            last.reason = said(reason, REASON, "reason")
        return _on_facts(panel, last)
    look = look_next(panel, last)
    if look is None:
        raise StateConflict("sheet_locked", _("Your sheet is locked. A locked sheet is never changed."))
    return Sheet.objects.create(
        seat=seat,
        facts=facts_in_force(panel),
        round=look.number,
        marks=look.marks,
        notes=look.notes,
        reason=_reason(look, reason),
        saved_at=at,
    )


def _on_facts(panel: Panel, draft: Sheet) -> Sheet:
    """The draft, on the facts in force: marks of bids that have been rejected meanwhile fall away."""
    facts = facts_in_force(panel)
    stale, draft.facts = draft.facts_id != facts.pk, facts
    if stale:
        bids = standing_bids(panel, facts)
        draft.marks, draft.notes = (
            {bid: row for bid, row in cells.items() if bid in bids} for cells in (draft.marks, draft.notes)
        )
    return draft


def _reason(look: NewLook, given: str) -> str:
    if look.number == 1:
        return ""
    return look.reason if look.reason and not given else said(given, REASON, "reason")


def _checked(method: Method, changes: Sequence[Change], bids: frozenset[str]) -> None:
    """Every cell is one of the sheet's, every mark is one."""
    found = []
    for one in changes:
        cell = {"bid": one.bid, "criterion": one.criterion}
        node = method.nodes.get(one.criterion)
        if one.bid not in bids or node is None or node["kind"] != "judged":
            message = _("There is no such cell in your sheet. Open the page again.")
            found.append(Finding("cell", message, field="marks", data=cell))
        elif one.mark is not None and mark_of(method, one.criterion, one.mark) != one.mark:
            limits = {"most": node["max"], "step": node["step"]}
            message = _("A mark is between 0 and %(most)s in steps of %(step)s.")
            found.append(Finding("mark", message, field="marks", data={**cell, **limits}))
        elif len(one.note) > NOTE:
            message = _("A reason has at most %(most)s characters.")
            found.append(Finding("note", message, field="marks", data={**cell, "most": NOTE}))
    if found:
        first = found[0]
        raise RuleBroken(first.code, first.message, found, **first.data)
