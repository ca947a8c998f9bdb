"""Shamir secret sharing over GF(2^8) with the AES polynomial x^8+x^4+x^3+x+1 (0x11b), byte by byte.

Secrets, coefficients and shares are byte strings of one length. A whole string is multiplied by one small
number at a time, as a big integer with a byte per lane; which operations run depends on share numbers and
lengths only, never on secret bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from protocol.errors import BadContent


def deal(secret: bytes, coefficients: Sequence[bytes], n: int) -> list[bytes]:
    """Shares 1..n of `secret`: secret + c_1 i + c_2 i^2 + ..., for a threshold of len(coefficients) + 1.

    BadContent when lengths differ or n is outside 1..255. Share i stands at position i - 1 of the answer.
    """
    length = len(secret)
    if not 1 <= n <= 255 or any(len(coefficient) != length for coefficient in coefficients):
        raise BadContent("shares: 1..255 of them, and coefficients as long as the secret")
    high = _lanes(length)
    terms = [int.from_bytes(term, "big") for term in (secret, *coefficients)]
    shares = []
    for x in range(1, n + 1):
        value = 0
        for term in reversed(terms):
            value = _multiply(value, x, high) ^ term
        shares.append(value.to_bytes(length, "big"))
    return shares


def combine(shares: Mapping[int, bytes]) -> bytes:
    """The secret at x = 0 of the polynomial through all given shares (Lagrange interpolation).

    Give exactly as many shares as the threshold. Nothing here tells right shares from wrong ones: the caller
    compares commitments. BadContent for no shares, numbers outside 1..255, or lengths that differ.
    """
    if not shares or any(not 1 <= x <= 255 for x in shares):
        raise BadContent("shares: numbers must lie in 1..255")
    points = tuple(sorted(shares))
    length = len(shares[points[0]])
    if any(len(share) != length for share in shares.values()):
        raise BadContent("shares: lengths differ")
    high = _lanes(length)
    secret = 0
    for x, weight in zip(points, _weights(points), strict=True):
        secret ^= _multiply(int.from_bytes(shares[x], "big"), weight, high)
    return secret.to_bytes(length, "big")


def _lanes(length: int) -> int:
    """The highest bit of each of `length` bytes, as a mask."""
    return int.from_bytes(b"\x80" * length, "big")


def _multiply(value: int, factor: int, high: int) -> int:
    """Every byte lane of `value` times the public `factor` (0..255): eight times double and add."""
    result = 0
    for bit in range(7, -1, -1):
        carry = (result & high) >> 7
        result = ((result & ~high) << 1) ^ (carry * 0x1B)
        result ^= value * (factor >> bit & 1)
    return result


@lru_cache(maxsize=256)
def _weights(points: tuple[int, ...]) -> tuple[int, ...]:
    """Lagrange weights at 0: for each x the product of m / (m - x) over the other points m."""
    weights = []
    for x in points:
        above = below = 1
        for m in points:
            if m != x:
                above = _multiply(above, m, 128)
                below = _multiply(below, m ^ x, 128)
        inverse = 1
        for _ in range(254):  # a^254 = 1/a in GF(2^8)
            inverse = _multiply(inverse, below, 128)
        weights.append(_multiply(above, inverse, 128))
    return tuple(weights)
