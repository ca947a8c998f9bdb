"""What is kept of a draw is what was worked out, byte for byte, and its rows are those of the plan."""

from itertools import combinations

import pytest

from experts.rules.analytics import KeptDraw, LeftOut, kept_round, packed, unpacked
from experts.rules.analytics.exact import poisson_binomial, upper_tail
from protocol.draw import plan, problem

EXPERTS = [
    {"id": f"{n:064x}", "specialties": ["A", "B"][: 1 + n % 2], "employer": f"u{n // 3}", "region": "r"}
    for n in range(9)
] + [{"id": "f" * 64, "specialties": ["C"], "employer": "z", "region": "r"}]
POOL = {"seats": {"A": 2, "B": 1}, "caps": {"employer": 1}, "experts": EXPERTS}


def kept():
    made = plan.plan(problem.of_value(POOL))
    eids = [one["id"] for one in EXPERTS]
    codes = {eid: f"CODE{n}" for n, eid in enumerate(eids)}
    return made, kept_round(
        made, codes, name="L 1/0", owner="O", seated=eids[:3], fresh=eids[2:4], samples=200
    )


def test_rows_are_the_published_chances_of_who_has_one():
    made, one = kept()
    published = {eid: float(p) for eid, p in made.probabilities().items() if p}
    rows = {row.person: row for row in one.rows()}

    assert sorted(row.p for row in rows.values()) == sorted(published.values())
    assert "CODE9" not in rows
    assert {who for who, row in rows.items() if row.drawn} == {"CODE0", "CODE1", "CODE2"}
    assert {who for who, row in rows.items() if row.fresh} == {"CODE2", "CODE3"}


def test_what_is_kept_comes_back_as_it_was():
    _made, one = kept()
    draw = KeptDraw((one,), {"e1": LeftOut(12, ("CODE9",)), "e2": LeftOut(None, ())})
    again = unpacked(packed(draw))

    assert again == draw
    assert packed(again) == packed(draw)
    couples = list(combinations([row.person for row in one.rows()], 2))
    assert again.rounds[0].joint(couples) == one.joint(couples)
    assert sum(one.joint(couples).values()) == pytest.approx(3, rel=0.05)


def test_two_workings_out_of_one_draw_are_the_same_bytes():
    """The seed follows from the plan: nobody can draw again until the chances suit him."""
    assert packed(KeptDraw((kept()[1],))) == packed(KeptDraw((kept()[1],)))


@pytest.mark.parametrize("least", [1, 2, 5, 9, 40, 41])
def test_the_tail_that_stops_counting_is_that_of_the_whole_distribution(least):
    chances = [(n % 7 + 1) / 20 for n in range(40)]

    assert upper_tail(chances, least) == pytest.approx(
        sum(poisson_binomial(chances)[least:]), rel=1e-12, abs=0
    )
