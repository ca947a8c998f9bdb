"""Experts named by the owner: whether a lot may, for which seats, who may not be named; all of it without a name.

What is opened to answer (who was drawn, who sits) stays in memory and is told as one word: whether all may be named.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop as _

from accounts.models import Organisation
from accounts.selectors import memberships_at
from experts.draw_keys import gateway_key
from experts.models import (
    Draw,
    DrawCall,
    DrawRequest,
    Expert,
    FurtherNaming,
    NamedSeat,
    Naming,
    OwnMember,
    PanelSeat,
)
from experts.models.draws import Origin
from experts.pool_keys import Called, PoolKey
from experts.rules.draws import Unit, unit_of
from experts.rules.naming import ENDS, SHORT, SPECIAL, Barring, Candidate, Named, all_may_be_named, same_name
from experts.rules.packs import NamingRule, pool_pack
from experts.selectors.draws import bidders_of, draw_get, opened_already, paper, serials, standing
from experts.selectors.left_out import employer_codes, own_reasons, seat_expert, units_of
from experts.selectors.own_draws import own_eid
from experts.selectors.records import codes_of, standing_of
from experts.states import ExpertState
from experts.states.draw import DrawState, RequestState, SeatCode
from experts.states.naming import PENDING, NamingState
from kernel.errors import NotFound, StateConflict
from protocol import canonical
from protocol.draw.case import PAPER_LIMIT
from trading.models import Lot
from trading.rules.counting import local_day

HELD = (SeatCode.OPEN.value, SeatCode.ACCEPTED.value)
"""Named seats that count: asked, or accepted."""
_PENDING = [one.value for one in PENDING]
_ENDED = (DrawState.SHORT.value, DrawState.REVEALED.value)


def naming_get(naming_id: UUID) -> Naming:
    """The naming with its lot; NotFound when there is none."""
    rows = Naming.objects.select_related(
        "draw__request", "request", "lot__tender__project", "by", "second", "reader"
    )
    found = rows.filter(pk=naming_id).first()
    if found is None:
        raise NotFound("naming", _("There is no such naming."))
    return found


def origin_get(origin_id: UUID) -> Origin:
    """The draw, or the request that asks for no draw, which experts are named for; NotFound when there is neither."""
    rows = DrawRequest.objects.select_related("lot__tender__project").filter(pk=origin_id, named=True)
    return rows.first() or draw_get(origin_id)


def rule_of(lot: Lot) -> NamingRule | None:
    """When this lot's trade lets experts be named; None where its rules know no naming."""
    return pool_pack().naming_rule(lot.tender.project.trade)


def nameable(origin: Origin) -> NamingRule | None:
    """The rule under which seats which a draw left open, or all of a request without a draw, may be named now, or None.

    The bids are open: whom that bars would otherwise tell who bid.
    """
    rule, request = rule_of(origin.lot), origin.asked
    ground = ground_of(origin)
    if rule is None or ground not in rule.grounds or request.state != RequestState.CONFIRMED.value:
        return None
    fits = _left_open(origin) if isinstance(origin, Draw) else origin.named and not _asked_to_draw(origin.lot)
    return rule if fits and opened_already(origin.lot) else None


def ground_of(origin: Origin) -> str:
    """On which ground experts are named for it."""
    return SHORT if isinstance(origin, Draw) else SPECIAL


def _left_open(draw: Draw) -> bool:
    """Whether this is the last draw of its lot and ended because lots could not fill the panel.

    Never because somebody stayed away: otherwise who wants to name would only have to wait.
    """
    if draw.state not in _ENDED or draw.end_entry is None:
        return False
    end = draw.end_entry.body
    later = Draw.objects.filter(lot=draw.lot_id, serial__gt=draw.serial).exists()
    return end["outcome"] == "short" and end["cause"] in ENDS and not later


def _asked_to_draw(lot: Lot) -> bool:
    """Whether the owner has asked for a draw of this lot: a request that waits or was confirmed, or a draw begun."""
    asked = Q(confirmed_at__isnull=False) | ~Q(state=RequestState.WITHDRAWN.value)
    return (
        Draw.objects.filter(lot=lot).exists()
        or DrawRequest.objects.filter(asked, lot=lot, named=False).exists()
    )


