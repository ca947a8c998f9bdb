"""The rule pack of the expert pool: numbers of the law and of the house as dated data, read from TOML once."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from protocol import canonical, hashing

PACKS_DIR = Path(__file__).resolve().parent.parent / "packs"
FILE = "cn-experts.toml"
NEEDED = frozenset(
    {
        *("min_years", "title", "term_years", "waiting_days", "small_cell", "rating_review"),
        *("recent_months", "panels_a_month", "interest_years", "reminder_hours", "claim_minutes"),
        *("rating_days", "reply_days", "rating_suspend", "named_open_hours"),
        "own_substitutes",
    }
)
DRAW_FALLBACK = "draw_fallback"
"""The rule that says what follows when a draw ended short."""
EFFECTS = frozenset({"blocks", "warns"})
FULL_MARKS = 100
STAGES = ("form", "qualification", "responsiveness")
DEFAULT_TRADE = "GC"
WHEN = frozenset({"after-opening", "before-opening"})
GROUNDS = frozenset({"short", "special"})


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
class ReviewItem:
    """What every member looks at in every bid before it is scored; ``stage`` is one of ``STAGES``."""

    code: str
    stage: str
    text_en: str
    text_zh: str
    article: str = ""


@dataclass(frozen=True)
class Code:
    """A code of a closed list with its words. ``ends``: whether what it stands for can be over."""

    code: str
    text_en: str
    text_zh: str
    ends: bool = False


@dataclass(frozen=True)
class DrawRule:
    """When a panel of a trade may be drawn: ``when`` (the first is the default), at most so long before it sits."""

    trade: str
    when: tuple[str, ...]
    most_hours: int
    article: str


@dataclass(frozen=True)
class CompetitionRule:
    """Below how many valid bids competition is in doubt, and whether the panel may go on (12号令 27, 政府采购法 36).

    ``code`` is the article as a ``rejection`` event names it.
    """

    trade: str
    fewer: int
    panel_decides: bool
    code: str
    article: str


@dataclass(frozen=True)
class NamingRule:
    """When an owner of this trade may name experts instead of drawing them (法37, 条例46, 47; 87号令48).

    ``features`` are what makes the project a special one; ``consent_*`` whose written consent the owner must hold for
    seats a draw left open, or ""; ``special_*`` whose paper it must hold to name before any draw; ``tries`` how often
    the owner may propose for one lot, so that proposing does not find out who was drawn.
    """

    trade: str
    grounds: tuple[str, ...]
    features: tuple[str, ...]
    consent_en: str
    consent_zh: str
    special_en: str
    special_zh: str
    tries: int
    article: str

    def paper(self, ground: str) -> tuple[str, str]:
        """Whose paper is needed on a ground, in English and Chinese; "" twice where none is."""
        special = self.special_en, self.special_zh
        return special if ground == "special" else (self.consent_en, self.consent_zh)


@dataclass(frozen=True)
class PanelSize:
    """From which sum of a lot, in yuan, a panel of this trade has how many members at least (87号令 47)."""

    trade: str
    from_sum: int
    least: int
    article: str


@dataclass(frozen=True)
class PoolPack:
    """All rules of the pool, what a rating is made of, and the codes of answers and interests."""

    id: str
    version: str
    digest: str
    rules: Mapping[str, PoolRule]
    ratings: Mapping[str, RatingItem]
    declines: Mapping[str, Code]
    relations: Mapping[str, Code]
    draws: Mapping[str, DrawRule]
    review: tuple[ReviewItem, ...] = ()
    competition: Mapping[str, CompetitionRule] = field(default_factory=dict)
    sizes: tuple[PanelSize, ...] = ()
    namings: Mapping[str, NamingRule] = field(default_factory=dict)
    features: Mapping[str, Code] = field(default_factory=dict)

    def number(self, rule: str) -> int:
        """The value of a rule; ``KeyError`` for none of the pack."""
        return self.rules[rule].value

    def least(self, trade: str, worth: Decimal | None) -> tuple[int, str]:
        """How many members a panel has at least, with the article; ``worth`` is the lot's sum in yuan, if any."""
        rows = [
            one for one in self.sizes if one.trade == trade and worth is not None and worth >= one.from_sum
        ]
        rule = self.rules["panel_least"]
        return max([(rule.value, rule.article), *((one.least, one.article) for one in rows)])

    def draw_rule(self, trade: str) -> DrawRule:
        """When panels of a trade are drawn; of a trade without a row of its own, as works are."""
        return self.draws.get(trade) or self.draws[DEFAULT_TRADE]

    def competition_rule(self, trade: str) -> CompetitionRule:
        """When too little competition is left; of a trade without a row of its own, as works are."""
        return self.competition.get(trade) or self.competition[DEFAULT_TRADE]

    def naming_rule(self, trade: str) -> NamingRule | None:
        """When experts may be named in this trade; None where its rules know no naming."""
        return self.namings.get(trade)


