"""Linear programmes in exact numbers: a tableau of integers over one denominator (Edmonds), for small problems."""

from __future__ import annotations

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


def maximise(count: int, objective: dict[int, int], rows: Sequence[Row]) -> Optimum | None:
    """The maximum over variables 0 to count-1, none negative; None if no point keeps the rows.

    ValueError if there is no limit. Two phases; the largest gain enters, after a step without progress the first
    one (Bland), so that it ends.
    """
    tableau = _Tableau(count, rows)
    tableau.aim(dict.fromkeys(tableau.artificial, -1))
    tableau.climb()
    if tableau.top[-1]:
        return None
    tableau.expel()
    tableau.aim(objective)
    tableau.climb()
    point = [Fraction(0)] * count
    for row, variable in enumerate(tableau.basis):
        if variable < count:
            point[variable] = Fraction(tableau.body[row][-1], tableau.over)
    duals = [
        Fraction(sign * tableau.top[unit], tableau.over)
        for unit, sign in zip(tableau.units, tableau.signs, strict=True)
    ]
    return Optimum(Fraction(tableau.top[-1], tableau.over), point, duals)


class _Tableau:
    """Rows of integers, all over `over`; `units` are the columns which began as the unit columns of the rows."""

    def __init__(self, count: int, rows: Sequence[Row]) -> None:
        self.over = 1
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

    @staticmethod
    def _turned(sense: str, sign: int) -> str:
        return sense if sign > 0 else {"<=": ">=", ">=": "<=", "=": "="}[sense]

    def aim(self, objective: dict[int, int]) -> None:
        """Set the objective row for the present basis: at an optimum none of its numbers is negative."""
        self.top = [-self.over * objective.get(at, 0) for at in range(self.width)] + [0]
        for row, variable in zip(self.body, self.basis, strict=True):
            if times := objective.get(variable, 0):
                self.top = [a + times * b for a, b in zip(self.top, row, strict=True)]

    def climb(self) -> None:
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
            self.pivot(leave, enter)

    def pivot(self, leave: int, enter: int) -> None:
        """Exchange a basic variable for another; all divisions are without remainder."""
        chosen, over = self.body[leave], self.over
        by = chosen[enter]
        for at, row in enumerate([*self.body, self.top]):
            if at != leave:
                times = row[enter]
                row[:] = [(by * a - times * b) // over for a, b in zip(row, chosen, strict=True)]
        self.over = by
        self.basis[leave] = enter

    def expel(self) -> None:
        """Take artificial variables out of the basis, where a row has anything else, and never let them enter again."""
        self.barred = self.artificial
        for at, variable in enumerate(self.basis):
            if variable in self.artificial:
                row = self.body[at]
                enter = next((c for c in range(self.width) if row[c] and c not in self.artificial), -1)
                if enter >= 0:
                    if row[enter] < 0:
                        row[:] = [-number for number in row]
                    self.pivot(at, enter)
