"""What goes into the analytics about what surrounds draws and sheets: plain rows, so that any source can feed them."""

from collections.abc import Sequence
from dataclasses import dataclass


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
