"""What goes into the recomputation of an evaluation, as the log holds it, and what the panel is to look at in it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from protocol import canonical, evaluation_bodies, hashing
from protocol.evaluation import Result, V, input_digest

Body = Mapping[str, Any]
THIRD = 3
"""条例 48: more than one member in three make the owner give more time."""


def input_of(
    *,
    facts: Body,
    sheets: Mapping[int, Body],
    rejected: Iterable[str],
    votes: Sequence[Sequence[str]],
    ceiling: str | None,
    seeds: Body,
) -> dict[str, Any]:
    """The input of protocol 16.3 which the bodies of facts and sheets (by seat) make, as V25 makes it."""
    members = ("bid", "price", "quantities", "adjustments")
    return {
        "v": V,
        "bids": [{name: row[name] for name in members} for row in facts["bids"]],
        "sheets": [
            {
                "member": str(seat),
                "rows": body["rows"],
                "reasons": [[row["bid"], row["criterion"]] for row in body["reasons"]],
            }
            for seat, body in sorted(sheets.items())
        ],
        "rejected": sorted(set(rejected)),
        "ceiling": ceiling,
        "coefficient": facts["coefficient"],
        "votes": sorted([*vote] for vote in votes),
        "seeds": dict(seeds),
    }


def report_body(*, value: Mapping[str, Any], result: Result, **members: Any) -> dict[str, Any]:
    """The body of an evaluation-report: ``members`` are policy, panel, facts, replaces, seat, sheets, rejections."""
    ranking = [{"bid": bid, "rank": place, "value": number} for bid, place, number in result.ranking]
    return evaluation_bodies.body(
        "evaluation-report",
        votes=value["votes"],
        inputs=input_digest(value),
        result=result.digest(),
        ranking=ranking,
        candidates=result.candidates,
        **members,
    )


def deviating(result: Result, seat: int) -> list[dict[str, str]]:
    """The deviations of one member's sums which the method's limit calls for a second look at, by bid."""
    return [row for row in result.warnings if row["member"] == str(seat) and row["warning"] == "deviation"]


def open_tie(result: Result) -> dict[str, Any] | None:
    """The tie that the declared rules leave open, with the rule which stops it; None where there is none."""
    return next((row for row in result.ties if not row["parts"]), None)


def tie_name(bids: Iterable[str]) -> str:
    """How a tie is named: SHA-256 of its bids in order."""
    return hashing.sha256(canonical.encode(sorted(bids))).hex()


def vote_decided(orders: Sequence[Sequence[str]], members: int) -> list[str] | None:
    """The order that more than half of all members voted for; None where none has."""
    for order in orders:
        if sum(1 for other in orders if list(other) == list(order)) * 2 > members:
            return list(order)
    return None


def must_extend(asked: int, members: int) -> bool:
    """Whether the owner must give more time: more than a third of the members say it is short (条例 48)."""
    return asked * THIRD > members
