"""Marks at the ends of a scale, against what a member's own level and spread and the panel's marks explain (ADR 56).

A severe member gives no points more often than others, and one whose marks lie far apart gives more of both ends: that
is how he marks, and no lead. What is looked at are ends far from what was to be expected of this member there.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from experts.rules.analytics.draws import Tested, by_tender, ordered
from experts.rules.analytics.exact import adjusted, mixed_tail
from experts.rules.analytics.robust import linear, middle_half
from experts.rules.analytics.rows import Lead, ScoreRow
from experts.rules.analytics.scores import complete
from experts.rules.analytics.thresholds import Thresholds

Place = tuple[str, str]
"""Bidder and criterion."""
USUAL = 0.9
"""A member's spread is that of the nine tenths of his marks next to what was expected: ends far off widen it little."""
WIDEST = 2.0
"""No spread counts as more than so many times the middle one: else who gives ends alone would be expected to."""
GROUPS = 10
"""Into so many groups members are put at most: chances of one come from the others'."""
LEAST = 1e-3
"""The least spread, as a share of all points."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark as a share of the most points: what was expected of this member here, and half a step of its scale."""

    share: float
    expected: float
    half: float

    @property
    def full(self) -> bool:
        """Whether it is all points."""
        return self.share >= 1

    @property
    def none(self) -> bool:
        """Whether it is no points."""
        return self.share <= 0


@dataclass(frozen=True, slots=True)
class Ends:
    """Of one member: marks which were far from an end, how many stand there all the same, and the sum of chances."""

    far: int
    given: int
    chance: float


class Beyond:
    """How often marks lie a distance above what was expected, in spreads: the product limit of Kaplan and Meier (1958).

    A mark at the end of its scale would have gone further: of it only is known that it lies at least so far.
    """

    def __init__(self, distances: Iterable[tuple[float, bool]]) -> None:
        seen = sorted(distances)
        self.many, self.at, self.left = len(seen), list[float](), list[float]()
        share, n = 1.0, 0
        while n < self.many:
            here = n
            while n < self.many and seen[n][0] == seen[here][0]:
                n += 1
            share *= 1 - sum(not cut for _far, cut in seen[here:n]) / (self.many - here)
            self.at.append(seen[here][0])
            self.left.append(share)

    def chance(self, distance: float) -> float:
        """The share of marks so far or farther; one is added, so that it is never nought and errs to the honest."""
        below = bisect_left(self.at, distance)
        share = self.left[below - 1] if below else 1.0
        return (share * self.many + 1) / (self.many + 1)


def extremes(rows: Iterable[ScoreRow], limits: Thresholds) -> Tested:
    """Members with more marks at an end of a scale, far from what was expected of them there, than others have.

    Only marks count whose chance to stand at that end was at most ``far_chance``. How far members differ is taken from
    all others (`_differ`), at least ``habit_spread``; the tail is that of a count whose mean varies so.
    """
    seen = _ends(_marks(rows, limits), limits)
    able = {who: one for who, one in seen.items() if one.far >= limits.least_cells}
    expected, tails = {}, {}
    for who, one in able.items():
        others = [other for name, other in seen.items() if name != who]
        given = sum(other.given for other in others)
        ratio = (given + 0.5) / (sum(other.chance for other in others) or 1.0)
        spread = max(limits.habit_spread**2, _differ(others, ratio)) + 1 / (given + 0.5)
        expected[who] = ratio * one.chance
        tails[who] = mixed_tail(expected[who], spread, one.given)
    q = adjusted(tails)
    found = [
        Lead("extreme", (who,), "", one.given, expected[who], tails[who], q[who], {"cells": one.far})
        for who, one in able.items()
        if q[who] <= limits.fdr
    ]
    return len(tails), ordered(found)


def _differ(others: Sequence[Ends], ratio: float) -> float:
    """By how much members differ beyond chance: the variance of the ratio of given to expected, by moments."""
    means = [ratio * one.chance for one in others]
    over = sum((one.given - mean) ** 2 - mean for one, mean in zip(others, means, strict=True))
    return over / (sum(mean**2 for mean in means) or 1.0)


