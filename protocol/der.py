"""A strict reader of DER (X.690) for the few values of a time-stamp: one-byte tags, shortest forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from protocol.errors import NotCanonical

BOOLEAN, INTEGER, OCTETS, NULL, OID, TIME, SEQUENCE, SET = 0x01, 0x02, 0x04, 0x05, 0x06, 0x18, 0x30, 0x31


@dataclass(frozen=True)
class Value:
    """One DER value: its tag byte, its content, and the whole with tag and length."""

    tag: int
    value: bytes
    full: bytes


class Fields:
    """The members of a constructed value, taken in order; NotCanonical for any other than asked for."""

    def __init__(self, value: Value) -> None:
        self._members = children(value.value)

    def next_is(self, tag: int) -> bool:
        """Whether the next member is there and has this tag."""
        return bool(self._members) and self._members[0].tag == tag

    def take(self, tag: int) -> Value:
        """The next member, which must have this tag."""
        if not self.next_is(tag):
            _refuse(f"no tag {tag:02x} where one belongs")
        return self._members.pop(0)

    def expect(self, tag: int, value: bytes) -> None:
        """Take the next member, which must have this tag and content."""
        if self.take(tag).value != value:
            _refuse(f"another value than belongs under tag {tag:02x}")

    def last(self, tag: int) -> Value:
        """The next member, which must have this tag and be the last."""
        found = self.take(tag)
        self.end()
        return found

    def end(self) -> None:
        """Refuse further members."""
        if self._members:
            _refuse(f"tag {self._members[0].tag:02x} too many")


def only(data: bytes, tag: int) -> Value:
    """The single value, with this tag, that `data` is."""
    values = children(data)
    if len(values) != 1 or values[0].tag != tag:
        _refuse(f"not exactly one tag {tag:02x}")
    return values[0]


def children(data: bytes) -> list[Value]:
    """The values that `data` is a row of (X.690 sections 8.1 and 10.1)."""
    values, at = [], 0
    while at < len(data):
        start, head = at, data[at : at + 2]
        if len(head) < 2 or head[0] & 0x1F == 0x1F:
            _refuse("not DER")
        size, at = head[1], at + 2
        if size & 0x80:
            octets = data[at : at + (size & 0x7F)]
            size, at = int.from_bytes(octets, "big"), at + len(octets)
            if size < 0x80 or octets[0] == 0 or len(octets) > 3 or len(octets) != head[1] & 0x7F:
                _refuse("not DER")
        if at + size > len(data):
            _refuse("not DER")
        values.append(Value(head[0], data[at : at + size], data[start : at + size]))
        at += size
    return values


def number(value: Value) -> int:
    """The content of a value read as INTEGER, in the fewest bytes (X.690 section 8.3)."""
    found = int.from_bytes(value.value, "big", signed=True)
    if len(value.value) != (found if found >= 0 else ~found).bit_length() // 8 + 1:
        _refuse("integer is not in its shortest form")
    return found


def dotted(oid: bytes) -> str:
    """The content of an OBJECT IDENTIFIER as text (X.690 section 8.19)."""
    numbers, value = [], 0
    for byte in oid:
        if byte == 0x80 and value == 0:
            _refuse("object identifier is not in its shortest form")
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    if not numbers or oid[-1] & 0x80:
        _refuse("object identifier is cut off")
    first = min(numbers[0] // 40, 2)
    return ".".join(str(part) for part in (first, numbers[0] - 40 * first, *numbers[1:]))


def _refuse(message: str) -> NoReturn:
    raise NotCanonical(message)
