"""The evaluation method as data (docs/protocol.md, section 16.2): what stands against publishing it."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_noop

from kernel.errors import Finding
from protocol.evaluation_method import Method
from trading.rules.methods.defects import defects
from trading.rules.packs import Rule, RuleSet

AGREED = ("kind", "candidates", "coefficient")
"""Members which stand beside the method as data as well, and must say the same."""
WEIGHTS = "price_weight_"
"""Rules of a pack whose id begins so limit the points of the price, out of 100."""
FORMULA = "price_lowest_full_marks"
"""The rule of a pack by which the lowest price takes full marks."""
DEDUCTIONS = {"sme-small": "sme_deduction_", "sme-joint": "sme_joint_deduction_"}
"""Codes of adjustments which are the price deductions for small firms, and how the rules that limit them begin."""


def scheme_findings(
    method: Mapping[str, Any], flags: frozenset[str], rules: RuleSet, *, field: str
) -> Iterator[Finding]:
    """Every defect of ``method["scheme"]``, each with its place; nothing where the method is in words alone.

    All of it is settled before anybody bids: 招标投标法 40, 实施条例 49.
    """
    if "scheme" not in method:
        return
    rule, scheme = rules["method_complete"], method["scheme"]
    found = defects(scheme)
    for item in found:
        place = f"{field}.scheme{item.path.removeprefix('method')}"
        data = {**item.data, "place": item.path, "what": item.what}
        yield Finding("method_scheme", item.message, rule.article, True, place, data)
    if found:
        return
    for name in AGREED:
        if method.get(name) != scheme[name]:
            message = gettext_noop("The method and the method as data say different things: %(name)s.")
            yield Finding(
                "method_scheme_differs", message, rule.article, True, f"{field}.{name}", {"name": name}
            )
    yield from law_findings(Method(scheme), flags, rules, field=f"{field}.scheme")


def law_findings(method: Method, flags: frozenset[str], rules: RuleSet, *, field: str) -> Iterator[Finding]:
    """What the law of the trade asks of a method that is in order: weight and formula of the price, deductions."""
    yield from weight_findings(method, flags, rules, field=field)
    yield from formula_findings(method, flags, rules, field=field)
    yield from deduction_findings(method, flags, rules, field=field)


def weight_findings(
    method: Method, flags: frozenset[str], rules: RuleSet, *, field: str
) -> Iterator[Finding]:
    """The price has as many of the 100 points as the law of the trade asks for (财政部令第87号 55)."""
    share = sum((method.most(name) for name in method.of_kind("price")), Fraction(0))
    for rule in _named(rules, WEIGHTS, flags):
        if not method.lowest and _breaks(share, rule):
            message = gettext_noop("The price has %(share)s of 100 points; the limit is %(limit)s.")
            data = {"share": f"{float(share):g}", "limit": f"{float(rule.value):g}"}
            yield Finding("price_weight", message, rule.article, rule.blocks, field, data)


def formula_findings(
    method: Method, flags: frozenset[str], rules: RuleSet, *, field: str
) -> Iterator[Finding]:
    """Where the law says so, the lowest price takes full marks and no base is computed (财政部令第87号 55)."""
    rule = rules.rules.get(FORMULA)
    if rule is None or not rule.applies(flags):
        return
    for name in method.of_kind("price"):
        if method.nodes[name]["formula"]["how"] != "lowest-full-marks":
            message = gettext_noop("The lowest price must take full marks here. Choose that formula.")
            yield Finding(FORMULA, message, rule.article, rule.blocks, field)


def deduction_findings(
    method: Method, flags: frozenset[str], rules: RuleSet, *, field: str
) -> Iterator[Finding]:
    """The price deductions for small and micro firms lie within the limits in force (财库〔2020〕46号 9).

    A deduction is the adjustment with one of the codes of ``DEDUCTIONS``; where the law knows one and the method
    has none, that is a warning: the purchase may be reserved for such firms, which nobody can see here.
    """
    for code, beginning in DEDUCTIONS.items():
        limits = list(_named(rules, beginning, flags))
        row = method.adjustments.get(code)
        if row is None and limits and code == "sme-small":
            message = gettext_noop(
                "No price deduction for small and micro firms (code %(code)s) is declared. "
                "Add it, unless the purchase is reserved for them."
            )
            yield Finding("sme_deduction_missing", message, limits[0].article, False, field, {"code": code})
        if row is None or not limits:
            continue
        if (row["how"], row["sign"]) != ("percent", "deduct"):
            message = gettext_noop(
                "The price deduction %(code)s must be a deduction in per cent of the price."
            )
            yield Finding("sme_deduction_kind", message, limits[0].article, True, field, {"code": code})
        for rule in limits:
            if _breaks(Fraction(row["value"]), rule):
                message = gettext_noop(
                    "The price deduction %(code)s is %(value)s %%; the limit is %(limit)s %%."
                )
                data = {"code": code, "value": row["value"], "limit": f"{float(rule.value):g}"}
                yield Finding("sme_deduction", message, rule.article, rule.blocks, field, data)


def _named(rules: RuleSet, beginning: str, flags: frozenset[str]) -> Iterator[Rule]:
    for name, rule in sorted(rules.rules.items()):
        if name.startswith(beginning) and rule.applies(flags):
            yield rule


def _breaks(value: Fraction, rule: Rule) -> bool:
    return value < rule.value if rule.bound == "min" else value > rule.value
