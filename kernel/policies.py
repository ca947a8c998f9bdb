"""Permission as a value: allowed or not, and why.

Policies are pure functions from an actor and a thing to a ``Decision``; services call ``require``.
Each app's ``policies.py`` lists its functions in ``MATRIX`` so that the printed permission matrix
(docs/generated/permissions.md) comes from the very functions which decide.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from kernel.errors import NotPermitted


@dataclass(frozen=True)
class Decision:
    """The answer to "may this actor do this now?", with the reason (a msgid) when the answer is no."""

    allowed: bool
    reason: str = ""


ALLOW = Decision(allowed=True)


def deny(reason: str) -> Decision:
    """A refusal with its reason, an English msgid shown to the person who was refused."""
    return Decision(allowed=False, reason=reason)


def require(decision: Decision) -> None:
    """Raise ``NotPermitted`` (code ``not_permitted``) with the reason unless ``decision`` allows."""
    if not decision.allowed:
        raise NotPermitted("not_permitted", decision.reason or "This is not permitted.")


@dataclass(frozen=True)
class MatrixRow:
    """One action of the permission matrix.

    ``action`` is the service's name, e.g. ``tender_publish``. ``check(actor, state)`` answers for an
    actor who holds one role *and stands in the right relation to the thing* (own organisation, named
    officer …); ``state`` is a member of ``states``, or None where the state has no bearing.
    """

    action: str
    check: Callable[[Any, Any], Decision]
    states: type[Enum] | None = None


def stateless_row(action: str, check: Callable[[Any], Decision]) -> MatrixRow:
    """A row whose answer hangs on the actor alone, whatever the state."""
    return MatrixRow(action, lambda actor, _state: check(actor))
