"""From a flow table to a panel: dependent rounding, then employers, then persons (docs/protocol.md, 14.7).

Integers only. Every step keeps every expert's probability exactly, and every bound always.
"""

from __future__ import annotations

from collections.abc import Sequence

from protocol.draw.grouping import Grouped
from protocol.draw.leximin import Table
from protocol.draw.network import Network
from protocol.draw.problem import Seat
from protocol.draw.stream import Stream


def rounded(network: Network, table: Table, stream: Stream) -> list[int]:
    """The table with every fraction rounded up or down at random, the mean kept: whole numbers by arc.

    While an arc is fractional, walk from the first node with such an arc, always along the first one but that just
    walked, until a node comes again; move the cycle by the room it has in one of its two directions.
    """
    return _Rounding(network, table).run(stream)


class _Rounding:
    """Values over a denominator and, by node, its fractional arcs, the first one last."""

    def __init__(self, network: Network, table: Table) -> None:
        self.arcs, self.over, self.values = network.arcs, table.over, list(table.values)
        self.open: list[list[int]] = [[] for _ in network.names]
        for at in reversed(range(len(self.arcs))):
            if self.values[at] % self.over:
                for node in self.arcs[at]:
                    self.open[node].append(at)

    def run(self, stream: Stream) -> list[int]:
        for start in range(len(self.open)):
            path: list[int] = []
            nodes = [start]
            seen = {start: 0}
            while (arc := self._first(nodes[-1], path[-1] if path else -1)) >= 0:
                tail, head = self.arcs[arc]
                other = head if tail == nodes[-1] else tail
                path.append(arc)
                if other not in seen:
                    seen[other] = len(nodes)
                    nodes.append(other)
                    continue
                at = seen[other]
                self._move(path[at:], nodes[at:], stream)
                for node in nodes[at + 1 :]:
                    del seen[node]
                del path[at:], nodes[at + 1 :]
        return [value // self.over for value in self.values]

    def _first(self, node: int, last: int) -> int:
        """The first fractional arc at a node which is not the last one walked; -1 if there is none."""
        arcs = self.open[node]
        while arcs and not self.values[arcs[-1]] % self.over:
            arcs.pop()
        if not arcs or arcs[-1] != last:
            return arcs[-1] if arcs else -1
        while len(arcs) > 1 and not self.values[arcs[-2]] % self.over:
            del arcs[-2]
        return arcs[-2] if len(arcs) > 1 else -1

    def _move(self, cycle: list[int], nodes: list[int], stream: Stream) -> None:
        """Push along the cycle, forwards with probability backward room / both rooms, else backwards."""
        ahead = [self.arcs[arc][0] == node for arc, node in zip(cycle, nodes, strict=True)]
        parts = [self.values[arc] % self.over for arc in cycle]
        rest = [self.over - part for part in parts]
        forwards = min(b if up else a for a, b, up in zip(parts, rest, ahead, strict=True))
        backwards = min(a if up else b for a, b, up in zip(parts, rest, ahead, strict=True))
        step = forwards if stream.below(forwards + backwards) < backwards else -backwards
        for arc, up in zip(cycle, ahead, strict=True):
            self.values[arc] += step if up else -step


def seated(grouped: Grouped, counts: Sequence[int], stream: Stream) -> tuple[Seat, ...]:
    """Persons for counts by (kind, specialty), class by class: the panel by specialty and id.

    The members of a class, in the order of its pairs, go in turn to its employers in random order, so that as many
    employers as can be sit, none above its cap; within an employer and kind persons are drawn without order.
    """
    kinds = grouped.shape.kinds()
    first: dict[int, int] = {}
    for place, (at, _, _) in enumerate(kinds):
        first.setdefault(at, place)
    units: dict[int, list[tuple[int, str]]] = {}
    for (place, specialty), count in zip(grouped.shape.pairs(), counts, strict=True):
        at = kinds[place][0]
        units.setdefault(at, []).extend([(place - first[at], specialty)] * count)
    panel = []
    for at, wanted in sorted(units.items()):
        employers = grouped.members[at]
        chosen = stream.sample(len(employers), min(len(employers), len(wanted)))
        places: dict[tuple[int, int], list[str]] = {}
        for unit, (kind, specialty) in enumerate(wanted):
            places.setdefault((chosen[unit % len(employers)], kind), []).append(specialty)
        for (employer, kind), specialties in places.items():
            ids = employers[employer][kind]
            drawn = stream.sample(len(ids), len(specialties))
            panel += [Seat(ids[one], name) for one, name in zip(drawn, specialties, strict=True)]
    return tuple(sorted(panel, key=lambda seat: (seat.specialty, seat.id)))
