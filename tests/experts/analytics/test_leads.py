"""What becomes a lead: the planted one, with its numbers; and the honest whole that does not."""

from dataclasses import replace
from itertools import product
from math import comb, isclose

import pytest

from experts.rules.analytics import (
    CallRow,
    DrawRow,
    OtherPoints,
    ScoreRow,
    find_leads,
    thresholds,
)
from experts.rules.analytics.affinity import (
    Met,
    affinities,
    beside,
    found_in_turn,
    measured,
    panel_residuals,
    shares,
    shrunk,
)
from experts.rules.analytics.draws import frequency, operators, pairs
from experts.rules.analytics.scores import agreement, copies, flips, outliers, winner
from experts.rules.analytics.thresholds import thresholds_read
from experts.rules.packs import PackError
from protocol.draw.stream import Stream
from protocol.hashing import sha256

LIMITS = thresholds()


def no_plan(_draw, _asked):
    return {}


def panel(tender, marks, criterion="c", maximum=10):
    """Rows of one tender: ``marks`` by expert, a mark for each bidder in order."""
    return [
        ScoreRow(tender, expert, f"b{n}", criterion, mark, maximum)
        for expert, row in marks.items()
        for n, mark in enumerate(row)
    ]


def noisy(tenders, favour=0.0, *, criteria=4, bidders=5, members=5):
    """Many tenders of the same people; member e0 adds ``favour`` to each mark of b0. Noise by a public stream."""
    stream = Stream(b"analytics", f"{tenders} {favour}")
    rows = []
    for t, e, b, c in product(range(tenders), range(members), range(bidders), range(criteria)):
        noise = sum(stream.below(101) for _ in range(4)) / 100 - 2
        mark = min(max(5 + b * 0.3 - e * 0.2 + noise + (favour if (e, b) == (0, 0) else 0), 0), 10)
        rows.append(ScoreRow(f"t{t:02}", f"e{e}", f"b{b}", f"c{c}", round(mark * 2) / 2, 10))
    return rows


def draws(times, *, person="x", p=0.1, rounds=20):
    return [DrawRow(f"d{n}", person, p, n < times) for n in range(rounds)]


def test_who_is_drawn_too_often_is_a_lead_with_its_chance():
    others = [row for n in range(9) for row in draws(2, person=f"o{n}")]
    tests, found = frequency([*draws(9), *others], LIMITS)

    assert tests == 10
    assert [lead.subjects for lead in found] == [("x",)]
    assert (found[0].observed, round(found[0].expected, 6)) == (9, 2)
    assert found[0].p == pytest.approx(sum(comb(20, k) * 0.1**k * 0.9 ** (20 - k) for k in range(9, 21)))
    assert found[0].q == pytest.approx(found[0].p * 10)


def test_certain_draws_are_no_lead():
    """Whoever the rules make certain (p = 1) is drawn each time, and nothing follows from it."""
    _tests, found = frequency(draws(20, p=1.0), LIMITS)

    assert found == []


def test_too_few_rounds_are_not_tested():
    assert frequency(draws(4, rounds=4), LIMITS) == (0, [])


def test_two_who_always_sit_together():
    rows = []
    for n in range(20):
        for who in range(30):
            together = who in {0, 1} and n < 8
            rows.append(DrawRow(f"d{n}", f"p{who:02}", 0.1, together or who == 2 + n))
    tests, found = pairs(rows, LIMITS, lambda _draw, asked: dict.fromkeys(asked, 0.01))

    assert tests == 30 * 29 // 2
    assert [lead.subjects for lead in found] == [("p00", "p01")]
    assert isclose(found[0].expected, 0.2)


def test_two_whom_the_rules_tie_together_are_no_lead():
    """By the product of two chances it would be one: 8 of 20 against 0.2 expected; the plan gives them 0.35 a round."""
    rows = [DrawRow(f"d{n}", who, 0.1, n < 8) for n in range(20) for who in ("a", "b")]

    assert pairs(rows, LIMITS, lambda _draw, asked: dict.fromkeys(asked, 0.35))[1] == []
    assert pairs(rows, LIMITS, lambda _draw, asked: dict.fromkeys(asked, 0.01))[1] != []


def test_two_who_met_once_are_not_even_asked_for():
    rows = [DrawRow(f"d{n}", who, 0.01, n == 0) for n in range(20) for who in ("a", "b")]

    assert pairs(rows, LIMITS, lambda _draw, _asked: pytest.fail("asked")) == (1, [])


