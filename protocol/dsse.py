"""Signed bytes: DSSE pre-authentication encoding and the three signature algorithms of sealedbid/v1.

A signature is `{"alg", "key", "sig"}` with the signer's SubjectPublicKeyInfo, or `{"alg", "certs", "sig"}`
with its certificate chain, leaf first; all byte strings are lowercase hex of DER. Whether a key or chain may
sign is decided elsewhere (`x509chain`, anchors).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

from protocol import canonical
from protocol.errors import BadSignature
from protocol.hashing import sha256

ED25519: Final = "ed25519"
ECDSA: Final = "ecdsa-p256-sha256"
RSA_PSS: Final = "rsa-pss-sha256"
ALGORITHMS: Final = (ED25519, ECDSA, RSA_PSS)
MAX_CERTS: Final = 5

PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

_KIND = re.compile(r"[a-z][a-z0-9-]{0,39}")
_HEX = re.compile(r"(?:[0-9a-f]{2})+")
_FIELD_PRIME = 2**255 - 19
# y-coordinates of the eight points of small order on edwards25519, which verify signatures nobody made
_SMALL_ORDER = {
    0,
    1,
    _FIELD_PRIME - 1,
    int.from_bytes(
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
    ),
    int.from_bytes(
        bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"
    ),
}
_PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)


def pae(kind: str, body: bytes) -> bytes:
    """The bytes to sign: "DSSEv1 " len(type) " " type " " len(body) " " body (DSSE protocol.md).

    The type is "application/vnd.sealedbid.<kind>+json"; lengths are ASCII decimal. BadSignature when `kind`
    is not a lower-case word.
    """
    if not _KIND.fullmatch(kind):
        raise BadSignature("not the name of an object kind", evidence=kind[:64])
    name = f"application/vnd.sealedbid.{kind}+json".encode("ascii")
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(body), body)


def event_id(kind: str, body: object) -> bytes:
    """The identity of an event, whoever signs it: ev = SHA-256(PAE(type, canonical(body))), 32 bytes."""
    return sha256(pae(kind, canonical.encode(body)))


def spki_der(key: Any) -> bytes:
    """SubjectPublicKeyInfo of a public key in DER (RFC 5280 section 4.1.2.7)."""
    der: bytes = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return der


def ed25519_public(raw: bytes) -> ed25519.Ed25519PublicKey:
    """An Ed25519 public key from 32 bytes (RFC 8032 section 5.1.5).

    BadSignature for y >= 2^255 - 19 and for the points of small order, under which anybody can sign.
    """
    y = int.from_bytes(raw, "little") & (1 << 255) - 1
    if len(raw) != 32 or y >= _FIELD_PRIME or y in _SMALL_ORDER:
        raise BadSignature("Ed25519 key is malformed or of small order", evidence=raw.hex()[:64])
    return ed25519.Ed25519PublicKey.from_public_bytes(raw)


def load_spki(der: bytes, alg: str) -> Any:
    """The public key in canonical DER SubjectPublicKeyInfo, fit for `alg`, else BadSignature.

    Ed25519 as `ed25519_public`; ECDSA on P-256 with an uncompressed point; RSA of 2048 to 8192 bits with
    exponent 65537.
    """
    try:
        key = serialization.load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadSignature("not a public key", evidence=str(error)[:80]) from error
    if isinstance(key, ed25519.Ed25519PublicKey):
        ed25519_public(key.public_bytes_raw())
        fits = alg == ED25519
    elif isinstance(key, ec.EllipticCurvePublicKey):
        fits = alg == ECDSA and isinstance(key.curve, ec.SECP256R1)
    elif isinstance(key, rsa.RSAPublicKey):
        fits = alg == RSA_PSS and 2048 <= key.key_size <= 8192 and key.public_numbers().e == 65537
    else:
        fits = False
    if not fits or spki_der(key) != der:
        raise BadSignature("public key does not fit the algorithm, or is not in canonical DER", obj=alg)
    return key


def load_certificate(der: bytes) -> x509.Certificate:
    """An X.509 certificate from DER (RFC 5280 section 4.1), else BadSignature."""
    try:
        return x509.load_der_x509_certificate(der)
    except (ValueError, x509.InvalidVersion) as error:
        raise BadSignature("not a certificate", evidence=str(error)[:80]) from error


def verify_raw(alg: str, spki: bytes, message: bytes, signature: bytes) -> None:
    """Check a signature over `message`, else BadSignature.

    Ed25519: RFC 8032, 64 bytes. ECDSA P-256 with SHA-256: r || s, 64 bytes (IEEE P1363, as WebCrypto).
    RSA-PSS: SHA-256, MGF1 with SHA-256, salt of 32 bytes (RFC 8017 section 8.1).
    """
    key = load_spki(spki, alg)
    try:
        if alg == ED25519:
            key.verify(signature, message)
        elif alg == ECDSA:
            if len(signature) != 64:
                raise BadSignature("ECDSA signature is not r || s of 64 bytes")
            r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
            key.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
        else:
            key.verify(signature, message, _PSS, hashes.SHA256())
    except InvalidSignature as error:
        raise BadSignature("signature does not verify", obj=alg) from error


def certificates(signature: Mapping[str, Any]) -> list[bytes]:
    """The DER certificates of a signature, leaf first; none for a bare key. BadSignature when malformed."""
    names = set(signature)
    if names == {"alg", "key", "sig"}:
        return []
    certs = signature.get("certs")
    if names != {"alg", "certs", "sig"} or not isinstance(certs, list) or not 1 <= len(certs) <= MAX_CERTS:
        raise BadSignature("signature must have alg, sig, and either key or 1 to 5 certs")
    return [_unhex(cert, "certificate") for cert in certs]


def verify_one(kind: str, body: bytes, signature: Mapping[str, Any]) -> bytes:
    """Check one signature object over the canonical bytes `body`; the signer's SPKI, or BadSignature.

    With certificates the leaf's key signs; the chain itself is for `x509chain.verify_chain`.
    """
    spki = signer_spki(signature)
    alg = signature["alg"]
    if alg not in ALGORITHMS:
        raise BadSignature("unknown signature algorithm", evidence=str(alg)[:64])
    verify_raw(alg, spki, pae(kind, body), _unhex(signature["sig"], "sig"))
    return spki


def signer_spki(signature: Mapping[str, Any]) -> bytes:
    """The public key which a signature names, bare or in its leaf certificate; nothing is verified."""
    if not isinstance(signature, Mapping):
        raise BadSignature("signature is not an object")
    certs = certificates(signature)
    return _leaf_spki(certs[0]) if certs else _unhex(signature["key"], "key")


class Signer:
    """A private key, with its certificates (DER, leaf first) where it has any."""

    def __init__(self, key: PrivateKey, certs: Sequence[bytes] = ()) -> None:
        self.key = key
        self.certs = tuple(certs)
        self.alg = _algorithm(key)
        self.spki = spki_der(key.public_key())
        load_spki(self.spki, self.alg)
        if certs and _leaf_spki(certs[0]) != self.spki:
            raise BadSignature("the first certificate is not for this key")

    @classmethod
    def generate(cls, alg: str = ED25519) -> Signer:
        """A new key from the operating system's generator; RSA keys have 3072 bits."""
        makers: dict[str, Callable[[], PrivateKey]] = {
            ED25519: ed25519.Ed25519PrivateKey.generate,
            ECDSA: lambda: ec.generate_private_key(ec.SECP256R1()),
            RSA_PSS: lambda: rsa.generate_private_key(65537, 3072),
        }
        if alg not in makers:
            raise BadSignature("unknown signature algorithm", evidence=alg[:64])
        return cls(makers[alg]())

    @classmethod
    def from_seed(cls, seed: bytes) -> Signer:
        """The Ed25519 key of a 32-byte seed (RFC 8032 section 5.1.5)."""
        return cls(ed25519.Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def load(cls, pem: bytes, password: bytes | None = None) -> Signer:
        """A key from PEM as `save` writes it: one PKCS #8 key, then its certificates, leaf first."""
        try:
            key = serialization.load_pem_private_key(pem, password)
            certs = x509.load_pem_x509_certificates(pem) if b"BEGIN CERTIFICATE" in pem else []
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise BadSignature("cannot load the private key", evidence=str(error)[:80]) from error
        return cls(key, [cert.public_bytes(serialization.Encoding.DER) for cert in certs])  # type: ignore[arg-type]

    def save(self, password: bytes | None = None) -> bytes:
        """The key and its certificates as PEM; the key encrypted (PBES2) when a password is given."""
        protection = (
            serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
        )
        pem = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection
        )
        for cert in self.certs:
            pem += load_certificate(cert).public_bytes(serialization.Encoding.PEM)
        return pem

    def sign(self, kind: str, body: bytes | Mapping[str, Any]) -> dict[str, Any]:
        """The signature object over PAE(kind, body); a mapping is signed as its canonical bytes."""
        data = body if isinstance(body, bytes) else canonical.encode(body)
        signature: dict[str, Any] = {"alg": self.alg, "sig": self.sign_raw(pae(kind, data)).hex()}
        if self.certs:
            signature["certs"] = [cert.hex() for cert in self.certs]
        else:
            signature["key"] = self.spki.hex()
        return signature

    def sign_raw(self, message: bytes) -> bytes:
        """A signature that `verify_raw` accepts. ECDSA nonces are derived from key and message (RFC 6979)."""
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(message)
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(message, _PSS, hashes.SHA256())
        der = self.key.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        r, s = utils.decode_dss_signature(der)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _algorithm(key: object) -> str:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return ED25519
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return ECDSA
    if isinstance(key, rsa.RSAPrivateKey):
        return RSA_PSS
    raise BadSignature("no signature algorithm for this kind of key", evidence=type(key).__name__)


def _leaf_spki(certificate: bytes) -> bytes:
    try:
        spki = spki_der(load_certificate(certificate).public_key())
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadSignature("certificate holds no usable key", evidence=str(error)[:80]) from error
    if spki not in certificate:  # as a compressed point, or under the OID of RSA-PSS: it would hash otherwise
        raise BadSignature("the key of the certificate is not in canonical DER")
    return spki


def _unhex(value: object, name: str) -> bytes:
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise BadSignature(f"{name} of a signature is not lowercase hex")
    return bytes.fromhex(value)
