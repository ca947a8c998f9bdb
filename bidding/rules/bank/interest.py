"""Interest on bid security, to the cent, with the sum anyone can repeat (条例31, 57; law-and-peers 3.1)."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal

from trading.rules.packs import PackError

PACKS_DIR: Final = Path(__file__).resolve().parents[2] / "packs"
Rounding = Literal["half_up", "down"]
CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Rate:
    """Percent a year from a day on, until the next rate begins."""

    from_on: date
    percent_per_year: Decimal


@dataclass(frozen=True, slots=True)
class RateTable:
    """Dated rates with the days a year has for them, and where they come from."""

    id: str
    version: str
    title_zh: str
    title_en: str
    basis: int
    source: str
    rates: tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Days under one rate: ``from_on`` counts, ``until_on`` does not."""

    from_on: date
    until_on: date
    days: int
    percent_per_year: Decimal


@dataclass(frozen=True, slots=True)
class Interest:
    """Interest in the principal's currency, and what it was computed from."""

    amount: Decimal
    principal: Decimal
    basis: int
    rounding: Rounding
    spans: tuple[Span, ...]

    @property
    def formula(self) -> str:
        """The sum in figures alone, the same in every language."""
        parts = [
            f"{self.principal} × {one.percent_per_year}% × {one.days} ÷ {self.basis}" for one in self.spans
        ]
        return f"{' + '.join(parts) or '0'} = {self.amount}"

    @property
    def formula_zh(self) -> str:
        """The sum with its days, in Chinese."""
        days = "；".join(
            f"{one.from_on} 至 {one.until_on}（不含）{one.days} 天，年利率 {one.percent_per_year}%"
            for one in self.spans
        )
        how = "四舍五入到分" if self.rounding == "half_up" else "舍去分以下"
        return f"{self.formula}（{days or '0 天'}；{how}）"

    @property
    def formula_en(self) -> str:
        """The sum with its days, in English."""
        days = "; ".join(
            f"{one.from_on} to {one.until_on}, last day not counted: {one.days} days at {one.percent_per_year} % a year"
            for one in self.spans
        )
        how = "rounded half up to the cent" if self.rounding == "half_up" else "cut to the cent"
        return f"{self.formula} ({days or '0 days'}; {how})"


def interest(
    principal: Decimal,
    from_on: date,
    until_on: date,
    rates: Sequence[Rate],
    basis: Literal[360, 365] = 360,
    rounding: Rounding = "half_up",
) -> Interest:
    """Simple interest from ``from_on`` (counted) to ``until_on`` (not counted); rounded once, at the end.

    Days are those of the calendar, leap days included. ``ValueError`` for a principal below zero or not to the cent, a
    span that runs backwards, or days no rate covers.
    """
    if principal < 0 or principal != principal.quantize(CENT):
        raise ValueError("the principal is an amount to the cent, not below zero")
    if until_on < from_on:
        raise ValueError("interest cannot run backwards")
    ordered = sorted(rates, key=lambda rate: rate.from_on)
    spans: list[Span] = []
    ends = [rate.from_on for rate in ordered[1:]] + [date.max]
    for rate, end in zip(ordered, ends, strict=True):
        first, last = max(from_on, rate.from_on), min(until_on, end)
        if first < last:
            spans.append(Span(first, last, (last - first).days, rate.percent_per_year))
    if sum(span.days for span in spans) != (until_on - from_on).days:
        raise ValueError("no rate covers the first days")
    exact = sum(
        (Fraction(principal) * Fraction(span.percent_per_year) * span.days / (100 * basis) for span in spans),
        Fraction(0),
    )
    cents = int(exact * 100 + (Fraction(1, 2) if rounding == "half_up" else 0))
    return Interest(Decimal(cents).scaleb(-2), principal, basis, rounding, tuple(spans))


def read_rates(text: str, name: str = "interest.toml") -> RateTable:
    """A table of rates from TOML; ``PackError`` names what is wrong."""
    try:
        data = tomllib.loads(text)
        head = data["table"]
        rates = tuple(Rate(one["from"], Decimal(one["percent"])) for one in data["rate"])
        table = RateTable(
            head["id"],
            head["version"],
            head["title_zh"],
            head["title_en"],
            head["basis"],
            head["source"],
            rates,
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ArithmeticError) as error:
        raise PackError(f"{name}: {error}") from error
    days = [rate.from_on for rate in rates]
    if not rates or days != sorted(set(days)) or any(rate.percent_per_year < 0 for rate in rates):
        raise PackError(f"{name}: rates must be dated in order, none below zero")
    if table.basis not in {360, 365}:
        raise PackError(f"{name}: a year has 360 or 365 days")
    return table


def load_rates(path: Path = PACKS_DIR / "interest.toml") -> RateTable:
    """The table that comes with the product."""
    return read_rates(path.read_text(encoding="utf-8"), path.name)
