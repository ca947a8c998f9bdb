"""Marks at the ends of a scale: a severe member is no lead, one whom his own sheets do not explain is."""

import random
from dataclasses import replace

import pytest

from benchmarks.collusion_ends import Kind, market
from experts.rules.analytics import ScoreRow, thresholds
from experts.rules.analytics.ends import Beyond, extremes
from experts.rules.analytics.exact import mixed_tail
from experts.rules.analytics.robust import linear, middle_half

LIMITS = thresholds()
SEVERE = Kind(severity=1.2, tenders=10)


def sheets(give, *, members=5):
    return [
        ScoreRow(f"t{t}", f"e{e}", f"b{b}", "c", give(t, e, b), 10)
        for t in range(6)
        for e in range(members)
        for b in range(4)
    ]


def test_a_small_market_of_severe_and_lenient_members_has_no_lead():
    """A lenient member gives many full marks: his level explains them, and nobody is a lead for being lenient."""
    rows = market(random.Random("severe 3"), SEVERE)
    full = {f"m{n}": sum(row.mark >= 10 for row in rows if row.expert == f"m{n}") for n in range(5)}

    assert max(full.values()) >= 4 * sorted(full.values())[2]
    assert extremes(rows, LIMITS) == (5, [])


def test_full_marks_where_his_own_sheet_says_six_are_a_lead():
    """Attack: of a severe market one member gives one mark of ten full points, whatever the bid is worth."""
    tests, (lead,) = extremes(market(random.Random("severe 3"), SEVERE, 0.1), LIMITS)

    assert tests == 5
    assert lead.subjects == ("m0",)
    assert lead.observed > 3 * lead.expected


def test_honest_markets_where_members_differ_hold_the_rate():
    """At five per cent two of forty: of sixteen honest markets more than three are not chance (p < 0.01)."""
    kinds = [Kind(severity=1), Kind(spread=0.25), Kind(taste=0.5, mood=0.4), Kind(severity=0)]
    made = [replace(kind, tenders=8, bidders=5) for kind in kinds for _n in range(4)]

    assert sum(bool(extremes(market(random.Random(f"h{n}"), k), LIMITS)[1]) for n, k in enumerate(made)) <= 3


def test_rows_in_another_order_give_the_same_lead():
    rows = market(random.Random("severe 3"), SEVERE, 0.1)

    assert extremes(rows[::-1], LIMITS) == extremes(rows, LIMITS)


def test_full_and_no_marks_of_one_member_alone():
    """Who gives nothing but ends makes none likely: chances come from the others' marks."""
    _tests, found = extremes(sheets(lambda t, e, b: (0 if b % 2 else 10) if e == 2 else 5 + b), LIMITS)

    assert [(lead.subjects, lead.observed) for lead in found] == [(("e2",), 24)]


def test_full_marks_everybody_gives_are_no_lead():
    assert extremes(sheets(lambda t, e, b: 10 if b == 0 else 5), LIMITS)[1] == []
    assert extremes(sheets(lambda t, e, b: 10 if (t + e + b) % 3 == 0 else 5), LIMITS)[1] == []
    assert extremes(sheets(lambda t, e, b: 10), LIMITS)[1] == []


def test_two_members_or_a_sheet_with_holes_say_nothing():
    rows = sheets(lambda t, e, b: 10 if e else 5)

    assert extremes([row for row in rows if row.expert in {"e0", "e1"}], LIMITS) == (0, [])
    assert extremes([row for row in rows if (row.expert, row.bidder) != ("e0", "b0")], LIMITS) == (0, [])
    assert extremes([], LIMITS) == (0, [])


def test_how_far_marks_lie_counts_those_cut_off_by_the_end_of_the_scale():
    """Kaplan and Meier by hand: of 1, 2 cut off, 3, 4 beyond 3 is 3/4 times 1/2, with one more added to four."""
    far = Beyond([(1.0, False), (2.0, True), (3.0, False), (4.0, True)])

    assert far.chance(0.5) == 1
    assert far.chance(2) == pytest.approx((0.75 * 4 + 1) / 5)
    assert far.chance(3.5) == pytest.approx((0.375 * 4 + 1) / 5)


def test_a_count_whose_mean_varies_has_the_tail_of_the_negative_binomial():
    """Spread 1 is the geometric distribution; hardly any spread is Poisson; far tails keep a chance."""
    assert mixed_tail(2, 1, 3) == pytest.approx((2 / 3) ** 3)
    assert mixed_tail(2, 1e-7, 2) == pytest.approx(1 - 3 * 2.718281828459045**-2, rel=1e-5)
    assert mixed_tail(2, 0.5, 0) == 1
    assert 0 < mixed_tail(0.01, 0.2, 60) < 1e-30
    with pytest.raises(ValueError, match="above 0"):
        mixed_tail(0, 1, 1)


def test_slopes_are_those_of_least_squares_and_none_for_what_tells_nothing():
    rows = [(1.0, 2.0, 0.0), (2.0, -1.0, 0.0), (0.5, 3.0, 0.0)]

    assert linear(rows, [2 * a - b for a, b, _none in rows]) == pytest.approx([2, -1, 0])
    assert linear([], []) == []
    assert middle_half([0, 1, 2, 3, 100]) == 2
