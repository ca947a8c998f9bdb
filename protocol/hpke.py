"""HPKE base mode (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM; single shot, no aad.

Own code because dealing must be repeatable: the ephemeral key is derived from bytes the caller gives
(DeriveKeyPair, section 7.1.3), which general libraries do not offer.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from protocol.errors import BadContent
from protocol.hashing import hkdf_expand, hkdf_extract

KEY_SIZE = 32
ENC_SIZE = 32
TAG_SIZE = 16

_KEM_SUITE = b"KEM\x00\x20"
_HPKE_SUITE = b"HPKE\x00\x20\x00\x01\x00\x02"


def generate_key() -> bytes:
    """A new X25519 private key, 32 bytes, from the operating system's generator."""
    return X25519PrivateKey.generate().private_bytes_raw()


def derive_key(ikm: bytes) -> bytes:
    """The private key of DeriveKeyPair(ikm) for X25519 (section 7.1.3); `ikm` needs 32 bytes of entropy."""
    prk = _extract(_KEM_SUITE, b"", b"dkp_prk", ikm)
    return _expand(_KEM_SUITE, prk, b"sk", b"", KEY_SIZE)


def public_key(sk: bytes) -> bytes:
    """The public key of a private key, 32 bytes each (RFC 7748); BadContent for another length."""
    return _private(sk).public_key().public_bytes_raw()


def seal_base(pk: bytes, info: bytes, plaintext: bytes, ikm_e: bytes) -> bytes:
    """Enc || ct for the owner of `pk` (sections 5.1.1 and 6.1): 48 bytes longer than `plaintext`.

    The same arguments give the same bytes: use an `ikm_e` once. BadContent for a public key of low order.
    """
    sk_e = _private(derive_key(ikm_e))
    enc = sk_e.public_key().public_bytes_raw()
    key, nonce = _key_schedule(_shared_secret(_exchange(sk_e, pk), enc, pk), info)
    return enc + AESGCM(key).encrypt(nonce, plaintext, None)


def open_base(sk: bytes, info: bytes, data: bytes) -> bytes:
    """The plaintext of enc || ct for the private key `sk`, else BadContent."""
    if len(data) < ENC_SIZE + TAG_SIZE:
        raise BadContent("sealed share is too short", evidence=str(len(data)))
    enc, ct, own = data[:ENC_SIZE], data[ENC_SIZE:], _private(sk)
    pk = own.public_key().public_bytes_raw()
    key, nonce = _key_schedule(_shared_secret(_exchange(own, enc), enc, pk), info)
    try:
        return AESGCM(key).decrypt(nonce, ct, None)
    except InvalidTag as error:
        raise BadContent("sealed share does not open under this key") from error


def _private(sk: bytes) -> X25519PrivateKey:
    if len(sk) != KEY_SIZE:
        raise BadContent("X25519 private key does not have 32 bytes")
    return X25519PrivateKey.from_private_bytes(sk)


def _exchange(sk: X25519PrivateKey, pk: bytes) -> bytes:
    """X25519(sk, pk), refusing the all-zero result as section 7.1.4 demands."""
    if len(pk) != KEY_SIZE:
        raise BadContent("X25519 public key does not have 32 bytes")
    try:
        return sk.exchange(X25519PublicKey.from_public_bytes(pk))
    except ValueError as error:
        raise BadContent("X25519 public key is of low order", evidence=pk.hex()) from error


def _shared_secret(dh: bytes, enc: bytes, pk: bytes) -> bytes:
    """ExtractAndExpand of DHKEM (section 4.1)."""
    prk = _extract(_KEM_SUITE, b"", b"eae_prk", dh)
    return _expand(_KEM_SUITE, prk, b"shared_secret", enc + pk, 32)


def _key_schedule(shared_secret: bytes, info: bytes) -> tuple[bytes, bytes]:
    """Key and base nonce of KeySchedule in base mode, without psk (section 5.1)."""
    context = b"\x00" + _NO_PSK + _extract(_HPKE_SUITE, b"", b"info_hash", info)
    secret = _extract(_HPKE_SUITE, shared_secret, b"secret", b"")
    return _expand(_HPKE_SUITE, secret, b"key", context, 32), _expand(
        _HPKE_SUITE, secret, b"base_nonce", context, 12
    )


def _extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    """LabeledExtract (section 4)."""
    return hkdf_extract(salt, b"HPKE-v1" + suite + label + ikm, "sha256")


def _expand(suite: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
    """LabeledExpand (section 4)."""
    return hkdf_expand(prk, length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info, length, "sha256")


_NO_PSK = _extract(_HPKE_SUITE, b"", b"psk_id_hash", b"")
