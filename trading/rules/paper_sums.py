"""Sums in papers as people read them: thousands apart, and in capitals (大写) where the field writes them.

A paper's rows are kept, hashed and signed as they are; only what is put before a reader's eyes passes through here.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from protocol.amounts import MAX, amount_in_words

PLAIN = re.compile(r"\d{1,16}(?:\.\d{1,6})?")
SUM = re.compile(r"（(?:元|[A-Z]{3})）$|\((?:yuan|[A-Z]{3})\)$|评标价或得分$|[Ee]valuated price or score$")
CAPITALS = re.compile(r"(?:中标价（元）|Price \(yuan\)|合同金额（CNY）|Sum \(CNY\))$")


def grouped(text: str) -> str:
    """A plain figure with its thousands apart: 2345678.90 as 2,345,678.90; anything else as it is written."""
    if not PLAIN.fullmatch(text):
        return text
    whole, point, rest = text.partition(".")
    return f"{int(whole):,}{point}{rest}"


def capitals(text: str) -> str:
    """A plain figure in yuan as 大写; nothing for what has none: another text, a third place, a sum too large."""
    if not PLAIN.fullmatch(text):
        return ""
    amount = Decimal(text)
    return amount_in_words(amount) if amount <= MAX and amount == round(amount, 2) else ""


def for_reading(rows: Iterable[Sequence[str]]) -> list[tuple[str, str]]:
    """The rows (label, value) of a paper as they are shown: sums grouped, the price agreed on also in capitals."""
    return [(label, _shown(label, value)) for label, value in rows]


def _shown(label: str, value: str) -> str:
    if not SUM.search(label):
        return value
    words = capitals(value) if CAPITALS.match(label) else ""
    if not words:
        return grouped(value)
    return f"{grouped(value)} ({words})" if label.isascii() else f"{grouped(value)}（大写：{words}）"
