"""The evaluation method as data: criteria, formulas, rounding, ties (docs/protocol.md, section 16.2).

What 招标投标法 40 and 实施条例 49 ask for stands in it, so that nothing is decided after the bids are opened: only the
standards and the method of the tender document may be used. Numbers of the law (price weights, how many candidates) are
no part of this file; rule packs hold the method to them before it is published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from protocol import bodies, canonical
from protocol.errors import NotCanonical, ProtocolError
from protocol.evaluation_numbers import DECIMAL, HALF, ROUNDING, Rounding

V = "sunlit-method/1"
LOWEST, COMPREHENSIVE = "lowest_evaluated", "comprehensive"
STAGES = ("money", "percent", "score", "total")
KEY = bodies.text(1, 40, r"[A-Za-z0-9._-]+")
_POINT = bodies.pair(DECIMAL, DECIMAL)


def _by_number(row: Any) -> Fraction:
    return Fraction(row[0])


_TRIM = bodies.record(from_=bodies.number(1), high=bodies.number(0, 100), low=bodies.number(0, 100))
FORMULAS: dict[str, dict[str, bodies.Form]] = {
    "objective": {
        "steps": bodies.record(how=bodies.anything, rows=bodies.rows(_POINT, 1, 100, key=_by_number)),
        "choice": bodies.record(
            how=bodies.anything, rows=bodies.rows(bodies.pair(KEY, DECIMAL), 1, 100, key=lambda row: row[0])
        ),
        "linear": bodies.record(how=bodies.anything, rows=bodies.rows(_POINT, 2, 2, key=_by_number)),
    },
    "price": {
        "lowest-full-marks": bodies.record(how=bodies.anything),
        "interpolation": bodies.record(how=bodies.anything, least=DECIMAL),
        "benchmark": bodies.record(
            how=bodies.anything,
            of=bodies.one_of("mean", "lowest", "second-lowest", "ceiling"),
            trim=bodies.rows(_TRIM, 0, 20, key=lambda row: row["from"]),
            ceiling_weight=DECIMAL,
            coefficient=bodies.one_of("none", "times", "one-minus"),
            over=DECIMAL,
            under=DECIMAL,
            least=DECIMAL,
        ),
    },
}
"""By kind of criterion: the formulas there are, each with its parameters."""
_NODE = bodies.record(
    id=KEY,
    parent=bodies.maybe(KEY),
    name=bodies.ID,
    max=DECIMAL,
    kind=bodies.one_of("group", "judged", "objective", "price"),
    step=bodies.maybe(DECIMAL),
    formula=bodies.anything,
)
_ADJUSTMENT = bodies.record(
    id=KEY,
    name=bodies.ID,
    how=bodies.one_of("percent", "unit"),
    sign=bodies.one_of("add", "deduct"),
    value=DECIMAL,
)
_TIE = bodies.record(
    rule=bodies.one_of("price-lower", "score-higher", "seeds", "panel-vote"), of=bodies.maybe(KEY)
)
_ROWS = {"criteria": _NODE, "adjustments": _ADJUSTMENT, "ties": _TIE}
_MEMBERS: dict[str, bodies.Form] = dict(  # noqa: C408  (names as in the file)
    v=bodies.one_of(V),
    kind=bodies.one_of(LOWEST, COMPREHENSIVE),
    candidates=bodies.number(1, 100),
    criteria=bodies.rows(_NODE, 0, 1000),
    adjustments=bodies.rows(_ADJUSTMENT, 0, 100),
    aggregate=bodies.record(
        over=bodies.one_of("criterion", "total"),
        trim_from=bodies.maybe(bodies.number(3, 100)),
        members_least=bodies.number(1, 100),
    ),
    rounding=bodies.record(**dict.fromkeys(STAGES, ROUNDING)),
    coefficient=bodies.maybe(
        bodies.record(values=bodies.rows(DECIMAL, 2, 100), draw=bodies.one_of("derived", "physical"))
    ),
    ties=bodies.rows(_TIE, 1, 10),
    warnings=bodies.record(deviation=bodies.maybe(DECIMAL), reasons=bodies.one_of(True, False)),
    flags=bodies.record(below_mean=bodies.maybe(DECIMAL), below_ceiling=bodies.maybe(DECIMAL)),
)


@dataclass(frozen=True)
class Method:
    """A checked method. `data` is the JSON value it was read from."""

    data: Mapping[str, Any]

    @property
    def lowest(self) -> bool:
        """Whether the lowest evaluated price ranks first (经评审的最低投标价法), not the highest score."""
        return bool(self.data["kind"] == LOWEST)

    @cached_property
    def nodes(self) -> dict[str, Mapping[str, Any]]:
        """Criteria and groups by id."""
        return {row["id"]: row for row in self.data["criteria"]}

    def of_kind(self, kind: str) -> list[str]:
        """Ids of the criteria of a kind, ascending."""
        return sorted(name for name, row in self.nodes.items() if row["kind"] == kind)

    @cached_property
    def adjustments(self) -> dict[str, Mapping[str, Any]]:
        """Adjustments of the price by id."""
        return {row["id"]: row for row in self.data["adjustments"]}

    @cached_property
    def stages(self) -> dict[str, Rounding]:
        """How each stage rounds."""
        return {name: Rounding.of(self.data["rounding"][name]) for name in STAGES}

    def most(self, name: str) -> Fraction:
        """Most points of a criterion."""
        return Fraction(self.nodes[name]["max"])

    def leaves(self, name: str) -> list[str]:
        """Ids of the criteria at or below a node, ascending."""
        found = [name]  # groups may stand in each other as deep as there are rows
        while groups := {one for one in found if self.nodes[one]["kind"] == "group"}:
            below = [row["id"] for row in self.data["criteria"] if row["parent"] in groups]
            found = [one for one in found if one not in groups] + below
        return sorted(found)


def read_method(value: Any) -> Method:
    """A method out of its JSON value; NotCanonical for a wrong form, ProtocolError for what does not fit together."""
    bodies.record(**_MEMBERS)(value, "method")
    method = Method(value)
    for defect in _unfit(method):
        raise defect
    return method


def method_defects(value: Any) -> list[ProtocolError]:
    """Everything that keeps a JSON value from being a method, each with its place in `obj`; empty if it is one.

    Where a form is wrong, only forms are looked at: what does not fit together is told once every part can be read.
    """
    found = list(_misformed(value))
    return found or list(_unfit(Method(value)))


def _misformed(value: Any) -> Iterator[ProtocolError]:
    """Members, and rows of lists, which have not their form."""
    if not isinstance(value, dict):
        yield NotCanonical("method: is not an object", obj="method")
        return
    for name in sorted(value.keys() ^ _MEMBERS.keys()):
        yield NotCanonical("a member is missing, or not known", obj=f"method.{name}")
    for name, form in _MEMBERS.items():
        held = value.get(name)
        rows = held if name in _ROWS and isinstance(held, list) else []
        faults = [
            fault for n, row in enumerate(rows) for fault in _fault(_ROWS[name], row, f"method.{name}[{n}]")
        ]
        yield from faults or (_fault(form, held, f"method.{name}") if name in value else [])


def _fault(form: bodies.Form, value: Any, where: str) -> list[ProtocolError]:
    try:
        form(value, where)
    except ProtocolError as error:
        return [error]
    return []


def _unfit(method: Method) -> Iterator[ProtocolError]:
    """What does not fit together; what would be asked of a broken tree is not asked."""
    data = method.data
    if len(method.nodes) != len(data["criteria"]) or len(method.adjustments) != len(data["adjustments"]):
        yield ProtocolError("an id occurs twice in the method", obj="method")
        return
    broken = list(_formulas(method)) + list(_tree(method))
    yield from broken
    if not broken:
        yield from _whole(method)


def bound_method(data: bytes) -> Method:
    """The method in the bytes of method.json, bound by T: `method.scheme`, in accord with the members beside it."""
    value = canonical.decode(data)
    outer = value.get("method") if isinstance(value, dict) else None
    if not isinstance(outer, dict) or "scheme" not in outer:
        raise ProtocolError(
            "the method bound by T is not given as data: nothing can be recomputed", obj="method.json"
        )
    method = read_method(outer["scheme"])
    for name in ("kind", "candidates", "coefficient"):
        if outer.get(name) != method.data[name]:
            raise ProtocolError("method and scheme say different things", obj=f"method.json {name}")
    return method


def _formulas(method: Method) -> Iterator[ProtocolError]:
    for name, row in method.nodes.items():
        known, given = FORMULAS.get(row["kind"], {}), row["formula"]
        form = known.get(str(given.get("how"))) if isinstance(given, dict) else None
        if (form is None) != (not known) or (form is None and given is not None):
            yield ProtocolError("a criterion has a formula which its kind does not know", obj=name)
            continue
        if form is not None and (faults := _fault(form, given, name)):
            yield from faults
            continue
        if (row["step"] is None) != (row["kind"] != "judged"):
            yield ProtocolError("judged criteria have a step, others none", obj=name)
        step, most = Fraction(row["step"] or 1), method.most(name)
        if most == 0 or step == 0 or (row["step"] and most % step != 0):
            yield ProtocolError("the most points are above zero and a multiple of the step", obj=name)
        points = [Fraction(pair[1]) for pair in (given or {}).get("rows", [])]
        if max([*points, Fraction((given or {}).get("least", 0))]) > most:
            yield ProtocolError("a formula gives more points than its criterion has", obj=name)


def _tree(method: Method) -> Iterator[ProtocolError]:
    """Every group is the sum of what is below it, and the whole is 100."""
    sums: dict[str | None, Fraction] = {}
    for name, row in method.nodes.items():
        seen, above = {name}, row["parent"]
        while above is not None:
            if above in seen or above not in method.nodes or method.nodes[above]["kind"] != "group":
                yield ProtocolError("a criterion stands below no group", obj=name)
                break
            seen.add(above)
            above = method.nodes[above]["parent"]
        sums[row["parent"]] = sums.get(row["parent"], Fraction(0)) + method.most(name)
    for name in method.of_kind("group"):
        if sums.get(name) != method.most(name):
            yield ProtocolError("the points of a group are not the sum of its criteria", obj=name)
    if sums.get(None, Fraction(0)) != (0 if method.lowest else 100):
        yield ProtocolError("the criteria do not sum to 100 points", obj="method.criteria")


def _whole(method: Method) -> Iterator[ProtocolError]:
    data, prices = method.data, method.of_kind("price")
    if len(prices) != (0 if method.lowest else 1):
        yield ProtocolError("exactly one criterion scores the price", obj="method.criteria")
    formula = method.nodes[prices[0]]["formula"] if prices else {}
    if (formula.get("coefficient", "none") == "none") != (data["coefficient"] is None):
        yield ProtocolError(
            "a coefficient is declared and not used, or used and not declared", obj="method.coefficient"
        )
    values = [Fraction(text) for text in data["coefficient"]["values"]] if data["coefficient"] else [HALF]
    least_one = formula.get("coefficient") == "one-minus"
    if min(values) <= 0 or len(set(values)) != len(values) or (least_one and max(values) >= 1):
        yield ProtocolError("the values of the coefficient do not fit", obj="method.coefficient")
    if Fraction(formula.get("ceiling_weight", "0")) > 1:
        yield ProtocolError("the weight of the ceiling is above 1", obj=prices[0])
    for rule in data["ties"]:
        of = rule["of"]
        known = of is None or (rule["rule"] == "score-higher" and of in method.nodes)
        parts = method.leaves(of) if known and of is not None else []
        if not known or (data["aggregate"]["over"] == "total" and set(parts) & set(method.of_kind("judged"))):
            yield ProtocolError("a tie rule names what has no score of its own", obj=f"method.ties {of}")
