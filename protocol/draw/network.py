"""The network of a shape whose rules are nested (docs/protocol.md, 14.3): what may flow is what panels there are.

Source, regions with bounds, classes, kinds, specialties, sink, and back to the source. A circulation of integers is a
panel by numbers, and every other circulation is a mixture of such panels, since all bounds are integers.
"""

from __future__ import annotations

from dataclasses import dataclass

from protocol.draw.flow import Arc
from protocol.draw.grouping import Shape


@dataclass(frozen=True)
class Network:
    """Arcs in canonical order with their bounds. `kinds` are the places of the arcs from class to kind."""

    shape: Shape
    names: tuple[tuple[str, str | int], ...]
    arcs: tuple[Arc, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]
    kinds: range
    pairs: range

    def heads(self) -> tuple[int, ...]:
        """The number of experts of each kind."""
        return tuple(self.high[at] for at in self.kinds)


def build(shape: Shape) -> Network:
    """Nodes: source, regions, classes, kinds, specialties, sink. Arcs: by where they lead, last the return."""
    regions, specialties = sorted(shape.regions), sorted(shape.seats)
    kinds, pairs = shape.kinds(), shape.pairs()
    names: list[tuple[str, str | int]] = [("source", ""), *(("region", name) for name in regions)]
    place = {name: at for at, name in enumerate(regions, 1)}
    place[""] = 0
    first_class = len(names)
    names += (("class", at) for at in range(len(shape.classes)))
    first_kind = len(names)
    names += (("kind", at) for at in range(len(kinds)))
    first_specialty = len(names)
    names += (("specialty", name) for name in specialties)
    seat = {name: at for at, name in enumerate(specialties, first_specialty)}
    sink, total = len(names), shape.total()
    rows = [(0, place[name], *shape.regions[name]) for name in regions]
    rows += [
        (place[one.region], first_class + at, 0, one.employers * one.cap)
        for at, one in enumerate(shape.classes)
    ]
    start = len(rows)
    rows += [(first_class + at, first_kind + n, 0, heads) for n, (at, heads, _) in enumerate(kinds)]
    rows += [(first_kind + n, seat[name], 0, kinds[n][1]) for n, name in pairs]
    rows += [(seat[name], sink, shape.seats[name], shape.seats[name]) for name in specialties]
    rows.append((sink, 0, total, total))
    middle = start + len(kinds)
    return Network(
        shape,
        (*names, ("sink", "")),
        tuple((tail, head) for tail, head, _, _ in rows),
        tuple(least for _, _, least, _ in rows),
        tuple(most for _, _, _, most in rows),
        range(start, middle),
        range(middle, middle + len(pairs)),
    )
