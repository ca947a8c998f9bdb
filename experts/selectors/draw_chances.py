"""A prepared header in plain words: who can be drawn, with which chances, and what each exclusion does to them.

Everything is recomputed from the papers the header names, by the protocol's own functions and in exact numbers.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from django.core.cache import cache

from experts.models import Draw
from experts.rules.packs import pool_pack
from experts.selectors.draws import paper, posed, standing
from protocol import canonical
from protocol.draw import eligible, objects, panels, plan, problem
from protocol.draw.case import PAPER_LIMIT
from protocol.errors import ProtocolError
from trading.rules.counting import local_day

KEPT_SECONDS = 3600
ASK = -1


@dataclass(frozen=True)
class SeatLine:
    """One specialty: seats asked for, and how many eligible experts hold it."""

    code: str
    seats: int
    able: int


@dataclass(frozen=True)
class Effect:
    """What leaving out a unit does, or, without one, everybody of a reason.

    ``people`` stay out; somebody's chance grows by ``raised`` per cent at most.

    ``raised`` is None where the panel without this exclusion cannot be computed, or where nobody who could be drawn is
    affected; ``new`` says that somebody can be drawn only because of it.
    """

    reason: str
    unit: str
    people: int
    raised: int | None
    new: bool
    flagged: bool


@dataclass(frozen=True)
class Chances:
    """A header's lottery. Probabilities are per cent with one place, of exact fractions."""

    pool: int
    eligible: int
    seats: Sequence[SeatLine]
    drawn: int
    lowest: str
    highest: str
    thin: bool
    ratio: str
    new_people: int
    new_share: str
    new_days: int
    excluded: Sequence[tuple[str, int]]
    effects: Sequence[Effect]
    bound: int

    @property
    def flagged(self) -> int:
        """How many exclusions stand out."""
        return sum(one.flagged for one in self.effects)


def chances(draw: Draw) -> Chances:
    """What the header of a prepared draw means. The same header is computed once an hour at most."""
    name = f"draw-chances/{objects.header_id(draw.header).hex()}"
    found: Chances | None = cache.get(name)
    if found is None:
        found = _Reading(draw).chances()
        cache.set(name, found, KEPT_SECONDS)
    return found


def raised_by(draw: Draw, reason: str, evidence: str) -> int | None:
    """By how many per cent (whole, down) somebody's chance grew at most because of what this evidence left out.

    At least 100 where somebody could be drawn only because of it; None where the other plan cannot be computed.
    """
    name = f"draw-raised/{objects.header_id(draw.header).hex()}/{reason}/{evidence}"
    found: int | None = cache.get(name, ASK)
    if found == ASK:
        found = _Reading(draw).raised(reason, evidence)
        cache.set(name, found, KEPT_SECONDS)
    return found


