"""The strict DER reader."""

from __future__ import annotations

import pytest
from cryptography import x509

from protocol import der
from protocol.errors import NotCanonical


def value(content: str) -> der.Value:
    return der.Value(der.INTEGER, bytes.fromhex(content), b"")


@pytest.mark.parametrize(
    "data",
    [
        "30",
        "3080",
        "308100",
        "30817f" + "00" * 127,
        "3082000100",
        "308400000001",
        "3002",
        "1f0100",
        "3081",
        "30830100",
    ],
)
def test_only_der(data: str) -> None:
    with pytest.raises(NotCanonical):
        der.children(bytes.fromhex(data))


def test_values_and_fields() -> None:
    data = bytes.fromhex("3006020101040100") + b"\x30\x81\x80" + bytes(128)
    first, second = der.children(data)
    assert (first.full, second.tag, len(second.value)) == (data[:8], der.SEQUENCE, 128)
    assert der.children(b"") == []
    fields = der.Fields(first)
    fields.expect(der.INTEGER, b"\x01")
    assert not fields.next_is(der.INTEGER)
    assert fields.last(der.OCTETS).value == b"\x00"
    assert not fields.next_is(der.OCTETS)
    fields.end()
    for broken in (fields.take, der.Fields(first).last):
        with pytest.raises(NotCanonical):
            broken(der.INTEGER)
    with pytest.raises(NotCanonical):
        der.Fields(first).expect(der.INTEGER, b"\x02")
    for whole in (data, data[:8], b""):
        with pytest.raises(NotCanonical):
            der.only(whole, der.SET)


def test_numbers() -> None:
    texts = {"00": 0, "7f": 127, "0080": 128, "ff": -1, "80": -128, "ff7f": -129, "00ffffff": 0xFFFFFF}
    assert {text: der.number(value(text)) for text in texts} == texts
    for text in ("", "0000", "007f", "ffff", "ff80"):
        with pytest.raises(NotCanonical):
            der.number(value(text))


@pytest.mark.parametrize("text", ["1.2.840.113549.1.7.2", "2.999", "0.0", "2.5.4.97", "1.39", "2.40.127.128"])
def test_object_identifiers(text: str) -> None:
    encoded = x509.UnrecognizedExtension(x509.ObjectIdentifier(text), b"").oid
    name = x509.Name([x509.NameAttribute(encoded, "x")]).public_bytes()
    oid = der.Fields(
        der.only(der.only(der.only(name, der.SEQUENCE).value, der.SET).value, der.SEQUENCE)
    ).take(der.OID)
    assert der.dotted(oid.value) == text


@pytest.mark.parametrize("data", ["", "80", "2a80", "8001", "2a8001"])
def test_malformed_object_identifiers(data: str) -> None:
    with pytest.raises(NotCanonical):
        der.dotted(bytes.fromhex(data))
