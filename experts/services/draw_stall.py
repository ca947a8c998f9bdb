"""A draw that stands still past its time: the operator proposes to end the serial, the supervisor signs (A20, A25).

Two stand still. A round whose officers stay away, lawful to end only while the releases in the log give no result: a
decided round is never void (A23). And a draw whose T_close has passed without a required contribution. The end names
who is missing; who accepted stays, and the next serial (``draw_begin`` with this cause) draws the open seats.
The page shows ``stall_seen`` (experts/selectors/draw_stalled.py): from when it is possible, who is missing, what was
proposed. The operator calls ``stall_propose``; the supervisor signs ``Draw.stall`` as ``draw-end`` and calls
``stall_sign``. A release, a contribution or a later T_close in between makes the proposal void.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from experts.draw_keys import gateway_key
from experts.models import Contribution, Draw, DrawRelease, DrawRound
from experts.policies.draw import may_operate, may_sign_header
from experts.selectors.draw_stalled import contributions_due, missing_officers, stall_due
from experts.selectors.draws import DrawChain, round_now, standing
from experts.services.draw_events import (
    Signatures,
    by_supervisor,
    draw_locked,
    state_required,
    subject_of,
)
from experts.services.round_decide import round_outcome
from experts.services.round_next import ended_short
from experts.states.draw import DrawState
from kernel.errors import StateConflict
from kernel.policies import require
from ledger.services import record_append
from protocol.draw import objects


@transaction.atomic
def stall_propose(*, draw_id: UUID, actor: Actor, at: datetime) -> Draw:
    """Propose, as the operator, to end the serial; ``Draw.stall`` is what the supervisor signs.

    StateConflict ``round_runs`` before the time of the round, or of contributions, is proven over, ``round_decided``
    when the releases give a result, ``nobody_missing`` when all have contributed, ``not_in_log`` while something that
    was given has no place yet.
    """
    require(may_operate(actor))
    draw = draw_locked(draw_id)
    draw.stall = _end_body(draw, at)
    draw.save(update_fields=["stall"])
    data = {name: draw.stall[name] for name in ("cause", "missing")} | {"round": round_now(draw).j}
    record_append(name="draw-stall-proposed", subject=subject_of(draw), data=data, actor=actor.key, at=at)
    return draw


@transaction.atomic
def stall_sign(*, draw_id: UUID, signatures: Signatures, actor: Actor, at: datetime) -> Draw:
    """Sign the proposed end as the supervisor; the platform signs beside it, and the serial has ended short.

    The same again changes nothing. StateConflict ``stall_none`` without a proposal, ``stall_changed`` when somebody
    has acted since; NotPermitted when the signature is not by a registered key of the supervisor.
    """
    draw = draw_locked(draw_id)
    require(may_sign_header(actor, draw.lot.tender.project.supervisor_id))
    if draw.end_entry is not None and draw.end_entry.body["missing"]:
        return draw
    if not draw.stall:
        raise StateConflict("stall_none", _("The operator has not proposed to end this draw."))
    if _end_body(draw, at) != draw.stall:
        raise StateConflict(
            "stall_changed", _("Somebody has acted since this was proposed. Let it be proposed again.")
        )
    by_supervisor(draw, "draw-end", draw.stall, signatures)
    end = draw.stall
    return ended_short(draw, end["cause"], actor, at, missing=end["missing"], beside=signatures)


def _end_body(draw: Draw, at: datetime) -> dict[str, Any]:
    """The end that is lawful now, of a draw whose row is locked."""
    state_required(draw, DrawState.OPEN, DrawState.CLOSED, DrawState.COMMITTING)
    chain = DrawChain(draw)
    if DrawState(draw.state) is DrawState.OPEN:
        cause, missing = "contributors", _uncontributed(draw, chain, at)
    else:
        cause, missing = "officers", _unreleased(draw, chain, at)
    return objects.body(
        "draw-end",
        header=draw.t_d,
        outcome="short",
        cause=cause,
        missing=missing,
        panel=standing(draw).listed("accepted"),
    )


def _uncontributed(draw: Draw, chain: DrawChain, at: datetime) -> list[int]:
    """Places, among those the header requires, of who has not contributed although T_close is proven past (A20)."""
    if at < contributions_due(chain) or not chain.closed():
        raise StateConflict("round_runs", _("Whoever must contribute still has time."))
    given = Contribution.objects.filter(draw=draw).count()
    moved = draw.close_at is not None and int(draw.close_at.timestamp()) != chain.close_at
    if moved or given != len(chain.of("contribution")):
        raise StateConflict("not_in_log", _("This is not yet in the log. Try again in a few seconds."))
    missing = chain.missing()
    if not missing:
        raise StateConflict("nobody_missing", _("Everybody who must contribute has contributed."))
    return objects.places(chain.header, missing)


def _unreleased(draw: Draw, chain: DrawChain, at: datetime) -> list[int]:
    """Officers without a good release although the time of their round is proven over (A25)."""
    now = round_now(draw)
    due = stall_due(chain, now)
    if due is None or at < due or not chain.passed(int(due.timestamp()), int(now.head.leaf_index or 0)):
        raise StateConflict("round_runs", _("The officers of this round still have time."))
    if DrawRelease.objects.filter(round=now).count() != len(chain.of_round("draw-release", now.j)):
        raise StateConflict("not_in_log", _("This is not yet in the log. Try again in a few seconds."))
    if _decided(draw, chain, now):
        raise StateConflict(
            "round_decided", _("Enough officers have released: the round is decided and cannot be ended.")
        )
    return missing_officers(chain, now, gateway_key(draw.pk))


def _decided(draw: Draw, chain: DrawChain, now: DrawRound) -> bool:
    try:
        round_outcome(chain, now, gateway_key(draw.pk))
    except StateConflict:
        return False
    return True
