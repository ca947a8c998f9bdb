"""One member's score sheet: which marks are marks, what is missing from it, and the body it becomes (protocol 16.7).

Marks and reasons are texts by bid and criterion. ``static/js/evaluation/sheet.js`` makes the same body, byte for byte.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from protocol import evaluation_bodies, hashing
from protocol.errors import NotCanonical
from protocol.evaluation_method import Method
from protocol.evaluation_numbers import DECIMAL, shortest
from protocol.evaluation_sheet import sheet_totals

Cells = Mapping[str, Mapping[str, str]]
"""Texts by bid (its ev) and criterion."""


@dataclass(frozen=True)
class Change:
    """One cell as the page saves it: ``mark`` None empties it, ``note`` is the reason, empty for none."""

    bid: str
    criterion: str
    mark: str | None
    note: str = ""


def mark_of(method: Method, criterion: str, typed: str) -> str | None:
    """The mark as a sheet writes it (shortest decimal); None where it is none, too high or between two steps."""
    node = method.nodes.get(criterion)
    if node is None or node["kind"] != "judged":
        return None
    try:
        DECIMAL(typed, criterion)
    except NotCanonical:
        return None
    value = Fraction(typed)
    fits = value <= method.most(criterion) and value % Fraction(node["step"]) == 0
    return shortest(value) if fits else None


def is_extreme(method: Method, criterion: str, mark: str) -> bool:
    """Whether a mark is zero or full: such a mark has a reason where the method warns of one that has none."""
    return Fraction(mark) in (Fraction(0), method.most(criterion))


def applied(
    marks: Cells, notes: Cells, changes: Iterable[Change]
) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """Marks and reasons after some cells have changed; cells without a text are not kept."""
    made = [{bid: dict(row) for bid, row in cells.items()} for cells in (marks, notes)]
    for one in changes:
        for cells, text in zip(made, (one.mark or "", one.note), strict=True):
            row = cells.setdefault(one.bid, {})
            row.pop(one.criterion, None)
            if text:
                row[one.criterion] = text
            if not row:
                del cells[one.bid]
    return made[0], made[1]


def totals(method: Method, marks: Cells) -> dict[str, str]:
    """What the sheet adds up to so far, by bid; ProtocolError as ``protocol.evaluation_sheet.sheet_totals``."""
    rows = [{"bid": bid, "marks": [list(pair) for pair in row.items()]} for bid, row in marks.items()]
    return sheet_totals(method, {"rows": rows})


def missing(method: Method, marks: Cells, bids: Iterable[str]) -> list[tuple[str, str]]:
    """The (bid, criterion) without a mark, in order."""
    judged = method.of_kind("judged")
    return [(bid, name) for bid in sorted(bids) for name in judged if name not in marks.get(bid, {})]


def unreasoned(method: Method, marks: Cells, notes: Cells) -> list[tuple[str, str]]:
    """The (bid, criterion) whose full or zero mark has no reason, where the method asks for one."""
    if not method.data["warnings"]["reasons"]:
        return []
    return [
        (bid, name)
        for bid, row in sorted(marks.items())
        for name, mark in sorted(row.items())
        if is_extreme(method, name, mark) and not notes.get(bid, {}).get(name)
    ]


def sheet_body(
    *, policy: str, facts: str, seat: int, look: int, nonce: str, marks: Cells, notes: Cells
) -> dict[str, Any]:
    """The body of a score-sheet: bids, criteria and reasons ascending, reasons as SHA-256 of their UTF-8 texts."""
    return evaluation_bodies.body(
        "score-sheet",
        policy=policy,
        facts=facts,
        seat=seat,
        round=look,
        nonce=nonce,
        rows=[
            {"bid": bid, "marks": [list(pair) for pair in sorted(row.items())]}
            for bid, row in sorted(marks.items())
        ],
        reasons=[
            {"bid": bid, "criterion": name, "note": text_hash(text)}
            for bid, row in sorted(notes.items())
            for name, text in sorted(row.items())
        ],
    )


def text_hash(text: str) -> str:
    """How a text of the panel stands in the log (A16): SHA-256 of its UTF-8 bytes, hex."""
    return hashing.sha256(text.encode()).hex()
