"""The supervisor signs a header beside the platform, and it is logged; both can move T_close, for a reason (A20)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules import tidy
from experts.models import Draw, DrawRound
from experts.policies.draw import may_sign_header
from experts.selectors.draws import DrawChain
from experts.services.draw_events import (
    Signatures,
    by_supervisor,
    draw_locked,
    draw_moved,
    platform_logged,
    state_required,
    subject_of,
)
from experts.services.draw_tell import contributions_asked
from experts.states.draw import DrawAction, DrawState
from kernel.errors import RuleBroken, StateConflict
from kernel.policies import require
from ledger.keys import platform_signer
from ledger.services import event_append, record_append
from protocol.draw import objects


@transaction.atomic
def header_sign(*, draw_id: UUID, signatures: Signatures, actor: Actor, at: datetime) -> Draw:
    """Sign the prepared header as the supervisor; the platform signs beside it and it goes into the log.

    One header for a lot and serial. The same signature again changes nothing. StateConflict when T_close has passed:
    prepare the draw again with a later one.
    """
    draw = draw_locked(draw_id)
    supervisor = draw.lot.tender.project.supervisor_id
    require(may_sign_header(actor, supervisor))
    if draw.header_entry_id is not None:
        return draw
    draw_moved(draw, DrawAction.SIGN)
    by_supervisor(draw, "draw-header", draw.header, signatures)
    if at.timestamp() >= draw.header["close_at"]:
        raise StateConflict("header_late", _("The time for contributions is over. Prepare the draw anew."))
    body = draw.header
    entry = event_append(
        kind="draw-header",
        body=body,
        signatures=[platform_signer().sign("draw-header", body), *signatures],
        chain=draw.chain,
        at=at,
    )
    draw.header_entry, draw.t_d = entry, entry.ev
    draw.save()
    DrawRound.objects.create(draw=draw, j=0, head=entry)
    contributions_asked(draw, at)
    return draw


def postpone_body(draw: Draw, close_at: datetime, reason: str) -> dict[str, Any]:
    """The ``draw-postpone`` body which supervisor and platform sign."""
    return objects.body(
        "draw-postpone", header=draw.t_d, close_at=int(close_at.timestamp()), reason=tidy(reason)
    )


@transaction.atomic
def draw_postpone(
    *, draw_id: UUID, close_at: datetime, reason: str, signatures: Signatures, actor: Actor, at: datetime
) -> Draw:
    """Move T_close to a later time; sealed contributions stay (A20).

    RuleBroken without a reason or for an earlier time; StateConflict once an officer has committed.
    """
    draw = draw_locked(draw_id)
    require(may_sign_header(actor, draw.lot.tender.project.supervisor_id))
    state_required(draw, DrawState.OPEN)
    if not tidy(reason):
        raise RuleBroken("reason", _("Give the reason."))
    current = max(DrawChain(draw).close_at, int((draw.close_at or at).timestamp()))
    if close_at.timestamp() <= current or close_at <= at:
        raise RuleBroken("close_at", _("A draw is postponed to a later time only."))
    body = postpone_body(draw, close_at, reason)
    by_supervisor(draw, "draw-postpone", body, signatures)
    members = {"close_at": body["close_at"], "reason": body["reason"]}
    platform_logged(draw, "draw-postpone", at=at, beside=signatures, **members)
    draw.close_at = close_at
    draw.reveal_at = max(close_at, draw.reveal_at or close_at)
    draw.stall = {}
    draw.save(update_fields=["close_at", "reveal_at", "stall"])
    record_append(name="draw-postponed", subject=subject_of(draw), data=members, actor=actor.key, at=at)
    return draw
