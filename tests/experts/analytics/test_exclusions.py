"""Who keeps the strict members away: those left out against what others left out had given the later winner."""

import random
from itertools import product

import pytest

from benchmarks.collusion_families import left_out, tasteful
from experts.rules.analytics import BarredRow, ScoreRow, StoodRow, thresholds
from experts.rules.analytics.exclusions import bent

LIMITS = thresholds()
MEMBERS, BIDDERS, TENDERS = 25, 5, 6
STRICT = range(5)


def sheets(strict=1.5):
    """Marks of honest members; the first ones mark the first bidder down by ``strict``."""
    dice, rows = random.Random("exclusions"), []
    for tender, member, bidder, c in product(range(TENDERS), range(MEMBERS), range(BIDDERS), range(4)):
        mark = 6 + dice.gauss(0, 1) - (strict if bidder == 0 and member in STRICT else 0)
        rows.append(ScoreRow(f"t{tender:02}", f"e{member}", f"b{bidder}", f"c{c}", min(max(mark, 0), 10), 10))
    return rows


def stood():
    return [StoodRow(f"t{n:02}", float(n)) for n in range(TENDERS)]


def barred(by, experts, winner="b0", at=100.0, draw="d"):
    return [BarredRow(draw, by, f"e{n}", winner, at) for n in experts]


def others():
    """Another desk leaves out everybody there is, whoever wins."""
    return [row for n in range(BIDDERS) for row in barred("other", range(MEMBERS), f"b{n}", draw=f"d{n}")]


def test_who_leaves_out_the_strict_ones_before_the_bidder_wins_is_a_lead():
    tests, (lead,) = bent(barred("desk", STRICT) + others(), stood(), sheets(), LIMITS)

    assert tests == 2
    assert lead.subjects == ("desk",)
    assert lead.evidence["left"] == 5
    assert lead.observed > 0.9 > 0.7 > lead.expected
    assert "e0 b0" in lead.evidence["strict"]


def test_leaving_out_honest_members_or_those_in_favour_of_the_winner_is_none():
    assert bent(barred("desk", STRICT) + others(), stood(), sheets(0), LIMITS)[1] == []
    found = bent(barred("desk", STRICT) + others(), stood(), sheets(-1.5), LIMITS)[1]
    assert ("desk",) not in [lead.subjects for lead in found]


def test_a_habit_of_every_desk_is_no_lead():
    """Without a member the bidder he dislikes comes first more often: so it looks for whoever leaves anybody out."""
    rows = [row for n in range(4) for row in barred(f"desk{n}", STRICT, draw=f"d{n}")]

    assert bent(rows, stood(), sheets(), LIMITS) == (4, [])
    assert bent(barred("desk", STRICT), stood(), sheets(), LIMITS) == (0, [])


def test_only_trials_before_the_same_winner_are_compared():
    """Where nobody else left anybody out before this winner, there is nothing to measure a desk against."""
    alone = [row for row in others() if row.winner != "b0"]

    assert bent(barred("desk", STRICT) + alone, stood(), sheets(), LIMITS) == (2, [])


def test_what_was_marked_after_the_header_says_nothing_about_it():
    """Nobody can have chosen by marks that did not exist; nor do marks count whose report does not stand."""
    early = barred("desk", STRICT, at=2.0)

    assert bent(early + others(), stood(), sheets(), LIMITS) == (0, [])
    assert bent(barred("desk", STRICT) + others(), stood()[:2], sheets(), LIMITS) == (0, [])


def test_leaving_out_the_same_people_again_and_again_counts_once():
    once = barred("desk", STRICT) + others()
    again = [row for n in range(20) for row in barred("desk", STRICT, draw=f"x{n}", at=200.0)]

    assert bent(once + again, stood(), sheets(), LIMITS) == bent(once, stood(), sheets(), LIMITS)


@pytest.mark.parametrize("market", [left_out, tasteful], ids=["noise", "tastes"])
def test_desks_that_choose_at_random_are_rarely_leads_also_where_members_have_tastes(market):
    """The rate of false leads is 5 % a family: of 30 honest markets at most four have one. Where members honestly like
    some bidders, whoever is left out disliked the winner a little; so it is for every desk, and none stands out.
    """
    assert sum(bool(market(random.Random(f"honest {n}"), False)) for n in range(30)) <= 4
