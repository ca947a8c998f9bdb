"""What goes into the analytics and what comes out: plain rows, so that any source can feed them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DrawRow:
    """One person in one round of a draw: the published probability ``p`` to be drawn, and whether it happened.

    ``owner`` is for whom the draw was, ``fresh`` whether the person had just come into the pool.
    """

    draw: str
    person: str
    p: float
    drawn: bool
    owner: str = ""
    fresh: bool = False


@dataclass(frozen=True)
class CallRow:
    """One round that somebody operated: seats called, and how many of them had to be drawn again."""

    draw: str
    operator: str
    seats: int
    replaced: int
    rounds: int = 1


@dataclass(frozen=True)
class ScoreRow:
    """One member's mark for one bidder and criterion; ``maximum`` is the most points, above zero."""

    tender: str
    expert: str
    bidder: str
    criterion: str
    mark: float
    maximum: float


@dataclass(frozen=True)
class OtherPoints:
    """Points of a bidder that no member judged: price and objective criteria."""

    tender: str
    bidder: str
    points: float


@dataclass(frozen=True)
class Lead:
    """Something to be looked at. ``p`` is the chance of it or more under honesty, ``q`` the same after all tests of
    its family (Benjamini-Hochberg); both are None where the family has a threshold and no test.
    """

    family: str
    subjects: tuple[str, ...]
    tender: str
    observed: float
    expected: float
    p: float | None
    q: float | None
    evidence: Mapping[str, object] = field(default_factory=dict)
