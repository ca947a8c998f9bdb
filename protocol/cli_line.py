"""Writing the opening line of a bid: from the file of fields a page gives, from options, or from both."""

from __future__ import annotations

import argparse
import re
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NoReturn

from protocol import canonical, papers
from protocol.amounts import amount_in_words, parse_words
from protocol.cli_files import write_new
from protocol.errors import NotCanonical, ProtocolError
from protocol.line import DAYS, TEXTS, OpeningLine, read_figures, read_line, tidy

OPTIONS: Final = {
    "price": "--price",
    "price_words": "--price-words",
    "duration_days": "--duration",
    "quality": "--quality",
    "manager": "--manager",
    "validity_days": "--validity",
    "notes": "--notes",
    "tenderer": "--tenderer",
    "org": "--org",
    "currency": "--currency",
}
"""Each member of the line and its option; an option goes before what the file of fields says."""
_BESIDE: Final = frozenset({"lot", "ceiling"})
"""What the file of fields says besides, for whoever fills it in."""
_LIMIT: Final = 1 << 16
_BOM: Final = b"\xef\xbb\xbf"


def line(args: argparse.Namespace) -> int:
    """Write the opening line (read out at the opening): seal it as envelope 0; shows it with the price in capitals."""
    given = _fields(args.fields) if args.fields else {}
    options = {name: getattr(args, flag[2:].replace("-", "_")) for name, flag in OPTIONS.items()}
    given |= {name: value for name, value in options.items() if value is not None}
    made = _line(given)
    read_line(made.encoded())
    _show(made, given)
    write_new(args.out, made.encoded())
    print(f"seal it as envelope 0: --file 0={args.out}")
    return 0


def _fields(path: Path) -> dict[str, Any]:
    """The fields of a file, as saved from the page and filled in by hand."""
    value = canonical.decode_loose(path.read_bytes().removeprefix(_BOM), _LIMIT)
    if not isinstance(value, dict):
        raise NotCanonical("the file of fields is not one JSON object", obj=str(path))
    if unknown := set(value) - set(OPTIONS) - _BESIDE:
        raise NotCanonical(
            "the file of fields has members no opening line has", obj=", ".join(sorted(unknown))
        )
    for name, item in value.items():
        if isinstance(item, bool) or not isinstance(item, str | int | None):
            raise NotCanonical("a field is a text or a number", obj=name)
    return {name: "" if item is None else str(item) for name, item in value.items()}


def _line(given: dict[str, str]) -> OpeningLine:
    texts = {name: tidy(given.get(name, ""), lines=name == "notes") for name in TEXTS if name != "price"}
    price = read_figures(given.get("price", ""))
    if price is None:
        _refuse("price", "the price is not an amount in figures with at most two places")
    texts["price_words"] = texts["price_words"] or amount_in_words(price)
    if not re.fullmatch("[A-Z]{3}", texts["currency"]):
        _refuse("currency", "the currency is not three capital letters")
    for name in ("tenderer", "org"):
        if not texts[name]:
            _refuse(name, f"{name} is missing")
    days = {name: _days(name, tidy(given.get(name, ""))) for name in DAYS}
    if not days["validity_days"]:
        _refuse("validity_days", "the validity is not a number of days from 1 on")
    return OpeningLine(price=price, **texts, **days)  # type: ignore[arg-type]


def _days(name: str, text: str) -> int | None:
    if text and not re.fullmatch("[0-9]{1,5}", text):
        _refuse(name, "not a whole number of days, at most 99999")
    return int(text) if text else None


def _refuse(name: str, sentence: str) -> NoReturn:
    raise ProtocolError(f"{sentence}: give {OPTIONS[name]}, or {name} in the file of fields", obj=name)


def _show(made: OpeningLine, given: dict[str, str]) -> None:
    """The line as it will be read out, and what differs in it: read out as written, and flagged to the panel."""
    if given.get("lot"):
        print(f"lot {papers.plain(given['lot'])}")
    for name, value in vars(made).items():
        print(f"  {name}: {'-' if value in (None, '') else papers.plain(value)}")
    try:
        read: Decimal | None = parse_words(made.price_words)
    except ValueError:
        read = None
    if read != made.price:
        said = "cannot be read as an amount" if read is None else f"say {read:.2f}"
        print(
            f"WARNING: the capitals {said}, the figures {made.price:.2f} ({amount_in_words(made.price)})."
            " Both are read out as written, and flagged to the panel.",
            file=sys.stderr,
        )
    ceiling = read_figures(given.get("ceiling", ""))
    if ceiling is not None and made.price > ceiling:
        over = f"WARNING: the price is {made.price - ceiling:.2f} above the ceiling {ceiling:.2f}."
        print(f"{over} The panel must reject such a bid.", file=sys.stderr)
