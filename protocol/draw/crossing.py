"""LEXIMIN when quotas cross (title, region, specialty at once): a mixture of panels by numbers (protocol.md, 14.8).

Column generation over panels of kinds, exact: the master programme and the search for a better panel are both in
rational numbers. For tens of kinds, not for thousands; nested rules never come here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, NamedTuple

from protocol.draw import leximin, network, reasons
from protocol.draw.grouping import Mark, Shape
from protocol.draw.problem import NoPanel
from protocol.draw.simplex import Row, maximise
from protocol.draw.stream import Stream
from protocol.errors import ProtocolError

Panel = tuple[int, ...]
"""Members by (kind, specialty), in the order of the shape's pairs."""
MOST: Final = 400
"""More kinds of experts than this are refused: the search could take hours."""


class Proof(NamedTuple):
    """No panel weighs more than `most` when members of kind i count `weights[i]`; the lottery has just that."""

    level: Fraction
    weights: tuple[int, ...]
    most: int


@dataclass(frozen=True)
class Mixture:
    """Panels by numbers, each drawn with its weight over `over`, and the proofs in the order of levels."""

    over: int
    weights: tuple[int, ...]
    panels: tuple[Panel, ...]
    proofs: tuple[Proof, ...]

    def drawn(self, stream: Stream) -> Panel:
        """One of the panels, by its weight."""
        left = stream.below(self.over)
        for weight, panel in zip(self.weights, self.panels, strict=True):
            left -= weight
            if left < 0:
                return panel
        raise ProtocolError("the weights of the panels do not make up the whole", check="lottery")

    def stated(self) -> dict[str, Any]:
        """In values of canonical JSON, for the certificate."""
        rows = zip(self.weights, self.panels, strict=True)
        return {
            "denominator": str(self.over),
            "panels": [{"weight": str(weight), "members": list(panel)} for weight, panel in rows],
            "proofs": [
                {"level": fraction(level), "weights": [str(one) for one in weights], "most": str(most)}
                for level, weights, most in self.proofs
            ],
        }


def fraction(value: Fraction) -> str:
    """A fraction as "p/q", whole numbers too."""
    return f"{value.numerator}/{value.denominator}"


def solve(shape: Shape) -> tuple[tuple[Fraction, ...], Mixture]:
    """The probability of each kind's experts, and the mixture with its proofs; NoPanel with the rules at odds."""
    if len(shape.kinds()) > MOST:
        raise ProtocolError(
            f"quotas which cross are solved for at most {MOST} kinds of experts; give fewer attributes quotas",
            evidence=str(len(shape.kinds())),
        )
    heads = [heads for _, heads, _ in shape.kinds()]
    start = heaviest(shape, [0] * len(heads))
    if start is None:
        raise NoPanel(_reason(shape))
    panels, fixed, proofs = [start[1]], dict[int, Fraction](), list[Proof]()
    weights: list[Fraction] = [Fraction(1)]
    while len(fixed) < len(heads):
        proof, weights = _stage(shape, heads, fixed, panels)
        proofs.append(proof)
        fixed |= {at: proof.level for at, w in enumerate(proof.weights) if w and at not in fixed}
    used = sorted((panel, weight) for panel, weight in zip(panels, weights, strict=True) if weight)
    over = math.lcm(*(weight.denominator for _, weight in used))
    scaled = tuple(int(weight * over) for _, weight in used)
    mixture = Mixture(over, scaled, tuple(panel for panel, _ in used), tuple(proofs))
    return tuple(fixed[at] for at in range(len(heads))), mixture


def _stage(
    shape: Shape, heads: list[int], fixed: Mapping[int, Fraction], panels: list[Panel]
) -> tuple[Proof, list[Fraction]]:
    """The highest level of all kinds not yet fixed, its proof, the weights; panels which help are added to `panels`."""
    while True:
        counts = [members(shape, panel) for panel in panels]
        rows: list[Row] = []
        scales = []
        for at, number in enumerate(heads):
            terms = {place + 1: -count[at] for place, count in enumerate(counts) if count[at]}
            level = fixed.get(at)
            scale = 1 if level is None else level.denominator
            terms = {place: scale * times for place, times in terms.items()}
            rows.append(
                (terms | {0: number}, "<=", 0) if level is None else (terms, "<=", -level.numerator * number)
            )
            scales.append(scale)
        rows.append((dict.fromkeys(range(1, len(panels) + 1), 1), "=", 1))
        found = maximise(len(panels) + 1, {0: 1}, rows)
        if found is None:
            raise ValueError("levels which were reached cannot be kept")
        worth = [dual * scale for dual, scale in zip(found.duals, scales, strict=False)]
        over = math.lcm(*(one.denominator for one in worth), found.duals[-1].denominator)
        weights = [int(one * over) for one in worth]
        best = heaviest(shape, weights)
        if best is None:
            raise ValueError("a panel was there and is no more")
        if best[0] <= found.duals[-1] * over:
            return Proof(found.point[0], tuple(weights), best[0]), found.point[1:]
        panels.append(best[1])


def members(shape: Shape, panel: Panel) -> list[int]:
    """How many of each kind sit on a panel."""
    found = [0] * len(shape.kinds())
    for (at, _), count in zip(shape.pairs(), panel, strict=True):
        found[at] += count
    return found


