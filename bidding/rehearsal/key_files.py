"""A signing key as the backup file which the browser's page of keys restores (static/js/keys/ring.js)."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from protocol.dsse import Signer

VERSION = "sunlit-key/v1"
ITERATIONS = 600_000
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def passphrase_from(random: bytes) -> str:
    """Sixteen random bytes as the 80 bits a key page shows: 7K2M-94QD-XW3P-HT6V."""
    plain = "".join(ALPHABET[value & 31] for value in random[:16])
    return "-".join(plain[at : at + 4] for at in range(0, 16, 4))


def backup_of(
    signer: Signer, *, org: str, label: str, passphrase: str, random: Callable[[int], bytes]
) -> bytes:
    """The key of a rehearsal's party, locked with a passphrase, as a person's own backup file would be."""
    keys = {"sign": (signer.alg, signer.spki.hex(), signer.key)}
    return _file({"purpose": "signing", "org": org, "label": label}, keys, passphrase, random)


def officer_backup_of(
    signer: Signer,
    secret: bytes,
    *,
    seat: Mapping[str, Any],
    org: str,
    passphrase: str,
    random: Callable[[int], bytes],
) -> bytes:
    """Both keys of an officer's seat; ``seat`` is tender, lot and i, as the policy names them."""
    opening = X25519PrivateKey.from_private_bytes(secret)
    public = opening.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    keys = {"sign": (signer.alg, signer.spki.hex(), signer.key), "kem": ("x25519", public, opening)}
    facts = {"purpose": "officer", "org": org, "label": f"officer {seat['i']}", "seat": dict(seat)}
    return _file(facts, keys, passphrase, random)


def _file(
    facts: Mapping[str, Any],
    keys: Mapping[str, tuple[str, str, Any]],
    passphrase: str,
    random: Callable[[int], bytes],
) -> bytes:
    """The ring of these keys (algorithm, public half, private key) under one passphrase lock."""
    salt = random(16)
    wrapping = AESGCM(PBKDF2HMAC(SHA256(), 32, salt, ITERATIONS).derive(passphrase.encode()))
    sealed = {}
    for name, (algorithm, public, key) in keys.items():
        iv = random(12)
        private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        bound = f"{name} {algorithm} {public}".encode()
        sealed[name] = {"iv": iv.hex(), "sealed": wrapping.encrypt(iv, private, bound).hex()}
    lock = {"kind": "passphrase", "salt": salt.hex(), "iterations": ITERATIONS, "keys": sealed}
    halves = {name: {"algorithm": one[0], "public": one[1]} for name, one in keys.items()}
    ring = {"v": VERSION, "id": keys["sign"][1], **facts, "halves": halves, "locks": [lock]}
    return json.dumps(ring, ensure_ascii=False, indent=1).encode()
