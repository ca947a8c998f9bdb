"""What an expert's own word and his recent panels mean for one draw (实施条例46, 12号令12; the pool's pack)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_noop as _

from accounts.rules import name_key, tidy
from accounts.rules.uscc import uscc_findings, uscc_normalise
from experts.rules.packs import PoolPack
from kernel.errors import Finding

MOST_TEXT = 120
MONTH_DAYS = 30


@dataclass(frozen=True)
class Interest:
    """A unit an expert must not judge: key for comparison, code (may be empty), last day when it is over."""

    unit_key: str
    code: str
    until: date | None


@dataclass(frozen=True)
class Party:
    """The owner of a lot or one of its bidders, by name for comparison and by code."""

    key: str
    code: str


@dataclass(frozen=True)
class Sat:
    """A panel an expert sat on: of which owner (code), on which day."""

    owner: str
    day: date


def interest_findings(
    unit: str, code: str, relation: str, until: date | None, pack: PoolPack
) -> list[Finding]:
    """Everything that stands against a declaration: a unit with a name, a relation of the list, a sound code."""
    found: list[Finding] = []
    if not 0 < len(tidy(unit)) <= MOST_TEXT:
        found.append(Finding("unit", _("Name the unit, in at most 120 characters."), field="unit"))
    if code and (wrong := uscc_findings(uscc_normalise(code))):
        found.append(Finding(wrong[0].code, wrong[0].message, field="code", data=wrong[0].data))
    chosen = pack.relations.get(relation)
    if chosen is None:
        found.append(Finding("relation", _("Choose how the unit stands to you."), field="relation"))
    elif until is not None and not chosen.ends:
        message = _("This tie does not end. Leave the day empty, or take the declaration back.")
        found.append(Finding("until", message, field="until"))
    return found


def counts_on(interest: Interest, day: date, pack: PoolPack) -> bool:
    """Whether a declared interest still counts on a day: for ``interest_years`` after it was over."""
    if interest.until is None:
        return True
    years = pack.number("interest_years")
    last = interest.until
    leap_day = (last.month, last.day) == (2, 29)
    end = date(last.year + years, 3, 1) if leap_day else last.replace(year=last.year + years)
    return day < end


def declared_against(
    interests: Iterable[Interest], parties: Sequence[Party], day: date, pack: PoolPack
) -> bool:
    """Whether one of an expert's interests that count is a party of the lot."""
    keys = {party.key for party in parties if party.key}
    codes = {party.code for party in parties if party.code}
    return any(
        (one.unit_key in keys or (one.code != "" and one.code in codes)) and counts_on(one, day, pack)
        for one in interests
    )


def sat_too_recently(panels: Sequence[Sat], owner: str, day: date, pack: PoolPack) -> bool:
    """Whether an expert sat for this owner within ``recent_months``, or on ``panels_a_month`` panels in 30 days.

    A month counts as 30 days. Panels after ``day`` count as well: he has agreed to them.
    """
    months = pack.number("recent_months")
    same = [one for one in panels if one.owner == owner]
    near = timedelta(days=MONTH_DAYS * months)
    if any(abs(day - one.day) < near for one in same):
        return True
    month = [one for one in panels if abs(day - one.day) < timedelta(days=MONTH_DAYS)]
    return len(month) >= pack.number("panels_a_month")


def party_of(name: str, code: str) -> Party:
    """A party as it is compared."""
    return Party(name_key(name), code)
