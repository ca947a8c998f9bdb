"""Who acts: a frozen value made once at the edge and handed down to every service."""

from dataclasses import dataclass, field
from uuid import UUID

from accounts.states import Power, Role


@dataclass(frozen=True)
class Actor:
    """A person acting for an organisation in some roles.

    ``person`` and ``organisation`` are None for the platform itself and for the public. ``powers`` are
    what the organisation lets this member do; ``session`` is the open staff session, if there is one.
    """

    person: UUID | None = None
    organisation: UUID | None = None
    roles: frozenset[Role] = frozenset()
    name: str = ""
    powers: frozenset[Power] = field(default=frozenset())
    session: UUID | None = None

    @property
    def key(self) -> str:
        """How the ledger names this actor: ids only, never a name; ``system`` for the platform."""
        if self.person is None:
            return self.name or "public"
        return f"{self.person}@{self.organisation}" if self.organisation else str(self.person)


SYSTEM = Actor(name="system")
"""The platform acting by itself: timers, the outbox, the first set-up. Holds no role."""

ANONYMOUS = Actor(roles=frozenset({Role.PUBLIC}), name="public")
"""Anybody who is not logged in."""


def is_system(actor: Actor) -> bool:
    """Whether the platform itself acts; compared by identity of value, never by a role."""
    return actor == SYSTEM
