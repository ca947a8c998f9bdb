"""What the device of a draw's officer is given before it acts (A22): to be checked by it, never to be believed.

Everything here is public or sealed: header and contributions as they stand in the log, the heads and commits of the
rounds, checkpoints with the statements and cosignatures about them. No panel, no answer of an expert, no secret.
"""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop as _

from bidding.selectors import evidence
from experts.models import DrawCommit, DrawRelease, DrawRound
from experts.selectors.draws import DrawChain, draw_get, officer_get, placed, round_now
from experts.states.draw import DrawState
from kernel.errors import StateConflict
from ledger import selectors as ledger
from ledger.models import Checkpoint
from protocol import bundle
from protocol.draw import case, releasing

UNSIGNED = frozenset({DrawState.BEGUN, DrawState.PREPARED})
ENDED = frozenset({DrawState.SHORT, DrawState.REVEALED})
ASKED = frozenset({DrawState.CLOSED, DrawState.COMMITTING})
SHOWN = frozenset({"draw-header", "draw-postpone", "contribution", "draw-round", "draw-commit"})
"""Kinds a pack holds. From the header to the first commit the chain has no others: a gap would show."""


def officer_pack(draw_id: UUID, i: int) -> dict[str, Any]:
    """The pack of officer ``i``: policy, events with their proofs, checkpoints, and how the round stands.

    ``events`` and ``checkpoints`` are files as in a bundle (name, text). ``automated`` is what was declared of the
    seat. ``round`` is the last one: whether officers are asked now (``asked``), who has committed and released, whether
    enough commits settle every contribution, so that releases are taken (``enough``). ``own`` says what the platform
    has of this officer for that round.
    Times are in seconds. NotFound for an unknown draw or officer; StateConflict ``draw_unsigned`` before the header is
    in the log, ``draw_ended`` when no officer is asked any more.
    """
    draw = draw_get(draw_id)
    seat = officer_get(draw, i)
    state = DrawState(draw.state)
    if state in UNSIGNED:
        raise StateConflict("draw_unsigned", _("The supervisor has not signed the header of this draw yet."))
    if state in ENDED:
        raise StateConflict("draw_ended", _("This draw has ended. Its officers have nothing more to do."))
    now, chain = round_now(draw), DrawChain(draw)
    placed(draw.header_entry)
    return {
        **logged_files(chain, SHOWN),
        "draw": str(draw.pk),
        "t_d": draw.t_d,
        "state": state.value,
        "officer": seat.i,
        "automated": seat.automated,
        "times": {
            "close_at": chain.close_at,
            "reveal_at": int(draw.reveal_at.timestamp()) if draw.reveal_at else draw.header["reveal_at"],
        },
        "round": _round(now, chain, state),
        "own": {
            "committed": DrawCommit.objects.filter(round=now, officer=i).exists(),
            "released": DrawRelease.objects.filter(round=now, officer=i).exists(),
        },
    }


def logged_files(chain: DrawChain, kinds: Collection[str]) -> dict[str, Any]:
    """``policy``, and ``events`` of these kinds with ``checkpoints`` as files of a bundle (name, text)."""
    points = _checkpoints(chain)
    covered = points[-1].size if points else 0
    rows = [(point.size, *_stamped(chain, point)) for point in points]
    events = [
        evidence.logged(event.entry) for event in chain.events if event.kind in kinds and event.leaf < covered
    ]
    trees = evidence.Trees()
    return {
        "policy": chain.policy,
        "events": _texts(bundle.event_members(case.ROOM.strip("/"), events, rows, trees, "audit")),
        "checkpoints": _texts(bundle.checkpoint_members(rows, trees)),
    }


def _round(now: DrawRound, chain: DrawChain, state: DrawState) -> dict[str, Any]:
    """How the last round stands; numbers of officers only."""
    votes = chain.votes(now.j)
    header = chain.header
    return {
        "j": now.j,
        "head": now.head.ev,
        "leaf": now.head.leaf_index,
        "asked": state in ASKED,
        "committed": sorted(event.body["officer"] for event in chain.of_round("draw-commit", now.j)),
        "released": sorted(event.body["officer"] for event in chain.of_round("draw-release", now.j)),
        "enough": releasing.releasable(header, votes, chain.counting),
    }


def _checkpoints(chain: DrawChain) -> list[Checkpoint]:
    """The checkpoints a device needs: where each head stands, who was on time, and the newest that stands."""
    heads = [chain.header_leaf, *(event.leaf for event in chain.of("draw-round"))]
    sizes = {next(chain.standing_sizes(leaf), 0) for leaf in heads}
    sizes.add(next(chain.standing_sizes(chain.header_leaf, newest=True), 0))
    return list(ledger.checkpoints_sized((sizes | _largest_by(chain, chain.close_at)) - {0}))


def _largest_by(chain: DrawChain, moment: int) -> set[int]:
    """For each source the largest size it states by this moment: who is on time follows from these."""
    largest: dict[str, int] = {}
    for one in chain.clock.statements:
        if one.upper <= moment * 1000:
            largest[one.source] = max(largest.get(one.source, 0), one.size)
    return set(largest.values())


def _stamped(chain: DrawChain, point: Checkpoint) -> tuple[str, list[dict[str, str]]]:
    return evidence.note_under(chain.policy, point.note), evidence.tokens_under(chain.policy, point)


def _texts(members: Iterable[tuple[str, bytes]]) -> list[tuple[str, str]]:
    return [(name, data.decode("utf-8")) for name, data in members]
