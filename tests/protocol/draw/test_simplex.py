"""The exact linear programme by itself: small ones whose answers are known."""

from fractions import Fraction

import pytest

from protocol.draw import crossing, plan, problem
from protocol.draw.simplex import Programme
from protocol.errors import ProtocolError


def test_a_known_optimum_with_its_prices():
    """max 3x + 2y, x + y <= 4, x + 3y <= 6, x <= 3: 11 at (3, 1); prices 2, 0, 1."""
    rows = [({0: 1, 1: 1}, "<=", 4), ({0: 1, 1: 3}, "<=", 6), ({0: 1}, "<=", 3)]
    found = Programme(2, rows).maximise({0: 3, 1: 2})

    assert found == (11, [3, 1], [2, 0, 1])


def test_fractions_stay_exact_and_prices_explain_the_value():
    rows = [
        ({0: 7, 1: 3}, "<=", 11),
        ({0: 2, 1: 5}, ">=", 3),
        ({0: -1, 1: -1}, "<=", -1),
        ({0: 3, 1: -2}, "=", 1),
    ]
    found = Programme(2, rows).maximise({0: 1, 1: 1})

    assert found.point == [Fraction(25, 23), Fraction(26, 23)]
    assert found.value == sum(dual * right for dual, (_, _, right) in zip(found.duals, rows, strict=True))


def test_another_objective_and_another_variable_begin_where_the_last_one_ended():
    programme = Programme(2, [({0: 1, 1: 1}, "=", 1)])
    assert programme.maximise({0: 1}).point == [1, 0]
    assert programme.maximise({1: 5}).value == 5

    master = Programme(2, [({0: 2, 1: -1}, "<=", 0), ({0: 2}, "<=", 0), ({1: 1}, "=", 1)])
    assert master.maximise({0: 1}).value == 0
    master.append({1: -1, 2: 1})
    assert master.again() == (
        Fraction(1, 4),
        [Fraction(1, 4), Fraction(1, 2), Fraction(1, 2)],
        [Fraction(1, 4)] * 3,
    )


def test_rows_that_contradict_each_other_are_not_feasible():
    assert not Programme(1, [({0: 1}, ">=", 2), ({0: 1}, "<=", 1)]).feasible
    assert Programme(1, [({0: 1}, "=", 2), ({0: 2}, "=", 4)]).maximise({0: -1}).point == [2]


def test_what_has_no_limit_is_refused():
    with pytest.raises(ValueError):
        Programme(1, [({0: 1}, ">=", 1)]).maximise({0: 1})


def test_more_kinds_than_can_be_searched_are_refused():
    count = crossing.MOST + 1
    experts = [{"id": f"{n}", "specialties": ["A"], "t": f"{n}"} for n in range(count)]
    quotas = {"t": {f"{n}": [0, 1] for n in range(count)}}
    with pytest.raises(ProtocolError, match="at most 200 kinds"):
        plan.plan(problem.of_value({"seats": {"A": 2}, "quotas": quotas, "experts": experts}))
