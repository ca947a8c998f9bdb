"""What goes into the analytics about what surrounds draws and sheets: plain rows, so that any source can feed them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class AnswerRow:
    """An answer a caller wrote down: how many seconds after the name was last shown, and whether it was a refusal."""

    draw: str
    caller: str
    seconds: float
    refused: bool


@dataclass(frozen=True)
class CommentRow:
    """One member's words about one bidder and criterion."""

    tender: str
    expert: str
    bidder: str
    criterion: str
    text: str


@dataclass(frozen=True)
class TieRow:
    """One member at one table: ``late`` when he said only there that he is tied to a bidder."""

    tender: str
    expert: str
    late: bool


@dataclass(frozen=True)
class ExclusionRow:
    """A unit that stayed out of a draw: who entered it, how many hours before the header, what it did.

    ``raised``: by how many per cent somebody's chance to be drawn grew at most; None where that cannot be computed.
    """

    draw: str
    by: str
    hours: float
    raised: int | None


@dataclass(frozen=True)
class BarredRow:
    """An expert left out of a draw by what somebody entered, and the bidder who came first on that lot later.

    ``at`` is the moment of the header, in seconds.
    """

    draw: str
    by: str
    expert: str
    winner: str
    at: float


@dataclass(frozen=True)
class StoodRow:
    """When the report of a tender stood, in seconds."""

    tender: str
    at: float


@dataclass(frozen=True)
class EditRow:
    """A draw and how often its owner changed what it had asked for in the last hours before the header."""

    draw: str
    owner: str
    edits: int


@dataclass(frozen=True)
class Around:
    """All rows of what surrounds draws and sheets."""

    answers: Sequence[AnswerRow] = ()
    comments: Sequence[CommentRow] = ()
    ties: Sequence[TieRow] = ()
    exclusions: Sequence[ExclusionRow] = ()
    edits: Sequence[EditRow] = ()
    barred: Sequence[BarredRow] = ()
    stood: Sequence[StoodRow] = ()


def joined(many: Iterable[Around]) -> Around:
    """The rows of several as one."""
    own = list(many)
    return Around(
        **{one.name: [row for rows in own for row in getattr(rows, one.name)] for one in fields(Around)}
    )
