"""More of what draws and sheets show: the same people before one owner, newcomers, deep draws, marks at the ends.

Every family is tested for itself, with its own number of tests and its own Benjamini-Hochberg.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from experts.rules.analytics.draws import SEP, Tested, by_tender, ordered
from experts.rules.analytics.exact import adjusted, hypergeometric_tail, upper_tail
from experts.rules.analytics.rows import CallRow, DrawRow, Lead, ScoreRow
from experts.rules.analytics.scores import complete
from experts.rules.analytics.thresholds import Thresholds


def purchasers(rows: Iterable[DrawRow], limits: Thresholds) -> Tested:
    """Whoever was drawn for one owner more often than the plans of its rounds make likely: Poisson-binomial tails.

    Each expert before each owner in whose rounds he had a chance often enough is a test.
    """
    met: dict[str, list[DrawRow]] = defaultdict(list)
    for row in rows:
        if row.p > 0 and row.owner:
            met[SEP.join((row.person, row.owner))].append(row)
    return _drawn("purchaser", {n: own for n, own in met.items() if len(own) >= limits.least_draws}, limits)


def newcomers(rows: Iterable[DrawRow], limits: Thresholds) -> Tested:
    """Owners for whom those who had just come into the pool were drawn more often than the plans make likely.

    Seats of one round stand in each other's way, which makes the tail too large rather than too small.
    """
    met: dict[str, list[DrawRow]] = defaultdict(list)
    for row in rows:
        if row.p > 0 and row.owner and row.fresh:
            met[row.owner].append(row)
    rounds = {owner: len({row.draw for row in own}) for owner, own in met.items()}
    return _drawn("newcomer", {n: own for n, own in met.items() if rounds[n] >= limits.least_draws}, limits)


def _drawn(family: str, met: dict[str, list[DrawRow]], limits: Thresholds) -> Tested:
    tails = {name: upper_tail([r.p for r in own], sum(r.drawn for r in own)) for name, own in met.items()}
    q = adjusted(tails)
    found = []
    for name, own in met.items():
        if q[name] <= limits.fdr:
            seen, expected = sum(row.drawn for row in own), sum(row.p for row in own)
            evidence = {"draws": len({row.draw for row in own})}
            subjects = tuple(name.split(SEP))
            found.append(Lead(family, subjects, "", seen, expected, tails[name], q[name], evidence))
    return len(tails), ordered(found)


def depth(rows: Sequence[CallRow], limits: Thresholds) -> Tested:
    """Operators whose draws need many rounds more often than those of all others: exact hypergeometric tails."""
    draws = Counter(row.operator for row in rows)
    deep = Counter(row.operator for row in rows if row.rounds >= limits.deep_rounds)
    able = [who for who, n in draws.items() if n >= limits.least_draws and n < len(rows)]
    whole = sum(deep.values())
    tails = {who: hypergeometric_tail(draws[who], len(rows) - draws[who], whole, deep[who]) for who in able}
    q = adjusted(tails)
    found = []
    for who in able:
        if q[who] <= limits.fdr:
            expected, evidence = whole * draws[who] / len(rows), {"made": draws[who]}
            found.append(Lead("depth", (who,), "", deep[who], expected, tails[who], q[who], evidence))
    return len(tails), ordered(found)


def extremes(rows: Iterable[ScoreRow], limits: Thresholds) -> Tested:
    """Members who give full or no marks more often than the members beside them, bidder by bidder, mark by mark.

    Where k of m members gave one mark at the end of its scale, each of them is taken to have done so with the chance
    k/m; marks all or nobody gave so say nothing. The tail is that of independent marks: a habit runs through a sheet,
    so one test is made of a member over all tenders, and the lead says that a habit is no wrong.
    """
    chances: dict[str, list[float]] = defaultdict(list)
    given: Counter[str] = Counter()
    for _tender, own in by_tender(rows):
        if not complete(own) or len({row.expert for row in own}) < limits.least_members:
            continue
        cells: dict[tuple[str, str], list[ScoreRow]] = defaultdict(list)
        for row in own:
            cells[row.bidder, row.criterion].append(row)
        for cell in cells.values():
            ends = [row.expert for row in cell if row.mark <= 0 or row.mark >= row.maximum]
            if 0 < len(ends) < len(cell):
                given.update(ends)
                for row in cell:
                    chances[row.expert].append(len(ends) / len(cell))
    able = {who: own for who, own in chances.items() if len(own) >= limits.least_cells}
    tails = {who: upper_tail(own, given[who]) for who, own in able.items()}
    q = adjusted(tails)
    found = []
    for who, met in able.items():
        if q[who] <= limits.fdr:
            evidence = {"cells": len(met)}
            found.append(Lead("extreme", (who,), "", given[who], sum(met), tails[who], q[who], evidence))
    return len(tails), ordered(found)