def test_an_operator_under_whom_seats_are_drawn_again():
    calls = [CallRow(f"d{n}", "a", 5, 3 if n < 6 else 0) for n in range(10)]
    calls += [CallRow(f"d{n}", who, 5, n % 5 == 0) for who in "bc" for n in range(10)]
    tests, found = operators(calls, LIMITS)

    assert tests == 3
    assert [lead.subjects for lead in found] == [("a",)]
    assert (found[0].observed, round(found[0].expected, 3)) == (18, 7.333)
    low, high = found[0].evidence["limits"]
    assert low < 18 / 50 < high


def test_one_operator_alone_is_compared_with_nobody():
    assert operators([CallRow("d", "a", 50, 40)], LIMITS) == (0, [])


def test_a_mark_nothing_explains_is_an_outlier():
    marks = {"e1": [8, 6, 7, 5], "e2": [7.5, 6, 7, 4.5], "e3": [8, 6, 6.5, 5], "e4": [7, 5.5, 6, 9.5]}
    looked, found = outliers(panel("t", marks), LIMITS)

    assert looked == 16
    assert [lead.subjects for lead in found] == [("e4", "b3")]
    assert found[0].evidence["share"] == 0.95
    assert found[0].p is None


def test_a_severe_member_alone_is_no_outlier():
    marks = {"e1": [8, 6, 7, 5], "e2": [8, 6, 7, 5], "e3": [3, 1, 2, 0]}

    assert outliers(panel("t", marks), LIMITS)[1] == []


def test_who_decides_the_winner_alone():
    marks = {"e1": [7, 8], "e2": [7, 8], "e3": [10, 2]}
    looked, found = flips(panel("t", marks), [], LIMITS)

    assert looked == 3
    assert [(lead.subjects, lead.evidence["without"]) for lead in found] == [(("e3", "b0"), ["b1"])]


def test_points_beside_the_marks_count_for_the_winner():
    marks = {"e1": [7, 8], "e2": [7, 8], "e3": [10, 2]}
    rows = panel("t", marks)

    assert winner(rows, {"b0": 0, "b1": 5}) == {"b1"}
    assert flips(rows, [OtherPoints("t", "b1", 5), OtherPoints("t", "b0", 0)], LIMITS)[1] == []


def test_a_panel_without_any_common_order():
    marks = {"e1": [1, 2, 3], "e2": [2, 3, 1], "e3": [3, 1, 2]}

    assert [lead.observed for lead in agreement(panel("t", marks), LIMITS)[1]] == [0]
    assert agreement(panel("t", {who: [1, 2, 3] for who in marks}), LIMITS)[1] == []


def test_a_copied_sheet_is_found_and_a_unanimous_panel_is_not():
    rows = noisy(3)
    model = {(r.tender, r.bidder, r.criterion): r.mark for r in rows if r.expert == "e1"}
    copied = [
        replace(r, mark=model[r.tender, r.bidder, r.criterion])
        if (r.tender, r.expert) == ("t01", "e3")
        else r
        for r in rows
    ]

    assert [(lead.tender, lead.subjects) for lead in copies(copied, LIMITS)[1]] == [("t01", ("e1", "e3"))]
    assert copies(rows, LIMITS)[1] == []
    assert copies([replace(r, mark=7) for r in rows], LIMITS)[1] == []


def test_a_member_who_favours_a_bidder_over_many_tenders():
    tests, found = affinities(noisy(12, 0.9), LIMITS)

    assert tests == 25
    assert [lead.subjects for lead in found] == [("e0", "b0")]
    assert found[0].evidence["tenders"] == 12
    assert 0 < found[0].evidence["shrunk"] <= found[0].observed


def test_honest_members_are_no_leads():
    assert affinities(noisy(12), LIMITS) == (25, [])


def test_the_tail_of_a_pair_is_that_of_every_exchange():
    """Three tenders of three bidders: 27 exchanges of one member's residuals, counted one by one."""
    limits = replace(LIMITS, least_tenders=3)
    rows = [row for row in noisy(3, 0.5, bidders=3) if row.criterion == "c0"]
    found = {(one.expert, one.bidder): one for one in measured(rows, limits)}
    left = [panel_residuals(sheet)["e0"] for sheet in shares(rows).values()]
    grid = [[round(value * 400) for value in one.values()] for one in left]
    here = sum(round(one["b0"] * 400) for one in left)

    sums = [sum(choice) for choice in product(*grid)]
    assert found["e0", "b0"].p == pytest.approx(sum(one >= here for one in sums) / 27)


