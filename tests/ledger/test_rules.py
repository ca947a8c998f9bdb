"""The arithmetic of the log, against docs/protocol.md section 5."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import rules
from protocol import bodies, dsse, hashing
from tests.ledger.builders import START, moment


@pytest.mark.parametrize(
    ("events", "leaves"), [(0, 8), (1, 8), (7, 8), (8, 8), (9, 16), (16, 16), (1000, 1000)]
)
def test_growth_is_the_next_multiple_of_eight(events, leaves):
    assert rules.growth(events) == leaves


@given(st.integers(0, 10**6))
def test_growth_holds_all_events_and_never_eight_too_many(events):
    assert rules.growth(events) % 8 == 0
    assert max(events, 1) <= rules.growth(events) < max(events, 1) + 8


def test_leaf_follows_the_specification():
    r, k, prev, ev, sigs = (bytes([value]) * 32 for value in range(1, 6))

    link, leaf = rules.chained_leaf(r=r, k=k, prev=prev, ev=ev, sigs=sigs)

    assert link == hashing.sha256(b"sealedbid/v1 link", k, prev)
    assert leaf == hashing.sha256(b"sealedbid/v1 leaf", r, link, ev, sigs)


def test_pad_follows_the_specification():
    secret, index, day = b"s" * 32, 1234, date(2026, 3, 2)

    opening = rules.pad_opening(secret, day, index)

    assert opening.r == hashing.mac(secret, b"sealedbid/v1 pad r" + index.to_bytes(8, "big"))[:32]
    assert opening.k == hashing.mac(secret, b"sealedbid/v1 pad k" + index.to_bytes(8, "big"))[:32]
    assert opening.ev == dsse.event_id("pad", {**bodies.HEADER, "day": "2026-03-02"})
    link = hashing.tagged("link", opening.k, bytes(32))
    assert opening.leaf == hashing.tagged("leaf", opening.r, link, opening.ev, hashing.sha256(b"[]"))
    bodies.check_body("pad", opening.body)


def test_pads_of_one_day_share_their_event_but_not_their_leaf():
    ev = rules.pad_event(date(2026, 3, 2))

    assert rules.pad_leaf(b"s" * 32, ev, 1) != rules.pad_leaf(b"s" * 32, ev, 2)


def test_day_of_pads_is_the_utc_day():
    shanghai_morning = datetime.fromisoformat("2026-03-02T07:59:59+08:00")

    assert rules.utc_day(shanghai_morning) == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("kind", "resolution", "accuracy", "lower", "upper"),
    [
        ("tsa", 1000, 1000, 9_000, 12_000),
        ("tsa", 1, 0, 10_000, 10_001),
        ("tsa", 10, 250, 9_750, 10_260),
        ("witness", 1, 500, 9_500, 11_500),
    ],
)
def test_bounds_of_a_statement(kind, resolution, accuracy, lower, upper):
    assert rules.bounds(kind, 10_000, resolution, accuracy) == (lower, upper)


@pytest.mark.parametrize(
    ("sizes", "k", "n"),
    [
        ([8, 24, 16], 1, 24),
        ([8, 24, 16], 2, 16),
        ([8, 24, 16], 3, 8),
        ([8, 24], 3, 0),
        ([], 1, 0),
        ([24, 0], 2, 0),
    ],
)
def test_n_is_the_kth_largest(sizes, k, n):
    assert rules.kth_largest(sizes, k) == n


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [(0, 9, False), (0, 10, True), (9.5, 10, True), (1, 9.9, False), (0, 3600, True), (11, 12, False)],
)
def test_beat_is_a_fixed_grid(last, now, due):
    assert START.second == 0
    assert rules.beat_due(moment(last), moment(now), timedelta(seconds=10)) is due


def test_first_beat_is_due_at_once():
    assert rules.beat_due(None, datetime(2026, 1, 1, tzinfo=UTC), timedelta(seconds=10))
