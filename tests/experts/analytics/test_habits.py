"""Planted and innocent data for the families of habits: one owner's favourites, newcomers, deep draws."""

from dataclasses import replace

import pytest

from experts.rules.analytics import CallRow, DrawRow, thresholds
from experts.rules.analytics.habits import depth, newcomers, purchasers
from protocol.draw.stream import Stream

LIMITS = thresholds()


def rounds(hits, *, people=20, fresh=()):
    """Forty rounds, half for each of two owners; ``hits`` is whom each round drew."""
    return [
        DrawRow(f"d{n:02}", f"p{who:02}", 0.1, who in hits(n), "ab"[n % 2], who in fresh)
        for n in range(40)
        for who in range(people)
    ]


def honest(n):
    return Stream(b"honest", str(n)).sample(20, 2)


def test_the_favourite_of_one_owner_is_a_lead_there_and_nowhere_else():
    tests, found = purchasers(rounds(lambda n: [0] if n % 2 == 0 and n < 20 else honest(n)), LIMITS)

    assert tests == 40
    assert [lead.subjects for lead in found] == [("p00", "a")]
    assert found[0].observed >= 10
    assert found[0].expected == pytest.approx(2)


def test_honest_draws_for_two_owners_give_no_lead():
    assert purchasers(rounds(honest), LIMITS) == (40, [])
    assert newcomers(rounds(honest, fresh={3, 4}), LIMITS) == (2, [])


def test_newcomers_who_are_drawn_for_one_owner_at_once():
    """Attack: people are put into the pool before a draw, and then drawn."""
    planted = rounds(lambda n: [3, 4] if n % 2 and n < 16 else honest(n), fresh={3, 4})
    tests, found = newcomers(planted, LIMITS)

    assert tests == 2
    assert [lead.subjects for lead in found] == [("b",)]
    assert found[0].evidence["draws"] == 20


def test_nobody_is_new_and_no_owner_known_means_no_test():
    assert newcomers(rounds(honest), LIMITS) == (0, [])
    assert purchasers([replace(row, owner="") for row in rounds(honest)], LIMITS) == (0, [])


def test_an_operator_whose_draws_go_deep():
    """Attack: answers are given as refusals until friends come up. The share of deep draws shows it."""
    calls = [CallRow(f"a{n}", "a", 5, 1, 4 if n < 8 else 1) for n in range(10)]
    calls += [CallRow(f"b{n}", "b", 5, 1, 3 if n == 0 else 2) for n in range(30)]
    tests, found = depth(calls, LIMITS)

    assert tests == 2
    assert [(lead.subjects, lead.observed) for lead in found] == [(("a",), 8)]
    assert depth([replace(call, rounds=2) for call in calls], LIMITS) == (2, [])
    assert depth(calls[:10], LIMITS) == (0, [])
