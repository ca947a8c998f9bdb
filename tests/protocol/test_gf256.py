"""Shamir sharing against shares of an independent implementation and the field axioms."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import gf256
from protocol.errors import BadContent

PRIVY = json.loads((Path(__file__).parents[1] / "vectors" / "shamir" / "privy.json").read_text("utf-8"))


def plain_multiply(a: int, b: int) -> int:
    """The textbook product: carry-less multiplication, then reduction by 0x11b."""
    product = 0
    for bit in range(8):
        product ^= (a << bit) * (b >> bit & 1)
    for bit in range(14, 7, -1):
        product ^= (0x11B << bit - 8) * (product >> bit & 1)
    return product


def test_every_product_of_the_field() -> None:
    assert plain_multiply(0x57, 0x83) == 0xC1  # FIPS 197 section 4.2
    for factor in range(256):
        product = gf256._multiply(int.from_bytes(bytes(range(256)), "big"), factor, gf256._lanes(256))
        assert product.to_bytes(256, "big") == bytes(plain_multiply(a, factor) for a in range(256))


def test_shares_of_another_implementation_combine() -> None:
    for case in PRIVY["cases"]:
        shares = {int(x): bytes.fromhex(y) for x, y in case["shares"].items()}
        for chosen in itertools.islice(itertools.combinations(shares, case["t"]), 40):
            assert gf256.combine({x: shares[x] for x in chosen}).hex() == case["secret"]
        assert gf256.combine(dict(itertools.islice(shares.items(), case["t"] - 1))).hex() != case["secret"]


def test_shares_of_another_implementation_are_dealt_again() -> None:
    """f(x0) is the value at 0 of the shares renumbered x ^ x0; a threshold of 2 has the slope f(1) - f(0)."""
    for case in PRIVY["cases"]:
        shares = {int(x): bytes.fromhex(y) for x, y in case["shares"].items()}
        points = list(shares)
        for x0 in points[case["t"] :]:
            moved = {x ^ x0: shares[x] for x in points[: case["t"]]}
            assert gf256.combine(moved) == shares[x0]
        if case["t"] == 2:
            secret = bytes.fromhex(case["secret"])
            one = shares.get(1) or gf256.combine({x ^ 1: shares[x] for x in points[:2]})
            slope = bytes(a ^ b for a, b in zip(secret, one, strict=True))
            dealt = gf256.deal(secret, [slope], 255)
            assert all(dealt[x - 1] == share for x, share in shares.items())


@settings(deadline=None)
@given(st.data(), st.integers(1, 6), st.integers(0, 6), st.integers(0, 40))
def test_any_threshold_subset_recovers(data: st.DataObject, t: int, extra: int, length: int) -> None:
    secret, *coefficients = (data.draw(st.binary(min_size=length, max_size=length)) for _ in range(t))
    shares = gf256.deal(secret, coefficients, t + extra)
    chosen = data.draw(st.permutations(range(1, t + extra + 1)))[:t]
    assert gf256.combine({x: shares[x - 1] for x in chosen}) == secret


def test_refusals() -> None:
    for n, coefficients in ((0, []), (256, []), (3, [b"xx"])):
        with pytest.raises(BadContent):
            gf256.deal(b"s", coefficients, n)
    for shares in ({}, {0: b"a"}, {256: b"a"}, {1: b"a", 2: b"bb"}):
        with pytest.raises(BadContent):
            gf256.combine(shares)
