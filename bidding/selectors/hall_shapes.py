"""What the hall's pages are made of: equal pages are equal values, so that a version can be compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from bidding.selectors.hall_log import NAMED, Line
from bidding.states import OpeningState
from protocol.hashing import sha256

NEVER = frozenset({OpeningState.FAILED, OpeningState.CANCELLED})


@dataclass(frozen=True)
class Step:
    """One phase of the strip."""

    word: str
    kind: str
    at: datetime | None = None


@dataclass(frozen=True)
class Read:
    """One row of the read-out, as the bidder wrote it; without ``price`` the bid was not opened."""

    no: int
    tenderer: str
    word: str
    kind: str
    flags: Sequence[str] = ()
    price: Decimal | None = None
    price_words: str = ""
    below: str = ""
    duration: str = ""
    quality: str = ""
    manager: str = ""
    security: str = ""
    fresh: bool = False


@dataclass(frozen=True)
class Key:
    """One officer: what it holds, what it has done."""

    i: int
    organisation: str
    role: str
    name: str
    word: str
    kind: str


@dataclass(frozen=True)
class Said:
    """An objection on the spot; ``who`` is empty until names may be read."""

    at: datetime
    who: str
    text: str
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True)
class Shown:
    """A figure made public in the hall."""

    kind: str
    value: Decimal
    how: str
    proof: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Hall:
    """The page; equal pages are equal values, so that a version of it can be compared."""

    number: str
    no: int
    code: str
    title: str
    lot_name: str
    phase: OpeningState
    paused: bool
    headline: str
    reason: str
    turn: str
    steps: Sequence[Step]
    count_label: str
    until: datetime | None
    ceiling: Decimal | None
    currency: str
    rows: Sequence[Read]
    keys_title: str
    keys: Sequence[Key]
    log: Sequence[Line]
    said: Sequence[Said] = field(default_factory=tuple)
    present: Sequence[tuple[str, str]] = field(default_factory=tuple)
    figures: Sequence[Shown] = field(default_factory=tuple)
    read: int = 0
    cause: str = ""
    root: str = ""
    """Root of the closed set, once the factor phase has ended (A8)."""

    @property
    def has_security(self) -> bool:
        """Whether the lot asks for a security, which is then read out with each bid."""
        return any(row.security for row in self.rows)

    @property
    def version(self) -> str:
        """A digest of all that is shown: the same as long as nothing changes."""
        return sha256(repr(self).encode("utf-8")).hex()[:32]

    @property
    def named(self) -> bool:
        """Whether the read-out is shown."""
        return self.phase in NAMED

    @property
    def current(self) -> Read | None:
        """The line being read aloud; None before the first one, or where nobody reads."""
        return self.rows[self.read - 1] if 0 < self.read <= len(self.rows) else None

    @property
    def over(self) -> bool:
        """Whether nothing more will change here."""
        return self.phase in NEVER or self.phase is OpeningState.RECORDED

    @property
    def never(self) -> bool:
        """Whether nothing was opened and nothing will be."""
        return self.phase in NEVER
