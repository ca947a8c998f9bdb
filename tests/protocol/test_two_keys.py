"""The attack is real: the chunk verifies under both keys of AES-GCM itself, and under one of chunked encryption."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from protocol import cobblestone
from protocol.errors import BadContent
from tests.protocol.two_keys import chunk_key, salamander, two_key_content

ONE, TWO, SALT, CONTEXT = b"\1" * 32, b"\2" * 32, b"\3" * 24, b"\4" * 49


def test_aes_gcm_takes_the_chunk_under_both_keys():
    pairs = [chunk_key(key, SALT, CONTEXT) for key in (ONE, TWO)]
    made = salamander(*pairs, 4096)

    opened = [AESGCM(key).decrypt(nonce, made, None) for key, nonce in pairs]
    assert opened[0] != opened[1]


def test_the_commitment_takes_one():
    made = two_key_content(ONE, TWO, SALT, CONTEXT)

    assert len(cobblestone.decrypt(ONE, SALT, CONTEXT, made)) == 4096
    with pytest.raises(BadContent, match="commitment"):
        cobblestone.decrypt(TWO, SALT, CONTEXT, made)