def pack_read(text: str, name: str) -> PoolPack:
    """The pack in a TOML text; ``PackError`` names what is missing or of the wrong kind."""
    try:
        data = tomllib.loads(text)
        rules = {row["id"]: _rule(row) for row in data["rule"]}
        ratings = {row["code"]: _item(row) for row in data["rating"]}
        head = data["pack"]
        digest = hashing.sha256(canonical.encode([text])).hex()
        review = tuple(review_item(row) for row in data.get("review", ()))
        declines, relations = (
            {row["code"]: _code(row) for row in data[name]} for name in ("decline", "relation")
        )
        features = {row["code"]: _code(row) for row in data.get("feature", ())}
        namings = {row["trade"]: _naming(row, features) for row in data.get("naming", ())}
        draws = {row["trade"]: _draw(row) for row in data["draw"]}
        few = {row["trade"]: _competition(row) for row in data["competition"]}
        named = str(head["id"]), str(head["version"]), digest
        sizes = tuple(_size(row) for row in data.get("panel_size", ()))
        found = PoolPack(*named, rules, ratings, declines, relations, draws, review, few, sizes)
        found = replace(found, namings=namings, features=features)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise PackError(f"{name}: {error}") from error
    if missing := NEEDED - rules.keys() or {DEFAULT_TRADE} - (draws.keys() & few.keys()):
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


def _size(row: Mapping[str, Any]) -> PanelSize:
    if not all(type(row[name]) is int and row[name] > 0 for name in ("from_sum", "least")):
        raise ValueError(f"panel_size {row['trade']} needs whole numbers")
    return PanelSize(str(row["trade"]), row["from_sum"], row["least"], str(row["article"]))


def review_item(row: Mapping[str, Any]) -> ReviewItem:
    """An item of the preliminary review; ``ValueError`` or ``KeyError`` for another stage, or a member missing."""
    if row["stage"] not in STAGES:
        raise ValueError(f"review {row['code']} is of one of the stages {', '.join(STAGES)}")
    texts = str(row["text_en"]), str(row["text_zh"])
    return ReviewItem(str(row["code"]), row["stage"], *texts, str(row.get("article", "")))


def _item(row: Mapping[str, Any]) -> RatingItem:
    points = row["points"]
    if type(points) is not int or not 0 < points <= FULL_MARKS:
        raise ValueError(f"rating {row['code']} takes off 1 to {FULL_MARKS} points")
    return RatingItem(row["code"], points, str(row["text_en"]), str(row["text_zh"]))


def _code(row: Mapping[str, Any]) -> Code:
    return Code(row["code"], str(row["text_en"]), str(row["text_zh"]), bool(row.get("until", False)))


def _competition(row: Mapping[str, Any]) -> CompetitionRule:
    fewer, decides = row["fewer"], row["panel_decides"]
    if type(fewer) is not int or fewer < 1 or type(decides) is not bool:
        raise ValueError(f"competition of {row['trade']} needs a whole number and who decides")
    return CompetitionRule(row["trade"], fewer, decides, str(row["code"]), str(row["article"]))


def _naming(row: Mapping[str, Any], known: Mapping[str, Code]) -> NamingRule:
    grounds, features, tries = tuple(row["grounds"]), tuple(row["features"]), row["tries"]
    if not grounds or not set(grounds) <= GROUNDS or not features or not set(features) <= known.keys():
        raise ValueError(f"naming of {row['trade']} needs grounds and features of the lists")
    if type(tries) is not int or tries < 1:
        raise ValueError(f"naming of {row['trade']} needs a whole number of tries")
    consent, special = ((str(row[f"{kind}_en"]), str(row[f"{kind}_zh"])) for kind in ("consent", "special"))
    if "special" in grounds and not all(special):
        raise ValueError(f"naming of {row['trade']} before any draw needs whose paper it is")
    return NamingRule(row["trade"], grounds, features, *consent, *special, tries, str(row["article"]))


def _draw(row: Mapping[str, Any]) -> DrawRule:
    hours, when = row["most_hours"], tuple(row["when"])
    dated = isinstance(row["in_force_from"], date)
    if type(hours) is not int or hours < 1 or not dated or not when or not set(when) <= WHEN:
        raise ValueError(f"draws of {row['trade']} need a day, hours and when they are drawn")
    return DrawRule(row["trade"], when, hours, str(row["article"]))
