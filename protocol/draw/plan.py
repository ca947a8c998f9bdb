"""The door of the lottery: plan it, check a plan, draw from a seed (docs/protocol.md, section 14).

A plan depends on the problem alone and is made, proved and published before there is any randomness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Final

from protocol.draw import certificate, crossing, leximin, rounding
from protocol.draw.certificate import Cut
from protocol.draw.crossing import Mixture
from protocol.draw.grouping import Grouped, group
from protocol.draw.leximin import Table
from protocol.draw.network import Network, build
from protocol.draw.problem import Problem, Seat
from protocol.draw.stream import Stream
from protocol.errors import ProtocolError

FLOW: Final = "leximin-flow/1"
PANELS: Final = "leximin-panels/1"


@dataclass(frozen=True)
class Plan:
    """What is committed to before a draw: levels ascending, the lottery, and the proof that it is LEXIMIN.

    The lottery is a flow table with a cut for each level when the rules are nested, a mixture of panels by numbers
    otherwise. `chances` are the probabilities by kind of expert, in the order of the shape.
    """

    problem: Problem
    grouped: Grouped
    levels: tuple[Fraction, ...]
    chances: tuple[Fraction, ...]
    table: Table | None
    cuts: tuple[Cut, ...]
    mixture: Mixture | None

    @cached_property
    def network(self) -> Network:
        """The network of nested rules, in which the table and the cuts are written."""
        return build(self.grouped.shape)

    @property
    def algorithm(self) -> str:
        """Which way of proof: "leximin-flow/1" or "leximin-panels/1"."""
        return FLOW if self.mixture is None else PANELS

    def probabilities(self) -> dict[str, Fraction]:
        """Every expert's probability to sit, by id ascending; 0 for who holds no specialty asked for."""
        found = {expert.id: leximin.ZERO for expert in self.problem.experts}
        at = 0
        for one, employers in zip(self.grouped.shape.classes, self.grouped.members, strict=True):
            for place in range(len(one.kinds)):
                for kinds in employers:
                    found |= dict.fromkeys(kinds[place], self.chances[at])
                at += 1
        return found

    def certificate(self) -> dict[str, Any]:
        """The published proof, in canonical JSON: the shape without names, the lottery, the proofs by level."""
        shape = self.grouped.shape
        kinds = [
            {
                "class": at,
                "specialties": list(kind.specialties),
                "marks": [list(mark) for mark in kind.marks],
                "heads": kind.heads,
                "level": self.levels.index(chance),
            }
            for (at, _, kind), chance in zip(shape.kinds(), self.chances, strict=True)
        ]
        classes = [{"region": c.region, "cap": c.cap, "employers": c.employers} for c in shape.classes]
        stated: dict[str, Any] = {"algorithm": self.algorithm, "classes": classes, "kinds": kinds}
        if self.mixture is not None:
            return stated | self.mixture.stated()
        table = self.table or Table(1, ())
        flow = {"denominator": str(table.over), "flow": [str(value) for value in table.values]}
        return stated | flow | {"cuts": [{"level": cut.level, "nodes": list(cut.nodes)} for cut in self.cuts]}


def plan(problem: Problem) -> Plan:
    """The LEXIMIN lottery of a problem with its proof; NoPanel, with the reason in words, when no panel exists."""
    grouped = group(problem)
    if grouped.shape.quotas:
        chances, mixture = crossing.solve(grouped.shape)
        return Plan(problem, grouped, _ascending(chances), chances, None, (), mixture)
    net = build(grouped.shape)
    chances, table = leximin.solve(net)
    cuts = certificate.prove(net, chances, table)
    return Plan(problem, grouped, _ascending(chances), chances, table, cuts, None)


def _ascending(chances: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    return tuple(sorted(set(chances)))


def check(made: Plan) -> None:
    """Check a plan against its problem: people, levels, lottery, optimality; ProtocolError names what fails."""
    if made.grouped != group(made.problem):
        raise ProtocolError("the classes are not those of the problem", check="classes")
    shape = made.grouped.shape
    if shape.quotas:
        if made.mixture is None:
            raise ProtocolError("quotas which cross need a mixture of panels", check="lottery")
        found = crossing.check(shape, made.levels, made.mixture)
    else:
        if made.table is None or made.mixture is not None:
            raise ProtocolError("nested rules need a flow table", check="lottery")
        certificate.check(made.network, made.levels, made.table, made.cuts)
        found = certificate.probabilities(made.network, made.table)
        if leximin.table(made.network, found) != made.table:
            raise ProtocolError("the flow table is not the canonical one of its levels", check="flow")
    if found != made.chances:
        raise ProtocolError("the probabilities are not those of the lottery", check="levels")


def draw(made: Plan, seed: bytes, label: str) -> tuple[Seat, ...]:
    """The panel which seed and label give, by specialty and id. The same plan, seed and label give the same panel."""
    stream = Stream(seed, label)
    counts: Sequence[int]
    if made.mixture is not None:
        counts = made.mixture.drawn(stream)
    else:
        whole = rounding.rounded(made.network, made.table or Table(1, ()), stream)
        counts = [whole[at] for at in made.network.pairs]
    return rounding.seated(made.grouped, counts, stream)
