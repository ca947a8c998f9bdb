"""Probabilities are LEXIMIN exactly: against the list of all panels, on published pools, and whatever the order of the file."""

import json
import random
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.draw import plan, problem
from tests.protocol.draw import exhaustive, pools

PUBLISHED = json.loads((Path(__file__).parents[2] / "vectors" / "draw" / "example_pools.json").read_text())
COUNTS = {pools.NESTED: 1000, pools.SPLIT: 300, pools.QUOTAS: 300}


def planned(pool):
    """The plan, checked; None where there is no panel."""
    try:
        made = plan.plan(problem.of_value(pool))
    except problem.NoPanel:
        return None
    plan.check(made)
    return made


@pytest.mark.parametrize("rules", COUNTS)
def test_every_small_pool_has_the_probabilities_of_the_list_of_all_panels(rules):
    """1,000 pools; where rules cross, 300 of each kind. Infeasible if and only if the list is empty."""
    feasible = 0
    for seed in range(COUNTS[rules]):
        pool = pools.small(seed, rules)
        made = planned(pool)
        assert (made and made.probabilities()) == exhaustive.leximin(pool), f"{rules} {seed}"
        feasible += made is not None

    assert COUNTS[rules] / 3 < feasible < COUNTS[rules]


def test_ways_of_proof_agree_where_both_can_be_used():
    """A quota that binds nobody sends a nested pool through the mixtures: same probabilities."""
    compared = 0
    for seed in range(150):
        pool = pools.small(seed)
        if (nested := planned(pool)) is None:
            continue
        crossed = planned(pool | {"quotas": {"sex": {"f": [0, 9], "m": [0, 9]}}})
        assert (nested.algorithm, crossed.algorithm) == (plan.FLOW, plan.PANELS)
        assert nested.probabilities() == crossed.probabilities()
        compared += 1

    assert compared > 50


@pytest.mark.parametrize("pool", PUBLISHED["pools"], ids=lambda pool: pool["name"])
def test_the_published_example_pools_are_equal_for_everybody(pool):
    """Public pools of citizensassemblies-replication, by head counts: minimum 10.0 %, Gini 0.0, as published."""
    kinds = [kind for *kind, heads in pool["heads"] for _one in range(heads)]
    experts = [
        {"id": f"{n}", "specialties": ["member"], **dict(zip(("gender", "leaning"), kind, strict=True))}
        for n, kind in enumerate(kinds)
    ]
    made = planned({"seats": {"member": pool["seats"]}, "quotas": pool["quotas"], "experts": experts})
    chances = sorted(made.probabilities().values())

    assert made.levels == (Fraction(PUBLISHED["published"]["least_chance"]),)
    assert len(chances) == len(experts) == sum(heads for *_kind, heads in pool["heads"])
    assert gini(chances) == Fraction(PUBLISHED["published"]["gini"])
    assert problem.violations(made.problem, plan.draw(made, bytes(32), "round/0")) == []


def gini(values):
    """Mean difference of two over twice the mean, ascending values."""
    n = len(values)
    return sum((2 * k - n - 1) * value for k, value in enumerate(values, start=1)) / (n * sum(values))


def test_the_measure_of_inequality_is_the_one_everybody_uses():
    assert gini([Fraction(0), Fraction(0), Fraction(0), Fraction(1)]) == Fraction(3, 4)


def test_equal_pools_with_crossing_quotas_are_equal_for_everybody():
    """The same shape as the published pools, made here: halves by sex and by title, each at least 9 of 20."""
    experts = [
        {
            "id": f"{n}",
            "specialties": ["member"],
            "sex": "f" if n < 100 else "m",
            "title": "h" if n % 100 else "l",
        }
        for n in range(200)
    ]
    quotas = {"sex": {"f": [9, 20], "m": [9, 20]}, "title": {"h": [9, 20], "l": [0, 1]}}
    made = planned({"seats": {"member": 20}, "quotas": quotas, "experts": experts})

    assert made.levels == (Fraction(1, 10),)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10**6), st.sampled_from([pools.NESTED, pools.SPLIT, pools.QUOTAS]), st.integers(0, 10**6)
)
def test_the_order_of_the_file_does_not_matter(seed, rules, order):
    pool = pools.small(seed, rules)
    dice = random.Random(order)
    shuffled = pool | {
        "experts": [one | {"specialties": one["specialties"][::-1]} for one in pool["experts"]]
    }
    dice.shuffle(shuffled["experts"])
    made, again = planned(pool), planned(dict(reversed(shuffled.items())))

    assert made == again
    if made:
        assert plan.draw(made, b"seed", "x") == plan.draw(again, b"seed", "x")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([pools.NESTED, pools.SPLIT, pools.QUOTAS]))
def test_probabilities_add_up_to_the_seats_and_keep_the_bounds(seed, rules):
    pool = pools.small(seed, rules)
    if not (made := planned(pool)):
        return
    chances = made.probabilities()

    assert sum(chances.values()) == sum(pool["seats"].values())
    assert all(0 <= one <= 1 for one in chances.values())
    for region, (low, high) in pool["caps"].get("region", {}).items():
        assert low <= sum(chances[e["id"]] for e in pool["experts"] if e["region"] == region) <= high
    for name in {e["employer"] for e in pool["experts"]}:
        held = sum(chances[e["id"]] for e in pool["experts"] if e["employer"] == name)
        assert held <= pool["caps"].get("employer", 8)


def test_names_do_not_matter_but_what_they_stand_for():
    """Two experts of one kind have one probability: LEXIMIN knows no names."""
    made = planned(pools.middle())
    kinds = {}
    for expert in made.problem.experts:
        big = expert.employer == "institute"
        kinds.setdefault((expert.specialties, big), set()).add(made.probabilities()[expert.id])

    assert all(len(chances) == 1 for (_, big), chances in kinds.items() if big)
    assert len(made.levels) > 1