def test_nobody_is_a_lead_because_of_who_sat_beside_him():
    """Attack on the honest: e0 favours b0 so strongly that what the others say of b0 is moved, and theirs of the rest.

    Once found the pair is out: in the tenders where it met, the others are tested without b0, and on b0 without e0.
    """
    met = Met(noisy(12, 3.0), LIMITS)
    others = {pair: one.p for pair, one in Met(noisy(12), LIMITS).tested.items() if pair[0] != "e0"}

    assert [(one.expert, one.bidder) for one, _q in found_in_turn(met)] == [("e0", "b0")]
    for pair in others.keys() - {(f"e{n}", "b0") for n in range(5)}:
        assert met.row("t00", pair).keys() == {"b1", "b2", "b3", "b4"}
    assert met.row("t00", ("e1", "b0")).keys() == {"b0", "b1", "b2", "b3", "b4"}
    assert met.tested["e0", "b1"].p > LIMITS.fdr


def test_what_is_left_beside_a_favour_is_a_whole_table():
    sheet = {who: {"a": 1.0, "b": 2.0, "c": 3.0} for who in ("x", "y", "z")}
    apart = frozenset({("x", "a")})

    assert beside(sheet, ("y", "b"), apart) == {who: {"b": 2.0, "c": 3.0} for who in ("x", "y", "z")}
    assert beside(sheet, ("y", "a"), apart) == {who: sheet[who] for who in ("y", "z")}
    assert beside(sheet, ("x", "c"), apart) == {who: {"b": 2.0, "c": 3.0} for who in ("x", "y", "z")}


def test_where_too_little_is_left_nothing_follows():
    """Two members and three bidders: with one pair out, its tenders say nothing of the others any more."""
    met = Met(noisy(6, bidders=3, members=2), LIMITS)
    met.drop(("e0", "b0"))

    assert met.tested["e1", "b0"].p == 1
    assert met.tested["e1", "b1"].p == 1


def test_estimates_are_drawn_to_zero_where_all_is_chance():
    assert all(abs(value) < 0.01 for value in shrunk(measured(noisy(12), LIMITS)).values())
    assert shrunk([]) == {}


def test_a_panel_whose_sheets_have_gaps_is_left_out():
    rows = noisy(6)[:-1]

    assert {one.tenders for one in measured(rows, LIMITS)} == {5}


def test_the_report_states_how_many_tests_and_is_the_same_in_any_order():
    scores, calls = noisy(6, 1.5), [CallRow("d", "a", 30, 3), CallRow("d", "b", 30, 4)]
    given = {"draws": draws(9), "calls": calls, "scores": scores, "others": []}
    report = find_leads(**given, joint=no_plan, limits=LIMITS)
    again = find_leads(
        **{name: list(reversed(rows)) for name, rows in given.items()}, joint=no_plan, limits=LIMITS
    )

    assert report == again
    assert report.tests["affinity"] == 25
    assert report.tests["operator"] == 2
    assert report.leads.keys() == report.tests.keys()


def test_nothing_in_gives_nothing_out():
    report = find_leads(draws=[], calls=[], scores=[], others=[], joint=no_plan, limits=LIMITS)

    assert not any(report.leads.values())
    assert not any(report.tests.values())


def test_thresholds_are_dated_and_refused_when_they_make_no_sense():
    text = '[pack]\nid = "leads"\nversion = "1"\nin_force_from = 2026-01-01\n' + "".join(
        f'[[threshold]]\nid = "{name}"\nvalue = {value}\n'
        for name, value in vars(LIMITS).items()
        if name not in {"id", "since", "digest"}
    )
    read = thresholds_read(text, "x")
    assert (read.id, read.digest) == ("leads@1", sha256(text.encode()).hex())
    assert thresholds_read(text.replace("3.5", "3.4"), "x").digest != read.digest
    for wrong in (text.replace("0.05", "1.5"), text.replace("least_draws", "most_draws"), "x", ""):
        with pytest.raises(PackError):
            thresholds_read(wrong, "x")
