"""Lock a score sheet with the seat's key; the last lock shows all of them (条例 48; protocol 16.7, 16.8)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import SYSTEM, Actor
from experts.models import Panel, PanelSeat, Sheet
from experts.policies.scoring import may_close, may_read_sheet
from experts.rules.sheets import sheet_body
from experts.selectors.evaluation import evaluation_of, method_of
from experts.selectors.panels import own_seat, seated
from experts.selectors.sheets import lock_findings, standing_bids
from experts.services.blind_ask import labels_open
from experts.services.panel_events import (
    eval_form,
    key_of,
    panel_in,
    panel_locked,
    panel_moved,
    panel_recorded,
    seat_event,
    seat_signed,
    seated_required,
)
from experts.states.panel import SHEET, PanelAction, PanelState, SheetAction, SheetState
from kernel.errors import RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import event_append
from protocol import dsse

Signed = Mapping[str, Any]
"""A body with its signatures."""


@transaction.atomic
def sheet_lock(*, panel_id: UUID, sheet: Signed, lock: Signed, actor: Actor, at: datetime) -> Sheet:
    """Log the lock of the actor's whole draft, and keep the signed sheet until it is shown. It is final.

    A second look at shown sheets is shown at once. RuleBroken lists what is missing; StateConflict ``sheet_changed``
    when the device signed something else than what is saved here; NotPermitted for another key than the seat's.
    """
    panel = panel_locked(panel_id)
    seat = own_seat(panel, actor)
    require(may_read_sheet(actor, seat.person_id))
    seated_required(seat)
    panel_in(panel, PanelState.SCORING, PanelState.SHOWN)
    draft = (
        Sheet.objects.select_for_update(of=("self",))
        .select_related("facts__entry")
        .filter(seat=seat, state=SheetState.DRAFT.value)
        .first()
    )
    if draft is None:
        raise StateConflict("sheet_locked", _("Your sheet is locked. A locked sheet is never changed."))
    if not evaluation_of(panel).judged:
        raise StateConflict("nothing_judged", _("There is nothing to mark in this evaluation."))
    _whole(panel, draft)
    body = _as_saved(panel, draft, sheet)
    seat_signed(seat, "score-sheet", body, sheet["signatures"])
    draft.hash = dsse.event_id("score-sheet", body).hex()
    _lock_logged(seat, draft, lock, at)
    draft.state = next_state(SHEET, SheetAction.LOCK, SheetState(draft.state)).value
    draft.statement = {"body": body, "signatures": [*sheet["signatures"]]}
    draft.locked_at = at
    draft.save()
    if panel.state == PanelState.SHOWN.value:
        _shown(panel, draft, at)
    elif all_locked(panel):
        sheets_show(panel_id=panel.pk, actor=SYSTEM, at=at)
    return Sheet.objects.get(pk=draft.pk)


def _whole(panel: Panel, draft: Sheet) -> None:
    findings = lock_findings(
        method_of(panel.lot), draft.marks, draft.notes, standing_bids(panel, draft.facts)
    )
    if findings:
        raise RuleBroken(findings[0].code, findings[0].message, findings, **findings[0].data)


def _as_saved(panel: Panel, draft: Sheet, sheet: Signed) -> dict[str, Any]:
    """The body which the device signed, if it says what the draft says."""
    body = eval_form(panel, "score-sheet", sheet["body"])
    expected = sheet_body(
        policy=panel.lot.policy,
        facts=draft.facts.entry.ev,
        seat=draft.seat.seat,
        look=draft.round,
        nonce=body["nonce"],
        marks=draft.marks,
        notes=draft.notes,
    )
    if body != expected:
        raise StateConflict(
            "sheet_changed",
            _("What was signed is not what is saved here. Open the page again, look through it, and lock."),
        )
    return body


def _lock_logged(seat: PanelSeat, draft: Sheet, lock: Signed, at: datetime) -> None:
    """Log the lock: of this look, with this reason, naming the event id of the sheet to come."""
    body = eval_form(seat.panel, "sheet-lock", lock["body"])
    if (body["round"], body["reason"], body["hash"]) != (draft.round, draft.reason, draft.hash):
        raise RuleBroken("lock", _("The lock is not of this sheet. Open the page again."))
    draft.lock_entry = seat_event(seat, "sheet-lock", body, lock["signatures"], at=at)


def all_locked(panel: Panel) -> bool:
    """Whether every member in his seat has locked a sheet or has one shown on the facts in force."""
    evaluation = evaluation_of(panel)
    locked = set(
        Sheet.objects.filter(seat__in=evaluation.seats, state=SheetState.LOCKED.value).values_list(
            "seat__seat", flat=True
        )
    )
    return all(one.seat in locked for one in evaluation.waiting)


@transaction.atomic
def sheets_show(*, panel_id: UUID, actor: Actor, at: datetime) -> Panel:
    """Write every locked sheet into the log, then whose each blind label is: from here on the panel reads them.

    StateConflict before all are locked. Where nothing is judged, or no bid is left, there are no sheets and the panel
    goes on to its report.
    """
    require(may_close(actor))
    panel = panel_locked(panel_id)
    panel_in(panel, PanelState.SCORING)
    if not all_locked(panel):
        raise StateConflict("sheets_missing", _("Not every member’s sheet is there yet."))
    rows = Sheet.objects.filter(seat__in=seated(panel), state=SheetState.LOCKED.value).order_by("seat__seat")
    for row in rows.select_related("seat__panel__lot"):
        _shown(panel, row, at)
    labels_open(panel, at)
    panel_moved(panel, PanelAction.SHOW)
    panel.save(update_fields=["state"])
    panel_recorded(panel, "panel-sheets-shown", {"sheets": len(rows)}, "system", at)
    return panel


def _shown(panel: Panel, row: Sheet, at: datetime) -> None:
    said = row.statement
    row.sheet_entry = event_append(
        kind="score-sheet", body=said["body"], signatures=said["signatures"], chain=panel.chain, at=at
    )
    row.state = next_state(SHEET, SheetAction.SHOW, SheetState(row.state)).value
    row.shown_at = at
    row.save(update_fields=["sheet_entry", "state", "shown_at"])
    panel_recorded(panel, "panel-sheet-shown", {"round": row.round}, key_of(row.seat), at, seat=row.seat.seat)
