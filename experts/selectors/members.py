"""Members of panels after the result is fixed, for those who rate them; and low ratings, for the keepers.

Until a lot keeps its members itself, who accepted a seat of a revealed draw counts as a member of its panel; so does
who accepted a seat which that draw left open and the owner named him for, and who was named where nothing is drawn.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.states import Role
from experts.models import (
    Draw,
    DrawCall,
    DrawRequest,
    Expert,
    ExpertRating,
    NamedRating,
    Panel,
    PanelRating,
    SuspensionProposal,
)
from experts.models.draws import Origin
from experts.policies import may_keep
from experts.policies.conduct import may_rate_member, side_of
from experts.policies.draw import may_operate
from experts.pool_keys import PoolKey
from experts.rules.packs import pool_pack
from experts.selectors.draws import opened_seat
from experts.selectors.left_out import seat_expert
from experts.selectors.named import named_words
from experts.selectors.naming import origin_get
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
MOST = 50
"""Panels on one page."""


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

    @property
    def named_alike(self) -> str:
        """What stands beside every member, where all were named on one ground: said once, above them."""
        words = {one.named for one in self.members}
        return words.pop() if len(words) == 1 else ""


def panels_to_rate(actor: Actor) -> list[Origin]:
    """Panels with a fixed result which this actor's side may rate, the latest first; [] for everybody else.

    Each by its revealed draw, or by the request whose experts were named instead.
    """
    theirs = Q(lot__state__in=RESULT_FIXED)
    if not may_operate(actor).allowed:
        mine = Q(pk__in=[])
        if Role.OWNER in actor.roles:
            mine |= Q(lot__tender__project__owner=actor.organisation)
        if Role.SUPERVISOR in actor.roles:
            mine |= Q(lot__tender__project__supervisor=actor.organisation)
        theirs &= mine
    called_in = Panel.objects.filter(lot=OuterRef("lot"))
    drawn = Draw.objects.select_related("lot", "request").filter(theirs, state=DrawState.REVEALED.value)
    named = DrawRequest.objects.select_related("lot").filter(theirs, Exists(called_in), named=True)
    found: list[Origin] = [
        *drawn.order_by("-request__begins_at", "lot", "serial")[:MOST],
        *named.order_by("-begins_at", "lot")[:MOST],
    ]
    return sorted(found, key=lambda one: one.asked.begins_at, reverse=True)[:MOST]


def rated_origin(origin_id: UUID) -> Origin:
    """The draw or request of a panel to be rated; NotFound for none, StateConflict ``not_fixed`` before the result."""
    origin = origin_get(origin_id)
    shown = (
        origin.state == DrawState.REVEALED.value
        if isinstance(origin, Draw)
        else Panel.objects.filter(lot=origin.lot_id).exists()
    )
    if not shown or origin.lot.state not in RESULT_FIXED:
        raise StateConflict("not_fixed", _("Members are rated once the result of the lot is fixed."))
    return origin


def panel_seen(origin_id: UUID, actor: Actor, key: PoolKey) -> PanelSeen:
    """The members of a panel, for a side that rates them. NotPermitted for others, StateConflict before the result."""
    project = origin_get(origin_id).lot.tender.project
    require(may_rate_member(actor, project.owner_id, project.supervisor_id))
    origin = rated_origin(origin_id)
    side = side_of(actor, project.owner_id, project.supervisor_id)
    assert side is not None
    given, calls = ratings_of(origin, side), members_called(origin)
    members = [_member(row, origin, given, key) for row in calls]
    return PanelSeen(origin.pk, origin.lot.number, origin.asked.begins_at, side, members)


def members_called(origin: Origin) -> list[DrawCall]:
    """The invitations of who is rated for this panel: the drawn, then the named, by their seats."""
    rows = DrawCall.objects.select_related("seat__round__draw", "named__naming__draw")
    named = rows.filter(_named(origin, "named__naming"), named__code__in=MEMBERS).order_by("named__seat")
    if not isinstance(origin, Draw):
        return list(named)
    drawn = rows.filter(seat__round__draw=origin, seat__code__in=MEMBERS).order_by("seat__seat")
    return [*drawn, *named]


def ratings_of(origin: Origin, side: RaterSide) -> dict[str, ExpertRating]:
    """What one side has given for this panel, by the seat that was rated."""
    named = NamedRating.objects.select_related("rating", "seat")
    found = {
        row.seat.seat: row.rating for row in named.filter(_named(origin, "seat__naming"), side=side.value)
    }
    if isinstance(origin, Draw):
        drawn = PanelRating.objects.select_related("rating", "seat")
        rows = drawn.filter(seat__round__draw=origin, side=side.value)
        found |= {row.seat.seat: row.rating for row in rows}
    return found


def _named(origin: Origin, path: str) -> Q:
    """Rows of who was named for it, by the way to their naming."""
    return Q(**{f"{path}__{'draw' if isinstance(origin, Draw) else 'request'}": origin})


def _member(row: DrawCall, origin: Origin, given: dict[str, ExpertRating], key: PoolKey) -> Member:
    name = Expert.objects.get(pk=seat_expert(row, key)).name
    if row.named is not None:
        seat, words = row.named, named_words(origin.lot, row.named.naming.ground, row.named.naming.feature)
        return Member(seat.seat, name, seat.specialty, SeatCode(seat.code), given.get(seat.seat), named=words)
    assert isinstance(origin, Draw)
    specialty = opened_seat(row.drawn, origin).specialty
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
