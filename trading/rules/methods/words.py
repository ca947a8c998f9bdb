"""A method in plain words, in the language of the moment: what an official, a bidder and a judge read of it.

Every sentence follows from a member of the method and says no more than it does (docs/protocol.md, 16.2 to 16.6).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from protocol.evaluation_method import Method


@dataclass(frozen=True)
class CriterionLine:
    """One criterion or group: how deep it stands, its name, its most points, how points are given."""

    id: str
    depth: int
    name: str
    most: str
    kind: str
    text: str


@dataclass(frozen=True)
class Part:
    """A heading with its sentences; counted ones bring their numbers."""

    title: str
    lines: tuple[str, ...]
    counted: bool = False


@dataclass(frozen=True)
class MethodWords:
    """A whole method in words; ``declare`` are the quantities a bid must state, with how they are written."""

    lead: str
    criteria: tuple[CriterionLine, ...]
    parts: tuple[Part, ...]
    declare: tuple[str, ...]


def method_words(method: Method) -> MethodWords:
    """The method in the language that is active."""
    parts = (
        Part(_("How the price is scored"), tuple(_price(method))),
        Part(_("The evaluated price"), tuple(_adjustments(method))),
        Part(_("How the members’ marks are brought together"), tuple(_aggregate(method))),
        Part(_("Rounding"), tuple(_rounding(method))),
        Part(_("If two bids are equal"), tuple(_ties(method)), counted=True),
        Part(_("What the panel is asked to look at again"), tuple(_warnings(method))),
    )
    return MethodWords(
        " ".join(_lead(method)),
        tuple(_tree(method)),
        tuple(part for part in parts if part.lines),
        tuple(_declared(method)),
    )


def method_text(method: Method) -> tuple[str, str]:
    """The method as one text for a notice, in Chinese and in English."""
    found = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            found.append("\n".join(_flat(method_words(method))))
    return found[0], found[1]


def _flat(words: MethodWords) -> Iterator[str]:
    yield words.lead
    for row in words.criteria:
        line = _("%(name)s: %(points)s points.") % {"name": row.name, "points": row.most}
        yield " ".join(filter(None, ("–" * row.depth, line, row.text)))
    for part in words.parts:
        yield part.title
        yield from part.lines


def _lead(method: Method) -> Iterator[str]:
    if method.lowest:
        yield _("Of the bids that meet the requirements, the lowest evaluated price comes first.")
    else:
        yield _("Bids get points, 100 at most; the highest total comes first.")
    n = method.data["candidates"]
    yield ngettext("%(n)s candidate is ranked.", "%(n)s candidates are ranked, in order.", n) % {"n": n}


def _tree(method: Method) -> Iterator[CriterionLine]:
    """Groups with what is in them, in the order of the rows; without recursion, for groups may be as deep as rows."""
    inside: dict[str | None, list[Mapping[str, Any]]] = {}
    for row in method.data["criteria"]:
        inside.setdefault(row["parent"], []).append(row)
    waiting = [(row, 0) for row in reversed(inside.get(None, []))]
    while waiting:
        row, depth = waiting.pop()
        yield CriterionLine(row["id"], depth, row["name"], row["max"], row["kind"], criterion_text(row))
        waiting += [(one, depth + 1) for one in reversed(inside.get(row["id"], []))]


def criterion_text(row: Mapping[str, Any]) -> str:
    """How one criterion gives its points; empty for a group."""
    kind, formula = row["kind"], row["formula"]
    if kind == "judged":
        return _("Each member of the panel judges it, in steps of %(step)s.") % {"step": row["step"]}
    if kind == "price":
        return _("Computed from the evaluated price, see below.")
    if kind != "objective":
        return ""
    rows = [{"at": at, "points": points} for at, points in formula["rows"]]
    if formula["how"] == "linear":
        data = {
            "low": rows[0]["at"],
            "first": rows[0]["points"],
            "high": rows[1]["at"],
            "last": rows[1]["points"],
        }
        return (
            _(
                "%(low)s or less gives %(first)s points, %(high)s or more gives %(last)s; between them a straight line."
            )
            % data
        )
    sentence = _("%(at)s: %(points)s") if formula["how"] == "choice" else _("from %(at)s: %(points)s")
    listed = _("; ").join(sentence % one for one in rows)
    if formula["how"] == "choice":
        return _("Points by what is declared: %(rows)s.") % {"rows": listed}
    return _("Points by the quantity declared: %(rows)s; below the first: 0.") % {"rows": listed}


def _price(method: Method) -> Iterator[str]:
    for name in method.of_kind("price"):
        most, formula = method.nodes[name]["max"], method.nodes[name]["formula"]
        if formula["how"] == "lowest-full-marks":
            yield _(
                "The lowest evaluated price gets all %(most)s points; any other gets "
                "(lowest price ÷ its price) × %(most)s."
            ) % {"most": most}
        elif formula["how"] == "interpolation":
            yield _(
                "The lowest evaluated price gets all %(most)s points, the highest gets %(least)s, "
                "the others lie between them on a straight line."
            ) % {"most": most, "least": formula["least"]}
        else:
            yield from _benchmark(method, formula, most)


def _benchmark(method: Method, formula: Mapping[str, Any], most: str) -> Iterator[str]:
    base = {
        "mean": _("The base is the mean of the evaluated prices that are not rejected."),
        "lowest": _("The base is the lowest evaluated price."),
        "second-lowest": _("The base is the second lowest evaluated price."),
        "ceiling": _("The base is the ceiling price."),
    }
    yield base[formula["of"]]
    for row in formula["trim"] if formula["of"] == "mean" else ():
        yield (
            _("From %(from)s bids on, the %(high)s highest and the %(low)s lowest are left out of the mean.")
            % row
        )
    if Fraction(formula["ceiling_weight"]):
        rest = 1 - Fraction(formula["ceiling_weight"])
        yield _("The ceiling price counts %(weight)s of the base, what was computed so far %(rest)s.") % {
            "weight": formula["ceiling_weight"],
            "rest": f"{float(rest):g}",
        }
    if formula["coefficient"] != "none":
        how = {
            "times": _("The base is multiplied by the coefficient drawn at the opening: %(values)s."),
            "one-minus": _(
                "The base is multiplied by 1 minus the coefficient drawn at the opening: %(values)s."
            ),
        }[formula["coefficient"]]
        yield how % {"values": _(", ").join(method.data["coefficient"]["values"])}
    yield _(
        "A price equal to the base gets %(most)s points. Each per cent above it takes %(over)s points off, "
        "each per cent below it %(under)s; at least %(least)s points stay."
    ) % {**formula, "most": most}


def _adjustments(method: Method) -> Iterator[str]:
    texts = {
        ("percent", "add"): _("%(name)s: %(value)s %% of the price is added for each."),
        ("percent", "deduct"): _("%(name)s: %(value)s %% of the price is deducted for each."),
        ("unit", "add"): _("%(name)s: %(value)s yuan is added for each."),
        ("unit", "deduct"): _("%(name)s: %(value)s yuan is deducted for each."),
    }
    for row in method.data["adjustments"]:
        yield texts[row["how"], row["sign"]] % row
    if method.data["adjustments"]:
        yield _("The contract is made at the price of the bid, not at the evaluated one.")


def _aggregate(method: Method) -> Iterator[str]:
    if not method.of_kind("judged"):
        return
    rule = method.data["aggregate"]
    if rule["over"] == "criterion":
        yield _("For each criterion the mean of the members’ marks counts.")
    else:
        yield _("The mean of the members’ sums counts; the criteria have no points of their own.")
    if rule["trim_from"] is not None:
        yield _("From %(n)s members on, one highest and one lowest are left out.") % {"n": rule["trim_from"]}
    yield _("At least %(n)s members must have marked.") % {"n": rule["members_least"]}


def _rounding(method: Method) -> Iterator[str]:
    modes = {
        "half_up": _("half up"),
        "half_even": _("half to even"),
        "floor": _("down"),
        "ceiling": _("up"),
    }
    stages = {
        "money": _("Sums of money: %(places)s places, %(mode)s."),
        "percent": _("Per cents: %(places)s places, %(mode)s."),
        "score": _("Points: %(places)s places, %(mode)s."),
        "total": _("Totals: %(places)s places, %(mode)s."),
    }
    for name, text in stages.items():
        row = method.data["rounding"][name]
        if name == "money" or not method.lowest:
            yield text % {"places": row["places"], "mode": modes[row["mode"]]}
    yield _("Nothing else is rounded; each next step goes on with the rounded number.")


def _ties(method: Method) -> Iterator[str]:
    for step, row in enumerate(method.data["ties"], start=1):
        name = method.nodes[row["of"]]["name"] if row["of"] else ""
        text = {
            "price-lower": _("the lower evaluated price comes first"),
            "score-higher": _("the higher score in “%(name)s” comes first")
            if name
            else _("the higher sum of what was judged comes first"),
            "seeds": _("by lot from the opened bids, which everybody can repeat"),
            "panel-vote": _("by a vote of the panel, put down in its report"),
        }[row["rule"]]
        yield f"{step}. " + text % {"name": name}
    yield _("Nothing but these rules decides, in this order.")


def _warnings(method: Method) -> Iterator[str]:
    warned, flags = method.data["warnings"], method.data["flags"]
    if warned["deviation"] is not None and method.of_kind("judged"):
        yield _("A member whose sum lies more than %(n)s %% from the mean of all members.") % {
            "n": warned["deviation"]
        }
    if warned["reasons"] and method.of_kind("judged"):
        yield _("Full marks and zero marks without a reason.")
    if flags["below_mean"] is not None:
        yield _("A price more than %(n)s %% below the mean of the prices.") % {"n": flags["below_mean"]}
    if flags["below_ceiling"] is not None:
        yield _("A price more than %(n)s %% below the ceiling.") % {"n": flags["below_ceiling"]}
    yield _("None of this changes a number or rejects a bid by itself.")


def _declared(method: Method) -> Iterator[str]:
    for name in method.of_kind("objective"):
        row = method.nodes[name]
        if row["formula"]["how"] == "choice":
            words = _(", ").join(at for at, _points in row["formula"]["rows"])
            yield _("%(name)s: one of %(words)s") % {"name": row["name"], "words": words}
        else:
            yield _("%(name)s: a number") % {"name": row["name"]}
