"""Rule packs: the law's numbers as dated data, read from TOML, checked, and chosen by trade, place and day.

A national pack holds the statute; a local pack ``extends`` it for the regions whose six-digit code begins
with one of its prefixes, replacing rules of the same id and adding its own. A ``RuleSet`` is what is in
force for one tender on one day; its ``id`` and ``canonical()`` data go into the sealed policy, so that the
numbers a tender was judged by cannot change afterwards.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from trading.rules.counting import (
    Calendar,
    Counted,
    days_after,
    hours_after,
    latest_before,
    working_days_after,
)

PACKS_DIR = Path(__file__).resolve().parent.parent / "packs"
UNITS = frozenset({"day", "hour", "minute", "second", "year", "percent", "share", "count", "yuan"})
CALENDARS = frozenset({"cal", "wd", "hours", "none"})
DIRECTIONS = frozenset({"after", "before", "none"})
BOUNDS = frozenset({"min", "max"})
EFFECTS = frozenset({"blocks", "warns", "clock"})
SOURCES = frozenset({"read", "seen", "memory", "product"})
FLAGS = frozenset({"mandatory", "state_funded", "public_owner", "works", "goods", "services"})
HOLDS = frozenset({"", "deposits", "methods", "outcomes"})
INTEREST = frozenset({"", "bank", "none"})
HELD_BY = frozenset({"order", "objection", "complaint"})
FORMS = frozenset({"transfer", "cash", "cheque", "draft", "guarantee", "e_guarantee", "insurance"})
ALLOWED = frozenset(
    {"id", "clock", "text_en", "text_zh", "value", "unit", "calendar", "direction", "bound", "from", "to"}
    | {"rolls", "applies_if", "article", "source", "effect", "in_force_from", "in_force_to", "note"}
    | {"forms", "interest", "held_by"}
)
SPANS = {"hour": 3600, "minute": 60, "second": 1}


class PackError(ValueError):
    """A rule pack or holiday table is not well formed; the message names the file, the rule and the field."""


@dataclass(frozen=True)
class Rule:
    """One number of the law: what it limits, how it is counted, where it is written, since when."""

    id: str
    text_en: str
    text_zh: str
    value: Fraction
    unit: str
    calendar: str
    direction: str
    bound: str
    article: str
    source: str
    effect: str
    in_force_from: date
    in_force_to: date | None = None
    clock: int = 0
    start: str = ""
    end: str = ""
    rolls: bool = False
    applies_if: frozenset[str] = frozenset()
    note: str = ""
    forms: frozenset[str] = frozenset()
    interest: str = ""
    held_by: frozenset[str] = frozenset()

    @property
    def blocks(self) -> bool:
        """True when a breach refuses the act; False when it only warns or is a running clock."""
        return self.effect == "blocks"

    @property
    def number(self) -> int:
        """The value as a whole number; ``PackError`` if it is a share."""
        if self.value.denominator != 1:
            raise PackError(f"rule {self.id} has no whole number")
        return self.value.numerator

    def applies(self, flags: frozenset[str]) -> bool:
        """True when every fact the rule depends on holds."""
        return self.applies_if <= flags

    def count(self, moment: datetime, calendar: Calendar) -> Counted:
        """The end of this clock when it starts at ``moment``, or its last moment before ``moment``."""
        if self.direction == "before" and self.calendar == "cal":
            return latest_before(moment, self.number)
        if self.calendar == "cal" and self.unit == "day":
            return days_after(moment, self.number, calendar, rolls=self.rolls)
        if self.calendar == "wd":
            return working_days_after(moment, self.number, calendar)
        if self.unit in SPANS:
            span = timedelta(seconds=self.number * SPANS[self.unit])
            return hours_after(moment, -span if self.direction == "before" else span)
        raise PackError(f"rule {self.id} is a number, not a clock")

    def canonical(self) -> dict[str, object]:
        """The rule as plain JSON data, for hashing and for the open-data page."""
        more: dict[str, object] = {"forms": sorted(self.forms)} if self.forms else {}
        if self.interest:
            more["interest"] = self.interest
        if self.held_by:
            more["held_by"] = sorted(self.held_by)
        return {
            **more,
            "id": self.id,
            "value": str(self.value),
            "unit": self.unit,
            "calendar": self.calendar,
            "direction": self.direction,
            "bound": self.bound,
            "rolls": self.rolls,
            "applies_if": sorted(self.applies_if),
            "article": self.article,
            "effect": self.effect,
        }


@dataclass(frozen=True)
class Pack:
    """One file of rules, as read. ``holds`` names the part of the law it is limited to; empty holds all of it."""

    id: str
    version: str
    trade: str
    regions: tuple[str, ...]
    extends: str
    title_zh: str
    title_en: str
    in_force_from: date
    rules: tuple[Rule, ...]
    holds: str = ""


@dataclass(frozen=True)
class RuleSet:
    """The rules in force for one trade, region and day."""

    id: str
    on: date
    rules: Mapping[str, Rule]

    def __getitem__(self, rule_id: str) -> Rule:
        """The rule of that id; ``PackError`` when the pack has none."""
        try:
            return self.rules[rule_id]
        except KeyError:
            raise PackError(f"rule set {self.id} has no rule {rule_id}") from None

    def number(self, rule_id: str) -> int:
        """The whole number of a rule."""
        return self[rule_id].number

    def canonical(self) -> dict[str, object]:
        """The whole set as plain JSON data, in the order of the ids."""
        return {
            "id": self.id,
            "on": self.on.isoformat(),
            "rules": [self.rules[key].canonical() for key in sorted(self.rules)],
        }


def parse_pack(text: str, name: str = "pack") -> Pack:
    """Read one pack from TOML; raises ``PackError`` naming what is wrong."""
    data = toml_read(text, name)
    head = data.get("pack")
    if not isinstance(head, dict) or set(data) - {"pack", "rule"}:
        raise PackError(f"{name}: needs one [pack] and [[rule]] tables, nothing else")
    rules = tuple(_rule(raw, name) for raw in data.get("rule", ()))
    seen = [(rule.id, rule.in_force_from) for rule in rules]
    if len(seen) != len(set(seen)):
        raise PackError(f"{name}: a rule appears twice from the same day")
    try:
        return Pack(
            id=str(head["id"]),
            version=str(head["version"]),
            trade=str(head["trade"]),
            regions=tuple(str(region) for region in head["regions"]),
            extends=str(head.get("extends", "")),
            title_zh=str(head["title_zh"]),
            title_en=str(head["title_en"]),
            in_force_from=day_read(head["in_force_from"], f"{name}: in_force_from"),
            rules=rules,
            holds=_one_of({"holds": head.get("holds", "")}, "holds", HOLDS, name),
        )
    except KeyError as missing:
        raise PackError(f"{name}: [pack] lacks {missing.args[0]}") from None


def load_packs(directory: Path = PACKS_DIR) -> tuple[Pack, ...]:
    """Every pack of a directory (files that are not holiday tables), in the order of their names."""
    files = sorted(path for path in directory.glob("*.toml") if not path.name.startswith("holidays-"))
    return tuple(parse_pack(path.read_text(encoding="utf-8"), path.name) for path in files)


def choose(packs: Iterable[Pack], *, trade: str, region: str, on: date, holds: str = "") -> RuleSet:
    """The rules in force for ``trade`` in ``region`` (six digits) on a day.

    The national pack comes first, then local packs from the shorter to the longer region prefix. ``holds`` also
    admits packs that are limited to that part of the law. Raises ``PackError`` when no national pack of the trade
    is in force.
    """
    parts = {"", holds}
    of_trade = [p for p in packs if p.trade == trade and p.in_force_from <= on and p.holds in parts]
    national = [pack for pack in of_trade if not pack.regions]
    if len(national) != 1:
        raise PackError(f"{len(national)} national packs for trade {trade} on {on}, one is needed")
    local = [
        (len(prefix), pack.id, pack)
        for pack in of_trade
        for prefix in pack.regions
        if region.startswith(prefix) and pack.extends == national[0].id
    ]
    rules: dict[str, Rule] = {}
    chosen = [national[0], *(pack for _, _, pack in sorted(local, key=lambda item: item[:2]))]
    for pack in chosen:
        for rule in sorted(pack.rules, key=lambda item: item.in_force_from):
            if rule.in_force_from <= on and (rule.in_force_to is None or on <= rule.in_force_to):
                rules[rule.id] = rule
    return RuleSet("+".join(f"{pack.id}@{pack.version}" for pack in chosen), on, rules)


def toml_read(text: str, name: str) -> dict[str, Any]:
    """A TOML text as data; ``PackError`` with the name of the file when it is none."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"{name}: {error}") from None


