"""States as tables: which action leads from which states to which state."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeAlias, TypeVar

from kernel.errors import StateConflict

A = TypeVar("A", bound=Enum)
S = TypeVar("S", bound=Enum)


@dataclass(frozen=True)
class Transition(Generic[S]):
    """One row: an action is allowed in each of ``sources`` and ends in ``target``."""

    sources: frozenset[S]
    target: S

    def __post_init__(self) -> None:
        """Accept any set of states, keep it frozen; a row without sources is a mistake."""
        object.__setattr__(self, "sources", frozenset(self.sources))
        if not self.sources:
            raise ValueError("a transition needs at least one source state")


Table: TypeAlias = Mapping[A, Transition[S]]


def next_state(table: Mapping[A, Transition[S]], action: A, state: S) -> S:
    """Return the state which ``action`` leads to from ``state``.

    Raises ``StateConflict`` (code ``state_conflict``, data ``action`` and ``state``: the members
    themselves, so that the edge can put the field's words in their place) when there is no such row.
    """
    row = table.get(action)
    if row is None or state not in row.sources:
        raise StateConflict(
            "state_conflict",
            "“%(action)s” is not possible while the state is “%(state)s”.",
            action=action,
            state=state,
        )
    return row.target


def allowed_actions(table: Mapping[A, Transition[S]], state: S) -> tuple[A, ...]:
    """The actions possible in ``state``, in the order of the table."""
    return tuple(action for action, row in table.items() if state in row.sources)
