"""What stands against experts whom the owner names instead of drawing them (法37, 条例47; 87号令48)."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.rules import name_key, tidy
from experts.rules.draws import Unit, folded
from experts.rules.eligibility import Standing, may_be_drawn
from experts.rules.packs import NamingRule, PoolPack
from experts.states import ExpertState
from experts.states.naming import FurtherCause
from kernel.errors import Finding

SHORT: Final = "short"
SPECIAL: Final = "special"
"""Grounds: for seats which a draw left open; for all seats, where no draw was ever asked for."""
ENDS: Final = frozenset({"short", "infeasible"})
"""Causes of an end after which seats may be named: lots could not fill them. Never that somebody stayed away."""
REASON: Final = 500
"""Characters of a reason at most."""


@dataclass(frozen=True)
class Named:
    """Somebody as the owner names him: for which specialty, name and record number in the pool."""

    specialty: str
    name: str
    code: str


@dataclass(frozen=True)
class NamingAsked:
    """A naming as it is proposed. ``consent`` is the SHA-256 of the written consent, where the law asks for one."""

    feature: str
    reason: str
    consent: str
    named: Sequence[Named]


def naming_findings(
    asked: NamingAsked, rule: NamingRule, open_seats: Mapping[str, int], ground: str = SHORT
) -> list[Finding]:
    """What stands against a naming whoever is named: no ground of the law, more than is open, somebody twice.

    On ground "special" the paper of ``rule.special_*`` is needed in every trade (87号令48; 条例46, 47 with the
    supervisor's approval).
    """
    found = []
    if asked.feature not in rule.features:
        text = _("Choose what makes this project a special one.")
        found.append(Finding("feature", text, rule.article, field="feature"))
    if not 0 < len(tidy(asked.reason)) <= REASON:
        text = _("Give the reason in at most %(most)s characters.")
        found.append(Finding("reason", text, rule.article, field="reason", data={"most": REASON}))
    if any(folded(one.name) and folded(one.name) in folded(asked.reason) for one in asked.named):
        text = _("The reason becomes public and must name nobody. Take the name out.")
        found.append(Finding("reason_names", text, "法37", field="reason"))
    if rule.paper(ground)[0] and not _hashed(asked.consent):
        text = _("Give the SHA-256 of the written consent: 64 characters 0-9 and a-f.")
        found.append(Finding("consent", text, rule.article, field="consent"))
    return found + _number_findings(asked.named, open_seats)


def _number_findings(named: Sequence[Named], open_seats: Mapping[str, int]) -> list[Finding]:
    found = []
    if not named:
        found.append(Finding("named", _("Name at least one expert."), field="named"))
    if any(not folded(one.name) or not folded(one.code) for one in named):
        text = _("Give name and record number of each expert.")
        found.append(Finding("named_whole", text, field="named"))
    for specialty, number in sorted(Counter(one.specialty for one in named).items()):
        if number > open_seats.get(specialty, 0):
            text = _("For %(specialty)s %(open)s seats are open and %(number)s experts named. Name no more.")
            data = {"specialty": specialty, "open": open_seats.get(specialty, 0), "number": number}
            found.append(Finding("named_many", text, "法37；条例46", field="named", data=data))
    if len({folded(one.code) for one in named}) < len(named):
        found.append(Finding("named_twice", _("Name each expert once."), field="named"))
    return found


def special_findings(rule: NamingRule | None, when: str) -> list[Finding]:
    """What stands against asking for a panel whose experts are named before any draw (条例46, 47; 87号令48).

    After the opening only: whom a bidder's tie bars would otherwise tell who bid.
    """
    if rule is None or SPECIAL not in rule.grounds:
        text = _("The rules of this trade let nobody name experts before a draw. Ask for a draw.")
        return [Finding("special_unknown", text, "法37", field="way")]
    if when != "after-opening":
        text = _("Experts are named after the opening: before it nobody knows whom a bidder bars.")
        return [Finding("when", text, rule.article, field="when")]
    return []


def further_findings(
    cause: str, reason: str, begins_at: datetime, names: Collection[str], at: datetime
) -> list[Finding]:
    """What stands against asking to name again: no cause of the list, no reason, one that names somebody.

    ``names`` are of those named before and of the owner's members; the reason becomes public. Source: 条例46-48.
    """
    found = []
    if cause not in {one.value for one in FurtherCause}:
        found.append(Finding("cause", _("Choose one of the causes of the list."), field="cause"))
    if not 0 < len(tidy(reason)) <= REASON:
        text = _("Give the reason in at most %(most)s characters.")
        found.append(Finding("reason", text, field="reason", data={"most": REASON}))
    if any(folded(one) and folded(one) in folded(reason) for one in names):
        text = _("The reason becomes public and must name nobody. Take the name out.")
        found.append(Finding("reason_names", text, "法37", field="reason"))
    if begins_at <= at:
        text = _("The evaluation begins in the future. Give a later time.")
        found.append(Finding("begins_at", text, field="begins_at"))
    return found


@dataclass(frozen=True)
class Candidate:
    """What is known of somebody named: his record, his login, the organisations the login belongs to.

    ``elsewhere``: he was named in another lot before; who is outside the pool is named once.
    """

    expert: UUID
    person: UUID | None
    name: str
    employer: str
    employer_code: str
    region: str
    specialties: Collection[str]
    standing: Standing
    organisations: Collection[str]
    elsewhere: bool = False


@dataclass(frozen=True)
class Barring:
    """Who may not be named in a lot: units and organisations, experts by id, people who decide; who sits already.

    ``out`` are experts drawn or named before, excluded by the header, or kept away by their own word or calendar.
    ``employers`` and ``regions`` count who sits, drawn or named. ``special``: nothing is drawn in the lot, so that
    somebody outside the pool may be named.
    """

    units: Sequence[Unit]
    organisations: Collection[str]
    out: Collection[UUID]
    deciding: Collection[UUID]
    employers: Mapping[str, int]
    cap: int | None
    regions: Mapping[str, int]
    bounds: Mapping[str, tuple[int, int]]
    special: bool = False


def may_be_named(one: Candidate, specialty: str, against: Barring, pack: PoolPack, day: date) -> bool:
    """Whether this expert may sit by naming: admitted on the day, tied to nobody, not asked before.

    Admitted are those of the pool; where nothing is drawn also who is left outside it, for one lot.
    """
    unit = any(
        row.name == one.employer or (one.employer_code and row.code == one.employer_code)
        for row in against.units
    )
    organisation = one.employer_code in against.organisations or set(one.organisations) & set(
        against.organisations
    )
    return (
        (may_be_drawn(one.standing, pack, day) or (against.special and may_be_named_once(one, day)))
        and specialty in one.specialties
        and not unit
        and not organisation
        and one.expert not in against.out
        and one.person not in against.deciding
    )


def may_be_named_once(one: Candidate, day: date) -> bool:
    """Whether somebody outside the pool may be named: examined and left outside, term not over, in no other lot."""
    within = one.standing.term_from <= day <= one.standing.term_to
    return one.standing.state is ExpertState.OUTSIDE and within and not one.elsewhere


def all_may_be_named(
    named: Sequence[tuple[Candidate, str]], against: Barring, pack: PoolPack, day: date, *, full: bool
) -> bool:
    """Whether all of them may, together: caps by employer and bounds by region hold as in the request.

    ``full``: nothing is left open after them, so that the lower bounds must be met, too.
    """
    employers = Counter(against.employers) + Counter(one.employer for one, _specialty in named)
    regions = Counter(against.regions) + Counter(one.region for one, _specialty in named)
    capped = against.cap is not None and any(
        employers[one.employer] > against.cap for one, _specialty in named
    )
    bounded = any(
        regions[code] > high or (full and regions[code] < low) for code, (low, high) in against.bounds.items()
    )
    each = all(may_be_named(one, specialty, against, pack, day) for one, specialty in named)
    return each and not capped and not bounded


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same but for blanks and case."""
    return name_key(one) == name_key(other)


def _hashed(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")
