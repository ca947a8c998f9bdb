"""Filters of a method in words: the steps of a worked example as people read them."""

from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trading.models import Lot
from trading.selectors.methods import MethodShown, method_shown

register = template.Library()

STEPS = {
    "price": gettext_lazy("price"),
    "evaluated": gettext_lazy("evaluated price"),
    "per cent over": gettext_lazy("per cent above the base"),
    "per cent under": gettext_lazy("per cent below the base"),
    "score": gettext_lazy("points of the price"),
    "bids": gettext_lazy("number of bids"),
    "dropped high": gettext_lazy("highest left out"),
    "dropped low": gettext_lazy("lowest left out"),
    "mean": gettext_lazy("mean of the prices"),
    "lowest": gettext_lazy("lowest price"),
    "highest": gettext_lazy("highest price"),
    "second-lowest": gettext_lazy("second lowest price"),
    "ceiling": gettext_lazy("ceiling price"),
    "with ceiling": gettext_lazy("mixed with the ceiling"),
    "coefficient": gettext_lazy("coefficient"),
    "base": gettext_lazy("base"),
}


@register.filter
def method_step(word: str) -> str:
    """A step of the arithmetic in the reader's language; an adjustment keeps its code."""
    if word.startswith(("add ", "deduct ")):
        sign, _sep, code = word.partition(" ")
        return (_("%(code)s added") if sign == "add" else _("%(code)s deducted")) % {"code": code}
    return str(STEPS.get(word, word))


@register.filter
def example_rows(shown: MethodShown) -> list[dict[str, Any]]:
    """The bids of the worked example in the order of their ranks."""
    if shown.example is None:
        return []
    result, names = shown.example.result, shown.method.nodes
    rows = {row["bid"]: row for row in result.rows}
    return [
        {
            "bid": bid,
            "rank": rank,
            "value": value,
            "steps": rows[bid]["price"],
            "points": [(names[code]["name"], points) for code, points in rows[bid]["criteria"]],
        }
        for bid, rank, value in result.ranking
    ]


@register.simple_tag
def method_of(lot: Lot) -> MethodShown | None:
    """A lot's method in words, where it is given as data."""
    return method_shown(lot.method, lot.ceiling)
