"""The kernel: refusals, transitions, decisions, the clock."""

from datetime import UTC, datetime
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import clock
from kernel.errors import DomainError, Finding, NotFound, NotPermitted, RuleBroken, StateConflict, Unavailable
from kernel.policies import ALLOW, Decision, deny, require
from kernel.transitions import Transition, allowed_actions, next_state


class Door(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    BRICKED = "bricked"


class Act(StrEnum):
    SHUT = "shut"
    OPEN = "open"
    BRICK = "brick"


TABLE = {
    Act.SHUT: Transition(frozenset({Door.OPEN}), Door.SHUT),
    Act.OPEN: Transition(frozenset({Door.SHUT}), Door.OPEN),
    Act.BRICK: Transition(frozenset({Door.OPEN, Door.SHUT}), Door.BRICKED),
}


@pytest.mark.parametrize(
    ("action", "state", "target"),
    [
        (Act.SHUT, Door.OPEN, Door.SHUT),
        (Act.OPEN, Door.SHUT, Door.OPEN),
        (Act.BRICK, Door.OPEN, Door.BRICKED),
        (Act.BRICK, Door.SHUT, Door.BRICKED),
    ],
)
def test_next_state_follows_the_table(action, state, target):
    assert next_state(TABLE, action, state) is target


@given(st.sampled_from(Act), st.sampled_from(Door))
def test_next_state_refuses_everything_else(action, state):
    if state in TABLE[action].sources:
        return

    with pytest.raises(StateConflict) as refusal:
        next_state(TABLE, action, state)

    assert refusal.value.code == "state_conflict"
    assert refusal.value.data == {"action": action, "state": state}
    assert state.value in str(refusal.value)


def test_next_state_refuses_an_action_without_a_row():
    with pytest.raises(StateConflict):
        next_state({Act.SHUT: TABLE[Act.SHUT]}, Act.OPEN, Door.SHUT)


def test_allowed_actions_are_those_of_the_state():
    assert allowed_actions(TABLE, Door.OPEN) == (Act.SHUT, Act.BRICK)
    assert allowed_actions(TABLE, Door.BRICKED) == ()


def test_transition_needs_a_source_and_freezes_its_set():
    assert Transition({Door.OPEN}, Door.SHUT).sources == frozenset({Door.OPEN})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="source"):
        Transition(frozenset(), Door.SHUT)


def test_require_lets_the_allowed_pass():
    require(ALLOW)
    assert Decision(allowed=True) == ALLOW


def test_require_refuses_with_the_reason():
    with pytest.raises(NotPermitted) as refusal:
        require(deny("Only the owner may do this."))

    assert (refusal.value.code, refusal.value.message) == ("not_permitted", "Only the owner may do this.")


def test_require_refuses_without_a_reason_too():
    with pytest.raises(NotPermitted, match="not permitted"):
        require(Decision(allowed=False))


@pytest.mark.parametrize("kind", [NotPermitted, NotFound, StateConflict, RuleBroken, Unavailable])
def test_refusals_share_one_shape(kind):
    error = kind("code", "The lot %(lot)s is shut.", lot="A")

    assert isinstance(error, DomainError)
    assert (error.code, error.data, str(error)) == ("code", {"lot": "A"}, "The lot A is shut.")


def test_a_refusal_with_missing_data_still_speaks():
    assert str(NotFound("code", "No %(thing)s here.", other=1)) == "No %(thing)s here."
    assert str(NotFound("code", "100% sure.")) == "100% sure."


def test_broken_rule_keeps_its_findings_in_order():
    findings = [
        Finding("a", "first", source="条例第26条"),
        Finding("b", "second", blocks=False, field="amount"),
    ]

    error = RuleBroken("rules", "Two rules.", findings)

    assert error.findings == tuple(findings)
    assert error.findings[0].blocks
    assert error.findings[0].data == {}


def test_clock_is_aware_and_utc():
    before = datetime.now(tz=UTC)

    assert before <= clock.now() <= datetime.now(tz=UTC)
    assert clock.now().tzinfo is UTC
