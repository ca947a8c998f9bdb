"""Scores and ranking recomputed from a method and what was put in (docs/protocol.md, section 16).

Pure: the same inputs in any order of bids, members and criteria give the same result, byte for byte. What is judged is
the panel's; what follows from it is arithmetic, and this is the arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

from protocol import bodies, canonical
from protocol.errors import ProtocolError
from protocol.evaluation_method import KEY, Method
from protocol.evaluation_numbers import DECIMAL, add_up, exact, mean, shortest
from protocol.evaluation_price import Steps, evaluated_price, price_flags, price_scores
from protocol.evaluation_rank import Ranking, rank
from protocol.hashing import sha256

V = "sunlit-evaluation/1"
NAME = bodies.text(1, 64, r"[A-Za-z0-9._-]+")
MARKS = bodies.rows(bodies.pair(KEY, DECIMAL), 0, 1000)
REASONS = bodies.rows(bodies.pair(NAME, KEY))
SHEET = bodies.record(
    member=NAME, rows=bodies.rows(bodies.record(bid=NAME, marks=MARKS), 0, 1000), reasons=REASONS
)
SEEDS = bodies.record(
    policy=bodies.HASH,
    close=bodies.HASH,
    set_root=bodies.HASH,
    seeds=bodies.rows(bodies.pair(bodies.HASH, bodies.HASH), key=lambda row: row[0]),
)
INPUT = bodies.record(
    v=bodies.one_of(V),
    bids=bodies.rows(
        bodies.record(
            bid=NAME,
            price=DECIMAL,
            quantities=bodies.rows(bodies.pair(KEY, KEY), 0, 1000),
            adjustments=bodies.rows(bodies.pair(KEY, DECIMAL), 0, 100),
        ),
        0,
        1000,
    ),
    sheets=bodies.rows(SHEET, 0, 100),
    rejected=bodies.rows(NAME),
    ceiling=bodies.maybe(DECIMAL),
    coefficient=bodies.maybe(DECIMAL),
    votes=bodies.rows(bodies.rows(NAME, 2), 0, 100),
    seeds=bodies.maybe(SEEDS),
)
"""What goes in: `quantities` are [criterion, number or choice], `marks` [criterion, points]; lists in any order."""


@dataclass(frozen=True)
class Result:
    """What comes out, as plain data that canonical JSON takes; numbers are decimal strings.

    `rows` are by bid, of bids not rejected; `base` is the common working of the price score. `status` is "ranked",
    "tie" (the declared rules leave open who is a candidate: nobody may decide it otherwise) or "none" (all rejected).
    """

    status: str
    candidates: list[str]
    ranking: list[list[Any]]
    rows: list[dict[str, Any]]
    base: Steps = field(default_factory=list)
    ties: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    warnings: list[dict[str, str]] = field(default_factory=list)
    flags: list[dict[str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The result as plain data."""
        return {"v": "sunlit-result/1", **vars(self)}

    def digest(self) -> str:
        """SHA-256 of its canonical JSON."""
        return sha256(canonical.encode(self.as_json())).hex()


def ordered(value: Mapping[str, Any]) -> dict[str, Any]:
    """An input in its one order: every list ascending, but not the lists of a vote. NotCanonical for another form.

    A bid, member or criterion that occurs twice is refused: which of the two counts would be somebody's choice.
    """
    INPUT(value, "input")
    found = dict(value)
    found["bids"] = _sorted(
        [
            row
            | {
                name: _sorted(row[name], 0, f"{name} of {row['bid']}")
                for name in ("quantities", "adjustments")
            }
            for row in value["bids"]
        ],
        "bid",
        "bids",
    )
    found["sheets"] = _sorted([_sheet(row) for row in value["sheets"]], "member", "sheets")
    found["rejected"] = sorted(set(value["rejected"]))
    found["votes"] = sorted(value["votes"])
    return found


def _sheet(sheet: Mapping[str, Any]) -> dict[str, Any]:
    rows = [row | {"marks": _sorted(row["marks"], 0, f"marks of {row['bid']}")} for row in sheet["rows"]]
    return {**sheet, "rows": _sorted(rows, "bid", "rows"), "reasons": sorted(sheet["reasons"])}


def _sorted(rows: list[Any], key: str | int, where: str) -> list[Any]:
    names = [row[key] for row in rows]
    if len(set(names)) != len(names):
        raise ProtocolError("something is given twice", obj=where)
    return sorted(rows, key=lambda row: str(row[key]))


