"""Pools as they are written: every defect with its place, what is left after a round, and why there is no panel."""

import json

import pytest

from protocol.draw import plan, problem
from protocol.draw.grouping import crossing
from protocol.errors import ProtocolError
from tests.protocol.draw import exhaustive, pools


def expert(name, skills="A", employer="x", region="N", **more):
    return {"id": name, "specialties": list(skills), "employer": employer, "region": region} | more


def defects(pool):
    with pytest.raises(problem.BadPool) as caught:
        problem.read(pool if isinstance(pool, bytes) else json.dumps(pool).encode())
    return caught.value.defects


GOOD = {"seats": {"A": 1}, "caps": {"employer": 1, "region": {"N": [0, 1]}}, "experts": [expert("a")]}

PLAIN = GOOD | {"experts": [expert("a", title="h")]}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"seats": {"A": 1.0}}, "seats.A"),
        ({"seats": {"A": True}}, "seats.A"),
        ({"seats": {"A": -1}}, "seats.A"),
        ({"seats": {"A": 2**53}}, "seats.A"),
        ({"seats": {"A": 0}}, "seats"),
        ({"seats": {}}, "seats"),
        ({"seats": {"": 1}}, "seats."),
        ({"seats": []}, "seats"),
        ({"cap": {}}, "pool.cap"),
        ({"caps": {"employers": 1}}, "caps.employers"),
        ({"caps": {"employer": "1"}}, "caps.employer"),
        ({"caps": {"region": {"N": [2, 1]}}}, "caps.region.N"),
        ({"caps": {"region": {"N": [1]}}}, "caps.region.N"),
        ({"caps": {"region": {"N": [0, 1.5]}}}, "caps.region.N[1]"),
        ({"quotas": {"title": 1}}, "quotas.title"),
        ({"quotas": {"region": {"N": [0, 1]}}}, "quotas.region"),
        ({"quotas": {"title": {"h": [2, 1]}}}, "quotas.title.h"),
        ({"quotas": {"sex": {"f": [0, 1]}}}, "experts[0].sex"),
        ({"experts": {}}, "experts"),
        ({"experts": [5]}, "experts[0]"),
        ({"experts": [expert("a"), expert("b"), expert("a")]}, "experts[2].id"),
        ({"experts": [expert("a", "AA")]}, "experts[0].specialties"),
        ({"experts": [expert("a", [1])]}, "experts[0].specialties[0]"),
        ({"experts": [expert("a") | {"specialties": "A"}]}, "experts[0].specialties"),
        ({"experts": [expert("a", employer="")]}, "experts[0].employer"),
        ({"experts": [expert("a", employer=None)]}, "experts[0].employer"),
        ({"experts": [expert("a", region=3)]}, "experts[0].region"),
        ({"experts": [expert("e\u0301")]}, "experts[0].id"),
        ({"experts": [expert("a\n")]}, "experts[0].id"),
        ({"experts": [expert("\ud800")]}, "experts[0].id"),
        ({"experts": [{"id": "a", "specialties": ["A"], "region": "N"}]}, "experts[0].employer"),
        ({"experts": [{"specialties": ["A"], "employer": "x", "region": "N"}]}, "experts[0].id"),
    ],
)
def test_a_defect_is_named_with_its_place(change, place):
    assert [line.partition(": ")[0] for line in defects(PLAIN | change)] == [place]


def test_all_defects_are_named_at_once():
    pool = {"seats": {"A": "x"}, "caps": {"employer": 1}, "experts": [5, {"id": "a"}]}

    assert len(defects(pool)) == 4
    assert defects([]) == ("pool: must be an object", "pool.seats: is missing", "pool.experts: is missing")


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"{", "the file is not JSON"),
        (b"\xff", "the file is not JSON"),
        (b"[" * 100_000, "the file is not JSON"),
        (b'{"seats":{"A":1,"A":1},"experts":[]}', "seats"),
        (b'{"seats":{"A":1},"experts":[{"id":"a","id":"b","specialties":[]}]}', "experts[0]"),
    ],
)
def test_what_is_no_json_or_has_a_name_twice_is_refused(data, place):
    assert defects(data)[0].startswith(place)


