"""The rule pack of the expert pool: numbers of the law and of the house as dated data, read from TOML once."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from protocol import canonical, hashing

PACKS_DIR = Path(__file__).resolve().parent.parent / "packs"
FILE = "cn-experts.toml"
NEEDED = frozenset({"min_years", "title", "term_years", "waiting_days", "small_cell", "rating_review"})
EFFECTS = frozenset({"blocks", "warns"})
FULL_MARKS = 100


class PackError(ValueError):
    """A pack is not well formed; the message names the file and the rule."""


@dataclass(frozen=True)
class PoolRule:
    """One number (or, of titles, the grades that will do), with its article and since when."""

    id: str
    text_en: str
    text_zh: str
    value: int
    values: frozenset[str]
    article: str
    blocks: bool
    since: date


@dataclass(frozen=True)
class RatingItem:
    """What an assessment can find, and the points it takes off."""

    code: str
    points: int
    text_en: str
    text_zh: str


@dataclass(frozen=True)
class PoolPack:
    """All rules of the pool, and what a rating is made of."""

    id: str
    version: str
    digest: str
    rules: Mapping[str, PoolRule]
    ratings: Mapping[str, RatingItem]

    def number(self, rule: str) -> int:
        """The value of a rule; ``KeyError`` for none of the pack."""
        return self.rules[rule].value


def pack_read(text: str, name: str) -> PoolPack:
    """The pack in a TOML text; ``PackError`` names what is missing or of the wrong kind."""
    try:
        data = tomllib.loads(text)
        rules = {row["id"]: _rule(row) for row in data["rule"]}
        ratings = {row["code"]: _item(row) for row in data["rating"]}
        head = data["pack"]
        digest = hashing.sha256(canonical.encode([text])).hex()
        found = PoolPack(str(head["id"]), str(head["version"]), digest, rules, ratings)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise PackError(f"{name}: {error}") from error
    if missing := NEEDED - rules.keys():
        raise PackError(f"{name}: no rule {', '.join(sorted(missing))}")
    return found


@cache
def pool_pack() -> PoolPack:
    """The pack of this installation."""
    return pack_read((PACKS_DIR / FILE).read_text(encoding="utf-8"), FILE)


def _rule(row: Mapping[str, Any]) -> PoolRule:
    if row["effect"] not in EFFECTS or not isinstance(row["in_force_from"], date):
        raise ValueError(f"rule {row['id']} needs effect and day")
    value, values = row.get("value", 0), frozenset(row.get("values", ()))
    if type(value) is not int or value < 0 or not (value or values):
        raise ValueError(f"rule {row['id']} needs a whole number or values")
    texts = str(row["text_en"]), str(row["text_zh"])
    return PoolRule(
        row["id"], *texts, value, values, row["article"], row["effect"] == "blocks", row["in_force_from"]
    )


def _item(row: Mapping[str, Any]) -> RatingItem:
    points = row["points"]
    if type(points) is not int or not 0 < points <= FULL_MARKS:
        raise ValueError(f"rating {row['code']} takes off 1 to {FULL_MARKS} points")
    return RatingItem(row["code"], points, str(row["text_en"]), str(row["text_zh"]))
