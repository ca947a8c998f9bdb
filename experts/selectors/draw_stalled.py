"""Whether a draw waits beyond its time for officers or contributors, and for whom (A20, A25)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.actors import Actor
from experts.draw_keys import GatewayKey
from experts.models import DrawRound
from experts.policies.draw import may_watch
from experts.selectors.draws import DrawChain, draw_get, moment, round_now
from experts.states.draw import DrawState
from kernel.policies import require
from protocol.draw import releasing

GRACE = timedelta(seconds=10)
"""Over the clocks' accuracy: a verifier may see the head of a round stated a moment later than we do."""
WAITING = frozenset({DrawState.CLOSED, DrawState.COMMITTING})


@dataclass(frozen=True)
class StallSeen:
    """A draw that waits. ``due`` is when it may be ended, ``absent`` the officers who have not released, ``late`` the
    required organisations (codes) that have not contributed although T_close is over.

    ``proposed`` is the body of ``draw-end`` which the supervisor signs, {} without a proposal.
    """

    j: int
    due: datetime | None
    absent: list[int]
    proposed: dict[str, Any]
    late: list[str] = field(default_factory=list)


def stall_seen(draw_id: UUID, actor: Actor) -> StallSeen | None:
    """How long the draw still waits, and for whom; None while it does not. NotPermitted as for watching."""
    draw = draw_get(draw_id)
    project = draw.lot.tender.project
    require(may_watch(actor, project.owner_id, project.supervisor_id))
    if DrawState(draw.state) is DrawState.OPEN:
        chain = DrawChain(draw)
        late = chain.missing() if chain.closed() else []
        return StallSeen(0, contributions_due(chain), [], draw.stall, late) if late else None
    if DrawState(draw.state) not in WAITING:
        return None
    now, chain = round_now(draw), DrawChain(draw)
    given = {event.body["officer"] for event in chain.of_round("draw-release", now.j)}
    absent = [seat["i"] for seat in draw.header["officers"] if seat["i"] not in given]
    return StallSeen(now.j, stall_due(chain, now), absent, draw.stall)


def contributions_due(chain: DrawChain) -> datetime:
    """From when a draw may be ended for want of contributions."""
    return moment(chain.close_at) + GRACE


def stall_due(chain: DrawChain, now: DrawRound) -> datetime | None:
    """From when a round may be ended for want of officers; None until its head is stated."""
    if now.head.leaf_index is None:
        return None
    end = chain.round_end(now.j, int(now.head.leaf_index))
    return None if end is None else moment(end) + GRACE


def missing_officers(chain: DrawChain, now: DrawRound, key: GatewayKey) -> list[int]:
    """Officers without a release of the round, or with a wrong share in it, as verifiers name them (V22)."""
    opened = {
        event.body["officer"]: releasing.open_release(event.body, key.secret)[1]
        for event in chain.of_round("draw-release", now.j)
    }
    read = releasing.read(chain.header, now.j, chain.counting, opened)
    return releasing.absent(chain.header, opened, read)