class _Reading:
    """The papers of one header, opened once."""

    def __init__(self, draw: Draw) -> None:
        self.draw, self.header = draw, draw.header
        rows = canonical.decode(paper(draw, draw.header["pool"]["rows"]), PAPER_LIMIT)
        self.shown: dict[str, dict[str, Any]] = eligible.opened(rows, draw.header["pool"]["root"])
        self.excluded = canonical.decode(paper(draw, draw.header["exclusions"]["rows"]), PAPER_LIMIT)
        self.posed = posed(draw)
        self.before = standing(draw) if draw.serial > 1 else panels.Standing()
        self.base = plan.plan(panels.next_round(self.posed, self.before)).probabilities()

    def chances(self) -> Chances:
        pack, left = pool_pack(), sum(self.posed.seats.values()) - len(self.before.accepted())
        holding = Counter(code for one in self.posed.experts for code in one.specialties)
        fresh = self._fresh(pack.number("new_expert_days"))
        values, able = list(self.base.values()), len(self.base)
        share = sum((self.base.get(eid, Fraction(0)) for eid in fresh), Fraction(0))
        return Chances(
            pool=len(self.shown),
            eligible=len(self.posed.experts),
            seats=[SeatLine(code, n, holding[code]) for code, n in sorted(self.posed.seats.items())],
            drawn=left,
            lowest=percent(min(values)),
            highest=percent(max(values)),
            thin=able < left * pack.number("pool_ratio"),
            ratio=f"{able * 10 // left / 10:g}",
            new_people=len(fresh),
            new_share=percent(share / left),
            new_days=pack.number("new_expert_days"),
            excluded=reason_counts(self.excluded),
            effects=self._effects(pack.number("exclusion_raise")),
            bound=pack.number("exclusion_raise"),
        )

    def raised(self, reason: str, evidence: str) -> int | None:
        """What leaving out those of one reason and evidence did to the greatest gain of a chance."""
        rows = (row for row in self.excluded if (row["reason"], row["evidence"]) == (reason, evidence))
        without = self._without({row["eid"] for row in rows})
        if without is None:
            return None
        most, new = _most_raised(self.base, without)
        return max(most, 100) if new else most

    def _fresh(self, days: int) -> set[str]:
        """Eligible experts who can be drawn for fewer than so many days."""
        closes = local_day(datetime.fromtimestamp(self.header["close_at"], tz=UTC))
        edge = (closes - timedelta(days=days)).isoformat()
        return {eid for eid in self.base if self.shown[eid]["since"] > edge}

    def _effects(self, bound: int) -> list[Effect]:
        """Each unit the desk entered by itself, then what follows from the law by reason, together."""
        entered = {(row.reason, row.evidence) for row in self.draw.request.exclusions.all()}
        groups: dict[tuple[str, str], set[str]] = {}
        for row in self.excluded:
            by_desk = (row["reason"], row["evidence"]) in entered
            unit = str(self.shown[row["eid"]]["employer"]) if by_desk else ""
            groups.setdefault((row["reason"], unit), set()).add(row["eid"])
        found = [self._effect(reason, unit, people, bound) for (reason, unit), people in groups.items()]
        return sorted(found, key=lambda one: (not one.flagged, not one.unit, one.reason, one.unit))

    def _effect(self, reason: str, unit: str, people: set[str], bound: int) -> Effect:
        without = self._without(people)
        raised, new = _most_raised(self.base, without) if without is not None else (None, False)
        flagged = bool(unit) and (new or (raised is not None and raised > bound))
        return Effect(reason, unit, len(people), raised, new, flagged)

    def _without(self, people: set[str]) -> Mapping[str, Fraction] | None:
        """Everybody's chance if these were not left out; None when that cannot be computed."""
        asked = {code for code, n in self.posed.seats.items() if n}
        out = {row["eid"] for row in self.excluded} - people
        able = eligible.experts(self.shown, asked, eligible.day_of(self.header["close_at"]), out)
        if len(able) == len(self.posed.experts):
            return self.base
        try:
            posed_again = replace(self.posed, experts=tuple(able))
            made = plan.plan(panels.next_round(posed_again, self.before))
        except (problem.NoPanel, ProtocolError):
            return None
        return None if made.mixture is not None else made.probabilities()


def _most_raised(base: Mapping[str, Fraction], without: Mapping[str, Fraction]) -> tuple[int, bool]:
    """By how many per cent (whole, down) the chance of somebody grows at most; whether somebody had none before."""
    new = any(chance and not without.get(eid) for eid, chance in base.items())
    ratios = [chance / without[eid] - 1 for eid, chance in base.items() if without.get(eid)]
    return max(0, int(max(ratios, default=Fraction(0)) * 100)), new


def reason_counts(rows: Iterable[Mapping[str, str]]) -> list[tuple[str, int]]:
    """How many experts stay out for which reason, by its code, the most frequent first."""
    counted = Counter(row["reason"] for row in rows)
    return sorted(counted.items(), key=lambda one: (-one[1], one[0]))


def percent(value: Fraction) -> str:
    """A probability per cent with one place, rounded half up: 1/3 is 33.3."""
    tenths = int(value * 1000 + Fraction(1, 2))
    return f"{tenths // 10}.{tenths % 10}"