def test_what_no_rule_asks_for_is_passed_over():
    pool = {
        "seats": {"A": 1},
        "experts": [{"id": "a", "specialties": ["A"], "employer": None, "age": 3.5, "x": []}],
    }
    read = problem.of_value(pool)

    assert read.experts == (problem.Expert("a", ("A",)),)
    assert plan.plan(read).probabilities() == {"a": 1}


def test_a_round_of_replacement_draws_what_is_left():
    """Seats, caps and bounds net of who accepted; who declined is out; the same as the whole list says."""
    pool = pools.middle(1, 30)
    whole = problem.of_value(pool)
    panel = plan.draw(plan.plan(whole), b"seed", "round/0")
    accepted = {seat.id: seat.specialty for seat in panel[:3]}
    declined = {seat.id for seat in panel[3:]}
    left = whole.residual(accepted, declined)
    again = plan.draw(plan.plan(left), b"seed", "round/1")

    assert sum(left.seats.values()) == 2
    assert not {seat.id for seat in again} & (set(accepted) | declined)
    assert problem.violations(whole, [*panel[:3], *again]) == []

    people = {one["id"]: one for one in pool["experts"]}
    employers = {people[name]["employer"] for name in accepted}
    kept = [one for one in pool["experts"] if one["employer"] not in employers and one["id"] not in declined]
    north = sum(people[name]["region"] == "N" for name in accepted)
    bounds = {"N": [max(0, 1 - north), 3 - north]}
    seats = {name: count - list(accepted.values()).count(name) for name, count in pool["seats"].items()}
    small = {"seats": seats, "caps": {"employer": 1, "region": bounds}, "experts": kept}
    found = plan.plan(left).probabilities()
    assert {one["id"]: found[one["id"]] for one in kept} == exhaustive.leximin(small)
    assert all(found[one.id] == 0 for one in left.experts if one.employer in employers)


def test_several_rounds_add_up():
    experts = [expert(f"{u}{n}", "A", u) for u in "xyz" for n in range(3)]
    whole = problem.of_value({"seats": {"A": 5}, "caps": {"employer": 2}, "experts": experts})
    once = whole.residual({"x0": "A", "y0": "A"})

    assert once.residual({"x1": "A"}, {"z0"}) == whole.residual({"x0": "A", "y0": "A", "x1": "A"}, {"z0"})
    assert plan.plan(once.residual({"x1": "A"})).probabilities()["x2"] == 0
    assert (
        problem.of_value(
            {
                "seats": {"A": 3},
                "caps": {"employer": 2, "taken": {"x": 1, "y": 1}},
                "experts": experts[1:3] + experts[4:],
            }
        )
        == once
    )


def test_when_all_seats_are_taken_nobody_has_a_chance():
    whole = problem.of_value(GOOD | {"experts": [expert("a"), expert("b", employer="y")]})
    done = plan.plan(whole.residual({"a": "A"}))

    assert done.probabilities() == {"b": 0}
    assert plan.draw(done, b"", "") == ()
    plan.check(done)


@pytest.mark.parametrize(
    ("accepted", "removed"),
    [({"q": "A"}, ()), ({}, ("q",)), ({"a": "A"}, ("a",)), ({"a": "B"}, ()), ({"a": "A", "b": "A"}, ())],
)
def test_what_cannot_have_been_accepted_is_refused(accepted, removed):
    whole = problem.of_value(GOOD | {"experts": [expert("a"), expert("b", employer="y")]})
    with pytest.raises(ProtocolError):
        whole.residual(accepted, removed)


def reasons(pool):
    with pytest.raises(problem.NoPanel) as caught:
        plan.plan(problem.of_value(pool))
    return caught.value.reasons


def test_no_panel_says_which_specialty_and_which_cap():
    experts = [expert("1", "C"), expert("2", "C"), expert("3", "C", "y"), expert("4", "A", "z")]
    said = reasons({"seats": {"C": 3, "A": 1}, "caps": {"employer": 1}, "experts": experts})

    assert "specialty C needs 3, but at most 2 can be had" in said["en"]
    assert "1 under employer caps of 1 (experts 2, employers 1)" in said["en"]
    assert "专业“C”需要3人，但最多只能有2人" in said["zh"]


