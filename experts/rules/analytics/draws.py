"""Draws against their published probabilities: how often somebody was drawn, who together, who had to be redrawn."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TypeVar

from experts.rules.analytics.exact import adjusted, binomial_limits, hypergeometric_tail, upper_tail
from experts.rules.analytics.rows import CallRow, DrawRow, Lead, OtherPoints, ScoreRow
from experts.rules.analytics.thresholds import Thresholds

Row = TypeVar("Row", ScoreRow, OtherPoints)
Tested = tuple[int, list[Lead]]
"""How many tests were made, and the leads among them."""
SEP = "\x00"
TWICE = 2
Joint = Callable[[str, frozenset[tuple[str, str]]], Mapping[tuple[str, str], float]]
"""Of a round: the chance of each couple asked for to sit together (`experts.rules.analytics.joint`)."""


def frequency(rows: Iterable[DrawRow], limits: Thresholds) -> Tested:
    """Whoever was drawn more often than the published probabilities make likely: exact Poisson-binomial tails.

    Everybody with a chance at all is a test, also who was never drawn: the pool is what is looked at.
    """
    by_person: dict[str, list[DrawRow]] = defaultdict(list)
    for row in rows:
        if row.p > 0:
            by_person[row.person].append(row)
    tails = {
        who: upper_tail([row.p for row in own], sum(row.drawn for row in own))
        for who, own in by_person.items()
        if len(own) >= limits.least_draws
    }
    q = adjusted(tails)
    found = [
        Lead(
            "frequency",
            (who,),
            "",
            sum(row.drawn for row in by_person[who]),
            sum(row.p for row in by_person[who]),
            p,
            q[who],
            {"draws": len(by_person[who])},
        )
        for who, p in tails.items()
        if q[who] <= limits.fdr
    ]
    return len(tails), ordered(found)


def pairs(rows: Iterable[DrawRow], limits: Thresholds, joint: Joint) -> Tested:
    """Two who sat together more often than likely; every two of the pool are a test, also those who never met.

    ``joint`` says what chance the plan of a round gave couples to sit together: rules tie people together, so that
    this is not the product of two chances. It is asked of couples who met twice or more; that two met once, or never,
    is no surprise and counts as a test that found nothing.
    """
    by_draw: dict[str, dict[str, DrawRow]] = defaultdict(dict)
    for row in rows:
        if row.p > 0:
            by_draw[row.draw][row.person] = row
    met = Counter(
        pair
        for people in by_draw.values()
        for pair in combinations(sorted(who for who, row in people.items() if row.drawn), 2)
    )
    names = {SEP.join(pair): pair for pair, times in met.items() if times >= TWICE}
    chances: dict[tuple[str, str], list[float]] = defaultdict(list)
    for draw, people in sorted(by_draw.items()):
        asked = frozenset(pair for pair in names.values() if {*pair} <= people.keys())
        for pair, chance in (joint(draw, asked) if asked else {}).items():
            chances[pair].append(chance)
    names = {name: pair for name, pair in names.items() if len(chances[pair]) >= limits.least_draws}
    tails = {name: upper_tail(chances[pair], met[pair]) for name, pair in names.items()}
    everybody = len({who for people in by_draw.values() for who in people})
    tests = everybody * (everybody - 1) // 2
    q = adjusted(tails, tests)
    found = []
    for name, pair in names.items():
        if q[name] <= limits.fdr:
            evidence = {"draws": len(chances[pair]), "samples": limits.joint_samples}
            found.append(
                Lead("pair", pair, "", met[pair], sum(chances[pair]), tails[name], q[name], evidence)
            )
    return tests, ordered(found)


def operators(rows: Sequence[CallRow], limits: Thresholds) -> Tested:
    """Operators under whom more seats had to be drawn again than under all others: exact hypergeometric tails."""
    seats: dict[str, int] = defaultdict(int)
    again: dict[str, int] = defaultdict(int)
    for row in rows:
        seats[row.operator] += row.seats
        again[row.operator] += row.replaced
    total, replaced = sum(seats.values()), sum(again.values())
    able = [who for who in seats if seats[who] >= limits.least_seats and seats[who] < total]
    tails = {who: hypergeometric_tail(seats[who], total - seats[who], replaced, again[who]) for who in able}
    q = adjusted(tails)
    found = [
        Lead(
            "operator",
            (who,),
            "",
            again[who],
            replaced * seats[who] / total,
            tails[who],
            q[who],
            {"seats": seats[who], "limits": list(binomial_limits(again[who], seats[who]))},
        )
        for who in able
        if q[who] <= limits.fdr
    ]
    return len(tails), ordered(found)


def ordered(leads: Iterable[Lead]) -> list[Lead]:
    """The least likely first; without a chance, the farthest from what was expected."""
    return sorted(leads, key=_order)


def _order(lead: Lead) -> tuple[float, float, str, tuple[str, ...]]:
    chance = lead.p if lead.p is not None else 2.0
    return chance, -abs(lead.observed - lead.expected), lead.tender, lead.subjects


def by_tender(rows: Iterable[Row]) -> Iterator[tuple[str, list[Row]]]:
    """The rows of each tender, tenders in order."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.tender].append(row)
    yield from sorted(found.items())
