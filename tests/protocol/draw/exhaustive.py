"""Ground truth for small pools: every panel listed one by one, LEXIMIN over the list by a linear programme of its own."""

from fractions import Fraction
from itertools import combinations


def fills(chosen, seats):
    """Whether the experts can take the seats, one each."""
    if not chosen:
        return not any(seats.values())
    return any(
        fills(chosen[1:], seats | {name: seats[name] - 1})
        for name in chosen[0]["specialties"]
        if seats.get(name, 0) > 0
    )


def within(chosen, key, bounds):
    return all(
        low <= sum(one.get(key) == value for one in chosen) <= high for value, (low, high) in bounds.items()
    )


def panels(pool):
    """Every set of ids that is a panel."""
    caps, found = pool.get("caps", {}), []
    for chosen in combinations(pool["experts"], sum(pool["seats"].values())):
        employers = [one.get("employer") for one in chosen]
        if "employer" in caps and any(employers.count(name) > caps["employer"] for name in employers):
            continue
        if not within(chosen, "region", caps.get("region", {})):
            continue
        if not all(within(chosen, key, bounds) for key, bounds in pool.get("quotas", {}).items()):
            continue
        if fills(list(chosen), pool["seats"]):
            found.append(frozenset(one["id"] for one in chosen))
    return found


def leximin(pool):
    """The probabilities by id, or None when there is no panel."""
    listed = panels(pool)
    if not listed:
        return None
    eligible = sorted(one["id"] for one in pool["experts"] if set(one["specialties"]) & set(pool["seats"]))
    fixed = {}
    while len(fixed) < len(eligible):
        level, tight = raised(listed, eligible, fixed)
        fixed |= dict.fromkeys(tight, level)
    return {one["id"]: fixed.get(one["id"], Fraction(0)) for one in pool["experts"]}


def raised(listed, eligible, fixed):
    """The highest level of all who are not fixed, and who cannot have more than it.

    The dual is solved: prices of experts, those of the free ones adding up to 1, such that the dearest panel is as cheap
    as can be. By complementary slackness, who has a price has no more than the level in any best lottery.
    min z - sum(fixed price * level), z >= price of each panel, sum of free prices = 1; z free of sign but never negative.
    """
    free = [name for name in eligible if name not in fixed]
    column = {name: at + 1 for at, name in enumerate(eligible)}
    scale = 1
    for level in fixed.values():
        scale *= level.denominator
    cost = [scale] + [-int(fixed.get(name, 0) * scale) for name in eligible]
    rows = [([1] + [-(name in panel) for name in eligible], 0) for panel in set(listed)]
    rows.append(([0] + [int(name in free) for name in eligible], 1))
    value, prices = cheapest(cost, rows)
    return value / scale, [name for name in free if prices[column[name]]]


def cheapest(cost, rows):
    """min cost.x over x >= 0 with row.x >= right for every row: a feasible start, then Bland's rule, in integers.

    The last row is met at the start by its first variable and the first variable of all (z), which is large enough.
    """
    count, slack = len(cost), len(rows)
    table = [[*terms, *(-(at == n) for n in range(slack)), right] for at, (terms, right) in enumerate(rows)]
    top = [*cost, *[0] * slack, 0]
    basis = [count + at for at in range(slack)]
    table = [[-number for number in row] for row in table]  # slacks basic; only the last is negative (-1)
    over = 1

    def pivot(leave, enter):
        nonlocal over
        chosen = table[leave]
        if chosen[enter] < 0:
            chosen[:] = [-number for number in chosen]
        by = chosen[enter]
        for row in [*table, top]:
            if row is not chosen:
                times = row[enter]
                row[:] = [(by * a - times * b) // over for a, b in zip(row, chosen, strict=True)]
        over, basis[leave] = by, enter

    first = next(at for at in range(1, count) if rows[-1][0][at])
    pivot(slack - 1, first)
    worst = min(range(slack), key=lambda at: table[at][-1])
    if table[worst][-1] < 0:
        pivot(worst, 0)
    while True:
        enter = next((at for at in range(count + slack) if top[at] < 0), None)
        if enter is None:
            break
        able = [at for at, row in enumerate(table) if row[enter] > 0]
        pivot(min(able, key=lambda at: (Fraction(table[at][-1], table[at][enter]), basis[at])), enter)
    point = [Fraction(0)] * (count + slack)
    for at, variable in enumerate(basis):
        point[variable] = Fraction(table[at][-1], over)
    return Fraction(-top[-1], over), point[:count]