@pytest.mark.parametrize(
    ("pool", "english", "chinese"),
    [
        (
            {"seats": {"A": 1}, "experts": []},
            "specialty A needs 1, but nobody can be had",
            "没有可抽取的专家",
        ),
        (
            {"seats": {"A": 1, "B": 1}, "experts": [expert("1", "AB")]},
            "specialty A needs 1, specialty B needs 1, together 2, but at most 1",
            "合计需要2人，但最多只能有1人",
        ),
        (
            {"seats": {"A": 2}, "caps": {"region": {"N": [0, 1]}}, "experts": [expert("1"), expert("2")]},
            "1 from region N",
            "地区“N”最多1人",
        ),
        (
            {"seats": {"A": 1}, "caps": {"region": {"S": [1, 1]}}, "experts": [expert("1")]},
            "region S must give at least 1, but nobody",
            "地区“S”至少需要1人",
        ),
        (
            {
                "seats": {"A": 1},
                "caps": {"region": {"N": [1, 1], "S": [1, 1]}},
                "experts": [expert("1"), expert("2", region="S", employer="y")],
            },
            "together 2, but at most 1 can be had: 1 for specialty A",
            "专业“A”最多1人",
        ),
        (
            {
                "seats": {"A": 2},
                "quotas": {"t": {"h": [2, 2], "m": [0, 1]}, "s": {"f": [1, 2]}},
                "experts": [expert(n, t="h" if n < "3" else "m", s="f" if n == "3" else "m") for n in "1234"],
            },
            "all of these rules at once: specialty A needs 2; s f: 1 to 2 members; t h: 2 to 2 members.",
            "s“f”：1至2人；t“h”：2至2人",
        ),
    ],
)
def test_no_panel_is_explained_in_both_languages(pool, english, chinese):
    said = reasons(pool)

    assert english in said["en"]
    assert chinese in said["zh"]


def test_every_small_pool_without_a_panel_is_explained():
    for rules in (pools.NESTED, pools.SPLIT, pools.QUOTAS):
        for seed in range(60):
            pool = pools.small(seed, rules)
            if not exhaustive.panels(pool):
                said = reasons(pool)
                assert said["en"].startswith("No panel")
                assert "{" not in said["en"] + said["zh"]


def test_an_employer_in_two_regions_is_capped_as_one():
    """Its cap crosses the regions' bounds, so the rules are not nested: the mixture of panels takes them as they are."""
    experts = [
        expert("1", "A", "x", "N"),
        expert("2", "A", "x", "S"),
        expert("3", "A", "y", "N"),
        expert("4", "A", "z", "S"),
    ]
    pool = {"seats": {"A": 2}, "caps": {"employer": 1, "region": {"N": [1, 1]}}, "experts": experts}
    made = plan.plan(problem.of_value(pool))

    assert made.algorithm == plan.PANELS
    assert made.probabilities() == exhaustive.leximin(pool)
    for n in range(40):
        assert problem.violations(made.problem, plan.draw(made, bytes([n]), "x")) == []


def test_an_employer_in_two_regions_below_its_cap_needs_no_mixture():
    experts = [expert("1", "A", "x", "N"), expert("2", "A", "x", "S"), expert("3", "A", "y", "N")]
    pool = {"seats": {"A": 2}, "caps": {"employer": 2, "region": {"N": [1, 1]}}, "experts": experts}
    made = plan.plan(problem.of_value(pool))

    assert made.algorithm == plan.FLOW
    assert made.probabilities() == exhaustive.leximin(pool)


def test_who_holds_no_specialty_asked_for_crosses_nothing():
    """14.2: heads and regions of an employer are those of its eligible experts, also once seats are filled."""
    pool = {
        "seats": {"A": 1, "B": 0},
        "caps": {"employer": 1, "region": {"N": [0, 1], "S": [0, 1]}},
        "experts": [expert("a"), expert("b", "B", "y", "N"), expert("c", "B", "y", "S")],
    }

    assert not crossing(problem.of_value(pool))
    assert crossing(problem.of_value(pool | {"seats": {"A": 1, "B": 1}}))


def test_violations_name_what_is_broken():
    read = problem.of_value(pools.middle(1, 20))
    seat = problem.Seat
    said = problem.violations(
        read, [seat("e000", "A"), seat("e004", "C"), seat("e004", "Q"), seat("nobody", "B")]
    )

    for part in ("nobody is not in the pool", "e004 sits 2 times", "e004 lacks C", "no seat is for Q",
                 "employer institute: 3, not 0 to 1", "specialty B: 1, not 2 to 2"):  # fmt: skip
        assert part in said
