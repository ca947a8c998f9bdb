"""State tables: every state can be reached, and left unless it is an end on purpose."""

from enum import Enum

import pytest

from config.generated import StateTable, state_tables
from kernel.transitions import Transition

TABLES = list(state_tables())
IDS = [f"{entry.app}.{entry.name}" for entry in TABLES]


class Light(Enum):
    RED = "red"
    GREEN = "green"
    BROKEN = "broken"


class Press(Enum):
    GO = "go"


def test_there_are_tables():
    assert {entry.app for entry in TABLES} >= {"accounts", "trading", "bidding"}


@pytest.mark.parametrize("entry", TABLES, ids=IDS)
def test_every_state_can_be_reached(entry):
    assert set(entry.states) - entry.reachable() == set()


@pytest.mark.parametrize("entry", TABLES, ids=IDS)
def test_every_state_is_left_unless_final(entry):
    assert set(entry.states) - entry.left() - entry.final == set()


@pytest.mark.parametrize("entry", TABLES, ids=IDS)
def test_ends_are_ends(entry):
    assert entry.final & entry.left() == set()


def test_an_unreachable_state_is_found():
    table = {Press.GO: Transition(frozenset({Light.RED}), Light.GREEN)}
    entry = StateTable("app", "light", table, frozenset({Light.RED}), frozenset({Light.GREEN}))

    assert set(entry.states) - entry.reachable() == {Light.BROKEN}
    assert set(entry.states) - entry.left() - entry.final == {Light.BROKEN}
