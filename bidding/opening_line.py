"""The opening line (开标一览表): what envelope 0 of a bid holds, and what is read out at the opening.

One canonical JSON object, made by the bidder's client, sealed as envelope 0, decrypted by anyone after the
release. What is written is read out as written (法36); a conflict or an excess is a flag for the panel
(12号令19, 实施条例51), never a rejection by the machine.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext_noop as _

from bidding.rules.amounts import MAX, amount_in_words, parse_words
from kernel.errors import Finding
from protocol.canonical import decode, encode
from protocol.errors import NotCanonical

VERSION = "sunlit/opening-line/1"
_TEXT = {"tenderer": 200, "org": 120, "price": 24, "price_words": 120, "currency": 3}
_FREE = {"quality": 200, "manager": 200, "notes": 2000}
_MEMBERS = frozenset({"v", "duration_days", "validity_days", *_TEXT, *_FREE})


class NotAnOpeningLine(Exception):
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
        return encode(
            {
                "v": VERSION,
                "tenderer": self.tenderer,
                "org": self.org,
                "price": f"{self.price:.2f}",
                "price_words": self.price_words,
                "currency": self.currency,
                "duration_days": self.duration_days,
                "quality": self.quality,
                "manager": self.manager,
                "validity_days": self.validity_days,
                "notes": self.notes,
            }
        )


def written(*, price: Decimal, **members: object) -> OpeningLine:
    """A line whose amount in words is written from the figures, as the bidder's form does."""
    return OpeningLine(price=price, price_words=amount_in_words(price), **members)  # type: ignore[arg-type]


def read(content: bytes) -> OpeningLine:
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
    for name in ("duration_days", "validity_days"):
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


def flags(line: OpeningLine, *, org: str, currency: str, ceiling: Decimal | None) -> tuple[Finding, ...]:
    """What the panel is to look at in this line: never blocking, in the order of the form."""
    found = []
    if line.org != org:
        found.append(
            _flag("other_organisation", _("The line names another organisation than the signer."), "org")
        )
    try:
        differs = parse_words(line.price_words) != line.price
    except ValueError:
        differs = True
    if differs:
        found.append(
            _flag(
                "words_differ", _("The amount in words differs from the figures."), "price_words", "12号令19"
            )
        )
    if line.currency != currency:
        found.append(_flag("other_currency", _("The price is in another currency than asked."), "currency"))
    elif ceiling is not None and line.price > ceiling:
        found.append(
            _flag("over_ceiling", _("The price is higher than the ceiling price."), "price", "实施条例51(五)")
        )
    return tuple(found)


def _flag(code: str, message: str, field: str, source: str = "") -> Finding:
    return Finding(code, message, source, blocks=False, field=field)
