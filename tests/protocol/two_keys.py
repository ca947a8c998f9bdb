"""A chunk of AES-GCM which verifies under two keys (a "salamander"), and content made of one.

GHASH is linear: with all blocks but one given, the last is solved for so that both keys give one tag. Nothing stops this in
AES-GCM itself; the key commitment in the header of chunked encryption does.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from protocol import cobblestone
from protocol.hashing import hkdf_expand

_R = 0xE1 << 120
ONE = 1 << 127
CONTENT = 4096
"""Bytes of content, so that its size is that of an honest small file."""


def multiply(x: int, y: int) -> int:
    """The product in GCM's field (NIST SP 800-38D, 6.3)."""
    product = 0
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            product ^= y
        y = (y >> 1) ^ (_R if y & 1 else 0)
    return product


def power(x: int, exponent: int) -> int:
    """x to a power."""
    made = ONE
    while exponent:
        if exponent & 1:
            made = multiply(made, x)
        x, exponent = multiply(x, x), exponent >> 1
    return made


def block(key: bytes, data: bytes) -> int:
    """AES of one block, as a number."""
    encryptor = Cipher(algorithms.AES256(key), modes.ECB()).encryptor()
    return int.from_bytes(encryptor.update(data), "big")


def tag_parts(key: bytes, nonce: bytes, ciphertext: bytes) -> tuple[int, int]:
    """The tag of a ciphertext without additional data, and H."""
    hash_key, mask, state = block(key, bytes(16)), block(key, nonce + b"\0\0\0\1"), 0
    for at in range(0, len(ciphertext), 16):
        state = multiply(state ^ int.from_bytes(ciphertext[at : at + 16], "big"), hash_key)
    state = multiply(state ^ (8 * len(ciphertext)), hash_key)
    return state ^ mask, hash_key


def salamander(one: tuple[bytes, bytes], two: tuple[bytes, bytes], size: int) -> bytes:
    """Ciphertext and tag of `size` content bytes which verify under both (key, nonce)."""
    body = bytearray(size)
    (tag1, h1), (tag2, h2) = (tag_parts(key, nonce, bytes(body)) for key, nonce in (one, two))
    factor = power(h1, 2) ^ power(h2, 2)
    solved = multiply(tag1 ^ tag2, power(factor, (1 << 128) - 2))
    body[-16:] = solved.to_bytes(16, "big")
    return bytes(body) + tag_parts(*one, bytes(body))[0].to_bytes(16, "big")


def chunk_key(key: bytes, salt: bytes, context: bytes) -> tuple[bytes, bytes]:
    """AEAD key and nonce of chunk 0 (C2SP chunked-encryption)."""
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00" + salt + context
    made = hkdf_expand(key, info, 76, "sha512")
    return made[:32], made[32:44]


def two_key_content(one: bytes, two: bytes, salt: bytes, context: bytes) -> bytes:
    """Content whose only chunk verifies under both keys; its header commits to the first."""
    header = cobblestone.encrypt(one, salt, context, b"")[: cobblestone.HEADER_SIZE]
    return header + salamander(chunk_key(one, salt, context), chunk_key(two, salt, context), CONTENT)
