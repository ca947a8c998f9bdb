"""What counts as time: N(x) over sources (A3), postponements (A5)."""

import dataclasses

import pytest

from protocol.timerule import (
    Clockwork,
    Statement,
    Times,
    postpone_fault,
    times_in_force,
    tsa_bounds,
    witness_bounds,
)

CLOSE = 1_000_000


def said(source, size, upper, lower=None):
    return Statement(source, size, upper - 1000 if lower is None else lower, upper)


@pytest.mark.parametrize(
    ("gen", "resolution", "accuracy", "expected"),
    [
        (5000, 1000, 0, (5000, 6000)),  # whole seconds: up to one second later
        (5000, 1, 0, (5000, 5001)),  # milliseconds
        (5000, 100, 500, (4500, 5600)),
    ],
)
def test_bounds_of_a_token(gen, resolution, accuracy, expected):
    assert tsa_bounds(gen, resolution, accuracy) == expected


def test_bounds_of_a_cosignature():
    assert witness_bounds(7, 0) == (7000, 8000)
    assert witness_bounds(7, 250) == (6750, 8250)


@pytest.mark.parametrize(
    ("statements", "k", "expected"),
    [
        ([], 1, 0),
        ([said("a", 8, CLOSE * 1000)], 1, 8),  # at the moment itself is in time
        ([said("a", 8, CLOSE * 1000 + 1)], 1, 0),  # a millisecond after is not
        ([said("a", 8, CLOSE * 1000 - 9), said("a", 16, CLOSE * 1000)], 1, 16),
        ([said("a", 16, CLOSE * 1000), said("b", 8, CLOSE * 1000)], 2, 8),
        ([said("a", 16, CLOSE * 1000)], 2, 0),  # one of two is silent
        ([said("a", 24, CLOSE * 1000), said("b", 16, CLOSE * 1000), said("c", 8, CLOSE * 1000)], 2, 16),
        ([said("stranger", 99, CLOSE * 1000)], 1, 0),
        ([said("a", 8, 1)], 4, 0),  # more must agree than there are
    ],
)  # fmt: skip
def test_n_is_the_kth_largest_size_stated_in_time(statements, k, expected):
    assert Clockwork(statements, ["a", "b", "c"], k).n(CLOSE) == expected


def test_genTime_of_the_closing_without_fraction_is_late():
    lower, upper = tsa_bounds(CLOSE * 1000, 1000, 0)

    assert Clockwork([Statement("a", 8, lower, upper)], ["a"], 1).n(CLOSE) == 0


@pytest.mark.parametrize(
    ("lower", "size", "expected"),
    [(10_000, 8, True), (9_999, 8, False), (10_000, 4, False), (10_000, 17, False), (10_000, 16, True)],
)
def test_a_moment_is_reached_by_a_lower_bound_on_a_size_between(lower, size, expected):
    clock = Clockwork([Statement("a", size, lower, lower + 1)], ["a"], 1)

    assert clock.reached(10, 4, 16) is expected
    assert not Clockwork(clock.statements, ["b"], 1).reached(10, 4, 16)


TIMES = Times(CLOSE, (CLOSE,), CLOSE + 300, CLOSE + 600, CLOSE + 7200)
BEFORE = Clockwork([said("a", 100, (CLOSE - 5) * 1000), said("a", 200, (CLOSE + 500) * 1000)], ["a"], 1)
SILENT = Clockwork([said("a", 100, (CLOSE - 61) * 1000), said("a", 300, (CLOSE + 3600) * 1000)], ["a"], 1)


def moved(**members):
    return dataclasses.replace(TIMES, **members)


HOUR_LATER = moved(
    close_at=CLOSE + 3600, open_at=(CLOSE + 3600,), factor_until=CLOSE + 3900, check_until=CLOSE + 4200,
    release_until=CLOSE + 9000,
)  # fmt: skip


@pytest.mark.parametrize(
    ("new", "leaf", "clock", "commit", "release", "fault"),
    [
        (HOUR_LATER, 99, BEFORE, None, None, ""),  # in time for the closing in force
        (HOUR_LATER, 100, BEFORE, None, None, "undisturbed"),  # one leaf too late, and nothing went wrong
        (HOUR_LATER, 100, SILENT, None, None, ""),  # late but excused
        (HOUR_LATER, 100, SILENT, 90, None, "committed"),  # a release-commit stands before
        (HOUR_LATER, 100, SILENT, 110, None, ""),  # a later one does not matter
        (HOUR_LATER, 300, SILENT, None, None, "24 hours"),
        (TIMES, 1, BEFORE, None, None, "moves no moment"),
        (moved(check_until=CLOSE + 500), 1, BEFORE, None, None, "earlier"),
        (moved(release_until=CLOSE + 7300, check_until=CLOSE + 599), 1, BEFORE, None, None, "earlier"),
        (moved(factor_until=None), 1, BEFORE, None, None, "same moments"),
        (moved(open_at=(CLOSE, CLOSE)), 1, BEFORE, None, None, "same moments"),
        (moved(close_at=CLOSE + 60), 1, BEFORE, None, None, "out of order"),
        (moved(factor_until=CLOSE + 601), 1, BEFORE, None, None, "out of order"),
        (moved(release_until=CLOSE + 9000), 150, BEFORE, None, None, ""),  # a later phase, before it ends
        (moved(release_until=CLOSE + 9000), 150, BEFORE, None, 160, ""),
        (moved(release_until=CLOSE + 9000), 150, BEFORE, None, 140, "shares had been shown"),
        (moved(factor_until=CLOSE + 350), 150, BEFORE, None, None, "had passed"),
    ],
)  # fmt: skip
def test_postponements(new, leaf, clock, commit, release, fault):
    found = postpone_fault(TIMES, leaf, new, clock, commit, release)

    assert (found == "") == (fault == "")
    assert fault in found


def policy():
    return {
        "close_at": CLOSE, "factor_until": CLOSE + 300, "check_until": CLOSE + 600, "release_until": CLOSE + 7200,
        "envelopes": [{"open_at": CLOSE}],
    }  # fmt: skip


def body(times):
    return {**dataclasses.asdict(times), "open_at": list(times.open_at)}


def test_times_in_force_are_those_of_the_last_valid_postponement():
    again = moved(**(dataclasses.asdict(HOUR_LATER) | {"release_until": CLOSE + 10_000}))
    faults = []

    found = times_in_force(
        policy(),
        [(3, body(again)), (1, body(HOUR_LATER)), (2, body(TIMES))],
        BEFORE,
        report=lambda leaf, why: faults.append((leaf, why)),
    )

    assert found.release_until == CLOSE + 10_000
    assert [leaf for leaf, _ in faults] == [2]
    assert times_in_force(policy(), [(1, body(TIMES))], BEFORE) == TIMES


def test_every_source_within_the_last_minute_counts_once():
    clock = Clockwork(
        [said("a", 8, 1000 * CLOSE), said("a", 16, 1000 * CLOSE), said("z", 8, 1000 * CLOSE)], ["a"], 1
    )

    assert clock.stated_within(CLOSE - 60, CLOSE) == 1
    assert clock.stated_within(CLOSE - 60, CLOSE - 1) == 0
