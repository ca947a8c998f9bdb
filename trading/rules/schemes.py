"""The evaluation method as data (docs/protocol.md, section 16.2): what stands against publishing it."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_noop

from kernel.errors import Finding
from protocol.evaluation_method import Method, method_defects
from trading.rules.packs import RuleSet

AGREED = ("kind", "candidates", "coefficient")
"""Members which stand beside the method as data as well, and must say the same."""
WEIGHTS = "price_weight_"
"""Rules of a pack whose id begins so limit the points of the price, out of 100."""


def scheme_findings(
    method: Mapping[str, Any], flags: frozenset[str], rules: RuleSet, *, field: str
) -> Iterator[Finding]:
    """Every defect of ``method["scheme"]``, each with its place; nothing where the method is in words alone.

    All of it is settled before anybody bids: 招标投标法 40, 实施条例 49.
    """
    if "scheme" not in method:
        return
    rule, scheme = rules["method_complete"], method["scheme"]
    message = gettext_noop("The method as data is not in order at %(place)s: %(what)s.")
    defects = method_defects(scheme)
    for defect in defects:
        data = {"place": defect.obj, "what": defect.message}
        yield Finding("method_scheme", message, rule.article, True, f"{field}.scheme", data)
    if defects:
        return
    for name in AGREED:
        if method.get(name) != scheme[name]:
            message = gettext_noop("The method and the method as data say different things: %(name)s.")
            yield Finding(
                "method_scheme_differs", message, rule.article, True, f"{field}.{name}", {"name": name}
            )
    yield from weight_findings(Method(scheme), flags, rules, field=f"{field}.scheme")


def weight_findings(
    method: Method, flags: frozenset[str], rules: RuleSet, *, field: str
) -> Iterator[Finding]:
    """The price has as many of the 100 points as the law of the trade asks for (财政部令第87号 55)."""
    share = sum((method.most(name) for name in method.of_kind("price")), Fraction(0))
    for name, rule in sorted(rules.rules.items()):
        if method.lowest or not name.startswith(WEIGHTS) or not rule.applies(flags):
            continue
        if share < rule.value if rule.bound == "min" else share > rule.value:
            message = gettext_noop("The price has %(share)s of 100 points; the limit is %(limit)s.")
            data = {"share": f"{float(share):g}", "limit": f"{float(rule.value):g}"}
            yield Finding("price_weight", message, rule.article, rule.blocks, field, data)