def tries_used(lot: Lot) -> int:
    """How many namings of a lot came to nothing, or wait, since the last request to name again that was agreed to.

    Between such a request and its agreement nothing is named, so that the ledger's order tells.
    """
    rows = Naming.objects.filter(lot=lot).exclude(state=NamingState.AGREED.value)
    again = FurtherNaming.objects.filter(request__lot=lot, state=NamingState.AGREED.value)
    last = again.order_by("-serial").values_list("entry__seq", flat=True).first()
    return rows.filter(entry__seq__gt=last).count() if last else rows.count()


def special_possible(lot: Lot) -> bool:
    """Whether the owner may ask for a panel of this lot without a draw: its trade knows it, no draw was asked for."""
    rule = rule_of(lot)
    return rule is not None and SPECIAL in rule.grounds and opened_already(lot) and not _asked_to_draw(lot)


def special_allowed(lot: Lot) -> None:
    """StateConflict unless the lot is opened and no draw of it was ever asked for: a lot is drawn, or named whole."""
    if not opened_already(lot):
        text = _("Experts are named after the opening: before it nobody knows whom a bidder bars.")
        raise StateConflict("special_before_opening", text)
    if _asked_to_draw(lot):
        text = _(
            "A draw of this lot was asked for. Its panel is drawn; only seats the draw leaves open are named."
        )
        raise StateConflict("special_drawn", text)


def naming_stands(lot: Lot) -> bool:
    """Whether a naming of the lot waits, or somebody named holds a seat: no draw and no other request meanwhile."""
    return naming_waits(lot) or held_seats(lot).exists()


def naming_waits(lot: Lot) -> bool:
    """Whether somebody decides about a naming of the lot now."""
    return Naming.objects.filter(lot=lot, state__in=_PENDING).exists()


def standing_refused(lot: Lot) -> None:
    """StateConflict ``naming_stands`` while a naming of the lot waits or holds a seat."""
    if naming_stands(lot):
        text = _(
            "The owner names experts for open seats of this lot. While such a naming waits or holds a seat, "
            "nothing is drawn or asked anew."
        )
        raise StateConflict("naming_stands", text)


def held_seats(lot: Lot) -> QuerySet[NamedSeat]:
    """Seats of the lot that somebody named holds: he is asked, or has accepted."""
    return NamedSeat.objects.filter(naming__lot=lot, naming__state=NamingState.AGREED.value, code__in=HELD)


def open_seats(origin: Origin) -> dict[str, int]:
    """Seats by specialty which neither the draws nor a naming of the lot has filled."""
    left = Counter({name: int(number) for name, number in origin.asked.seats.items()})
    if isinstance(origin, Draw):
        left -= Counter(standing(origin).accepted().values())
    left -= Counter(one.specialty for one in held_seats(origin.lot))
    pending = NamedSeat.objects.filter(naming__lot=origin.lot, naming__state__in=_PENDING)
    left -= Counter(pending.values_list("specialty", flat=True))
    return {name: number for name, number in sorted(left.items()) if number > 0}


def named_people(naming: Naming, key: PoolKey) -> list[tuple[NamedSeat, Called]]:
    """Whom a naming names, opened with both keys in memory: for its own people and the platform's rules."""
    gateway = gateway_key(naming.pk)
    rows = naming.seats.order_by("specialty", "seat")
    return [(row, key.open_call(gateway.open_call(row.sealed))) for row in rows]


def all_nameable(
    origin: Origin,
    named: Sequence[tuple[Expert | None, Named]],
    deciding: Iterable[UUID],
    at: datetime,
    key: PoolKey,
    *,
    but: Naming | None = None,
) -> bool:
    """Whether all of them may be named; ``but`` is the naming they stand in already.

    One word for all of them and for every cause: which of them is barred, and why, would tell who was drawn.
    """
    found = [(one, said) for one, said in named if one is not None and same_name(one.name, said.name)]
    if len(found) < len(named):
        return False
    candidates = [(candidate_of(one, origin.lot, at, key), said.specialty) for one, said in found]
    against = _barring(origin, [one for one, _said in found], deciding, key, but)
    left = Counter(open_seats(origin))
    if but is None:
        left -= Counter(said.specialty for _one, said in found)
    full = not left.total()
    return all_may_be_named(candidates, against, pool_pack(), local_day(at), full=full)


