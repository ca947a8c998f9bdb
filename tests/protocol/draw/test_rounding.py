"""What is drawn keeps every rule, always, and has the probabilities announced (chi-square at 1 %, seeds fixed)."""

import math
from collections import Counter

import pytest

from protocol.draw import plan, problem
from protocol.draw.stream import Stream
from tests.protocol.draw import pools

DRAWS = {"cap 1": (1, 40_000), "cap 2": (2, 20_000), "no cap": (None, 20_000), "quotas": (1, 20_000)}


def made_of(which):
    cap, _ = DRAWS[which]
    pool = pools.middle(cap or 1, 40)
    if cap is None:
        del pool["caps"]["employer"]
    if which == "quotas":
        pool["experts"] = [one | {"title": "h" if n % 3 else "m"} for n, one in enumerate(pool["experts"])]
        pool["quotas"] = {"title": {"h": [2, 4]}}
    return plan.plan(problem.of_value(pool))


@pytest.mark.parametrize("which", DRAWS)
def test_100000_draws_break_no_rule_and_have_the_probabilities_announced(which):
    """100,000 draws in four kinds of pool. Rules are counted by hand here, not by the product."""
    made, (cap, draws) = made_of(which), DRAWS[which]
    people = {expert.id: expert for expert in made.problem.experts}
    met = Counter()
    broken = 0
    for n in range(draws):
        panel = plan.draw(made, n.to_bytes(32, "big"), "test")
        sitting = [people[seat.id] for seat in panel]
        broken += Counter(seat.specialty for seat in panel) != {"A": 2, "B": 2, "C": 1}
        broken += len({seat.id for seat in panel}) != 5
        broken += any(seat.specialty not in people[seat.id].specialties for seat in panel)
        broken += cap is not None and max(Counter(e.employer for e in sitting).values()) > cap
        broken += not 1 <= sum(e.region == "N" for e in sitting) <= 3
        broken += which == "quotas" and not 2 <= sum(e.values == ("h",) for e in sitting) <= 4
        met.update(seat.id for seat in panel)
    chances = {name: chance for name, chance in made.probabilities().items() if 0 < chance < 1}
    chi = sum(float((met[name] - draws * p) ** 2 / (draws * p)) for name, p in chances.items())

    assert broken == 0
    assert all(met[name] == 0 for name, chance in made.probabilities().items() if chance == 0)
    assert chi < limit(len(chances)), "sum of (seen - expected)^2 / expected"


def limit(cells):
    """The 99 % point of chi-square with as many degrees (Wilson and Hilferty): no cell is counted off, so it is strict
    for cells whose variance is below Poisson's and still holds."""
    return cells * (1 - 2 / (9 * cells) + 2.3263 * math.sqrt(2 / (9 * cells))) ** 3


def test_each_expert_alone_is_drawn_as_often_as_announced():
    """No z-value of 40 beyond 4: a bias of one expert would not show in a sum."""
    made = made_of("cap 1")
    draws = 10_000
    met = Counter(seat.id for n in range(draws) for seat in plan.draw(made, n.to_bytes(32, "big"), "alone"))
    for name, chance in made.probabilities().items():
        p = float(chance)
        assert abs(met[name] - draws * p) <= 4 * math.sqrt(draws * p * (1 - p)), name


def test_the_same_seed_and_label_give_the_same_panel_and_others_do_not():
    made = made_of("cap 1")
    panels = {plan.draw(made, bytes([n]), label) for n in range(10) for label in ("a", "b")}

    assert plan.draw(made, b"s", "round/0") == plan.draw(made, b"s", "round/0")
    assert len(panels) > 15


def test_as_many_employers_sit_as_can():
    """Cap 2 with nobody else to take: still two of one employer only if there is no third."""
    experts = [{"id": f"{u}{n}", "specialties": ["A"], "employer": u} for u in "xyz" for n in range(2)]
    made = plan.plan(problem.of_value({"seats": {"A": 3}, "caps": {"employer": 2}, "experts": experts}))

    for n in range(50):
        assert {seat.id[0] for seat in plan.draw(made, bytes([n]), "x")} == {"x", "y", "z"}


def test_the_panel_of_a_seed_is_fixed():
    """A vector for second implementations: docs/protocol.md, 14.9."""
    made = plan.plan(problem.of_value(pools.middle()))
    panel = plan.draw(made, bytes(range(32)), "round/0")

    assert [(seat.specialty, seat.id) for seat in panel] == VECTOR


VECTOR = [("A", "e020"), ("A", "e035"), ("B", "e022"), ("B", "e058"), ("C", "e017")]


def test_whole_numbers_need_no_randomness(monkeypatch):
    """One panel only: nothing is asked of the stream but the order of equals."""
    experts = [{"id": "a", "specialties": ["A"]}, {"id": "b", "specialties": ["B"]}]
    made = plan.plan(problem.of_value({"seats": {"A": 1, "B": 1}, "experts": experts}))
    asked = []
    below = Stream.below
    monkeypatch.setattr(Stream, "below", lambda stream, n: asked.append(n) or below(stream, n))

    assert [seat.id for seat in plan.draw(made, b"", "")] == ["a", "b"]
    assert set(asked) <= {1}
