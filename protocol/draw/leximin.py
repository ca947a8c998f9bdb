"""Exact LEXIMIN on a network: the lowest probability as high as can be, then the next (docs/protocol.md, 14.4).

Discrete Newton on a parametric circulation: a cut which shows that level t is too high is a line in t, and where that
line is met is the next t to try. Kinds that cannot rise above the level found are frozen there. All in integers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from protocol.draw import reasons
from protocol.draw.flow import circulate, reach
from protocol.draw.network import Network, build
from protocol.draw.problem import NoPanel

ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True)
class Table:
    """A flow table: `values` by arc over the common denominator `over`."""

    over: int
    values: tuple[int, ...]


def solve(network: Network) -> tuple[tuple[Fraction, ...], Table]:
    """The probability of each kind's experts, and a flow table with them; NoPanel with the reason from a cut."""
    possible = circulate(len(network.names), network.arcs, network.low, network.high)
    if possible.values is None:
        raise NoPanel(_reason(network, possible.cut))
    fixed: dict[int, Fraction] = {}
    while len(fixed) < len(network.kinds):
        level, values = _highest(network, fixed)
        fixed |= dict.fromkeys(_stuck(network, fixed, level, values), level)
    levels = tuple(fixed[at] for at in network.kinds)
    return levels, table(network, levels)


def _reason(network: Network, cut: frozenset[int]) -> dict[str, str]:
    """The reason of the first specialty which cannot be filled even alone, else that of the cut."""
    for name in network.shape.seats:
        alone = build(network.shape.narrowed(name))
        found = circulate(len(alone.names), alone.arcs, alone.low, alone.high)
        if found.values is None:
            return reasons.of_cut(alone, found.cut)
    return reasons.of_cut(network, cut)


def table(network: Network, levels: tuple[Fraction, ...]) -> Table:
    """The flow of given probabilities over the least common denominator of them; ValueError if there is none."""
    over = math.lcm(*(level.denominator for level in levels))
    low = [over * least for least in network.low]
    high = [over * most for most in network.high]
    for at, level in zip(network.kinds, levels, strict=True):
        low[at] = high[at] = int(level * over) * network.high[at]
    found = circulate(len(network.names), network.arcs, low, high)
    if found.values is None:
        raise ValueError("no flow has these probabilities")
    return Table(over, tuple(found.values))


def _scaled(
    network: Network, fixed: dict[int, Fraction], level: Fraction
) -> tuple[int, list[int], list[int]]:
    """A common denominator, and the bounds times it when every kind has at least its level."""
    levels = [fixed.get(at, level) for at in network.kinds]
    over = math.lcm(*(one.denominator for one in levels))
    low = [over * least for least in network.low]
    for at, one in zip(network.kinds, levels, strict=True):
        low[at] = int(one * over) * network.high[at]
    return over, low, [over * most for most in network.high]


def _highest(network: Network, fixed: dict[int, Fraction]) -> tuple[Fraction, list[int]]:
    """The highest level all kinds not yet fixed can have at once, and a flow (over `_scaled`'s denominator) with it."""
    free = [at for at in network.kinds if at not in fixed]
    spare = network.shape.total() - sum(level * network.high[at] for at, level in fixed.items())
    level = min(ONE, Fraction(spare) / sum(network.high[at] for at in free))
    while True:
        over, low, high = _scaled(network, fixed, level)
        found = circulate(len(network.names), network.arcs, low, high)
        if found.values is not None:
            return level, found.values
        entering = leaving = slope = 0
        for at, (tail, head) in enumerate(network.arcs):
            if head in found.cut and tail not in found.cut:
                if at in network.kinds and at not in fixed:
                    slope += network.high[at]
                else:
                    entering += low[at]
            elif tail in found.cut and head not in found.cut:
                leaving += high[at]
        level = Fraction(leaving - entering, over * slope)


def _stuck(network: Network, fixed: dict[int, Fraction], level: Fraction, values: list[int]) -> list[int]:
    """The kinds not yet fixed which no flow lifts above the level while all others keep theirs.

    A kind can rise when it has more than its level already, or when more into it can come back to its class.
    """
    _, low, high = _scaled(network, fixed, level)
    up = [value < most for value, most in zip(values, high, strict=True)]
    down = [value > least for value, least in zip(values, low, strict=True)]
    still = {
        network.arcs[at][1]: (at, network.arcs[at][0])
        for at in network.kinds
        if at not in fixed and not down[at]
    }
    rising: set[int] = set()
    reached: dict[int, set[int]] = {}
    for at in network.pairs:
        kind, specialty = network.arcs[at]
        if kind in still and up[at] and up[still[kind][0]]:
            if specialty not in reached:
                reached[specialty] = reach([specialty], network.arcs, up, down)
            if still[kind][1] in reached[specialty]:
                rising.add(kind)
    return [at for kind, (at, _) in still.items() if kind not in rising]
