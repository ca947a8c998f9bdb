"""O4: the evaluation method as a form. What is typed is kept as it is; whether it is a method is asked of the rules.

One form of rows: criteria, adjustments, ties. A row whose name and points are empty is left out. Works without
scripts: "save and add rows" saves and shows more empty ones.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.forms import DomainForm
from protocol.evaluation_method import STAGES, V
from trading.forms.base import text_area
from trading.forms.coefficients import CoefficientForm
from trading.forms.draft import METHODS, ROUNDINGS
from trading.rules.methods.workbook import BENCHMARK, criterion, typed

MOST_ROWS = 100
"""Criteria a form can hold; a longer method is edited in its file."""
KINDS = {
    "group": gettext_lazy("group of criteria"),
    "judged": gettext_lazy("judged by the members"),
    "objective": gettext_lazy("computed from a quantity"),
    "price": gettext_lazy("price"),
}
HOW = {
    "steps": gettext_lazy("by steps"),
    "choice": gettext_lazy("by choice"),
    "linear": gettext_lazy("on a straight line"),
}
PRICE = {
    "lowest-full-marks": gettext_lazy("lowest price takes full marks, others in proportion"),
    "interpolation": gettext_lazy("straight line from lowest to highest"),
    "benchmark": gettext_lazy("points off for each per cent away from a base"),
}
BASES = {
    "mean": gettext_lazy("mean of the prices"),
    "lowest": gettext_lazy("lowest price"),
    "second-lowest": gettext_lazy("second lowest price"),
    "ceiling": gettext_lazy("ceiling price"),
}
COEFFICIENTS = {
    "none": gettext_lazy("no coefficient"),
    "times": gettext_lazy("base times the coefficient"),
    "one-minus": gettext_lazy("base times 1 minus the coefficient"),
}
TIES = {
    "price-lower": gettext_lazy("lower evaluated price"),
    "score-higher": gettext_lazy("higher score"),
    "seeds": gettext_lazy("lot from the opened bids"),
    "panel-vote": gettext_lazy("vote of the panel"),
}
MODES = {**ROUNDINGS, "ceiling": gettext_lazy("up")}
STAGE_WORDS = {
    "money": gettext_lazy("Sums of money"),
    "percent": gettext_lazy("Per cents"),
    "score": gettext_lazy("Points"),
    "total": gettext_lazy("Totals"),
}
CRITERION = ("name", "kind", "max", "parent", "step", "how", "rows", "id")
ADJUSTMENT = ("name", "how", "sign", "value", "id")
TIE = ("rule", "of")


def number(label: Any, most: int = 24, **options: Any) -> forms.CharField:
    """A number, kept as typed: the method says what is wrong with it."""
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.CharField(label=label, required=False, max_length=most, widget=widget, **options)


def choice(label: Any, words: Mapping[str, Any], **options: Any) -> forms.ChoiceField:
    """A choice that may be left open in a draft."""
    chosen = [("", gettext_lazy("Not chosen yet")), *words.items()]
    return forms.ChoiceField(label=label, required=False, choices=chosen, **options)


class MethodForm(CoefficientForm):
    """A whole method. ``kept`` is the method as saved, ``spare`` how many empty rows of each list stand below."""

    kind = choice(gettext_lazy("Evaluation method"), METHODS)
    candidates = number(gettext_lazy("Candidates to be ranked"), 3, help_text=gettext_lazy("One to three."))
    price_how = choice(gettext_lazy("How the price is scored"), PRICE)
    price_of = choice(gettext_lazy("Base"), BASES)
    price_trim = forms.CharField(
        label=gettext_lazy("Prices left out of the mean"),
        required=False,
        max_length=400,
        widget=text_area(2),
        help_text=gettext_lazy(
            "One a line: from how many bids; how many highest; how many lowest. For example: 5; 1; 1"
        ),
    )
    price_ceiling_weight = number(
        gettext_lazy("Weight of the ceiling in the base"),
        help_text=gettext_lazy("0 to 1; 0 if it does not count."),
    )
    price_coefficient = choice(gettext_lazy("Drawn coefficient"), COEFFICIENTS)
    price_over = number(gettext_lazy("Points off for each per cent above the base"))
    price_under = number(gettext_lazy("Points off for each per cent below the base"))
    price_least = number(gettext_lazy("Least points of the price"))
    aggregate_over = choice(
        gettext_lazy("What is averaged"),
        {
            "criterion": gettext_lazy("the marks of each criterion"),
            "total": gettext_lazy("the sums of the members"),
        },
    )
    aggregate_trim_from = number(
        gettext_lazy("Leave out one highest and one lowest from so many members on"),
        3,
        help_text=gettext_lazy("Empty: nothing is left out."),
    )
    aggregate_members_least = number(gettext_lazy("Members who must have marked"), 3)
    warnings_deviation = number(
        gettext_lazy("Warn when a member’s sum is so many per cent from the mean"),
        help_text=gettext_lazy("Empty: no warning."),
    )
    warnings_reasons = forms.BooleanField(
        label=gettext_lazy("Ask for a reason for full and zero marks"), required=False
    )
    flags_below_mean = number(
        gettext_lazy("Ask about a price so many per cent below the mean"),
        help_text=gettext_lazy("Empty: not asked."),
    )
    flags_below_ceiling = number(
        gettext_lazy("Ask about a price so many per cent below the ceiling"),
        help_text=gettext_lazy("Empty: not asked."),
    )

    def __init__(self, *args: Any, kept: Mapping[str, Any], spare: int = 2, **options: Any) -> None:
        options["initial"] = self.of(kept)
        super().__init__(*args, **options)
        sent = self.data if self.is_bound else {}
        self.counts = {
            name: rows_sent(sent, prefix) if sent else min(len(kept.get(name) or []) + more, MOST_ROWS)
            for name, prefix, more in (("criteria", "c", spare), ("adjustments", "a", 1), ("ties", "t", 1))
        }
        codes = self.codes(kept, sent)
        for stage in STAGES:
            words = {"stage": STAGE_WORDS[stage]}
            self.fields[f"rounding_{stage}_places"] = number(_("%(stage)s: decimal places") % words, 1)
            self.fields[f"rounding_{stage}_mode"] = choice(_("%(stage)s: rounded") % words, MODES)
        for n in range(self.counts["criteria"]):
            self.add_criterion(n, codes)
        for n in range(self.counts["adjustments"]):
            self.add_adjustment(n)
        for n in range(self.counts["ties"]):
            step = {"step": n + 1}
            self.fields[f"t{n}_rule"] = choice(_("Step %(step)s: what decides") % step, TIES)
            self.fields[f"t{n}_of"] = forms.ChoiceField(
                label=_("Step %(step)s: of what score") % step,
                required=False,
                choices=[("", _("all that is judged")), *codes.items()],
            )

    def codes(self, kept: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, str]:
        """Code and name of the criteria there are, saved or just sent: what rows may name."""
        found = {str(row.get("id")): str(row.get("name")) for row in kept.get("criteria") or []}
        for n in range(self.counts["criteria"] if sent else 0):
            code = plain(sent.get(f"c{n}_id", ""))
            if code:
                found[code] = plain(sent.get(f"c{n}_name", ""))
        return {code: f"{name} ({code})" for code, name in found.items() if code}

    def add_criterion(self, n: int, codes: Mapping[str, str]) -> None:
        """The fields of one row of criteria."""
        row = {"row": n + 1}
        text: dict[str, Any] = {"required": False, "max_length": 200}
        self.fields[f"c{n}_name"] = forms.CharField(label=_("Row %(row)s: name") % row, **text)
        self.fields[f"c{n}_kind"] = choice(_("Row %(row)s: kind") % row, KINDS)
        self.fields[f"c{n}_max"] = number(_("Row %(row)s: most points") % row)
        self.fields[f"c{n}_parent"] = forms.ChoiceField(
            label=_("Row %(row)s: part of group") % row,
            required=False,
            choices=[("", _("none")), *codes.items()],
        )
        self.fields[f"c{n}_step"] = number(
            _("Row %(row)s: step of the marks") % row, help_text=_("Only where it is judged.")
        )
        self.fields[f"c{n}_how"] = choice(
            _("Row %(row)s: computed") % row, HOW, help_text=_("Only where it is computed from a quantity.")
        )
        self.fields[f"c{n}_rows"] = forms.CharField(
            label=_("Row %(row)s: points by quantity") % row,
            required=False,
            max_length=4000,
            widget=text_area(3),
            help_text=_(
                "One a line: from; points. For example: 3; 10. By choice: word in Latin letters; points."
            ),
        )
        self.fields[f"c{n}_id"] = forms.CharField(
            label=_("Row %(row)s: code") % row,
            help_text=_("Empty: one is given."),
            required=False,
            max_length=40,
        )

    def add_adjustment(self, n: int) -> None:
        """The fields of one adjustment of the price."""
        row = {"row": n + 1}
        text: dict[str, Any] = {"required": False, "max_length": 200}
        self.fields[f"a{n}_name"] = forms.CharField(label=_("Row %(row)s: name") % row, **text)
        self.fields[f"a{n}_how"] = choice(
            _("Row %(row)s: measured") % row,
            {"percent": _("per cent of the price"), "unit": _("yuan for each")},
        )
        self.fields[f"a{n}_sign"] = choice(
            _("Row %(row)s: effect") % row,
            {"add": pgettext("method", "added"), "deduct": _("deducted")},
        )
        self.fields[f"a{n}_value"] = number(_("Row %(row)s: value") % row)
        self.fields[f"a{n}_id"] = forms.CharField(
            label=_("Row %(row)s: code") % row,
            help_text=_("For small firms’ deductions: sme-small, sme-joint."),
            required=False,
            max_length=40,
        )

    @staticmethod
    def of(kept: Mapping[str, Any]) -> dict[str, Any]:
        """The method as the fields hold it."""
        found: dict[str, Any] = {name: kept.get(name) for name in ("kind", "candidates")}
        found |= CoefficientForm.coefficient_of(kept)
        for part in ("aggregate", "warnings", "flags"):
            found |= {f"{part}_{name}": value for name, value in (kept.get(part) or {}).items()}
        for stage in STAGES:
            row = (kept.get("rounding") or {}).get(stage) or {}
            found |= {f"rounding_{stage}_{name}": row.get(name) for name in ("places", "mode")}
        for n, row in enumerate(kept.get("criteria") or []):
            formula = row.get("formula") or {}
            found |= {f"c{n}_{name}": row.get(name) for name in CRITERION if name not in {"how", "rows"}}
            if row.get("kind") == "price":
                found |= {f"price_{name}": formula.get(name) for name in ("how", *BENCHMARK)}
                found["price_trim"] = "\n".join(
                    "; ".join(str(one.get(name, "")) for name in ("from", "high", "low"))
                    for one in formula.get("trim") or []
                )
            else:
                found[f"c{n}_how"] = formula.get("how")
                found[f"c{n}_rows"] = "\n".join("; ".join(map(str, one)) for one in formula.get("rows") or [])
        for prefix, name, keys in (("a", "adjustments", ADJUSTMENT), ("t", "ties", TIE)):
            for n, row in enumerate(kept.get(name) or []):
                found |= {f"{prefix}{n}_{key}": row.get(key) for key in keys}
        return found

    def clean_method_coefficients(self) -> list[str]:
        """The values as typed: whether they fit, the method says."""
        return plain(self.cleaned_data["method_coefficients"]).replace(",", " ").split()

    def given(self, name: str) -> str:
        """What a field holds, with wide figures and points made plain; names only joined."""
        return plain(str(self.cleaned_data.get(name) or ""), keep=name.endswith("_name"))

    def scheme(self) -> dict[str, Any]:
        """The method as data, with whatever gaps it has."""
        rounding = {
            stage: {name: typed(name, self.given(f"rounding_{stage}_{name}")) for name in ("places", "mode")}
            for stage in STAGES
        }
        return {
            "v": V,
            "kind": self.given("kind"),
            "candidates": typed("candidates", self.given("candidates")),
            "criteria": list(self.criteria()),
            "adjustments": list(self.listed("a", "adjustments", ADJUSTMENT)),
            "aggregate": self.part("aggregate", "over", "trim_from", "members_least"),
            "rounding": rounding,
            "coefficient": self.coefficient(),
            "ties": [
                {"rule": row["rule"], "of": row["of"] or None}
                for row in self.rows("t", "ties", TIE)
                if row["rule"]
            ],
            "warnings": {
                "deviation": typed("deviation", self.given("warnings_deviation")),
                "reasons": bool(self.cleaned_data["warnings_reasons"]),
            },
            "flags": self.part("flags", "below_mean", "below_ceiling"),
        }

    def part(self, name: str, *members: str) -> dict[str, Any]:
        """A part of the method whose members are fields of their own."""
        return {member: typed(member, self.given(f"{name}_{member}")) for member in members}

    def rows(self, prefix: str, name: str, keys: tuple[str, ...]) -> Iterator[dict[str, str]]:
        """The rows of a list as texts."""
        for n in range(self.counts[name]):
            yield {key: self.given(f"{prefix}{n}_{key}") for key in keys}

    def listed(self, prefix: str, name: str, keys: tuple[str, ...]) -> Iterator[dict[str, str]]:
        """The rows that are filled in, each with a code of its own."""
        rows = [
            row for row in self.rows(prefix, name, keys) if row["name"] or row.get("max") or row.get("value")
        ]
        taken = {row["id"] for row in rows}
        free = (code for code in (f"{prefix}{n}" for n in range(1, 1000)) if code not in taken)
        for row in rows:
            yield {**row, "id": row["id"] or next(free)}

    def criteria(self) -> Iterator[dict[str, Any]]:
        """The criteria; the one for the price takes its formula from its own fields."""
        price = {name: self.given(f"price_{name}") for name in ("how", *BENCHMARK)}
        price["trim"] = self.given("price_trim")
        for row in self.listed("c", "criteria", CRITERION):
            yield criterion({**row, **price, "how": price["how"] if row["kind"] == "price" else row["how"]})

    def row(self, prefix: str, n: int, keys: tuple[str, ...]) -> list[tuple[forms.BoundField, str]]:
        """The fields of a row, each with its short label: the heading of the row says which row it is."""
        return [(self[f"{prefix}{n}_{key}"], short(self.fields[f"{prefix}{n}_{key}"].label)) for key in keys]

    @property
    def criteria_rows(self) -> list[list[tuple[forms.BoundField, str]]]:
        """For the page: the rows of criteria."""
        return [self.row("c", n, CRITERION) for n in range(self.counts["criteria"])]

    @property
    def adjustment_rows(self) -> list[list[tuple[forms.BoundField, str]]]:
        """For the page: the rows of adjustments."""
        return [self.row("a", n, ADJUSTMENT) for n in range(self.counts["adjustments"])]

    @property
    def tie_rows(self) -> list[list[tuple[forms.BoundField, str]]]:
        """For the page: the steps of a tie."""
        return [self.row("t", n, TIE) for n in range(self.counts["ties"])]

    def fields_of(self, *beginnings: str) -> list[forms.BoundField]:
        """The fields whose names begin so, in their order."""
        return [self[name] for name in self.fields if name.startswith(beginnings)]

    @property
    def price_fields(self) -> list[forms.BoundField]:
        """For the page: how the price is scored."""
        return [*self.fields_of("price_"), *self.fields_of("method_")]

    @property
    def marks_fields(self) -> list[forms.BoundField]:
        """For the page: marks brought together, warnings, flags."""
        return self.fields_of("aggregate_", "warnings_", "flags_")

    @property
    def rounding_fields(self) -> list[forms.BoundField]:
        """For the page: the four stages."""
        return self.fields_of("rounding_")

    def anchor(self, path: str) -> str:
        """The id of the field a defect's path points to; empty where there is none."""
        name = field_of(path, self)
        return self[name].auto_id if name in self.fields else ""


