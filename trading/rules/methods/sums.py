"""The points of a method added up, group by group: what a form shows while it is being filled in."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

WHOLE = 100
LOWEST = "lowest_evaluated"


@dataclass(frozen=True)
class Sum:
    """A group (the whole has no name): the points it must have, and those of what stands directly in it."""

    name: str
    wanted: str
    found: str

    @property
    def fits(self) -> bool:
        """Whether the two are equal."""
        return self.wanted == self.found


def method_sums(scheme: Mapping[str, Any]) -> tuple[Sum, ...]:
    """The whole first, then each group; a number that cannot be read counts as none."""
    rows = scheme.get("criteria") or []
    inside: dict[str | None, Fraction] = {}
    for row in rows:
        inside[row.get("parent")] = inside.get(row.get("parent"), Fraction(0)) + points(row.get("max"))
    whole = Sum("", "0" if scheme.get("kind") == LOWEST else str(WHOLE), plain(inside.get(None, Fraction(0))))
    groups = [row for row in rows if row.get("kind") == "group"]
    return (
        whole,
        *(
            Sum(
                str(row.get("name")),
                plain(points(row.get("max"))),
                plain(inside.get(row.get("id"), Fraction(0))),
            )
            for row in groups
        ),
    )


def points(text: object) -> Fraction:
    """The number in a text, none if it is no number of the method's form."""
    try:
        found = Fraction(str(text))
    except (ValueError, ZeroDivisionError):
        return Fraction(0)
    return found if 0 <= found < 10**9 else Fraction(0)


def plain(value: Fraction) -> str:
    """A sum as people write it."""
    return f"{float(value):g}"
