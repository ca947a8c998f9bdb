"""A worked example of a method: three invented bids, computed by the arithmetic that ranks the real ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from protocol.evaluation import Result, recompute
from protocol.evaluation_method import Method
from protocol.evaluation_numbers import shortest

BIDS = ("A", "B", "C")
SHARES = (Fraction(94, 100), Fraction(90, 100), Fraction(97, 100))
"""Parts of the ceiling (or of ten million) which the invented prices are."""
MARKS = (Fraction(4, 5), Fraction(7, 10), Fraction(9, 10))
WITHOUT_CEILING = Decimal(10_000_000)


@dataclass(frozen=True)
class Example:
    """What was put in and what came out; ``quantities`` and ``adjusted`` are by bid."""

    prices: Mapping[str, str]
    result: Result
    coefficient: str | None
    members: int
    quantities: Mapping[str, Mapping[str, str]]
    ceiling: str | None


def worked_example(method: Method, ceiling: Decimal | None) -> Example:
    """Three invented bids evaluated; prices are parts of the ceiling, marks alike for all members.

    Everything declared is used in its plainest way: no adjustment is claimed, and of a drawn coefficient the value
    in the middle stands. ``ProtocolError`` where the method cannot rank three bids (it drops every price).
    """
    basis = ceiling or WITHOUT_CEILING
    prices = {
        bid: f"{(basis * share.numerator / share.denominator).quantize(Decimal('0.01'), ROUND_HALF_UP)}"
        for bid, share in zip(BIDS, SHARES, strict=True)
    }
    quantities = {
        bid: {name: _quantity(method.nodes[name]["formula"], n) for name in method.of_kind("objective")}
        for n, bid in enumerate(BIDS)
    }
    declared = method.data["coefficient"]
    coefficient = declared["values"][len(declared["values"]) // 2] if declared else None
    members = method.data["aggregate"]["members_least"] if method.of_kind("judged") else 0
    limit = f"{basis:.2f}" if ceiling is not None or _uses_ceiling(method) else None
    given = {
        "v": "sunlit-evaluation/1",
        "bids": [
            {"bid": bid, "price": prices[bid], "quantities": list(map(list, rows.items())), "adjustments": []}
            for bid, rows in quantities.items()
        ],
        "sheets": [_sheet(method, f"{n + 1}") for n in range(members)],
        "rejected": [],
        "ceiling": limit,
        "coefficient": coefficient,
        "votes": [],
        "seeds": None,
    }
    return Example(prices, recompute(method, given), coefficient, members, quantities, limit)


def _uses_ceiling(method: Method) -> bool:
    formulas = [method.nodes[name]["formula"] for name in method.of_kind("price")]
    return any(
        formula.get("of") == "ceiling" or Fraction(formula.get("ceiling_weight", 0)) > 0
        for formula in formulas
    )


def _quantity(formula: Mapping[str, Any], n: int) -> str:
    """The n-th declared value, or the last: each invented bid has another where there are so many."""
    return str(formula["rows"][min(n, len(formula["rows"]) - 1)][0])


def _sheet(method: Method, member: str) -> dict[str, Any]:
    """The same marks by every member: four fifths, seven and nine tenths of the most, down to a step."""
    rows = []
    for bid, share in zip(BIDS, MARKS, strict=True):
        marks = []
        for name in method.of_kind("judged"):
            step = Fraction(method.nodes[name]["step"])
            marks.append([name, shortest(method.most(name) * share // step * step)])
        rows.append({"bid": bid, "marks": marks})
    return {"member": member, "rows": rows, "reasons": []}
