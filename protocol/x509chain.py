"""Certificate chains of signers, decided by few rules that the browser's verifier repeats.

1. One to five certificates in DER, leaf first. If the last is not one of the given roots, a root with the
   name of its issuer is added. The path then has two to five certificates.
2. Each certificate names the next as its issuer (equal DER of the Name) and is signed by the next one's key:
   RSA PKCS #1 v1.5 (2048 to 8192 bits) and SHA-256/384/512, ECDSA on P-256 or P-384 and SHA-256/384, Ed25519.
3. Every certificate, the root too, is valid at the given time: notBefore <= time <= notAfter.
4. The leaf is no CA: no basicConstraints, or cA false. Its keyUsage is present with digitalSignature.
5. Every other one has basicConstraints cA true and keyUsage with keyCertSign; a pathLenConstraint is at least
   the number of CA certificates below it, self-issued ones counted.
6. No extension is critical but basicConstraints and keyUsage (and extKeyUsage for a time-stamping signer).
7. The leaf's subject has exactly one organizationIdentifier (2.5.4.97), not empty: the organisation.

No revocation lists: a withdrawn key is an event in the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID, NameOID, SignatureAlgorithmOID

from protocol.dsse import load_certificate, spki_der
from protocol.errors import BadSignature

MAX_PATH = 5

_RSA = {
    SignatureAlgorithmOID.RSA_WITH_SHA256,
    SignatureAlgorithmOID.RSA_WITH_SHA384,
    SignatureAlgorithmOID.RSA_WITH_SHA512,
}
_ECDSA = {SignatureAlgorithmOID.ECDSA_WITH_SHA256, SignatureAlgorithmOID.ECDSA_WITH_SHA384}
_CRITICAL = frozenset({ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE})


class Leaf(NamedTuple):
    """Who signed: the key in DER SubjectPublicKeyInfo, and the organisation's identifier."""

    spki: bytes
    organisation: str


def verify_chain(certs: Sequence[bytes], roots: Sequence[bytes], at: int) -> Leaf:
    """The key and organisation of the leaf, by rules 1 to 7 at `at` (UTC seconds), else BadSignature."""
    leaf = verify_path(certs, roots, at)
    names = leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_IDENTIFIER)
    if len(names) != 1 or not isinstance(names[0].value, str) or not names[0].value:
        raise BadSignature("certificate does not name one organisation (2.5.4.97)")
    return Leaf(spki_der(leaf.public_key()), names[0].value)


def verify_path(
    certs: Sequence[bytes],
    roots: Sequence[bytes],
    at: int,
    critical: frozenset[x509.ObjectIdentifier] = frozenset(),
) -> x509.Certificate:
    """The leaf, by rules 1 to 6, else BadSignature. The leaf may carry the `critical` extensions, too."""
    try:
        path = _path([load_certificate(cert) for cert in certs], [load_certificate(root) for root in roots])
        for cert, issuer in pairwise(path):
            _check_signature(cert, issuer)
        for below, cert in enumerate(path):
            _check_time(cert, at)
            _check_extensions(cert, below, _CRITICAL | critical if below == 0 else _CRITICAL)
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature) as error:
        raise BadSignature("certificate chain does not hold", evidence=str(error)[:120]) from error
    return path[0]


def _path(certs: list[x509.Certificate], roots: list[x509.Certificate]) -> list[x509.Certificate]:
    """Rule 1: the certificates up to a root."""
    if not certs:
        raise BadSignature("certificate chain is empty")
    last = certs[-1].public_bytes(Encoding.DER)
    if not any(root.public_bytes(Encoding.DER) == last for root in roots):
        named = [root for root in roots if root.subject == certs[-1].issuer]
        if not named:
            raise BadSignature("certificate chain ends under none of the trusted roots")
        certs = [*certs, next((root for root in named if _signs(root, certs[-1])), named[0])]
    if not 2 <= len(certs) <= MAX_PATH:
        raise BadSignature(f"certificate chain must have 2 to {MAX_PATH} certificates with its root")
    return certs


def _signs(issuer: x509.Certificate, cert: x509.Certificate) -> bool:
    try:
        cert.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature):
        return False
    return True


def _check_signature(cert: x509.Certificate, issuer: x509.Certificate) -> None:
    """Rule 2."""
    key, algorithm = issuer.public_key(), cert.signature_algorithm_oid
    if isinstance(key, rsa.RSAPublicKey):
        fits = algorithm in _RSA and 2048 <= key.key_size <= 8192
    elif isinstance(key, ec.EllipticCurvePublicKey):
        fits = algorithm in _ECDSA and isinstance(key.curve, (ec.SECP256R1, ec.SECP384R1))
    else:
        fits = algorithm == SignatureAlgorithmOID.ED25519 and isinstance(key, ed25519.Ed25519PublicKey)
    if not fits:
        raise BadSignature(
            "certificate signed with an algorithm that is not allowed", evidence=str(algorithm)
        )
    cert.verify_directly_issued_by(issuer)


def _check_time(cert: x509.Certificate, at: int) -> None:
    """Rule 3."""
    if not cert.not_valid_before_utc.timestamp() <= at <= cert.not_valid_after_utc.timestamp():
        raise BadSignature("certificate is not valid at that time", evidence=str(at))


def _check_extensions(cert: x509.Certificate, below: int, known: frozenset[x509.ObjectIdentifier]) -> None:
    """Rules 4 to 6 for the certificate with `below` others under it, the leaf included."""
    found = {extension.oid: extension for extension in cert.extensions}
    if any(extension.critical and oid not in known for oid, extension in found.items()):
        raise BadSignature("certificate has an unknown critical extension")
    constraints = found.get(ExtensionOID.BASIC_CONSTRAINTS)
    usage = found.get(ExtensionOID.KEY_USAGE)
    is_ca, limit = (constraints.value.ca, constraints.value.path_length) if constraints else (False, None)
    if usage is None or is_ca != (below > 0):
        raise BadSignature("certificate without keyUsage, leaf that is a CA, or issuer that is none")
    if not (usage.value.key_cert_sign if below else usage.value.digital_signature):
        raise BadSignature("keyUsage of a certificate does not allow this use")
    if limit is not None and limit < below - 1:
        raise BadSignature("certificate chain is longer than a pathLenConstraint")
