"""Hashes, MACs and key derivation of sealedbid/v1. The one place of the project that imports hashlib."""

from __future__ import annotations

import hashlib
import hmac

PREFIX = b"sealedbid/v1 "
_LENGTHS = {"sha256": 32, "sha512": 64}


def sha256(first: bytes | bytearray | memoryview = b"", *parts: bytes | bytearray | memoryview) -> bytes:
    """SHA-256 (FIPS 180-4) of the concatenation of all parts, 32 bytes."""
    state = hashlib.sha256(first)
    for part in parts:
        state.update(part)
    return state.digest()


def sha1(data: bytes) -> bytes:
    """SHA-1, 20 bytes; only to name the certificate in a time-stamp token as RFC 2634 does."""
    return hashlib.sha1(data, usedforsecurity=False).digest()


def md5(data: bytes) -> bytes:
    """MD5, 16 bytes; only to repeat selections published under RFC 3797."""
    return hashlib.md5(data, usedforsecurity=False).digest()


def sha384(data: bytes) -> bytes:
    """SHA-384 (FIPS 180-4), 48 bytes; only for foreign time-stamp tokens."""
    return hashlib.sha384(data).digest()


def sha512(data: bytes) -> bytes:
    """SHA-512 (FIPS 180-4), 64 bytes; only for foreign time-stamp tokens."""
    return hashlib.sha512(data).digest()


def tagged(label: str, *parts: bytes) -> bytes:
    """SHA-256("sealedbid/v1 " || label || parts), 32 bytes.

    The caller gives parts of fixed length only, so that the concatenation has one reading.
    """
    return sha256(PREFIX, label.encode("ascii"), *parts)


def mac(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA-512 (RFC 2104), 64 bytes."""
    return hmac.digest(key, data, "sha512")


class Mac:
    """`mac` under one key for many messages: the two blocks made of the key are hashed once."""

    def __init__(self, key: bytes) -> None:
        block = (sha512(key) if len(key) > 128 else key).ljust(128, b"\x00")
        self._inner = hashlib.sha512(bytes(byte ^ 0x36 for byte in block))
        self._outer = hashlib.sha512(bytes(byte ^ 0x5C for byte in block))

    def digest(self, data: bytes) -> bytes:
        """HMAC-SHA-512 (RFC 2104) of `data`, 64 bytes."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(data)
        outer.update(inner.digest())
        return outer.digest()


def hkdf_extract(salt: bytes, ikm: bytes, algorithm: str) -> bytes:
    """HKDF-Extract (RFC 5869 section 2.2) with "sha256" or "sha512"."""
    return hmac.digest(salt or bytes(_LENGTHS[algorithm]), ikm, algorithm)


def hkdf_expand(prk: bytes, info: bytes, length: int, algorithm: str) -> bytes:
    """HKDF-Expand (RFC 5869 section 2.3) with "sha256" or "sha512"; ValueError above 255 blocks."""
    if not 0 <= length <= 255 * _LENGTHS[algorithm]:
        raise ValueError("HKDF-Expand length out of range")
    output = block = b""
    counter = 1
    while len(output) < length:
        block = hmac.digest(prk, block + info + bytes([counter]), algorithm)
        output += block
        counter += 1
    return output[:length]


def expand(prk: bytes, label: str, length: int) -> bytes:
    """HKDF-Expand-SHA-512(prk, "sealedbid/v1 " || label, length) (RFC 5869 section 2.3)."""
    return hkdf_expand(prk, PREFIX + label.encode("ascii"), length, "sha512")


class Hasher:
    """SHA-256 of a stream, with the number of bytes seen so far in `size`."""

    def __init__(self) -> None:
        self._state = hashlib.sha256()
        self.size = 0

    def update(self, data: bytes | bytearray | memoryview) -> None:
        """Add bytes to the stream."""
        self._state.update(data)
        self.size += len(data)

    def digest(self) -> bytes:
        """SHA-256 of everything added so far, 32 bytes."""
        return self._state.digest()
