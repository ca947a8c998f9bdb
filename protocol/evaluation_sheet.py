"""One member's own sheet added up while it is being filled in (docs/protocol.md, sections 16.3 and 16.5)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from protocol.errors import ProtocolError
from protocol.evaluation_method import Method
from protocol.evaluation_numbers import DECIMAL, shortest

UNIT = 10**6
"""Marks have at most six places; whole numbers of millionths add up fast and exactly."""


def sheet_totals(method: Method, sheet: Mapping[str, Any]) -> dict[str, str]:
    """What one member's own sheet adds up to, by bid: the shortest decimal, as `members` of a result shows it.

    For the page on which a member marks: nothing of other members, prices or ranking is looked at, and a sheet that is
    not whole yet is added up as far as it goes. `sheet` is one of an input's `sheets`. ProtocolError for a bid or
    criterion given twice, a criterion which is not judged, and a mark which is none, too high or between steps.
    """
    known: dict[tuple[str, str], int] = {}
    found: dict[str, str] = {}
    for row in sheet["rows"]:
        bid, marks = row["bid"], dict(row["marks"])
        if bid in found or len(marks) != len(row["marks"]):
            raise ProtocolError("something is given twice", obj=bid)
        pairs = marks.items()
        if not all(map(known.__contains__, pairs)):
            known |= {(name, mark): _units(method, name, mark) for name, mark in pairs}
        found[bid] = shortest(Fraction(sum(map(known.__getitem__, pairs)), UNIT))
    return found


def _units(method: Method, name: str, mark: str) -> int:
    if method.nodes.get(name, {}).get("kind") != "judged":
        raise ProtocolError("a mark is for a criterion which is not judged", obj=name)
    DECIMAL(mark, f"mark of {name}")
    value = Fraction(mark)
    if value > method.most(name) or value % Fraction(method.nodes[name]["step"]):
        raise ProtocolError("a mark is too high or between two steps", obj=name, evidence=mark)
    return int(value * UNIT)
