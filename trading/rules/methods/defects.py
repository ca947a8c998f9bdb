"""What keeps a value from being a method, in the reader's words: where it stands, what is wrong, what to do.

The protocol names a defect by a path and an English sentence for programmers; officials read these instead.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from protocol.errors import ProtocolError
from protocol.evaluation_method import method_defects

WHAT: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), message)
    for pattern, message in (
        (
            r"is not a string of (?P<low>\d+) to (?P<high>\d+) characters",
            _("%(where)s: empty or too long. Write %(low)s to %(high)s characters."),
        ),
        (
            r"holds a control character",
            _("%(where)s: holds a character that cannot be printed. Type it again."),
        ),
        (
            r"has not the form this member must have",
            _(
                "%(where)s: not written as it must be. Numbers: digits, a point, at most six places (0.5); "
                "codes and choices: letters without accents, digits, point, hyphen."
            ),
        ),
        (
            r"is not an integer from (?P<low>\d+) to (?P<high>\d+)",
            _("%(where)s: not a whole number from %(low)s to %(high)s. Write one."),
        ),
        (
            r"is none of (?P<values>.*)",
            _("%(where)s: none of what is possible here (%(values)s). Choose one."),
        ),
        (
            r"is not a list of (?P<low>\d+) to (?P<high>\d+) members",
            _("%(where)s: %(low)s to %(high)s rows are needed. Add or take away rows."),
        ),
        (
            r"is not in strictly ascending order",
            _("%(where)s: the rows do not ascend, or one is there twice. Put them in order, each once."),
        ),
        (r"is not a pair", _("%(where)s: a row must have exactly two values. Complete it.")),
        (r"is not an object", _("%(where)s: this part is missing or of another shape. Fill it in.")),
        (
            r"has missing or additional members: (?P<values>.*)",
            _("%(where)s: missing here, or not known: %(values)s. Complete it, or take it out."),
        ),
        (
            r"a member is missing, or not known",
            _("%(where)s: missing, or not known here. Fill it in, or take it out."),
        ),
        (
            r"an id occurs twice in the method",
            _("The same code stands twice among criteria or adjustments. Give each its own."),
        ),
        (
            r"a criterion has a formula which its kind does not know",
            _(
                "%(where)s: the way of computing does not fit the kind. Choose it again; judged ones have none."
            ),
        ),
        (
            r"judged criteria have a step, others none",
            _("%(where)s: a judged criterion needs a step, others have none. Fill it in, or empty it."),
        ),
        (
            r"the most points are above zero and a multiple of the step",
            _(
                "%(where)s: the most points must be above zero and a multiple of the step. Change one of the two."
            ),
        ),
        (
            r"a formula gives more points than its criterion has",
            _(
                "%(where)s: a row gives more points than the criterion has. Lower it, or raise the most points."
            ),
        ),
        (
            r"a criterion stands below no group",
            _("%(where)s: stands below something that is no group, or below itself. Choose its group again."),
        ),
        (
            r"the points of a group are not the sum of its criteria",
            _("%(where)s: its points are not the sum of the criteria in it. Change the one or the others."),
        ),
        (
            r"the criteria do not sum to 100 points",
            _(
                "The criteria outside groups and the groups do not sum to 100 points (with the lowest evaluated "
                "price: to none). Change the points."
            ),
        ),
        (
            r"exactly one criterion scores the price",
            _(
                "Exactly one criterion must score the price (with the lowest evaluated price: none). "
                "Add it, or take the others out."
            ),
        ),
        (
            r"a coefficient is declared and not used, or used and not declared",
            _(
                "The price formula and the coefficient do not agree: one of them names a drawn coefficient, "
                "the other does not. Declare its values, or use none."
            ),
        ),
        (
            r"the values of the coefficient do not fit",
            _(
                "The values of the coefficient must be above zero and all different, and below 1 where "
                "1 minus it is used. Change them."
            ),
        ),
        (
            r"the weight of the ceiling is above 1",
            _("%(where)s: the weight of the ceiling must be from 0 to 1. Lower it."),
        ),
        (
            r"a tie rule names what has no score of its own",
            _("%(where)s: this rule names something that has no score of its own. Choose another, or none."),
        ),
    )
)
OTHER = _("%(where)s: not in order. Compare it with a template, and fill it in again.")
ROWS = {
    "criteria": _("Criterion, row %(row)s"),
    "adjustments": _("Adjustment of the price, row %(row)s"),
    "ties": _("Tie, step %(row)s"),
}
MEMBERS = {
    "v": _("version of the form"),
    "kind": _("kind"),
    "candidates": _("number of candidates"),
    "criteria": _("criteria"),
    "adjustments": _("adjustments of the price"),
    "aggregate": _("bringing the marks together"),
    "over": _("marks or sums"),
    "trim_from": _("members from which extremes are left out"),
    "members_least": _("least number of score sheets"),
    "rounding": _("rounding"),
    "money": _("sums of money"),
    "percent": _("per cent"),
    "score": _("points"),
    "total": _("totals"),
    "places": _("decimal places"),
    "mode": _("way of rounding"),
    "coefficient": _("drawn coefficient"),
    "values": _("values"),
    "draw": _("how it is drawn"),
    "ties": _("ties"),
    "warnings": _("warnings"),
    "deviation": _("deviation of a member, per cent"),
    "reasons": _("reasons for full and zero marks"),
    "flags": _("flags"),
    "below_mean": _("per cent below the mean"),
    "below_ceiling": _("per cent below the ceiling"),
    "id": _("code"),
    "parent": _("group"),
    "name": _("name"),
    "max": _("most points"),
    "step": _("step"),
    "how": _("way of computing"),
    "sign": _("added or deducted"),
    "value": _("value"),
    "rule": _("rule"),
    "of": _("criterion or base it looks at"),
    "rows": _("rows"),
    "trim": _("prices left out"),
    "from": _("number of bids"),
    "high": _("highest left out"),
    "low": _("lowest left out"),
    "ceiling_weight": _("weight of the ceiling"),
    "under": _("points off below the base"),
    "least": _("least points"),
}
_STEP = re.compile(r"([A-Za-z_]+)(?:\[(\d+)\])?(?:\[\d+\])*")


@dataclass(frozen=True)
class Defect:
    """One thing that is wrong: its path, the protocol's words, and a sentence (a msgid) with what fills it."""

    path: str
    what: str
    message: str
    data: Mapping[str, str]

    def __str__(self) -> str:
        return gettext(self.message) % self.data


