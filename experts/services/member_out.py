"""How a member falls out of a panel: for a tie, by not coming, or replaced; his opinions are void (条例 48)."""

import secrets
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules.words import said
from experts.models import PanelSeat, Sheet
from experts.policies.panel import may_end_membership, may_keep_door, may_sit
from experts.selectors.rests import anytime
from experts.services.changes import Entropy
from experts.services.motion_make import motions_left
from experts.services.own_follow import own_follow
from experts.services.panel_events import (
    actor_key,
    key_of,
    member_moved,
    panel_moved,
    panel_recorded,
    seat_locked,
)
from experts.states.panel import SHEET, MemberAction, PanelAction, PanelState, SheetAction, SheetState
from kernel.errors import Finding, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state

REASON: Final = 500
GROUNDS: Final = ("tie", "ill", "left", "conduct", "other")
"""回避, 健康原因, 擅离职守, 不能客观公正履职 — why a member cannot go on (条例 48)."""


@transaction.atomic
def member_recuse(*, seat_id: UUID, reason: str, actor: Actor, at: datetime) -> PanelSeat:
    """Withdraw for a tie to a bidder, at any time until the report is handed over (条例 46, 48)."""
    seat = seat_locked(seat_id, gate=anytime)
    require(may_sit(actor, seat.person_id))
    return fallen_out(seat, MemberAction.RECUSE, said(reason, REASON, "reason"), key_of(seat), at)


@transaction.atomic
def member_miss(*, seat_id: UUID, reason: str, actor: Actor, at: datetime) -> PanelSeat:
    """Note that a member has not come; another is drawn. StateConflict once he has signed in."""
    seat = seat_locked(seat_id, gate=anytime)
    require(may_keep_door(actor))
    key = actor_key(seat.panel, actor)
    return fallen_out(seat, MemberAction.MISS, said(reason, REASON, "reason"), key, at)


@transaction.atomic
def member_replace(*, seat_id: UUID, ground: str, reason: str, actor: Actor, at: datetime) -> PanelSeat:
    """Note that a member cannot go on; his votes and marks are void, the panel forms anew (条例 48)."""
    seat = seat_locked(seat_id, gate=anytime)
    require(may_end_membership(actor, seat.panel.lot.tender.project.supervisor_id))
    if ground not in GROUNDS:
        message = _("Choose one of the grounds of the list.")
        raise RuleBroken("ground", message, [Finding("ground", message, "条例48", field="ground")])
    told = f"{ground}: {said(reason, REASON, 'reason')}"
    return fallen_out(seat, MemberAction.REPLACE, told, actor_key(seat.panel, actor), at)


def fallen_out(
    seat: PanelSeat,
    action: MemberAction,
    reason: str,
    key: str,
    at: datetime,
    random: Entropy = secrets.token_bytes,
) -> PanelSeat:
    """Take a member, whose row the caller has locked, out of the panel; a panel at work forms anew.

    For a member of the owner's own the first substitute steps in, in the same act.

    The reason stays with the seat; the ledger gets that and how, not why: it could name a bidder or the member.
    """
    panel = seat.panel
    if panel.state == PanelState.ENDED.value:
        raise StateConflict("panel_ended", _("The report is handed over. Nobody leaves this panel any more."))
    state = member_moved(seat, action)
    seat.reason, seat.left_at = reason, at
    seat.save(update_fields=["state", "reason", "left_at"])
    panel_recorded(panel, "panel-member-out", {"how": state}, key, at, seat=seat.seat)
    panel.offered = {}
    if panel.state != PanelState.FORMING.value:
        panel_moved(panel, PanelAction.LOSE)
        panel.chair = None
    panel.save(update_fields=["state", "chair", "offered"])
    motions_left(seat, at)
    for sheet in Sheet.objects.filter(seat=seat).exclude(state=SheetState.VOID.value):
        sheet.state = next_state(SHEET, SheetAction.VOID, SheetState(sheet.state)).value
        sheet.save(update_fields=["state"])
    if seat.kind == "owner":
        own_follow(panel, at=at, random=random)
    return seat
