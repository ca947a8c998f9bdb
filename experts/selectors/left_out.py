"""Who of the pool must not judge a lot: by unit, by his own word, by his recent panels, by his calendar.

After the opening all of it goes into the header; of a draw before the opening none does, and who turns out to have an
interest then falls out by an event (A24).
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from accounts.models import Organisation
from experts.draw_keys import gateway_key
from experts.models import AwayPeriod, DrawCall, Expert, InterestDeclaration
from experts.models.draws import Origin
from experts.pool_keys import PoolKey
from experts.rules.draws import Unit, unit_of
from experts.rules.interests import (
    MONTH_DAYS,
    Interest,
    Party,
    Sat,
    declared_against,
    party_of,
    sat_too_recently,
)
from experts.rules.packs import pool_pack
from experts.selectors.draws import bidders_of
from experts.states.draw import DrawState, SeatCode
from trading.models import Lot
from trading.rules.counting import local_day

DECLARED, RECENT, UNAVAILABLE = "declared", "recent", "unavailable"


def units_of(origin: Origin) -> list[Unit]:
    """Who stays out by unit: what the desk entered, the owner, the supervisor, and each bidder of the closed set."""
    project = origin.lot.tender.project
    found = [Unit(row.unit, row.code, row.reason, row.evidence) for row in origin.asked.exclusions.all()]
    policy = origin.lot.policy
    found.append(Unit(unit_of(project.owner.name), project.owner.code, "own-employer", policy))
    if project.supervisor is not None:
        found.append(
            Unit(unit_of(project.supervisor.name), project.supervisor.code, "supervisor-staff", policy)
        )
    found += [Unit("", code, "related", ev) for code, ev in sorted(bidders_of(origin.lot).items())]
    return found


def employer_codes() -> dict[str, str]:
    """Credit codes of employers, by the name employers are compared by."""
    rows = Expert.objects.exclude(employer_code="").values_list("employer_key", "employer_code")
    return dict(rows.distinct())


def own_reasons(origin: Origin, experts: Iterable[UUID], key: PoolKey) -> dict[UUID, str]:
    """Why single experts may not be drawn or named, each with the first reason: own word, recent panels, days away."""
    asked, day = set(experts), local_day(origin.asked.begins_at)
    away = AwayPeriod.objects.filter(first__lte=day, last__gte=day, taken_back_at__isnull=True)
    found = dict.fromkeys(away.values_list("expert_id", flat=True), UNAVAILABLE)
    owner = origin.lot.tender.project.owner.code
    for expert, panels in panels_about(origin, key).items():
        if sat_too_recently(panels, owner, day, pool_pack()):
            found[expert] = RECENT
    parties = _parties(origin.lot)
    for expert, interests in _interests().items():
        if declared_against(interests, parties, day, pool_pack()):
            found[expert] = DECLARED
    return {expert: reason for expert, reason in found.items() if expert in asked}


def panels_about(origin: Origin, key: PoolKey) -> Mapping[UUID, list[Sat]]:
    """On which panels of other lots each expert sat, or has agreed to sit, near the time of this one.

    Accepted seats of revealed draws, seats named beside them, and seats named without a draw once called in. Whom an
    invitation went to is opened with both keys, in memory.
    """
    near = timedelta(days=MONTH_DAYS * max(1, pool_pack().number("recent_months")))
    begins = origin.asked.begins_at
    rows = DrawCall.objects.select_related(
        "seat__round__draw__request",
        "seat__round__draw__lot__tender",
        "named__naming__draw__request",
        "named__naming__request",
    )
    drawn = Q(
        seat__code=SeatCode.ACCEPTED.value,
        seat__round__draw__state=DrawState.REVEALED.value,
        seat__round__draw__request__begins_at__gt=begins - near,
        seat__round__draw__request__begins_at__lt=begins + near,
    ) & ~Q(seat__round__draw__lot=origin.lot_id)
    named = Q(
        named__code=SeatCode.ACCEPTED.value,
        named__naming__draw__state=DrawState.REVEALED.value,
        named__naming__draw__request__begins_at__gt=begins - near,
        named__naming__draw__request__begins_at__lt=begins + near,
    ) & ~Q(named__naming__lot=origin.lot_id)
    whole = Q(
        named__code=SeatCode.ACCEPTED.value,
        named__panel_seat__isnull=False,
        named__naming__request__begins_at__gt=begins - near,
        named__naming__request__begins_at__lt=begins + near,
    ) & ~Q(named__naming__lot=origin.lot_id)
    rows = rows.filter(drawn | named | whole)
    found: dict[UUID, list[Sat]] = {}
    for row in rows:
        held = row.origin
        owner = held.lot.tender.project.owner.code
        found.setdefault(seat_expert(row, key), []).append(Sat(owner, local_day(held.asked.begins_at)))
    return found


def seat_expert(row: DrawCall, key: PoolKey) -> UUID:
    """Whom an invitation went to: for the platform's own rules and, after the reveal, for who may read it."""
    opened = gateway_key(row.gateway_id).open_call(row.sealed)
    return UUID(key.open_call(opened).expert)


def _interests() -> dict[UUID, list[Interest]]:
    found: dict[UUID, list[Interest]] = {}
    for row in InterestDeclaration.objects.filter(taken_back_at__isnull=True):
        found.setdefault(row.expert_id, []).append(Interest(row.unit_key, row.code, row.until))
    return found


def _parties(lot: Lot) -> list[Party]:
    """The owner and the bidders of the closed set."""
    owner = lot.tender.project.owner
    bidders = Organisation.objects.filter(code__in=bidders_of(lot))
    return [party_of(owner.name, owner.code), *(party_of(one.name, one.code) for one in bidders)]