def candidate_of(expert: Expert, lot: Lot, at: datetime, key: PoolKey) -> Candidate:
    """What is known of somebody named for this lot; outside the pool also whether he was asked elsewhere."""
    outside = expert.state == ExpertState.OUTSIDE.value
    rows = memberships_at(at).filter(person=expert.person_id) if expert.person_id else []
    return Candidate(
        expert=expert.pk,
        person=expert.person_id,
        name=expert.name,
        employer=expert.employer_key,
        employer_code=expert.employer_code or employer_codes().get(expert.employer_key, ""),
        region=expert.region,
        specialties=codes_of(expert),
        standing=standing_of(expert),
        organisations={row.organisation.code for row in rows},
        elsewhere=outside and _asked_elsewhere(expert, lot, key),
    )


def _asked_elsewhere(expert: Expert, lot: Lot, key: PoolKey) -> bool:
    """Whether he was asked for a seat of another lot: somebody outside the pool is asked for one lot, once."""
    rows = DrawCall.objects.select_related("named__naming").filter(named__naming__ground=SPECIAL)
    return any(seat_expert(row, key) == expert.pk for row in rows.exclude(named__naming__lot=lot))


def _barring(
    origin: Origin, experts: Sequence[Expert], deciding: Iterable[UUID], key: PoolKey, but: Naming | None
) -> Barring:
    project = origin.lot.tender.project
    bidders = list(Organisation.objects.filter(code__in=bidders_of(origin.lot)))
    parties = {project.owner.code, *(one.code for one in bidders)}
    parties |= {project.supervisor.code} if project.supervisor else set()
    met = _met(origin.lot, key, but)
    sitting = [expert for expert, code in met if code in HELD]
    held = Expert.objects.filter(pk__in=sitting)
    ids = [one.pk for one in experts]
    people = {one.person_id: one.pk for one in experts if one.person_id}
    seated = PanelSeat.objects.filter(panel__lot=origin.lot, person__in=people)
    own = OwnMember.objects.filter(request__lot=origin.lot, left_at__isnull=True, person__in=people)
    out = {expert for expert, _code in met} | set(own_reasons(origin, ids, key))
    out |= {people[person] for person in seated.values_list("person", flat=True)}
    out |= {people[person] for person in own.values_list("person", flat=True)}
    return Barring(
        units=[*units_of(origin), *(Unit(unit_of(one.name), one.code, "related", "") for one in bidders)],
        organisations=parties,
        out=out | _by_header(origin, experts, key),
        deciding=set(deciding),
        employers=Counter(held.values_list("employer_key", flat=True)),
        cap=origin.asked.employer_cap,
        regions=Counter(held.values_list("region", flat=True)),
        bounds={name: (low, high) for name, (low, high) in origin.asked.regions.items()},
        special=not isinstance(origin, Draw),
    )


def _met(lot: Lot, key: PoolKey, but: Naming | None) -> list[tuple[UUID, str]]:
    """Everybody who was asked for a seat of this lot, drawn or named, with the code of the seat."""
    rows = DrawCall.objects.select_related("seat__round__draw", "named__naming")
    drawn = rows.filter(seat__round__draw__lot=lot)
    named = rows.filter(named__naming__lot=lot).exclude(named__naming=but)
    found = [(seat_expert(row, key), row.seat.code) for row in drawn if row.seat is not None]
    return found + [(seat_expert(row, key), row.named.code) for row in named if row.named is not None]


def _by_header(origin: Origin, experts: Sequence[Expert], key: PoolKey) -> set[UUID]:
    """Those whom a header of the lot leaves out."""
    found: set[UUID] = set()
    for one in serials(origin) if isinstance(origin, Draw) else ():
        rows = canonical.decode(paper(one, one.header["exclusions"]["rows"]), PAPER_LIMIT)
        eids = {row["eid"] for row in rows}
        assert one.epoch is not None
        found |= {expert.pk for expert in experts if own_eid(one.epoch, expert, key) in eids}
    return found