def _rules(shape: Shape) -> list[Row]:
    """Seats, heads, caps and quotas as rows over the pairs."""
    kinds, pairs = shape.kinds(), shape.pairs()
    rows: list[Row] = []
    for name, count in shape.seats.items():
        rows.append(({n: 1 for n, (_, specialty) in enumerate(pairs) if specialty == name}, "=", count))
    for at, (_, heads, _) in enumerate(kinds):
        rows.append(({n: 1 for n, (kind, _) in enumerate(pairs) if kind == at}, "<=", heads))
    for at, one in enumerate(shape.classes):
        terms = {n: 1 for n, (kind, _) in enumerate(pairs) if kinds[kind][0] == at}
        rows.append((terms, "<=", one.employers * one.cap))
    for mark, (low, high) in shape.quotas.items():
        terms = {n: 1 for n, (kind, _) in enumerate(pairs) if mark in kinds[kind][2].marks}
        rows += [(terms, "<=", high), (terms, ">=", low)]
    return rows


def heaviest(shape: Shape, weights: Sequence[int]) -> tuple[int, Panel] | None:
    """The panel of most weight, by branch and bound on the exact relaxation; None if there is no panel."""
    pairs, rules = shape.pairs(), _rules(shape)
    objective = {n: weights[kind] for n, (kind, _) in enumerate(pairs)}
    best: tuple[int, Panel] | None = None
    waiting: list[list[Row]] = [[]]
    while waiting:
        extra = waiting.pop()
        found = maximise(len(pairs), objective, [*rules, *extra])
        if found is None or (best is not None and math.floor(found.value) <= best[0]):
            continue
        broken = next((n for n, value in enumerate(found.point) if value.denominator > 1), None)
        if broken is None:
            best = int(found.value), tuple(int(value) for value in found.point)
            continue
        under = math.floor(found.point[broken])
        waiting += [
            [*extra, ({broken: 1}, "<=", under)],
            [*extra, ({broken: 1}, ">=", under + 1)],
        ]
    return best


def _reason(shape: Shape) -> dict[str, str]:
    """Seats and caps alone, if these have no panel; else a set of quotas none of which can be left out."""
    bare = Shape(shape.seats, {}, {}, shape.classes)
    try:
        leximin.solve(network.build(bare))
    except NoPanel as none:
        return none.reasons
    kept: list[Mark] = list(shape.quotas)
    for mark in list(kept):
        fewer = [one for one in kept if one != mark]
        if heaviest(_with(shape, fewer), [0] * len(shape.kinds())) is None:
            kept = fewer
    return reasons.of_rules(shape, kept, seats=True)


def _with(shape: Shape, marks: list[Mark]) -> Shape:
    return Shape(shape.seats, {}, {mark: shape.quotas[mark] for mark in marks}, shape.classes)


def check(shape: Shape, levels: Sequence[Fraction], mixture: Mixture) -> tuple[Fraction, ...]:
    """Check a mixture and its proofs, and give the probabilities by kind; ProtocolError names what fails.

    Each proof is checked by searching for a heavier panel again: a solver is needed here, as not for nested rules.
    """
    heads = [heads for _, heads, _ in shape.kinds()]
    found = _probabilities(shape, heads, mixture)
    if list(levels) != sorted(set(found)):
        raise ProtocolError("the levels are not those of the mixture", check="levels")
    known: set[int] = set()
    before = Fraction(0)
    for number, (level, weights, most) in enumerate(mixture.proofs):
        place = f"proof {number + 1}"
        if len(weights) != len(heads) or min(weights) < 0 or level < before:
            raise ProtocolError(
                "a proof does not fit the kinds, or is out of order", check="proof", obj=place
            )
        new = {at for at, weight in enumerate(weights) if weight} - known
        if not new or any(found[at] != level for at in new):
            raise ProtocolError("a proof is not about its level", check="proof", obj=place)
        held = sum(w * n * p for w, n, p in zip(weights, heads, found, strict=True))
        best = heaviest(shape, weights)
        if held != most or best is None or best[0] != most:
            raise ProtocolError("a proof does not hold: another panel weighs more", check="proof", obj=place)
        known |= new
        before = level
    if len(known) != len(heads):
        raise ProtocolError("the proofs do not speak of every kind", check="proof")
    return found


def _probabilities(shape: Shape, heads: list[int], mixture: Mixture) -> tuple[Fraction, ...]:
    """The probabilities of a mixture of panels all of which keep the rules."""
    if not mixture.panels or len(mixture.weights) != len(mixture.panels) or min(mixture.weights) < 1:
        raise ProtocolError("a mixture has panels, each with a weight", check="lottery")
    if sum(mixture.weights) != mixture.over:
        raise ProtocolError("the weights of the panels do not make up the whole", check="lottery")
    rules = _rules(shape)
    total = [0] * len(heads)
    for weight, panel in zip(mixture.weights, mixture.panels, strict=True):
        if len(panel) != len(shape.pairs()) or min(panel) < 0 or not all(_holds(row, panel) for row in rules):
            raise ProtocolError("a panel of the mixture breaks a rule", check="lottery", obj=str(list(panel)))
        for at, count in enumerate(members(shape, panel)):
            total[at] += weight * count
    return tuple(Fraction(n, mixture.over * number) for n, number in zip(total, heads, strict=True))


def _holds(row: Row, panel: Panel) -> bool:
    terms, sense, right = row
    value = sum(times * panel[at] for at, times in terms.items())
    return {"<=": value <= right, ">=": value >= right, "=": value == right}[sense]