def defects(scheme: Any) -> tuple[Defect, ...]:
    """Everything that keeps ``scheme`` from being a method, all at once; empty if it is one."""
    return tuple(_defect(error, scheme) for error in method_defects(scheme))


def _defect(error: ProtocolError, scheme: Any) -> Defect:
    path = located(error.obj, scheme)
    said = error.message.removeprefix(f"{error.obj}: ")
    for pattern, message in WHAT:
        if found := pattern.fullmatch(said):
            return Defect(path, said, message, {"where": where(path), **found.groupdict()})
    return Defect(path, said, OTHER, {"where": where(path)})


def located(obj: str, scheme: Any) -> str:
    """The path of a defect: the protocol names what does not fit together by the criterion's id, not by its row."""
    head, _sep, of = obj.partition(" ")
    if head == "method" or head.startswith("method."):
        rows = scheme["ties"] if head == "method.ties" and of else []
        places = [n for n, row in enumerate(rows) if str(row["of"]) == of]
        return f"{head}[{places[0]}].of" if places else head
    rows = scheme.get("criteria", [])
    owner = max(
        (
            n
            for n, row in enumerate(rows)
            if obj == row["id"] or obj.startswith((f"{row['id']}.", f"{row['id']}["))
        ),
        key=lambda n: len(rows[n]["id"]),
        default=None,
    )
    if owner is None:
        return f"method.{obj}"
    rest = obj[len(rows[owner]["id"]) :]
    return f"method.criteria[{owner}]" + (f".formula{rest}" if rest else "")


def where(path: str) -> str:
    """A path as people read it, in the language of the moment: "Criterion, row 2: most points"."""
    words = []
    for name, row in _STEP.findall(path.removeprefix("method").removeprefix(".")):
        if row and name in ROWS:
            words.append(gettext(ROWS[name]) % {"row": int(row) + 1})
        elif row:
            words.append(f"{_member(name, path)} {int(row) + 1}")
        elif name != "formula":
            words.append(_member(name, path))
    return " – ".join(words) or gettext("The method")


def _member(name: str, path: str) -> str:
    if name == "over" and ".formula" in path:
        return gettext("points off above the base")
    return gettext(MEMBERS[name]) if name in MEMBERS else name
