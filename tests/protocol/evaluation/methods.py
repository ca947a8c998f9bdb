"""Methods and inputs which several tests of the evaluation begin with."""

from protocol.evaluation_method import read_method

HALF_UP = {"places": 2, "mode": "half_up"}
BENCHMARK = {
    "how": "benchmark",
    "of": "mean",
    "trim": [],
    "ceiling_weight": "0",
    "coefficient": "none",
    "over": "1",
    "under": "0.5",
    "least": "0",
}
FULL_MARKS = {"how": "lowest-full-marks"}


def node(name, most, kind, *, parent=None, step=None, formula=None):
    return {
        "id": name,
        "parent": parent,
        "name": f"criterion {name}",
        "max": most,
        "kind": kind,
        "step": step,
        "formula": formula,
    }


def criteria(price=FULL_MARKS, most="60"):
    """Price, an objective criterion, and two judged ones in a group."""
    rest = 100 - int(most)
    return [
        node("price", most, "price", formula=price),
        node("tech", str(rest - 10), "group"),
        node("plan", str(rest - 20), "judged", parent="tech", step="0.5"),
        node("team", "10", "judged", parent="tech", step="1"),
        node("works", "10", "objective", formula={"how": "steps", "rows": [["1", "4"], ["3", "10"]]}),
    ]


def scheme(**changes):
    """A method of weighted scoring; `changes` replace members."""
    return {
        "v": "sunlit-method/1",
        "kind": "comprehensive",
        "candidates": 3,
        "criteria": criteria(),
        "adjustments": [],
        "aggregate": {"over": "criterion", "trim_from": None, "members_least": 1},
        "rounding": dict.fromkeys(("money", "percent", "score", "total"), HALF_UP),
        "coefficient": None,
        "ties": [{"rule": "price-lower", "of": None}, {"rule": "score-higher", "of": "tech"}],
        "warnings": {"deviation": "30", "reasons": False},
        "flags": {"below_mean": None, "below_ceiling": None},
    } | changes


def only_price(formula, **changes):
    """All hundred points for the price."""
    return scheme(
        criteria=[node("price", "100", "price", formula=formula)],
        ties=[{"rule": "seeds", "of": None}],
        **changes,
    )


def lowest(**changes):
    """Lowest evaluated price."""
    return scheme(
        **{"kind": "lowest_evaluated", "criteria": [], "ties": [{"rule": "seeds", "of": None}]} | changes
    )


def bid(name, price, works=None, adjustments=()):
    quantities = [] if works is None else [["works", works]]
    return {
        "bid": name,
        "price": price,
        "quantities": quantities,
        "adjustments": [list(row) for row in adjustments],
    }


def sheet(member, marks, reasons=()):
    """`marks` by bid: (plan, team)."""
    rows = [{"bid": name, "marks": [["plan", plan], ["team", team]]} for name, (plan, team) in marks.items()]
    return {"member": member, "rows": rows, "reasons": [list(row) for row in reasons]}


def given(bids, sheets=(), **changes):
    return {
        "v": "sunlit-evaluation/1",
        "bids": list(bids),
        "sheets": list(sheets),
        "rejected": [],
        "ceiling": None,
        "coefficient": None,
        "votes": [],
        "seeds": None,
    } | changes


def method(**changes):
    return read_method(scheme(**changes))
