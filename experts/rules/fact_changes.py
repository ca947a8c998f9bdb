"""What differs between two bodies of ``evaluation-facts``: pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Body = Mapping[str, Any]


@dataclass(frozen=True)
class FactChange:
    """One value of one bid before and after; empty where there was none, or is none any more."""

    bid: str
    kind: str
    of: str
    before: str
    after: str


def same_facts(body: Body, bids: list[dict[str, Any]], coefficient: str | None) -> bool:
    """Whether facts made now would say what ``body`` says."""
    return bool(body["bids"] == bids and body["coefficient"] == coefficient)


def fact_changes(before: Body, after: Body) -> list[FactChange]:
    """The changes from one body to the next, by bid, kind and name."""
    old, new = _values(before), _values(after)
    return [
        FactChange(*key, old.get(key, ""), new.get(key, ""))
        for key in sorted(old.keys() | new.keys())
        if old.get(key, "") != new.get(key, "")
    ]


def _values(body: Body) -> dict[tuple[str, str, str], str]:
    found: dict[tuple[str, str, str], str] = {}
    for row in body["bids"]:
        found[row["bid"], "price", ""] = row["price"]
        found |= {(row["bid"], "quantity", name): value for name, value in row["quantities"]}
        found |= {(row["bid"], "adjustment", name): value for name, value in row["adjustments"]}
    return found
