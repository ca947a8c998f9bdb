"""How a draw stands, for those who watch: states and numbers, never a name."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.actors import Actor
from experts.models import Contribution, Draw, DrawCommit, DrawRelease
from experts.policies.draw import may_watch
from experts.selectors.draw_label import label_of
from experts.selectors.draws import draw_get, paper
from experts.states.draw import DrawState
from kernel.policies import require
from protocol import canonical
from protocol.draw import case


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
    """A draw in states and numbers. ``waiting`` are required organisations (codes) that have not contributed.

    ``label`` is "self-attested" when one organisation or one officer could have foreseen or chosen the result,
    "independent" otherwise, "" before there is a header: pages print it wherever they show the result.
    """

    serial: int
    state: DrawState
    t_d: str
    close_at: datetime | None
    reveal_at: datetime | None
    contributions: int
    waiting: list[str]
    label: str
    rounds: list[RoundSeen]


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
        label=label_of(draw),
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


def exclusions_counted(draw_id: UUID, actor: Actor) -> dict[str, int]:
    """How many of the pool a header leaves out for which reason: numbers alone; nothing of a draw not prepared.

    NotPermitted for whoever may not watch it.
    """
    draw = draw_get(draw_id)
    project = draw.lot.tender.project
    require(may_watch(actor, project.owner_id, project.supervisor_id))
    if not draw.header:
        return {}
    rows = canonical.decode(paper(draw, draw.header["exclusions"]["rows"]), case.PAPER_LIMIT)
    return dict(sorted(Counter(row["reason"] for row in rows).items()))
