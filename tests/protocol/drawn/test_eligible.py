"""Who could be drawn: forms of the pool's records, and the day on which they must hold (docs/protocol.md, 15.3)."""

import pytest

from protocol import merkle
from protocol.draw import eligible, panels, plan, pool, problem
from protocol.errors import ProtocolError
from tests.protocol.drawn.world import DrawWorld

ROWS = DrawWorld("eligible").rows()


def root_of(rows):
    return merkle.root([pool.record_leaf(row)[0] for row in rows]).hex()


def test_the_whole_pool_is_shown():
    assert len(eligible.opened(ROWS, root_of(ROWS))) == len(ROWS)


@pytest.mark.parametrize("row", [5, None, [], {}, ROWS[0] | {"kind": "record"}, {"salt": ROWS[0]["salt"]}])
def test_what_is_no_opened_record_is_refused(row):
    with pytest.raises(ProtocolError):
        eligible.opened([row, *ROWS[1:]], root_of(ROWS))


@pytest.mark.parametrize("name", eligible.SHOWN)
def test_an_attribute_that_must_be_shown_cannot_be_hidden(name):
    part = ROWS[0]["attributes"][name]
    digest = pool.attribute_hash(bytes.fromhex(part["salt"]), name, part["value"]).hex()
    hidden = ROWS[0] | {"attributes": ROWS[0]["attributes"] | {name: {"hash": digest}}}

    assert root_of([hidden, *ROWS[1:]]) == root_of(ROWS)
    with pytest.raises(ProtocolError):
        eligible.opened([hidden, *ROWS[1:]], root_of(ROWS))


@pytest.mark.parametrize(
    ("moment", "day"), [(0, "1970-01-01"), (57_600, "1970-01-02"), (57_599, "1970-01-01")]
)
def test_the_day_is_that_of_china(moment, day):
    assert eligible.day_of(moment) == day


@pytest.mark.parametrize("moment", [253_402_300_800, 2**53 - 1])
def test_a_moment_beyond_the_calendar_is_refused(moment):
    with pytest.raises(ProtocolError):
        eligible.day_of(moment)


def test_an_expert_removed_in_an_earlier_draw_may_be_gone():
    """15.3: who declined and is excluded from the next draw does not stop it."""
    posed = problem.Problem({"A": 1}, (problem.Expert("b", ("A",)),))
    seat = b"\x01" * 32
    standing = panels.Standing({seat: problem.Seat("a", "A")}, {seat: "declined"}, {seat: 0})

    assert plan.plan(panels.next_round(posed, standing)).probabilities() == {"b": 1}