def _ends(marks: Mapping[str, Sequence[Mark]], limits: Thresholds) -> dict[str, Ends]:
    """Each member's ends, their chances from the distances of others' marks, in spreads of their own.

    Others are those of the other groups out of `GROUPS`: a member who gives ends everywhere makes none likely.
    """
    spreads = _spreads(marks)
    groups = [list(marks)[n::GROUPS] for n in range(min(GROUPS, len(marks)))]
    found = {}
    for group in groups:
        scaled = [(one, spreads[who]) for who, own in marks.items() if who not in group for one in own]
        up = Beyond((_up(one, by), one.full) for one, by in scaled)
        down = Beyond((_down(one, by), one.none) for one, by in scaled)
        for who in group:
            by = spreads[who]
            each = [(up.chance((1 - one.half - one.expected) / by), one.full) for one in marks[who]]
            each += [(down.chance((one.expected - one.half) / by), one.none) for one in marks[who]]
            far = [(chance, there) for chance, there in each if chance <= limits.far_chance]
            given = sum(there for _chance, there in far)
            found[who] = Ends(len(far), given, sum(chance for chance, _there in far))
    return found


def _up(one: Mark, by: float) -> float:
    """How many spreads a mark lies above what was expected; a full one reaches half a step lower at least."""
    return ((1 - one.half if one.full else one.share) - one.expected) / by


def _down(one: Mark, by: float) -> float:
    return (one.expected - (one.half if one.none else one.share)) / by


def _spreads(marks: Mapping[str, Sequence[Mark]]) -> dict[str, float]:
    found = {}
    for who, own in marks.items():
        away = sorted(abs(one.share - one.expected) for one in own)
        usual = away[: max(1, int(len(away) * USUAL))]
        found[who] = max(sum(usual) / len(usual), LEAST)
    most = WIDEST * median(found.values()) if found else 0.0
    return {who: min(spread, most) for who, spread in found.items()}


def _marks(rows: Iterable[ScoreRow], limits: Thresholds) -> dict[str, list[Mark]]:
    """By member all his marks and what was expected: his level in that tender, and what follows from three numbers.

    What the others gave this bidder above their levels, what they gave this criterion above that, and what he himself
    gave the bidder on the other criteria; how much each of them tells is the least squares of all marks together.
    """
    known: list[tuple[str, float, float, float, tuple[float, ...]]] = []
    for _tender, own in by_tender(rows):
        if complete(own) and len({row.expert for row in own}) >= limits.least_members:
            known += _tender_marks(own)
    slopes = linear([told for *_mark, told in known], [share - level for _w, share, level, _h, _t in known])
    found: dict[str, list[Mark]] = defaultdict(list)
    for who, share, level, half, told in known:
        expected = level + sum(slope * one for slope, one in zip(slopes, told, strict=True))
        found[who].append(Mark(share, expected, half))
    return dict(sorted(found.items()))


def _tender_marks(
    rows: Sequence[ScoreRow],
) -> Iterable[tuple[str, float, float, float, tuple[float, ...]]]:
    """Member, mark, his level, half a step, and the three numbers it is to be expected from."""
    given: dict[str, dict[Place, float]] = defaultdict(dict)
    for row in sorted(rows, key=lambda row: (row.expert, row.bidder, row.criterion)):
        given[row.expert][row.bidder, row.criterion] = row.mark / row.maximum
    levels = {who: middle_half(list(own.values())) for who, own in given.items()}
    above = {who: {at: share - levels[who] for at, share in own.items()} for who, own in given.items()}
    places = sorted(next(iter(above.values())))
    sums = {at: sum(own[at] for own in above.values()) for at in places}
    steps = _half_steps(given)
    on: dict[str, list[Place]] = defaultdict(list)
    for at in places:
        on[at[0]].append(at)
    for who, own in above.items():
        for those in on.values():
            himself = sum(own[at] for at in those)
            others = sum(sums[at] - own[at] for at in those) / len(those) / (len(above) - 1)
            for at in those:
                beside = (himself - own[at]) / (len(those) - 1) if len(those) > 1 else 0.0
                here = (sums[at] - own[at]) / (len(above) - 1) - others
                yield who, given[who][at], levels[who], steps[at[1]], (others, here, beside)


def _half_steps(given: Mapping[str, Mapping[Place, float]]) -> dict[str, float]:
    """By criterion half of the least distance of two marks somebody gave: a mark at the end begins so far before it."""
    seen: dict[str, set[float]] = defaultdict(lambda: {0.0, 1.0})
    for own in given.values():
        for (_bidder, criterion), share in own.items():
            seen[criterion].add(share)
    return {
        criterion: min(b - a for a, b in pairwise(sorted(shares))) / 2 for criterion, shares in seen.items()
    }
