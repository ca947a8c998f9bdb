"""Hashes and key derivation against Wycheproof."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from protocol import hashing
from protocol.errors import ProtocolError

WYCHEPROOF = Path(__file__).parents[1] / "vectors" / "wycheproof"


def cases(name: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    data = json.loads((WYCHEPROOF / f"{name}_test.json").read_text("utf-8"))
    found = [(group, case) for group in data["testGroups"] for case in group["tests"]]
    assert len(found) == data["numberOfTests"]
    return found


def test_hkdf_sha512_vectors() -> None:
    for _, case in cases("hkdf_sha512"):
        ikm, salt, info = (bytes.fromhex(case[name]) for name in ("ikm", "salt", "info"))
        prk = hashing.hkdf_extract(salt, ikm, "sha512")
        if case["result"] == "valid":
            assert hashing.hkdf_expand(prk, info, case["size"], "sha512").hex() == case["okm"]
        else:
            with pytest.raises(ValueError, match="out of range"):
                hashing.hkdf_expand(prk, info, case["size"], "sha512")


def test_hmac_sha512_vectors() -> None:
    for group, case in cases("hmac_sha512"):
        tag = hashing.mac(bytes.fromhex(case["key"]), bytes.fromhex(case["msg"]))
        same = tag[: group["tagSize"] // 8].hex() == case["tag"]
        assert same == (case["result"] == "valid"), case["tcId"]


def test_expand_carries_the_protocol_prefix() -> None:
    assert hashing.expand(b"k" * 64, "salt", 24) == hashing.hkdf_expand(
        b"k" * 64, b"sealedbid/v1 salt", 24, "sha512"
    )
    assert hashing.expand(b"k" * 64, "x", 0) == b""


def test_sha2_of_parts_and_streams() -> None:
    # FIPS 180-4 examples for "abc"
    assert hashing.sha256(b"a", b"bc").hex().startswith("ba7816bf8f01cfea")
    assert hashing.sha1(b"abc").hex().startswith("a9993e364706816a")
    assert hashing.sha384(b"abc").hex().startswith("cb00753f45a35e8b")
    assert hashing.sha512(b"abc").hex().startswith("ddaf35a193617aba")
    assert hashing.tagged("leaf", b"a", b"b") == hashing.sha256(b"sealedbid/v1 leafab")
    hasher = hashing.Hasher()
    hasher.update(b"a")
    hasher.update(memoryview(b"bc"))
    assert (hasher.size, hasher.digest()) == (3, hashing.sha256(b"abc"))


def test_errors_say_what_where_and_why() -> None:
    error = ProtocolError("share does not match", check="V12", obj="bid 1", evidence="00 != 01")
    assert (str(error), error.check, error.obj, error.evidence) == (
        "share does not match",
        "V12",
        "bid 1",
        "00 != 01",
    )
