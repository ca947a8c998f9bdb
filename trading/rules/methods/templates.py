"""Methods to begin with: data files of the packs, each a whole method in the form of the protocol."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from trading.rules.packs import PACKS_DIR

DIRECTORY = PACKS_DIR / "methods"


@dataclass(frozen=True)
class Template:
    """One method to begin with; ``flags`` are the facts of a tender which it needs."""

    id: str
    trade: str
    flags: frozenset[str]
    title_zh: str
    title_en: str
    about_zh: str
    about_en: str
    scheme: Mapping[str, Any]


@cache
def method_templates() -> tuple[Template, ...]:
    """All of them, in the order of their files."""
    found = []
    for path in sorted(DIRECTORY.glob("*.json")):
        raw = json.loads(path.read_text(encoding="utf-8"))
        found.append(Template(**{**raw, "flags": frozenset(raw["flags"])}))
    return tuple(found)


def templates_for(trade: str, flags: frozenset[str]) -> tuple[Template, ...]:
    """Those of a trade which fit the facts of a tender."""
    return tuple(row for row in method_templates() if row.trade == trade and row.flags <= flags)
