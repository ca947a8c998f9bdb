"""Prices: what is evaluated, and how the price is scored (docs/protocol.md, sections 16.3 and 16.4).

Every function shows its working: pairs of a word and a decimal string. Each number shown is rounded by its stage, and
the next step goes on with the rounded number, as a person with a pocket calculator would.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from protocol.errors import ProtocolError
from protocol.evaluation_method import Method
from protocol.evaluation_numbers import mean, shortest

Steps = list[list[str]]
Prices = Mapping[str, Fraction]


def evaluated_price(method: Method, bid: Mapping[str, Any]) -> tuple[Fraction, Steps]:
    """The price with every declared adjustment: deviations priced (12号令 29-31), preferences deducted.

    `percent` takes value % of the price times the quantity, `unit` takes value times the quantity.
    """
    money = method.stages["money"]
    price = total = money(Fraction(bid["price"]))
    steps: Steps = [["price", money.text(price)]]
    for name, quantity in sorted(map(tuple, bid["adjustments"])):
        if name not in method.adjustments:
            raise ProtocolError("an adjustment is not one the method declares", obj=name)
        row = method.adjustments[name]
        part = Fraction(row["value"]) * Fraction(quantity)
        amount = money(price * part / 100 if row["how"] == "percent" else part)
        total += amount if row["sign"] == "add" else -amount
        steps.append([f"{row['sign']} {name}", money.text(amount)])
    if total <= 0:
        raise ProtocolError("an evaluated price is not above zero", obj=bid["bid"])
    steps.append(["evaluated", money.text(total)])
    return total, steps


def price_scores(
    method: Method, prices: Prices, ceiling: Fraction | None, coefficient: Fraction | None
) -> tuple[Steps, dict[str, tuple[Fraction, Steps]]]:
    """Common working, then points and working by bid; `prices` are the evaluated prices of bids not rejected."""
    (name,) = method.of_kind("price")
    formula, most = method.nodes[name]["formula"], method.most(name)
    if formula["how"] == "benchmark":
        base, common = _benchmark(method, formula, sorted(prices.values()), (ceiling, coefficient))
        return common, {
            bid: _deviation(method, formula, most, (base, price)) for bid, price in prices.items()
        }
    low, high = min(prices.values()), max(prices.values())
    score, money = method.stages["score"], method.stages["money"]
    common = [["lowest", money.text(low)], ["highest", money.text(high)]]
    found: dict[str, tuple[Fraction, Steps]] = {}
    for bid, price in prices.items():
        if formula["how"] == "lowest-full-marks":
            points = score(low / price * most)
        else:
            least = Fraction(formula["least"])
            points = score(most if high == low else most - (most - least) * (price - low) / (high - low))
        found[bid] = points, [["score", score.text(points)]]
    return common, found


def _benchmark(
    method: Method,
    formula: Mapping[str, Any],
    ordered: list[Fraction],
    given: tuple[Fraction | None, Fraction | None],
) -> tuple[Fraction, Steps]:
    """The base price (评标基准价): of the valid prices, mixed with the ceiling, times the drawn coefficient."""
    money, (ceiling, coefficient) = method.stages["money"], given
    weight = Fraction(formula["ceiling_weight"])
    if ceiling is None and (weight or formula["of"] == "ceiling"):
        raise ProtocolError("the base price needs a ceiling, and there is none", obj="ceiling")
    steps: Steps = [["bids", str(len(ordered))]]
    if formula["of"] == "mean":
        base = _trimmed_mean(formula, ordered, steps)
    elif formula["of"] == "ceiling":
        base = ceiling or Fraction(0)
    else:
        base = ordered[min(len(ordered) - 1, 1 if formula["of"] == "second-lowest" else 0)]
    base = money(base)
    steps.append([formula["of"], money.text(base)])
    if weight:
        base = money(weight * (ceiling or 0) + (1 - weight) * base)
        steps.append(["with ceiling", money.text(base)])
    if formula["coefficient"] != "none":
        if coefficient is None:
            raise ProtocolError("the base price needs the drawn coefficient", obj="coefficient")
        steps.append(["coefficient", shortest(coefficient)])
        base = money(base * (coefficient if formula["coefficient"] == "times" else 1 - coefficient))
    if base <= 0:
        raise ProtocolError("the base price is not above zero", obj="base")
    return base, [*steps, ["base", money.text(base)]]


def _trimmed_mean(formula: Mapping[str, Any], ordered: list[Fraction], steps: Steps) -> Fraction:
    """Mean without the highest and lowest prices which the method drops at this number of bids."""
    rows = [row for row in formula["trim"] if row["from"] <= len(ordered)]
    low, high = (rows[-1]["low"], rows[-1]["high"]) if rows else (0, 0)
    if low + high >= len(ordered):
        raise ProtocolError("the method drops every price", obj="trim", evidence=str(len(ordered)))
    if low or high:
        steps.extend([["dropped high", str(high)], ["dropped low", str(low)]])
    return mean(ordered[low : len(ordered) - high])


def _deviation(
    method: Method, formula: Mapping[str, Any], most: Fraction, pair: tuple[Fraction, Fraction]
) -> tuple[Fraction, Steps]:
    """Full points at the base, less for each per cent above and below it, never below the least."""
    base, price = pair
    percent, score = method.stages["percent"], method.stages["score"]
    away = percent(abs(price - base) / base * 100)
    side = "over" if price > base else "under"
    points = score(max(most - away * Fraction(formula[side]), Fraction(formula["least"])))
    return points, [[f"per cent {side}", percent.text(away)], ["score", score.text(points)]]


def price_flags(method: Method, prices: Prices, ceiling: Fraction | None) -> list[dict[str, str]]:
    """What the panel should ask about (12号令 21): prices far below the mean or the ceiling, or above the ceiling.

    A flag is never a rejection: a price below cost is rejected by the panel after it has asked (实施条例 51, 五).
    """
    flags, data = [], method.data["flags"]
    average = mean(list(prices.values()))
    for bid, price in sorted(prices.items()):
        if ceiling is not None and price > ceiling:
            flags.append({"bid": bid, "flag": "above-ceiling"})
        for name, limit in (("below_mean", average), ("below_ceiling", ceiling)):
            share = 100 - Fraction(data[name] or 0)
            if data[name] is not None and limit is not None and price * 100 < limit * share:
                flags.append({"bid": bid, "flag": name.replace("_", "-")})
    return flags
