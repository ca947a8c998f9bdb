"""More of what draws show: the same people before one owner, newcomers, deep draws.

Every family is tested for itself, with its own number of tests and its own Benjamini-Hochberg.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from experts.rules.analytics.draws import SEP, Tested, ordered
from experts.rules.analytics.exact import adjusted, hypergeometric_tail, upper_tail
from experts.rules.analytics.rows import CallRow, DrawRow, Lead
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
