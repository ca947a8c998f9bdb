"""Canonical JSON: RFC 8785 restricted to a profile in which it is trivial.

Profile: null, booleans, integers 0..2^53-1, strings in Unicode form NFC without lone surrogates, arrays, and
objects whose names are ASCII; at most 8 containers inside each other. Floats do not exist. Names are sorted
by code point, which for ASCII is the UTF-16 order of RFC 8785 section 3.2.3.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from typing import Any, NoReturn

from protocol.errors import NotCanonical

MAX_INT = 2**53 - 1
MAX_DEPTH = 8
MAX_SIZE = 1 << 20
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False)


def encode(value: object) -> bytes:
    """The canonical UTF-8 bytes of a value of the profile (tuples count as arrays), else NotCanonical."""
    _check(value, 0)
    return _ENCODER.encode(value).encode("utf-8")


def text(value: str) -> str:
    """A string as it stands in canonical JSON, in quotes; NotCanonical where `encode` says so."""
    _check_text(value)
    return json.encoder.encode_basestring(value)


def decode(data: bytes, limit: int = MAX_SIZE) -> Any:
    """The value whose canonical encoding is exactly `data`, of at most `limit` bytes, else NotCanonical.

    What is encoded again to the same bytes had no name twice, no white space and no number in another form; so only
    what is not is read once more, for the reason.
    """
    if len(data) <= limit:
        try:
            value = json.loads(
                bytes(data).decode("utf-8"), parse_float=_refuse_number, parse_constant=_refuse_number
            )
            _check(value, 0)
            if _ENCODER.encode(value).encode("utf-8") == data:
                return value
        except (ValueError, RecursionError, NotCanonical):
            pass
    decode_loose(data, limit)
    raise NotCanonical("JSON is not in canonical form (RFC 8785)")


def decode_loose(data: bytes, limit: int = MAX_SIZE) -> Any:
    """A value of the profile from JSON with any white space and order of names, else NotCanonical.

    For files written by people (anchors). Names that occur twice, floats and numbers outside the profile are
    refused as everywhere.
    """
    if len(data) > limit:
        raise NotCanonical(f"JSON is longer than {limit} bytes", evidence=str(len(data)))
    try:
        value = json.loads(
            bytes(data).decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
    except (ValueError, RecursionError) as error:
        raise NotCanonical("not JSON", evidence=str(error)) from error
    _check(value, 0)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise NotCanonical("JSON object has the same name twice")
    return value


def _integer(text: str) -> int:
    if len(text) > 16 or text[0] == "-":
        raise NotCanonical("integer outside 0..2^53-1", evidence=text[:32])
    return int(text)


def _refuse_number(text: str) -> NoReturn:
    raise NotCanonical("number is not an integer", evidence=text[:32])


def _check(value: object, depth: int) -> None:
    if isinstance(value, (dict, list, tuple)):
        _check_items(value, depth)
    elif isinstance(value, str):
        _check_text(value)
    elif isinstance(value, int):
        if not 0 <= value <= MAX_INT:
            raise NotCanonical("integer outside 0..2^53-1", evidence=str(value)[:32])
    elif value is not None:
        raise NotCanonical("type outside the JSON profile", evidence=type(value).__name__)


def _check_items(value: dict[Any, Any] | list[Any] | tuple[Any, ...], depth: int) -> None:
    if depth == MAX_DEPTH:
        raise NotCanonical(f"JSON is nested more than {MAX_DEPTH} deep")
    items: Iterable[Any] = value
    if isinstance(value, dict):
        for name in value:
            if not isinstance(name, str) or not name.isascii():
                raise NotCanonical("name of a JSON member is not ASCII", evidence=repr(name)[:64])
        items = value.values()
    for item in items:
        kind = type(item)
        if kind is dict or kind is list:
            _check_items(item, depth + 1)
        elif kind is not str or not item.isascii():  # most are, and need no call
            _check(item, depth + 1)


def _check_text(text: str) -> None:
    if text.isascii():
        return
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotCanonical("string holds a lone surrogate") from error
    if not unicodedata.is_normalized("NFC", text):
        raise NotCanonical("string is not in Unicode form NFC", evidence=text[:64])
