"""Experts who cannot be told apart by the rules, put together (docs/protocol.md, 14.2).

LEXIMIN is unique and treats equals alike, so solving for classes of equal employers is exact. The shape holds no
name: whoever has it recomputes every probability. The members stay with whoever may know them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from protocol import canonical
from protocol.draw.problem import Bounds, Expert, Problem

Mark = tuple[str, str]


class Kind(NamedTuple):
    """Experts of one employer alike to the rules: asked-for specialties, marks with quotas, how many heads."""

    specialties: tuple[str, ...]
    marks: tuple[Mark, ...]
    heads: int


class Class(NamedTuple):
    """Employers with the same kinds. `region` is "" where no bound counts; each gives at most `cap` members."""

    region: str
    cap: int
    employers: int
    kinds: tuple[Kind, ...]

    def signature(self) -> bytes:
        """What orders classes: canonical JSON of region, cap and kinds."""
        return canonical.encode([self.region, self.cap, self.kinds])


@dataclass(frozen=True)
class Shape:
    """All that the probabilities depend on. `quotas` are bounds by mark and empty when the rules are nested."""

    seats: Mapping[str, int]
    regions: Mapping[str, Bounds]
    quotas: Mapping[Mark, Bounds]
    classes: tuple[Class, ...]

    def total(self) -> int:
        """Members of a panel."""
        return sum(self.seats.values())

    def narrowed(self, specialty: str) -> Shape:
        """What is left when nothing but one specialty is asked for: no region must be served, who lacks it is gone."""
        classes = [
            one._replace(
                kinds=tuple(
                    k._replace(specialties=(specialty,)) for k in one.kinds if specialty in k.specialties
                )
            )
            for one in self.classes
        ]
        regions = {name: (0, high) for name, (_, high) in self.regions.items()}
        seats = {specialty: self.seats[specialty]}
        return Shape(seats, regions, {}, tuple(one for one in classes if one.kinds))

    def kinds(self) -> list[tuple[int, int, Kind]]:
        """(class, number of experts in it, kind), in canonical order."""
        return [
            (at, one.employers * kind.heads, kind)
            for at, one in enumerate(self.classes)
            for kind in one.kinds
        ]

    def pairs(self) -> list[tuple[int, str]]:
        """(kind's place in `kinds`, specialty) of every way a kind can sit, in canonical order."""
        return [(at, name) for at, (_, _, kind) in enumerate(self.kinds()) for name in kind.specialties]


@dataclass(frozen=True)
class Grouped:
    """A shape with its people: ids by class, employer and kind, each in ascending order."""

    shape: Shape
    members: tuple[tuple[tuple[tuple[str, ...], ...], ...], ...]


def crossing(problem: Problem) -> bool:
    """Whether the rules are not nested: quotas on attributes, or an employer whose cap binds across bounded regions."""
    if problem.quotas:
        return True
    if problem.employer_cap is None or not problem.regions:
        return False
    asked = {name for name, count in problem.seats.items() if count}
    heads: dict[str, int] = {}
    places: dict[str, set[str]] = {}
    for expert in problem.experts:
        if not asked.isdisjoint(expert.specialties):
            heads[expert.employer] = heads.get(expert.employer, 0) + 1
            bounded = expert.region if expert.region in problem.regions else ""
            places.setdefault(expert.employer, set()).add(bounded)
    return any(len(found) > 1 and heads[name] > (problem.room(name) or 0) for name, found in places.items())


def group(problem: Problem) -> Grouped:
    """The classes of a problem: employers with equal kinds, region and cap stand together."""
    wide = crossing(problem)
    asked = {name for name, count in problem.seats.items() if count}
    employers: dict[tuple[str, str], dict[tuple[tuple[str, ...], tuple[Mark, ...]], list[str]]] = {}
    for expert in problem.experts:
        skills = tuple([name for name in expert.specialties if name in asked])
        skills = skills if len(skills) < 2 else tuple(sorted(skills))
        if skills:
            region = expert.region if expert.region in problem.regions else ""
            marks = _marks(problem, expert, region) if wide else ()
            employer = "" if problem.employer_cap is None else expert.employer
            kinds = employers.setdefault(("" if wide else region, employer), {})
            kinds.setdefault((skills, marks), []).append(expert.id)
    classes: dict[Class, list[tuple[str, tuple[tuple[str, ...], ...]]]] = {}
    for (region, employer), kinds in employers.items():
        rows = [(Kind(*key, len(ids)), tuple(sorted(ids))) for key, ids in sorted(kinds.items())]
        heads, room = sum(kind.heads for kind, _ in rows), problem.room(employer)
        one = Class(region, heads if room is None else min(room, heads), 1, tuple(kind for kind, _ in rows))
        classes.setdefault(one, []).append((employer, tuple(ids for _, ids in rows)))
    ordered = sorted(classes, key=Class.signature)
    shape = Shape(
        {name: problem.seats[name] for name in sorted(asked)},
        {} if wide else problem.regions,
        _bounds(problem) if wide else {},
        tuple(one._replace(employers=len(classes[one])) for one in ordered),
    )
    return Grouped(shape, tuple(tuple(ids for _, ids in sorted(classes[one])) for one in ordered))


def _marks(problem: Problem, expert: Expert, region: str) -> tuple[Mark, ...]:
    held = [
        (name, value)
        for (name, bounded), value in zip(problem.quotas.items(), expert.values, strict=True)
        if value in bounded
    ]
    return tuple(sorted([*held, *([("region", region)] if region else [])]))


def _bounds(problem: Problem) -> dict[Mark, Bounds]:
    found = {("region", name): bounds for name, bounds in problem.regions.items()}
    for attribute, values in problem.quotas.items():
        found |= {(attribute, value): bounds for value, bounds in values.items()}
    return dict(sorted(found.items()))