def day_read(value: object, where: str) -> date:
    """A plain date of a file; ``PackError`` naming the place when it is something else."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise PackError(f"{where} must be a date")
    return value


def _one_of(raw: Mapping[str, Any], key: str, allowed: frozenset[str], where: str) -> str:
    value = raw.get(key)
    if value not in allowed:
        raise PackError(f"{where}: {key} must be one of {', '.join(sorted(allowed))}")
    return str(value)


def _some_of(
    raw: Mapping[str, Any], key: str, allowed: frozenset[str], where: str, word: str
) -> frozenset[str]:
    found = frozenset(raw.get(key, ()))
    if found - allowed:
        raise PackError(f"{where}: unknown {word} {min(found - allowed)}")
    return found


def _rule(raw: Mapping[str, Any], name: str) -> Rule:
    where = f"{name}: rule {raw.get('id', '?')}"
    if extra := set(raw) - ALLOWED:
        raise PackError(f"{where}: unknown field {min(extra)}")
    for key in ("id", "text_en", "text_zh", "article"):
        if not isinstance(raw.get(key), str) or not raw[key]:
            raise PackError(f"{where}: {key} is missing")
    flags = _some_of(raw, "applies_if", FLAGS, where, "flag")
    try:
        value = Fraction(str(raw["value"]))
    except (KeyError, ValueError, ZeroDivisionError):
        raise PackError(f"{where}: value must be a number") from None
    forms = _some_of(raw, "forms", FORMS, where, "form")
    held_by = _some_of(raw, "held_by", HELD_BY, where, "hold")
    since = day_read(raw.get("in_force_from"), f"{where}: in_force_from")
    until = day_read(raw["in_force_to"], f"{where}: in_force_to") if "in_force_to" in raw else None
    if value < 0 or (until is not None and until < since):
        raise PackError(f"{where}: value and span must not be negative")
    return Rule(
        id=raw["id"],
        text_en=raw["text_en"],
        text_zh=raw["text_zh"],
        value=value,
        unit=_one_of(raw, "unit", UNITS, where),
        calendar=_one_of(raw, "calendar", CALENDARS, where),
        direction=_one_of(raw, "direction", DIRECTIONS, where),
        bound=_one_of(raw, "bound", BOUNDS, where),
        article=raw["article"],
        source=_one_of(raw, "source", SOURCES, where),
        effect=_one_of(raw, "effect", EFFECTS, where),
        in_force_from=since,
        in_force_to=until,
        clock=int(raw.get("clock", 0)),
        start=str(raw.get("from", "")),
        end=str(raw.get("to", "")),
        rolls=bool(raw.get("rolls", False)),
        applies_if=flags,
        note=str(raw.get("note", "")),
        forms=forms,
        held_by=held_by,
        interest=_one_of({"interest": raw.get("interest", "")}, "interest", INTEREST, where),
    )
