"""Linear programmes in exact numbers: a tableau of integers in lowest terms, for small problems."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

Row = tuple[dict[int, int], str, int]
"""Coefficients by variable, "<=", ">=" or "=", and the right-hand side; all integers."""


class Optimum(NamedTuple):
    """The best value, a vertex with it, and what each row's right-hand side is worth there."""

    value: Fraction
    point: list[Fraction]
    duals: list[Fraction]


class Programme:
    """Rows over variables 0 to count-1, none of them negative, kept at a vertex so that a next objective starts there.

    Each row is of integers over its number in its basic column, `top` over `scale`; `units` are the columns which began
    as the unit columns of the rows. `feasible` says whether any point keeps the rows; if not, ask nothing else.
    """

    def __init__(self, count: int, rows: Sequence[Row]) -> None:
        self.scale, self.count = 1, count
        self.signs = [-1 if right < 0 else 1 for _, _, right in rows]
        senses = [self._turned(sense, sign) for (_, sense, _), sign in zip(rows, self.signs, strict=True)]
        surplus = [at for at, sense in enumerate(senses) if sense == ">="]
        first = count + len(surplus)
        self.units = [first + at for at in range(len(rows))]
        self.artificial = {first + at for at, sense in enumerate(senses) if sense != "<="}
        self.width = first + len(rows)
        self.body: list[list[int]] = []
        for at, ((terms, _, right), sign) in enumerate(zip(rows, self.signs, strict=True)):
            row = [0] * (self.width + 1)
            for variable, times in terms.items():
                row[variable] = sign * times
            row[first + at], row[-1] = 1, sign * right
            self.body.append(row)
        for place, at in enumerate(surplus):
            self.body[at][count + place] = -1
        self.basis = list(self.units)
        self.barred: set[int] = set()
        self.top: list[int] = []
        self._aim(dict.fromkeys(self.artificial, -1))
        self._climb()
        self.feasible = not self.top[-1]
        if self.feasible:
            self._expel()

    def maximise(self, objective: dict[int, int]) -> Optimum:
        """The best point for an objective; ValueError if there is no limit.

        The largest gain enters, after a step without progress the first one (Bland), so that it ends.
        """
        self._aim(objective)
        return self.again()

    def again(self) -> Optimum:
        """The best point for the same objective, after variables were added."""
        self._climb()
        value = {
            variable: Fraction(row[-1], row[variable])
            for variable, row in zip(self.basis, self.body, strict=True)
        }
        variables = [*range(self.count), *range(self.units[-1] + 1, self.width)]
        return Optimum(
            Fraction(self.top[-1], self.scale),
            [value.get(variable, Fraction(0)) for variable in variables],
            [
                Fraction(sign * self.top[at], self.scale)
                for at, sign in zip(self.units, self.signs, strict=True)
            ],
        )

    def append(self, terms: dict[int, int]) -> None:
        """One more variable, by its coefficient in each row; it does not count in the objective itself."""
        placed = [(self.units[at], self.signs[at] * times) for at, times in terms.items()]
        for row in (*self.body, self.top):
            row.insert(-1, sum(times * row[unit] for unit, times in placed))
        self.width += 1

    @staticmethod
    def _turned(sense: str, sign: int) -> str:
        return sense if sign > 0 else {"<=": ">=", ">=": "<=", "=": "="}[sense]

    def _aim(self, objective: dict[int, int]) -> None:
        """Set the objective row for the present basis: at an optimum none of its numbers is negative."""
        counted = [
            (row, variable)
            for row, variable in zip(self.body, self.basis, strict=True)
            if objective.get(variable)
        ]
        self.scale = math.lcm(*(row[variable] for row, variable in counted))
        self.top = [-self.scale * objective.get(at, 0) for at in range(self.width)] + [0]
        for row, variable in counted:
            times = objective[variable] * self.scale // row[variable]
            self.top = [a + times * b for a, b in zip(self.top, row, strict=True)]

    def _climb(self) -> None:
        """Pivot until no variable gains; ValueError if one gains without limit."""
        careful = False
        while True:
            gains = [at for at in range(self.width) if self.top[at] < 0 and at not in self.barred]
            if not gains:
                return
            enter = gains[0] if careful else min(gains, key=lambda at: self.top[at])
            able = [at for at, row in enumerate(self.body) if row[enter] > 0]
            if not able:
                raise ValueError("the linear programme has no limit")
            leave = min(
                able, key=lambda at: (Fraction(self.body[at][-1], self.body[at][enter]), self.basis[at])
            )
            careful = not self.body[leave][-1]
            self._pivot(leave, enter)

    def _pivot(self, leave: int, enter: int) -> None:
        """Exchange a basic variable for another; every row stays in lowest terms."""
        chosen = self.body[leave]
        by = chosen[enter]
        for row in self.body:
            if (times := row[enter]) and row is not chosen:
                row[:] = [by * a - times * b for a, b in zip(row, chosen, strict=True)]
                if (common := math.gcd(*row)) > 1:
                    row[:] = [number // common for number in row]
        if times := self.top[enter]:
            self.top = [by * a - times * b for a, b in zip(self.top, chosen, strict=True)]
            common = math.gcd(by * self.scale, *self.top)
            self.top = [number // common for number in self.top]
            self.scale = by * self.scale // common
        self.basis[leave] = enter

    def _expel(self) -> None:
        """Take artificial variables out of the basis, where a row has anything else, and never let them enter again."""
        self.barred = self.artificial
        for at, variable in enumerate(self.basis):
            if variable in self.artificial:
                row = self.body[at]
                enter = next((c for c in range(self.width) if row[c] and c not in self.artificial), -1)
                if enter >= 0:
                    if row[enter] < 0:
                        row[:] = [-number for number in row]
                    self._pivot(at, enter)
