"""How a draw stands, for those who watch: states and numbers, never a name; and an expert's own invitations."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.actors import Actor
from experts.models import Contribution, Draw, DrawCall, DrawCommit, DrawnSeat, DrawRelease, Expert
from experts.policies.draw import may_answer, may_watch
from experts.pool_keys import PoolKey
from experts.selectors.draws import draw_get, opened_seat
from experts.states.draw import DrawState, SeatCode
from kernel.policies import require
from protocol.draw import pool


@dataclass(frozen=True)
class RoundSeen:
    """A round in numbers: who of the officers has acted, and how many seats have which answer."""

    j: int
    committed: list[int]
    released: list[int]
    answers: dict[str, int]
    answer_until: datetime | None


@dataclass(frozen=True)
class DrawSeen:
    """A draw in states and numbers. ``waiting`` are required organisations (codes) that have not contributed."""

    serial: int
    state: DrawState
    t_d: str
    close_at: datetime | None
    reveal_at: datetime | None
    contributions: int
    waiting: list[str]
    rounds: list[RoundSeen]


@dataclass(frozen=True)
class Invitation:
    """What an invited expert reads: the words of the call, until when he answers, and the seat to answer for."""

    seat: str
    words: dict[str, object]
    until: datetime | None
    code: SeatCode


def draw_seen(draw_id: UUID, actor: Actor) -> DrawSeen:
    """How a draw stands. NotPermitted for whoever may not watch it."""
    draw = draw_get(draw_id)
    project = draw.lot.tender.project
    require(may_watch(actor, project.owner_id, project.supervisor_id))
    given = set(Contribution.objects.filter(draw=draw).values_list("org", flat=True))
    required = [row["org"] for row in draw.header.get("required", [])]
    return DrawSeen(
        serial=draw.serial,
        state=DrawState(draw.state),
        t_d=draw.t_d,
        close_at=draw.close_at,
        reveal_at=draw.reveal_at,
        contributions=len(given),
        waiting=[org for org in required if org not in given],
        rounds=_rounds(draw),
    )


def _rounds(draw: Draw) -> list[RoundSeen]:
    found = []
    for row in draw.rounds.order_by("j"):
        commits = DrawCommit.objects.filter(round=row).order_by("officer")
        releases = DrawRelease.objects.filter(round=row).order_by("officer")
        codes = Counter(row.seats.values_list("code", flat=True))
        found.append(
            RoundSeen(
                j=row.j,
                committed=list(commits.values_list("officer", flat=True)),
                released=list(releases.values_list("officer", flat=True)),
                answers=dict(sorted(codes.items())),
                answer_until=row.answer_until,
            )
        )
    return found


def own_invitations(actor: Actor, key: PoolKey) -> list[Invitation]:
    """The invitations of the expert who asks: the gateway opens the seats of running calls for him alone."""
    expert = Expert.objects.filter(person=actor.person).first() if actor.person else None
    if expert is None:
        return []
    require(may_answer(actor, expert.person_id))
    found = []
    states = (DrawState.CALLING.value, DrawState.COMPLETE.value)
    for draw in Draw.objects.select_related("epoch").filter(state__in=states, epoch__members__expert=expert):
        assert draw.epoch is not None
        mine = pool.eid(key.epoch(bytes.fromhex(draw.epoch.nonce)), expert.pk.bytes).hex()
        for row in DrawnSeat.objects.select_related("round").filter(round__draw=draw):
            if opened_seat(row, draw).id == mine:
                call = DrawCall.objects.get(seat=row)
                found.append(Invitation(row.seat, call.words, row.round.answer_until, SeatCode(row.code)))
    return found
