"""HPKE against RFC 9180, Wycheproof X25519 and the implementation in `cryptography`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import hpke
from protocol.errors import BadContent

VECTORS = Path(__file__).parents[1] / "vectors"
RFC9180: list[dict[str, Any]] = json.loads((VECTORS / "hpke" / "rfc9180-x25519.json").read_text("utf-8"))


def unhex(case: dict[str, Any], *names: str) -> list[bytes]:
    return [bytes.fromhex(case[name]) for name in names]


def test_key_derivation_of_all_cases() -> None:
    assert len(RFC9180) == 32
    for case in RFC9180:
        for ikm, sk, pk in (("ikmE", "skEm", "pkEm"), ("ikmR", "skRm", "pkRm")):
            assert hpke.derive_key(bytes.fromhex(case[ikm])).hex() == case[sk]
            assert hpke.public_key(bytes.fromhex(case[sk])).hex() == case[pk]


def test_encapsulation_of_the_unauthenticated_modes() -> None:
    used = [case for case in RFC9180 if case["mode"] in (0, 1)]
    assert len(used) == 16
    for case in used:
        sk_e, pk_e, sk_r, pk_r = unhex(case, "skEm", "pkEm", "skRm", "pkRm")
        assert hpke._exchange(hpke._private(sk_e), pk_r) == hpke._exchange(hpke._private(sk_r), pk_e)
        assert (
            hpke._shared_secret(hpke._exchange(hpke._private(sk_r), pk_e), pk_e, pk_r).hex()
            == case["shared_secret"]
        )
        assert case["enc"] == case["pkEm"]


def test_key_schedule_and_encryptions_of_our_suite() -> None:
    used = [case for case in RFC9180 if (case["mode"], case["kdf_id"], case["aead_id"]) == (0, 1, 2)]
    assert len(used) == 1
    case = used[0]
    info, secret = unhex(case, "info", "shared_secret")
    key, nonce = hpke._key_schedule(secret, info)
    assert (key.hex(), nonce.hex()) == (case["key"], case["base_nonce"])
    for number, step in enumerate(case["encryptions"]):
        aad, ct, pt = unhex(step, "aad", "ct", "pt")
        used_nonce = (int.from_bytes(nonce, "big") ^ number).to_bytes(12, "big")
        assert AESGCM(key).encrypt(used_nonce, pt, aad) == ct
    # the whole of the first message but for its aad, which this protocol does not use
    pk_r, ikm_e, enc = unhex(case, "pkRm", "ikmE", "enc")
    sealed = hpke.seal_base(pk_r, info, b"share", ikm_e)
    assert sealed == enc + AESGCM(key).encrypt(nonce, b"share", None)


def test_x25519_vectors() -> None:
    data = json.loads((VECTORS / "wycheproof" / "x25519_test.json").read_text("utf-8"))
    cases = [case for group in data["testGroups"] for case in group["tests"]]
    assert len(cases) == data["numberOfTests"]
    for case in cases:
        sk, pk, shared = unhex(case, "private", "public", "shared")
        if shared == bytes(32):
            with pytest.raises(BadContent, match="low order"):
                hpke._exchange(hpke._private(sk), pk)
        else:
            assert hpke._exchange(hpke._private(sk), pk) == shared, case["tcId"]


LIBRARY = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@settings(deadline=None)
@given(st.binary(max_size=80), st.binary(max_size=80), st.binary(min_size=32, max_size=32))
def test_agrees_with_the_library(info: bytes, plaintext: bytes, ikm: bytes) -> None:
    sk = hpke.generate_key()
    pk = hpke.public_key(sk)
    sealed = hpke.seal_base(pk, info, plaintext, ikm)
    assert sealed == hpke.seal_base(pk, info, plaintext, ikm)
    assert len(sealed) == len(plaintext) + 48
    assert LIBRARY.decrypt(sealed, X25519PrivateKey.from_private_bytes(sk), info) == plaintext
    theirs = LIBRARY.encrypt(plaintext, X25519PublicKey.from_public_bytes(pk), info)
    assert hpke.open_base(sk, info, theirs) == plaintext


def test_refusals() -> None:
    sk = bytes(range(32))
    sealed = hpke.seal_base(hpke.public_key(sk), b"info", b"share", bytes(32))
    assert hpke.open_base(sk, b"info", sealed) == b"share"
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises(BadContent):
            hpke.open_base(sk, b"info", bytes(changed))
    calls: list[tuple[Any, ...]] = [
        (hpke.open_base, sk, b"other", sealed), (hpke.open_base, hpke.generate_key(), b"info", sealed),
        (hpke.open_base, sk, b"info", sealed[:47]), (hpke.open_base, sk[:-1], b"info", sealed),
        (hpke.open_base, sk, b"info", bytes(32) + sealed[32:]), (hpke.public_key, b""),
        (hpke.seal_base, bytes(32), b"", b"", bytes(32)), (hpke.seal_base, bytes(31), b"", b"", bytes(32)),
    ]  # fmt: skip
    for function, *arguments in calls:
        with pytest.raises(BadContent):
            function(*arguments)


def test_the_ignored_bit_of_a_public_key_is_bound() -> None:
    """X25519 ignores the top bit of a u-coordinate (RFC 7748 section 5); the key schedule does not."""
    sk = bytes(range(32))
    sealed = bytearray(hpke.seal_base(hpke.public_key(sk), b"info", b"share", bytes(32)))
    sealed[31] ^= 0x80
    with pytest.raises(BadContent):
        hpke.open_base(sk, b"info", bytes(sealed))
