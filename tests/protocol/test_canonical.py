"""Canonical JSON against RFC 8785, its PyPI implementation and hostile input."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import canonical
from protocol.errors import NotCanonical

rfc8785 = pytest.importorskip("rfc8785")


def nfc(text: str) -> bool:
    import unicodedata

    return unicodedata.is_normalized("NFC", text)


TEXT = st.text(st.characters(exclude_categories=("Cs",))).filter(nfc)
NAMES = st.text(st.characters(max_codepoint=127))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, canonical.MAX_INT) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


def depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


@settings(deadline=None)
@given(VALUES.filter(lambda value: depth(value) <= 8))
def test_equals_the_published_implementation_and_round_trips(value: Any) -> None:
    data = canonical.encode(value)
    assert data == rfc8785.dumps(value)
    assert canonical.decode(data) == value
    pretty = json.dumps(value, indent=1, ensure_ascii=True).encode()
    assert canonical.decode_loose(pretty) == value
    if pretty != data:
        with pytest.raises(NotCanonical):
            canonical.decode(pretty)


def test_rfc8785_string_example() -> None:
    # RFC 8785 section 3.2.2.2, the member "string", and the literals of 3.2.2.1
    value = {"string": '\u20ac$\u000f\nA\'B"\\\\"/', "literals": [None, True, False]}
    assert canonical.encode(value) == (
        b'{"literals":[null,true,false],"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical.encode(("\x08\t\n\x0c\r\x1f\x7f",)) == b'["\\b\\t\\n\\f\\r\\u001f\x7f"]'


@pytest.mark.parametrize(
    "data",
    [
        b"", b" 1", b"1 ", b"01", b"-0", b"-1", b"1.0", b"1e2", b"NaN", b"Infinity", b"9007199254740992",
        b"99999999999999999999", b'{"a":1,"a":1}', b'{"b":1,"a":1}', b'{"a": 1}', b'"\\u0041"', b'"\\/"',
        b'"\\ud800"', b'"\xed\xa0\x80"', b"\xef\xbb\xbf1", b'"\xff"', b'"e\xcc\x81"', b'{"\xc3\xa9":1}',
        b'"\\u00E9"', b"[" * 9 + b"]" * 9, b"[" * 100_000, b"nul", b'{"a":1}{', b"\x00", b'"\x01"',
        "1".encode("utf-16"), b"'a'", b"[1,]", b"\xc2\xa01",
    ],
)  # fmt: skip
def test_strict_refuses(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        canonical.decode(data)


@pytest.mark.parametrize(
    "data", [b'{"a":1, "a":2}', b"-0", b"1.5", b'"\\ud800"', b'"e\\u0301"', b"[" * 9 + b"]" * 9]
)
def test_loose_keeps_the_profile(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        canonical.decode_loose(data)


def test_limits() -> None:
    assert canonical.decode(b"[" * 8 + b"]" * 8) == [[[[[[[[]]]]]]]]
    assert canonical.decode(b"9007199254740991") == canonical.MAX_INT
    assert canonical.decode(b'"abc"', 5) == "abc"
    with pytest.raises(NotCanonical, match="longer than 4"):
        canonical.decode(b'"abc"', 4)
    assert canonical.decode(bytearray(b"1")) == 1


@pytest.mark.parametrize("value", [1.0, -1, 2**53, {1: 2}, {"é": 1}, b"x", "\ud800", {"a": {1}}, object()])
def test_encode_refuses(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical.encode(value)
