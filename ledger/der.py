"""The handful of DER encodings (X.690) a time-stamp request or response is made of."""

from collections.abc import Sequence
from datetime import UTC, datetime

SHA256 = "2.16.840.1.101.3.4.2.1"


def tlv(tag: int, *parts: bytes) -> bytes:
    """One DER value: tag, length, content."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def sequence(*parts: bytes) -> bytes:
    """SEQUENCE."""
    return tlv(0x30, *parts)


def set_of(parts: Sequence[bytes]) -> bytes:
    """SET OF, in the order DER asks for."""
    return tlv(0x31, *sorted(parts))


def integer(value: int, tag: int = 0x02) -> bytes:
    """A non-negative INTEGER."""
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def octets(value: bytes) -> bytes:
    """OCTET STRING."""
    return tlv(0x04, value)


def oid(dotted: str) -> bytes:
    """OBJECT IDENTIFIER."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    content = bytearray()
    for value in (first * 40 + second, *rest):
        digits = [value & 0x7F]
        while value := value >> 7:
            digits.append(0x80 | value & 0x7F)
        content += bytes(reversed(digits))
    return tlv(0x06, bytes(content))


def moment(at: datetime) -> bytes:
    """GeneralizedTime as RFC 3161 writes it: UTC, a fraction without trailing zeros, none when whole."""
    text = at.astimezone(UTC).strftime("%Y%m%d%H%M%S")
    if fraction := f"{at.microsecond:06d}".rstrip("0"):
        text += f".{fraction}"
    return tlv(0x18, f"{text}Z".encode("ascii"))


def accuracy(milliseconds: int) -> bytes:
    """Accuracy: whole seconds and milliseconds, each only when it is there."""
    seconds, millis = divmod(milliseconds, 1000)
    parts = [integer(seconds)] if seconds else []
    if millis:
        parts.append(integer(millis, 0x80))
    return sequence(*parts)


def imprint(digest: bytes) -> bytes:
    """MessageImprint of a SHA-256 digest (RFC 3161, 2.4.1)."""
    return sequence(sequence(oid(SHA256), tlv(0x05)), octets(digest))


def request(digest: bytes) -> bytes:
    """A TimeStampReq for a SHA-256 digest which asks for the signer's certificate (RFC 3161, 2.4.1)."""
    return sequence(integer(1), imprint(digest), tlv(0x01, b"\xff"))
