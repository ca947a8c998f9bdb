"""Effects that outliers hardly move: median polish, the modified z, the middle half; agreement of a panel, slopes."""

import math
from collections.abc import Mapping, Sequence
from statistics import median

Table = Mapping[str, Mapping[str, float]]
"""Numbers by row and column; every row has the same columns."""
ROUNDS = 20
SETTLED = 1e-9
NORMAL = 0.6745
"""A normal distribution has so much of its standard deviation between median and quartile."""
MEAN_NORMAL = 0.7979


def residuals(table: Table) -> dict[str, dict[str, float]]:
    """What is left of each number once the effects of its row and its column are taken out (Tukey's median polish)."""
    left = {row: dict(columns) for row, columns in table.items()}
    columns = sorted(next(iter(left.values()), {}))
    for _round in range(ROUNDS):
        moved = 0.0
        for own in left.values():
            middle = median(own.values())
            moved = max(moved, abs(middle))
            for column in columns:
                own[column] -= middle
        for column in columns:
            middle = median(own[column] for own in left.values())
            moved = max(moved, abs(middle))
            for own in left.values():
                own[column] -= middle
        if moved < SETTLED:
            break
    return left


def modified_z(values: Sequence[float]) -> list[float]:
    """0.6745 r / MAD of each; where more than half are equal, by the mean distance; zeros if all are."""
    middle = median(values)
    away = [abs(value - middle) for value in values]
    spread = median(away)
    if spread > SETTLED:
        return [NORMAL * (value - middle) / spread for value in values]
    spread = sum(away) / len(away)
    return [MEAN_NORMAL * (value - middle) / spread if spread > SETTLED else 0.0 for value in values]


def ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 1, equal ones sharing the mean of theirs."""
    ordered = sorted(values)
    return [(ordered.index(value) + 1 + ordered.index(value) + ordered.count(value)) / 2 for value in values]


def kendall_w(rows: Sequence[Sequence[float]]) -> float | None:
    """Agreement of several rankings of the same things, 0 to 1, corrected for ties; None where nothing is ranked."""
    m, n = len(rows), len(rows[0]) if rows else 0
    if m < 2 or n < 2:
        return None
    ranked = [ranks(row) for row in rows]
    sums = [sum(row[i] for row in ranked) for i in range(n)]
    s = sum((one - sum(sums) / n) ** 2 for one in sums)
    ties = sum(sum(row.count(v) ** 3 - row.count(v) for v in set(row)) for row in ranked)
    whole = m * m * (n**3 - n) - m * ties
    return 12 * s / whole if whole > 0 else None


def middle_half(values: Sequence[float]) -> float:
    """The mean of the middle half of some numbers: as steady as a mean, and moved by few of them."""
    ordered, cut = sorted(values), len(values) // 4
    kept = ordered[cut : len(ordered) - cut]
    return sum(kept) / len(kept)


def linear(rows: Sequence[Sequence[float]], wanted: Sequence[float]) -> list[float]:
    """The slopes of least squares without a constant (Gauss and Jordan); 0 for a column the others already tell."""
    n = len(rows[0]) if rows else 0
    table = [
        [math.fsum(row[i] * row[j] for row in rows) for j in range(n)]
        + [math.fsum(row[i] * value for row, value in zip(rows, wanted, strict=True))]
        for i in range(n)
    ]
    told = [False] * n
    for i in range(n):
        told[i] = table[i][i] > SETTLED
        if not told[i]:
            continue
        for k in range(n):
            part = table[k][i] / table[i][i] if k != i else 0.0
            table[k] = [one - part * own for one, own in zip(table[k], table[i], strict=True)]
    return [table[i][n] / table[i][i] if told[i] else 0.0 for i in range(n)]
