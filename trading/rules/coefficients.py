"""The coefficient a method draws at the opening (抽取系数): its possible values and its way are declared beforehand."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

LEAST, MOST = 2, 100
"""How many values may be declared."""
PLACES = 6


class Draw(StrEnum):
    """How the value is found in the hall."""

    DERIVED = "derived"  # from the closed set and the opened seeds: everybody computes it
    PHYSICAL = "physical"  # a ball machine or lots, before witnesses and a camera


def coefficient_values(texts: list[str]) -> list[str] | None:
    """The declared values as decimal texts in their order; None unless 2 to 100 distinct numbers above zero."""
    try:
        found = [Decimal(text) for text in texts]
    except InvalidOperation:
        return None
    fits = all(value.is_finite() and 0 < value < 10**6 and value == round(value, PLACES) for value in found)
    if not fits or not LEAST <= len(found) <= MOST or len(set(found)) != len(found):
        return None
    return [f"{value.normalize():f}" for value in found]


def coefficient_declared(method: Mapping[str, Any]) -> tuple[Draw, list[str]] | None:
    """Way and values a lot's method declares; None where it draws nothing. ``ValueError`` for a malformed one."""
    given = method.get("coefficient")
    if not given:
        return None
    values = coefficient_values(list(given.get("values", [])))
    if values is None:
        raise ValueError("coefficient values")
    return Draw(given.get("draw")), values