def input_digest(value: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of an input in its one order."""
    return sha256(canonical.encode(ordered(value))).hex()


def recompute(method: Method, value: Mapping[str, Any]) -> Result:
    """Scores, working, ranking, ties and candidates of an input.

    ProtocolError names the bid, member or criterion where something is missing, is too much, or breaks the method:
    nothing is filled in, and no sheet is passed over.
    """
    given = ordered(value)
    bids = {row["bid"]: row for row in given["bids"]}
    if unknown := set(given["rejected"]) - bids.keys():
        raise ProtocolError("a bid is rejected which there is not", obj=min(unknown))
    valid = {name: row for name, row in bids.items() if name not in given["rejected"]}
    sheets = _marks(method, given["sheets"], set(bids), set(valid))
    if not valid:
        return Result("none", [], [], [], rejected=given["rejected"])
    ceiling, coefficient = (
        Fraction(given[name]) if given[name] is not None else None for name in ("ceiling", "coefficient")
    )
    _coefficient(method, coefficient)
    worked = {bid: evaluated_price(method, row) for bid, row in valid.items()}
    prices = {bid: price for bid, (price, _) in worked.items()}
    base, priced = (
        ([], {}) if method.lowest else price_scores(method, prices, ceiling, coefficient)
    )  # fmt: skip
    rows, ranking = [], Ranking(method, prices, {}, {}, given["votes"], given["seeds"])
    for bid, row in valid.items():
        points, criteria = _criteria(method, row, sheets)
        totals, judged = _judged(method, bid, sheets, points)
        steps = worked[bid][1]
        if bid in priced:
            points[method.of_kind("price")[0]], more = priced[bid]
            steps = steps + more
        total = method.stages["total"](judged + sum(points[name] for name in _others(method)))
        ranking.totals[bid], ranking.scores[bid] = total, {**points, "": judged}
        rows.append(
            {
                "bid": bid,
                "criteria": [[name, method.stages["score"].text(points[name])] for name in sorted(points)],
                "marks": criteria,
                "members": totals,
                "judged": method.stages["score"].text(judged),
                "price": steps,
                "total": None if method.lowest else method.stages["total"].text(total),
            }
        )
    status, order, candidates, ties = rank(ranking)
    raw = {bid: Fraction(row["price"]) for bid, row in valid.items()}
    return Result(
        status,
        candidates,
        order,
        rows,
        base,
        ties,
        given["rejected"],
        _warnings(method, given["sheets"], sheets, sorted(valid)),
        price_flags(method, raw, ceiling),
    )


Sheets = dict[str, dict[str, dict[str, Fraction]]]
"""Marks by member, bid and criterion."""


def _others(method: Method) -> list[str]:
    return [*method.of_kind("objective"), *method.of_kind("price")]


def _coefficient(method: Method, coefficient: Fraction | None) -> None:
    declared = method.data["coefficient"]
    values = [Fraction(text) for text in declared["values"]] if declared else [None]
    if coefficient not in values:
        raise ProtocolError("the coefficient is none of those declared", obj="coefficient")


def _marks(method: Method, sheets: list[dict[str, Any]], bids: set[str], valid: set[str]) -> Sheets:
    """Every member's marks: one for each judged criterion of each valid bid, in steps, within the most points."""
    judged = method.of_kind("judged")
    least = method.data["aggregate"]["members_least"] if judged and valid else 0
    if len(sheets) < least:
        raise ProtocolError(
            "fewer score sheets than the method asks for", evidence=f"{len(sheets)} < {least}"
        )
    found: Sheets = {}
    limits = {name: (method.most(name), exact(method.nodes[name]["step"])) for name in judged}
    for sheet in sheets:
        rows = {row["bid"]: {name: exact(mark) for name, mark in row["marks"]} for row in sheet["rows"]}
        where = f"sheet of {sheet['member']}"
        if (judged and valid - rows.keys()) or rows.keys() - bids:
            odd = (valid - rows.keys()) | (rows.keys() - bids)
            raise ProtocolError(
                "a sheet leaves a bid out, or marks one there is not", obj=where, evidence=min(odd)
            )
        for bid, marks in rows.items():
            if sorted(marks) != judged:
                raise ProtocolError(
                    "a sheet does not mark exactly the judged criteria", obj=where, evidence=bid
                )
            for name, mark in marks.items():
                if not _fits(mark, *limits[name]):
                    raise ProtocolError("a mark is too high or between two steps", obj=where, evidence=name)
        found[sheet["member"]] = rows
    return found


@lru_cache(1 << 14)
def _fits(mark: Fraction, most: Fraction, step: Fraction) -> bool:
    """Whether a mark is at most the most points, and on a step."""
    return mark <= most and mark % step == 0


def _kept(method: Method, marks: dict[str, Fraction]) -> dict[str, Fraction]:
    """Without one highest and one lowest, where so many members are enough for it; among equals by member's name."""
    least, by_mark = method.data["aggregate"]["trim_from"], sorted(marks, key=lambda who: (marks[who], who))
    kept = by_mark if least is None or len(marks) < least else by_mark[1:-1]
    return {who: marks[who] for who in kept}


def _criteria(
    method: Method, row: Mapping[str, Any], sheets: Sheets
) -> tuple[dict[str, Fraction], list[dict[str, Any]]]:
    """Points of what is not the price, and of every judged criterion who gave what and whose mark counted."""
    score, points, shown = method.stages["score"], {}, []
    quantities = dict(row["quantities"])
    if sorted(quantities) != method.of_kind("objective"):
        raise ProtocolError("exactly the objective criteria have a quantity", obj=row["bid"])
    for name, quantity in quantities.items():
        points[name] = score(objective_points(method.nodes[name]["formula"], quantity))
    by_criterion = method.data["aggregate"]["over"] == "criterion"
    for name in method.of_kind("judged"):
        marks = {who: rows[row["bid"]][name] for who, rows in sheets.items()}
        kept = _kept(method, marks) if by_criterion else marks
        if by_criterion:
            points[name] = score(mean(list(kept.values())))
        shown.append(
            {"id": name, "by": [[who, shortest(mark), who in kept] for who, mark in sorted(marks.items())]}
        )
    return points, shown


def _judged(
    method: Method, bid: str, sheets: Sheets, points: Mapping[str, Fraction]
) -> tuple[list[list[Any]], Fraction]:
    """Each member's sum with whether it counted, and the points of everything judged."""
    sums = {who: add_up(rows[bid].values()) for who, rows in sheets.items() if bid in rows}
    if method.data["aggregate"]["over"] == "criterion":
        total = sum((points[name] for name in method.of_kind("judged")), Fraction(0))
        return [[who, shortest(value), True] for who, value in sorted(sums.items())], total
    kept = _kept(method, sums)
    total = method.stages["score"](mean(list(kept.values()))) if kept else Fraction(0)
    return [[who, shortest(value), who in kept] for who, value in sorted(sums.items())], total


def objective_points(formula: Mapping[str, Any], quantity: str) -> Fraction:
    """Points of a quantity: by the step reached, by choice, or on the line between two points and level outside."""
    rows = formula["rows"]
    if formula["how"] == "choice":
        if quantity not in dict(rows):
            raise ProtocolError("a quantity is none of the choices declared", obj=quantity)
        return Fraction(dict(rows)[quantity])
    DECIMAL(quantity, "quantity")
    amount, pairs = Fraction(quantity), [(Fraction(at), Fraction(points)) for at, points in rows]
    if formula["how"] == "steps":
        return max((pair for pair in pairs if pair[0] <= amount), default=(0, Fraction(0)))[1]
    (low, first), (high, last) = pairs
    inside = min(max(amount, low), high)
    return first + (last - first) * (inside - low) / (high - low)


def _warnings(
    method: Method, given: list[dict[str, Any]], sheets: Sheets, valid: list[str]
) -> list[dict[str, str]]:
    """Sums far from the mean of all members' sums, and full or zero marks without a reason: to be looked at again."""
    rule, found, judged = method.data["warnings"], [], method.of_kind("judged")
    for bid in valid if judged else ():
        sums = {who: add_up(rows[bid].values()) for who, rows in sorted(sheets.items())}
        average = mean(list(sums.values()))
        for who, total in sums.items():
            if rule["deviation"] is not None and abs(total - average) * 100 > average * Fraction(
                rule["deviation"]
            ):
                found.append({"bid": bid, "member": who, "warning": "deviation", "criterion": ""})
        for sheet in given if rule["reasons"] else ():
            for name, mark in sorted(sheets[sheet["member"]][bid].items()):
                word = {method.most(name): "full", Fraction(0): "zero"}.get(mark)
                if word and [bid, name] not in sheet["reasons"]:
                    found.append({"bid": bid, "member": sheet["member"], "warning": word, "criterion": name})
    return found
