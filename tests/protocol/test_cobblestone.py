"""Chunked encryption against all Wycheproof vectors, streamed in every way."""

from __future__ import annotations

import itertools
import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import cobblestone
from protocol.errors import BadContent
from protocol.hashing import sha512

WYCHEPROOF = Path(__file__).parents[1] / "vectors" / "wycheproof"


def cases(bits: int) -> list[dict[str, Any]]:
    name = f"c2sp_chunked_encryption_aes_{bits}_gcm_test.json"
    data = json.loads((WYCHEPROOF / name).read_text("utf-8"))
    found = [case for group in data["testGroups"] for case in group["tests"]]
    assert len(found) == data["numberOfTests"] == 35
    return found


@pytest.mark.parametrize("bits", [128, 256])
def test_vectors(bits: int) -> None:
    for case in cases(bits):
        key, context = bytes.fromhex(case["key"]), bytes.fromhex(case["ctx"])
        data = zlib.decompress(bytes.fromhex(case["ct"]))
        salt = data[:24].ljust(24, b"\x00")
        if case["result"] == "valid":
            plain = cobblestone.decrypt(key, salt, context, data)
            assert len(plain) == case["msgLength"]
            assert sha512(plain).hex() == case["msgSha512"]
            assert cobblestone.encrypt(key, salt, context, plain) == data
            assert cobblestone.ciphertext_size(len(plain)) == len(data)
        else:
            with pytest.raises(BadContent):
                cobblestone.decrypt(key, salt, context, data)


KEY, SALT = bytes(range(32)), bytes(range(24))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 600_000), st.lists(st.integers(0, 200_000), max_size=6), st.binary(max_size=9))
def test_streams_in_any_pieces(size: int, cuts: list[int], context: bytes) -> None:
    plain = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    whole = cobblestone.encrypt(KEY, SALT, context, plain)
    assert len(whole) == cobblestone.ciphertext_size(size)
    for function, source, target in (
        (cobblestone.encrypt_stream, plain, whole),
        (cobblestone.decrypt_stream, whole, plain),
    ):
        edges = sorted(min(cut, len(source)) for cut in [0, *cuts, len(source)])
        pieces = [memoryview(source)[a:b] for a, b in itertools.pairwise(edges)]
        assert b"".join(function(KEY, SALT, context, pieces)) == target


@pytest.mark.parametrize("chunks", [0, 15, 16, 31])
def test_whole_batches(chunks: int) -> None:
    plain = bytes(chunks * cobblestone.CHUNK_SIZE)
    pieces = list(cobblestone.encrypt_stream(KEY, SALT, b"", [plain]))
    assert [len(piece) for piece in pieces[:1]] == [cobblestone.HEADER_SIZE]
    assert all(pieces)
    assert b"".join(cobblestone.decrypt_stream(KEY, SALT, b"", pieces)) == plain


def test_byte_by_byte() -> None:
    whole = cobblestone.encrypt(KEY, SALT, b"", b"x" * 20_000)
    pieces = [whole[at : at + 1] for at in range(len(whole))]
    assert b"".join(cobblestone.decrypt_stream(KEY, SALT, b"", pieces)) == b"x" * 20_000


def test_every_bit_and_length_is_bound() -> None:
    whole = cobblestone.encrypt(KEY, SALT, b"ctx", b"twenty bytes of text")
    for at in range(len(whole)):
        for bit in range(8):
            changed = bytearray(whole)
            changed[at] ^= 1 << bit
            with pytest.raises(BadContent):
                cobblestone.decrypt(KEY, SALT, b"ctx", bytes(changed))
        with pytest.raises(BadContent):
            cobblestone.decrypt(KEY, SALT, b"ctx", whole[:at])
    with pytest.raises(BadContent, match="salt or key commitment"):
        cobblestone.decrypt(KEY, bytes(24), b"ctx", whole)
    with pytest.raises(BadContent, match="must have"):
        cobblestone.encrypt(KEY, SALT[:-1], b"ctx", b"")


def test_too_many_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = cobblestone.encrypt(KEY, SALT, b"", bytes(2 * cobblestone.CHUNK_SIZE))
    monkeypatch.setattr(cobblestone, "MAX_CHUNKS", 2)
    cobblestone.encrypt(KEY, SALT, b"", bytes(2 * cobblestone.CHUNK_SIZE - 1))
    with pytest.raises(BadContent, match="4 PiB"):
        cobblestone.encrypt(KEY, SALT, b"", bytes(2 * cobblestone.CHUNK_SIZE))
    with pytest.raises(BadContent, match="4 PiB"):
        cobblestone.decrypt(KEY, SALT, b"", whole)
