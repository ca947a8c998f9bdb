"""The chance of two together, against the list of all panels of small pools."""

from itertools import combinations

import pytest

from experts.rules.analytics.joint import alike, chances_of, how_many, places, simulated
from protocol.draw import plan, problem

POOL = {
    "seats": {"A": 1, "B": 1},
    "caps": {"employer": 1},
    "experts": [
        {"id": "1", "specialties": ["A"], "employer": "u", "region": "r"},
        {"id": "2", "specialties": ["B"], "employer": "u", "region": "r"},
        {"id": "3", "specialties": ["A"], "employer": "v", "region": "r"},
        {"id": "4", "specialties": ["B"], "employer": "v", "region": "r"},
    ],
}


def joint(made, samples, couples):
    members = made.grouped.members
    return chances_of(members, simulated(made, b"seed", samples), samples, couples)


def test_the_cap_of_an_employer_forbids_some_couples_and_doubles_others():
    """Only panels {1, 4} and {2, 3} exist, each half the time. The product of two chances would say a quarter for all."""
    made = plan.plan(problem.of_value(POOL))
    found = joint(made, 300, list(combinations("1234", 2)))

    assert found["1", "4"] == found["2", "3"] == pytest.approx(0.5, abs=0.01)
    assert found["1", "2"] < 0.01
    assert found["1", "3"] < 0.01


@pytest.mark.parametrize("cap", [1, 2])
def test_couples_who_stand_alike_are_counted_right(cap):
    """Against counting every couple one by one, and the sum over all couples is that of the panel."""
    experts = [
        {"id": f"{n:02}", "specialties": ["A", "B"][: 1 + n % 2], "employer": f"u{n // 3}", "region": "r"}
        for n in range(12)
    ]
    made = plan.plan(
        problem.of_value({"seats": {"A": 2, "B": 1}, "caps": {"employer": cap}, "experts": experts})
    )
    at = places(made.grouped.members)
    couples = list(combinations(sorted(at), 2))
    kinds = [alike(at[a], at[b]) for a, b in couples]

    assert {kind: how_many(made.grouped.members, kind) for kind in kinds} == {
        kind: kinds.count(kind) for kind in kinds
    }
    assert sum(joint(made, 400, couples).values()) == pytest.approx(3, rel=0.02)


def test_who_is_not_in_the_plan_sits_with_nobody():
    made = plan.plan(problem.of_value(POOL))

    assert joint(made, 10, [("1", "9")]) == {}