def short(label: Any) -> str:
    """The part of a row's label behind its number."""
    text = str(label).replace("：", ": ").partition(": ")[2]
    return text[:1].upper() + text[1:]


_PATH = re.compile(r"method\.(?P<part>[a-z]+)(?:\[(?P<row>\d+)\])?(?:\.(?P<rest>[a-z_.]+))?.*")


def field_of(path: str, form: MethodForm) -> str:
    """The field in which what stands at a path of the method is typed."""
    found = _PATH.fullmatch(path)
    part, row, rest = (found["part"], found["row"], found["rest"]) if found else ("", None, None)
    lists = {"criteria": ("c", "max"), "adjustments": ("a", "name"), "ties": ("t", "rule")}
    if part not in lists:
        return {"coefficient": "method_coefficients"}.get(part) or "_".join(
            filter(None, (part, (rest or "").replace(".", "_")))
        )
    prefix, first = lists[part]
    name = f"{prefix}{row or 0}"
    if rest and rest.startswith("formula"):
        member = rest.partition(".")[2] or "how"
        priced = form[f"{name}_kind"].value() == "price" if f"{name}_kind" in form.fields else False
        return f"price_{member}" if priced else f"{name}_{'how' if member == 'how' else 'rows'}"
    return f"{name}_{rest or first}"


def rows_sent(sent: Mapping[str, Any], prefix: str) -> int:
    """How many rows of a list a form holds; rows are numbered from 0 without gaps."""
    key = {"c": "name", "a": "name", "t": "rule"}[prefix]
    n = 0
    while n < MOST_ROWS and f"{prefix}{n}_{key}" in sent:
        n += 1
    return n


def plain(text: str, *, keep: bool = False) -> str:
    """Text as the protocol keeps it: composed, and with ``keep`` unset, wide figures and signs made plain."""
    return unicodedata.normalize("NFC" if keep else "NFKC", text).strip()


class MethodFileForm(DomainForm):
    """A method in a file, JSON or XLSX, in place of the one there is."""

    file = forms.FileField(
        label=gettext_lazy("File with a method"),
        help_text=gettext_lazy("JSON or XLSX, at most 2 MB, as downloaded here."),
        widget=forms.FileInput(attrs={"accept": ".json,.xlsx"}),
        allow_empty_file=True,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["file"].error_messages["required"] = _("No file chosen. Choose the file.")
