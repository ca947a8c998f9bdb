"""The proof that probabilities are LEXIMIN, checked without a solver (docs/protocol.md, 14.5).

A cut is a set of nodes. What flows in flows out, so the kinds whose arcs enter it have no more, on any panel, than the
upper bounds of the arcs out of it less the lower bounds of the other arcs into it. When the flow table gives them just
that, none of them at the highest level among them can gain unless another there, or one at a lower level, loses.
Cuts by which every kind below probability 1 is held at its own level prove LEXIMIN.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from protocol.draw.flow import reach
from protocol.draw.leximin import ONE, Table
from protocol.draw.network import Network
from protocol.errors import ProtocolError


class Cut(NamedTuple):
    """A bottleneck: the number of its level, counted from 0, and its nodes, ascending."""

    level: int
    nodes: tuple[int, ...]


def prove(network: Network, chances: Sequence[Fraction], table: Table) -> tuple[Cut, ...]:
    """Cuts which hold every kind at its level, by level: one for each unless bottlenecks lie across each other.

    ValueError if the table is not LEXIMIN.
    """
    found: list[Cut] = []
    for number, level in enumerate(sorted(set(chances))):
        held = [at for at, one in zip(network.kinds, chances, strict=True) if one == level != ONE]
        found += (Cut(number, nodes) for nodes in _bottlenecks(network, chances, table, level, held))
    return tuple(found)


def _bottlenecks(
    network: Network, chances: Sequence[Fraction], table: Table, level: Fraction, held: list[int]
) -> list[tuple[int, ...]]:
    """Sets of nodes closed under arcs with room, the classes of the kinds they hold outside: as few as come about."""
    up = [value < table.over * most for value, most in zip(table.values, network.high, strict=True)]
    down = [value > table.over * least for value, least in zip(table.values, network.low, strict=True)]
    for at, one in zip(network.kinds, chances, strict=True):
        down[at] = one > level
    onward: dict[int, set[int]] = {}
    known: dict[int, set[int]] = {}
    for at in network.pairs:
        kind, specialty = network.arcs[at]
        onward.setdefault(kind, {kind})
        if up[at]:
            if specialty not in known:
                known[specialty] = reach([specialty], network.arcs, up, down)
            onward[kind] |= known[specialty]
    cuts = []
    while held:
        nodes: set[int] = set()
        tails: set[int] = set()
        left = []
        for at in held:
            tail, kind = network.arcs[at]
            if nodes.isdisjoint({tail}) and (tails | {tail}).isdisjoint(onward[kind]):
                nodes |= onward[kind]
                tails.add(tail)
            else:
                left.append(at)
        if not nodes:
            raise ValueError("the flow table is not LEXIMIN")
        cuts.append(tuple(sorted(nodes)))
        held = left
    return cuts


def probabilities(network: Network, table: Table) -> tuple[Fraction, ...]:
    """The probability of each kind's experts in a flow table; ProtocolError unless it is a circulation in bounds."""
    if table.over < 1 or len(table.values) != len(network.arcs):
        raise ProtocolError(
            "the flow table does not fit the network", check="flow", evidence=str(len(table.values))
        )
    balance = [0] * len(network.names)
    for at, ((tail, head), value) in enumerate(zip(network.arcs, table.values, strict=True)):
        if not table.over * network.low[at] <= value <= table.over * network.high[at]:
            raise ProtocolError("a flow is outside its bounds", check="flow", obj=_named(network, at))
        balance[tail] -= value
        balance[head] += value
    for node, left in enumerate(balance):
        if left:
            what, name = network.names[node]
            raise ProtocolError("what flows in does not flow out", check="flow", obj=f"{what} {name}".strip())
    return tuple(Fraction(table.values[at], table.over * network.high[at]) for at in network.kinds)


def check(network: Network, levels: Sequence[Fraction], table: Table, cuts: Sequence[Cut]) -> None:
    """Check that a flow table has these levels (ascending) and the cuts prove them; ProtocolError names what fails.

    Needs no solver: a sum for each node and one for each cut.
    """
    chances = dict(zip(network.kinds, probabilities(network, table), strict=True))
    if list(levels) != sorted(set(chances.values())):
        raise ProtocolError("the levels are not those of the flow table", check="levels")
    proved = {at for at, one in chances.items() if one == ONE}
    before = 0
    for number, cut in enumerate(cuts):
        place = f"cut {number + 1}"
        if not before <= cut.level < len(levels):
            raise ProtocolError("the cuts are not in the order of levels", check="cut", obj=place)
        before, level = cut.level, levels[cut.level]
        kinds, most = entering(network, cut.nodes, place)
        if any(chances[at] > level for at in kinds) or all(chances[at] < level for at in kinds):
            raise ProtocolError("a cut is not about its level", check="cut", obj=place)
        held = sum(chances[at] * network.high[at] for at in kinds)
        if held != most:
            raise ProtocolError(
                "a cut does not show that nobody at its level could gain",
                check="cut",
                obj=place,
                evidence=f"{held} of {most}",
            )
        proved |= {at for at in kinds if chances[at] == level}
    if missing := sorted(set(network.kinds) - proved):
        raise ProtocolError("no cut holds a kind at its level", check="cut", obj=_named(network, missing[0]))


def entering(network: Network, nodes: Sequence[int], place: str) -> tuple[list[int], int]:
    """The kinds whose arcs enter a cut, and the most they have on any panel; ProtocolError for no set of nodes."""
    if list(nodes) != sorted(set(nodes)) or any(not 0 <= node < len(network.names) for node in nodes):
        raise ProtocolError("a cut is an ascending list of nodes", check="cut", obj=place)
    inside = set(nodes)
    kinds, most = [], 0
    for at, (tail, head) in enumerate(network.arcs):
        if tail in inside and head not in inside:
            most += network.high[at]
        elif head in inside and tail not in inside:
            if at in network.kinds:
                kinds.append(at)
            else:
                most -= network.low[at]
    return kinds, most


def _named(network: Network, at: int) -> str:
    (tail, tail_name), (head, head_name) = (network.names[node] for node in network.arcs[at])
    return f"{tail} {tail_name} to {head} {head_name}".replace("  ", " ")
