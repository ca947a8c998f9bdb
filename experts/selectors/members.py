"""Members of panels after the result is fixed, for those who rate them; and low ratings, for the keepers.

Until a lot keeps its members itself, who accepted a seat of a revealed draw counts as a member of its panel; so does
who accepted a seat which that draw left open and the owner named him for.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.states import Role
from experts.models import Draw, DrawCall, Expert, ExpertRating, NamedRating, PanelRating, SuspensionProposal
from experts.policies import may_keep
from experts.policies.conduct import may_rate_member, side_of
from experts.policies.draw import may_operate
from experts.pool_keys import PoolKey
from experts.rules.packs import pool_pack
from experts.selectors.draws import draw_get, opened_seat
from experts.selectors.left_out import seat_expert
from experts.selectors.named import named_words
from experts.states.conduct import RaterSide, SuspensionAsked
from experts.states.draw import DrawState, SeatCode
from kernel.errors import StateConflict
from kernel.policies import require
from trading.states import LotState

MEMBERS = frozenset({SeatCode.ACCEPTED.value, SeatCode.NO_SHOW.value})
"""Seats whose experts are rated: who sat, and who accepted and did not come."""
RESULT_FIXED = frozenset(
    {
        LotState.AWARDED.value,
        LotState.CONTRACTED.value,
        LotState.UNSUCCESSFUL.value,
        LotState.CANCELLED.value,
        LotState.RETENDERED.value,
        LotState.ARCHIVED.value,
    }
)
"""States of a lot in which the members of its panel are no secret any more (法37)."""


@dataclass(frozen=True)
class Member:
    """A member as who rates him sees him; ``mine`` is the rating this side has given.

    ``named`` says of who was not drawn that he was named, on which ground.
    """

    seat: str
    name: str
    specialty: str
    code: SeatCode
    mine: ExpertRating | None
    named: str = ""


@dataclass(frozen=True)
class PanelSeen:
    """A panel to be rated."""

    draw: UUID
    lot: str
    begins_at: datetime
    side: RaterSide
    members: list[Member]


def panels_to_rate(actor: Actor) -> list[Draw]:
    """Revealed draws with a fixed result which this actor's side may rate, the latest first; [] for everybody else."""
    rows = Draw.objects.select_related("lot", "request").filter(
        state=DrawState.REVEALED.value, lot__state__in=RESULT_FIXED
    )
    if not may_operate(actor).allowed:
        mine = Q(pk__in=[])
        if Role.OWNER in actor.roles:
            mine |= Q(lot__tender__project__owner=actor.organisation)
        if Role.SUPERVISOR in actor.roles:
            mine |= Q(lot__tender__project__supervisor=actor.organisation)
        rows = rows.filter(mine)
    return list(rows.order_by("-request__begins_at", "lot", "serial")[:50])


def panel_seen(draw_id: UUID, actor: Actor, key: PoolKey) -> PanelSeen:
    """The members of a panel, for a side that rates them. NotPermitted for others, StateConflict before the result."""
    draw = draw_get(draw_id)
    project = draw.lot.tender.project
    require(may_rate_member(actor, project.owner_id, project.supervisor_id))
    side = side_of(actor, project.owner_id, project.supervisor_id)
    assert side is not None
    if draw.state != DrawState.REVEALED.value or draw.lot.state not in RESULT_FIXED:
        raise StateConflict("not_fixed", _("Members are rated once the result of the lot is fixed."))
    given, calls = ratings_of(draw, side), members_called(draw)
    members = [_member(row, draw, given, key) for row in calls]
    return PanelSeen(draw.pk, draw.lot.number, draw.request.begins_at, side, members)


def members_called(draw: Draw) -> list[DrawCall]:
    """The invitations of who is rated for this draw: the drawn, then the named, by their seats."""
    rows = DrawCall.objects.select_related("seat__round__draw", "named__naming__draw")
    drawn = rows.filter(seat__round__draw=draw, seat__code__in=MEMBERS).order_by("seat__seat")
    named = rows.filter(named__naming__draw=draw, named__code__in=MEMBERS).order_by("named__seat")
    return [*drawn, *named]


def ratings_of(draw: Draw, side: RaterSide) -> dict[str, ExpertRating]:
    """What one side has given for this draw, by the seat that was rated."""
    drawn = PanelRating.objects.select_related("rating", "seat")
    named = NamedRating.objects.select_related("rating", "seat")
    found = {row.seat.seat: row.rating for row in drawn.filter(seat__round__draw=draw, side=side.value)}
    return found | {
        row.seat.seat: row.rating for row in named.filter(seat__naming__draw=draw, side=side.value)
    }


def _member(row: DrawCall, draw: Draw, given: dict[str, ExpertRating], key: PoolKey) -> Member:
    name = Expert.objects.get(pk=seat_expert(row, key)).name
    if row.named is not None:
        seat, words = row.named, named_words(draw.lot, row.named.naming.ground, row.named.naming.feature)
        return Member(seat.seat, name, seat.specialty, SeatCode(seat.code), given.get(seat.seat), named=words)
    specialty = opened_seat(row.drawn, draw).specialty
    return Member(row.drawn.seat, name, specialty, SeatCode(row.code), given.get(row.drawn.seat))


def low_ratings(actor: Actor) -> list[ExpertRating]:
    """Ratings below the threshold for which nobody has asked a suspension. NotPermitted but for the keeper."""
    require(may_keep(actor))
    rows = ExpertRating.objects.select_related("expert", "reply").filter(proposal__isnull=True)
    return list(rows.filter(score__lt=pool_pack().number("rating_suspend")).order_by("-at", "id")[:100])


def proposals(actor: Actor) -> list[SuspensionProposal]:
    """Suspensions asked for that wait for a second keeper. NotPermitted but for the keeper."""
    require(may_keep(actor))
    rows = SuspensionProposal.objects.select_related("rating__expert", "rating__reply", "asked_by")
    return list(rows.filter(state=SuspensionAsked.ASKED.value))
