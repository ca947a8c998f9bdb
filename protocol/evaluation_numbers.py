"""Numbers of an evaluation: exact fractions, rounded only where the method says so (docs/protocol.md, section 16.1).

No floating point and no decimal context: a number in is a decimal string, every operation is exact, and a rounded
number goes out with the stated places. So two implementations cannot differ in the last digit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from protocol import bodies

DECIMAL = bodies.text(1, 24, r"(0|[1-9][0-9]{0,15})(\.[0-9]{1,6})?")
"""A decimal string of an evaluation: not negative, at most 16 places before the point and 6 behind it."""
MODES = ("half_up", "half_even", "floor", "ceiling")
ROUNDING = bodies.record(places=bodies.number(0, 6), mode=bodies.one_of(*MODES))
HALF = Fraction(1, 2)
exact = lru_cache(1 << 14)(Fraction)
"""The fraction of a decimal string; sheets repeat the same few marks."""


@dataclass(frozen=True)
class Rounding:
    """How one stage rounds numbers that are never negative: decimal places, and what happens to the rest."""

    places: int
    mode: str

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Rounding:
        """The rounding in a method's `rounding`, whose form is checked already."""
        return cls(value["places"], value["mode"])

    def __call__(self, value: Fraction) -> Fraction:
        """The value rounded; half_up sends exactly half away from zero, half_even to the even neighbour."""
        scaled = value * 10**self.places
        whole = scaled.numerator // scaled.denominator
        rest = scaled - whole
        up = {
            "half_up": rest >= HALF,
            "half_even": rest > HALF or (rest == HALF and whole % 2 == 1),
            "floor": False,
            "ceiling": rest > 0,
        }[self.mode]
        return Fraction(whole + up, 10**self.places)

    def text(self, value: Fraction) -> str:
        """A value which this stage has rounded, with all its places."""
        return fixed(value, self.places)


def fixed(value: Fraction, places: int) -> str:
    """A value that has at most so many places, as a decimal string with all of them."""
    digits = str(int(value * 10**places)).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


@lru_cache(1 << 14)
def shortest(value: Fraction) -> str:
    """A sum or product of decimal strings as the shortest decimal string (at most 12 places)."""
    text = fixed(value, 12).rstrip("0")
    return text.rstrip(".")


def add_up(values: Iterable[Fraction]) -> Fraction:
    """The sum, exact, of numbers with at most six places: marks, prices, whatever a stage has rounded."""
    return Fraction(sum(value.numerator * (10**6 // value.denominator) for value in values), 10**6)


def mean(values: list[Fraction]) -> Fraction:
    """The arithmetic mean, exact, of numbers with at most six places; the list is not empty."""
    return add_up(values) / len(values)
