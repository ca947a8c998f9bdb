"""Cobblestone: C2SP chunked-encryption (c2sp.org/chunked-encryption) with HKDF-Expand-SHA-512 and AES-GCM.

A key of 32 bytes means AEAD_AES_256_GCM, the suite of sealedbid/v1; one of 16 bytes means AEAD_AES_128_GCM,
kept for its public test vectors. Ciphertext is salt (24) || commitment (32) || chunks; every chunk holds
16 KiB of content and a tag of 16 bytes, the last one less content, possibly none. The commitment binds key,
salt and context.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from protocol.errors import BadContent
from protocol.hashing import hkdf_expand

SALT_SIZE = 24
HEADER_SIZE = 56
CHUNK_SIZE = 16_384
TAG_SIZE = 16
MAX_CHUNKS = 2**38

_AEAD = {16: b"AEAD_AES_128_GCM", 32: b"AEAD_AES_256_GCM"}
_BATCH = 16  # chunks given out together: few enough to stay in the processor's cache

Block = bytes | memoryview


def ciphertext_size(size: int) -> int:
    """Bytes of ciphertext for `size` bytes of content."""
    return HEADER_SIZE + size + TAG_SIZE * (size // CHUNK_SIZE + 1)


def encrypt(key: bytes, salt: bytes, context: bytes, plain: bytes) -> bytes:
    """The ciphertext of one message; `salt` (24 bytes) must never repeat under one key."""
    return b"".join(encrypt_stream(key, salt, context, [plain]))


def decrypt(key: bytes, salt: bytes, context: bytes, data: bytes) -> bytes:
    """The content of one whole ciphertext, which must carry `salt`; BadContent if anything does not hold."""
    return b"".join(decrypt_stream(key, salt, context, [data]))


def encrypt_stream(key: bytes, salt: bytes, context: bytes, pieces: Iterable[Block]) -> Iterator[bytes]:
    """The ciphertext of the content in `pieces` (of any sizes): the header, then 16 chunks at a time."""
    cipher, base, commitment = _derive(key, salt, context)
    yield salt + commitment
    batch: list[bytes] = []
    for number, chunk in enumerate(_blocks(pieces, 0, CHUNK_SIZE)):
        batch.append(cipher.encrypt(_nonce(base, number), chunk, None))
        if len(batch) == _BATCH:
            yield b"".join(batch)
            batch.clear()
    if batch:
        yield b"".join(batch)


def decrypt_stream(key: bytes, salt: bytes, context: bytes, pieces: Iterable[Block]) -> Iterator[bytes]:
    """The content of the ciphertext in `pieces` (of any sizes), 16 chunks at a time.

    BadContent for another salt, a commitment that does not match, a chunk that does not verify, or a
    truncated or extended message. What was given out before such an error is authentic but not whole.
    """
    cipher, base, commitment = _derive(key, salt, context)
    blocks = _blocks(pieces, HEADER_SIZE, CHUNK_SIZE + TAG_SIZE)
    if next(blocks) != salt + commitment:
        raise BadContent("content is not under this key: salt or key commitment differ")
    batch: list[bytes] = []
    for number, block in enumerate(blocks):
        if len(block) < TAG_SIZE:
            raise BadContent("content is truncated", evidence=f"chunk {number} has {len(block)} bytes")
        try:
            batch.append(cipher.decrypt(_nonce(base, number), block, None))
        except InvalidTag as error:
            raise BadContent("a chunk of the content does not verify", evidence=f"chunk {number}") from error
        if len(batch) == _BATCH:
            yield b"".join(batch)
            batch.clear()
    if batch:
        yield b"".join(batch)


def _derive(key: bytes, salt: bytes, context: bytes) -> tuple[AESGCM, int, bytes]:
    """AEAD, base nonce as a number, and commitment."""
    if len(key) not in _AEAD or len(salt) != SALT_SIZE:
        raise BadContent("content key must have 16 or 32 bytes, its salt 24")
    size = len(key)
    info = b"c2sp.org/chunked-encryption@v1+" + _AEAD[size] + b"\x00" + salt + context
    block = hkdf_expand(key, info, size + 12 + 32, "sha512")
    return AESGCM(block[:size]), int.from_bytes(block[size : size + 12], "big"), block[size + 12 :]


def _nonce(base: int, number: int) -> bytes:
    if number >= MAX_CHUNKS:
        raise BadContent("content is longer than 4 PiB")
    return (base ^ number).to_bytes(12, "big")


def _blocks(pieces: Iterable[Block], first: int, size: int) -> Iterator[Block]:
    """One block of `first` bytes (if any), then blocks of exactly `size`, then one shorter, possibly empty.

    Blocks inside one piece are views of it. A stream shorter than `first` gives that and nothing more.
    """
    rest = b""
    want = first or size
    for piece in pieces:
        view = memoryview(piece)
        at = 0
        if rest:
            at = want - len(rest)
            if len(view) < at:
                rest += view
                continue
            yield rest + view[:at]
            want = size
        while len(view) - at >= want:
            yield view[at : at + want]
            at += want
            want = size
        rest = bytes(view[at:])
    yield rest
