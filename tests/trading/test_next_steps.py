"""From report to contract everybody reads what a lot waits for, who must act, and until when."""

from datetime import UTC, datetime

import pytest

from trading.rules.next_steps import OF_STATE, STEPS, TURN_OF, next_step

UNTIL = datetime(2026, 3, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "received", "held", "code"),
    [
        ("evaluating", False, False, "evaluate"),
        ("evaluating", False, True, "evaluate"),
        ("reported", False, False, "receipt"),
        ("reported", True, False, "show"),
        ("publicity", True, False, "object"),
        ("publicity", True, True, "lift"),
        ("awaiting_award", True, False, "award"),
        ("awaiting_award", True, True, "lift"),
        ("awarded", True, False, "contract"),
        ("contracted", True, False, "refund"),
    ],
)
def test_each_stage_after_the_opening_names_its_step(state, received, held, code):
    found = next_step(state, received=received, held=held, until={code: UNTIL})

    assert (found.code, found.until) == (code, UNTIL)


@pytest.mark.parametrize("state", ["open", "opening", "unsuccessful", "cancelled", "archived"])
def test_before_the_opening_and_at_the_end_nothing_is_awaited_here(state):
    assert next_step(state, received=False, held=False, until={}) is None


def test_every_step_has_its_words_and_its_turn():
    assert set(STEPS) == set(TURN_OF) == {*OF_STATE.values(), "receipt", "lift"}
