"""The opening line (开标一览表): what envelope 0 of a bid holds, and what is read out at the opening.

One canonical JSON object, made by the bidder's client (page or offline tool), sealed as envelope 0, decrypted by
anyone after the release. What is written is read out as written (招标投标法36). docs/protocol.md, section 13.1.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from protocol.amounts import MAX, amount_in_words
from protocol.canonical import decode, encode
from protocol.errors import NotCanonical, ProtocolError

VERSION: Final = "sunlit/opening-line/1"
LIMIT: Final = 1 << 16
"""No opening line has more bytes."""
_TEXT = {"tenderer": 200, "org": 120, "price": 24, "price_words": 120, "currency": 3}
_FREE = {"quality": 200, "manager": 200, "notes": 2000}
TEXTS: Final = (*_TEXT, *_FREE)
DAYS: Final = ("duration_days", "validity_days")
_MEMBERS = frozenset({"v", *DAYS, *TEXTS})
_BLANKS = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""What a browser trims: ECMA-262, WhiteSpace and LineTerminator."""
_FIGURES = re.compile(r"([0-9]{1,16})(?:\.([0-9]{1,2}))?")


class NotAnOpeningLine(ProtocolError):
    """The content of envelope 0 is not an opening line; the message says why."""


@dataclass(frozen=True)
class OpeningLine:
    """One line of the read-out, as the bidder wrote it. ``price`` in units of ``currency``, two places."""

    tenderer: str
    org: str
    price: Decimal
    price_words: str
    currency: str
    validity_days: int
    duration_days: int | None = None
    quality: str = ""
    manager: str = ""
    notes: str = ""

    def encoded(self) -> bytes:
        """The canonical bytes to be sealed as envelope 0."""
        return encode({"v": VERSION, **vars(self), "price": f"{self.price:.2f}"})


def written(*, price: Decimal, **members: object) -> OpeningLine:
    """A line whose amount in words is written from the figures, as the bidder's form does."""
    return OpeningLine(price=price, price_words=amount_in_words(price), **members)  # type: ignore[arg-type]


def tidy(text: str, *, lines: bool = False) -> str:
    """A text as a page's field gives it: without blanks around it, in form NFC, with ends of lines only if asked."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = plain if lines else plain.replace("\n", "")
    return unicodedata.normalize("NFC", plain.strip(_BLANKS))


def read_figures(typed: str) -> Decimal | None:
    """The amount in figures as people type it (blanks, commas, full-width digits, ¥ or 元), or None."""
    plain = re.sub(f"[{_BLANKS},_']", "", unicodedata.normalize("NFKC", typed))
    found = _FIGURES.fullmatch(plain.removeprefix("¥").removesuffix("元"))
    return Decimal(f"{found[1]}.{found[2] or '0'}").quantize(Decimal("0.01")) if found else None


def read_line(content: bytes) -> OpeningLine:
    """The line in the opened bytes of envelope 0, else NotAnOpeningLine."""
    try:
        value = decode(content)
    except NotCanonical as error:
        raise NotAnOpeningLine(f"not canonical JSON: {error.message}") from error
    if not isinstance(value, dict) or set(value) != _MEMBERS or value["v"] != VERSION:
        raise NotAnOpeningLine("not the members of an opening line")
    for name, limit in {**_TEXT, **_FREE}.items():
        if (
            not isinstance(value[name], str)
            or len(value[name]) > limit
            or (name in _TEXT and not value[name])
        ):
            raise NotAnOpeningLine(f"{name} is not a text of at most {limit} characters")
    for name in DAYS:
        if isinstance(value[name], bool) or not isinstance(value[name], int | None):
            raise NotAnOpeningLine(f"{name} is not a number of days")
    if value["validity_days"] is None:
        raise NotAnOpeningLine("validity_days is missing")
    return OpeningLine(
        **{name: item for name, item in value.items() if name not in {"v", "price"}},
        price=_price(value["price"]),
    )


def _price(text: str) -> Decimal:
    try:
        price = Decimal(text)
    except InvalidOperation as error:
        raise NotAnOpeningLine("price is not a decimal number") from error
    if not price.is_finite() or not 0 <= price <= MAX or f"{price:.2f}" != text:
        raise NotAnOpeningLine("price is not an amount with two places")
    return price
