"""Certificate chains: each rule broken alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from protocol import x509chain
from protocol.dsse import spki_der
from protocol.errors import BadSignature

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
AT = int(dt.datetime(2026, 6, 1, tzinfo=dt.UTC).timestamp())
SHA256 = hashes.SHA256()
ORG = "91110000MA00000000"
CA, LEAF = x509.BasicConstraints(ca=True, path_length=None), x509.BasicConstraints(ca=False, path_length=None)
KEYS: dict[str, Any] = {
    "p256": ec.generate_private_key(ec.SECP256R1()), "p384": ec.generate_private_key(ec.SECP384R1()),
    "p521": ec.generate_private_key(ec.SECP521R1()), "ed": ed25519.Ed25519PrivateKey.generate(),
    "rsa": rsa.generate_private_key(65537, 2048), "weak": rsa.generate_private_key(65537, 1024),
    "other": ec.generate_private_key(ec.SECP256R1()),
}  # fmt: skip


def usage(**on: bool) -> x509.KeyUsage:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
    )
    names += ("key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{name: on.get(name, False) for name in names})


SIGNING, CERTIFYING = usage(digital_signature=True), usage(key_cert_sign=True)


def name(common: str, org: str | None = None) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    return x509.Name(
        parts + ([x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, org)] if org is not None else [])
    )


def issue(
    subject: x509.Name, issuer: x509.Name, key: str, by: str, *extensions: tuple[x509.ExtensionType, bool],
    algorithm: Any = SHA256, start: dt.datetime = START, days: int = 365, **options: Any,
) -> bytes:  # fmt: skip
    end = start + dt.timedelta(days)
    builder = x509.CertificateBuilder(issuer, subject, KEYS[key].public_key(), 5, start, end)
    for value, critical in extensions:
        builder = builder.add_extension(value, critical)
    chosen = None if by == "ed" else algorithm
    return builder.sign(KEYS[by], chosen, **options).public_bytes(Encoding.DER)


AS_CA = ((CA, True), (CERTIFYING, True))
AS_LEAF = ((LEAF, True), (SIGNING, True))
ROOT = issue(name("root"), name("root"), "rsa", "rsa", *AS_CA)
MIDDLE = issue(name("middle"), name("root"), "p384", "rsa", *AS_CA, algorithm=hashes.SHA384())
GOOD = issue(name("firm", ORG), name("middle"), "p256", "p384", *AS_LEAF)


def leaf(*extensions: Any, subject: x509.Name | None = None, by: str = "rsa", **options: Any) -> list[bytes]:
    return [
        issue(subject or name("firm", ORG), name("root"), "p256", by, *(extensions or AS_LEAF), **options)
    ]


def holds(certs: list[bytes], roots: list[bytes], at: int = AT) -> bool:
    try:
        return x509chain.verify_chain(certs, roots, at).organisation == ORG
    except BadSignature:
        return False


def test_good_chains() -> None:
    found = x509chain.verify_chain([GOOD, MIDDLE], [ROOT], AT)
    assert found == (spki_der(KEYS["p256"].public_key()), ORG)
    assert holds([GOOD, MIDDLE, ROOT], [ROOT])
    assert holds([GOOD], [ROOT, MIDDLE])
    assert holds(leaf(), [ROOT])
    assert holds(leaf((SIGNING, False)), [ROOT])
    assert holds(leaf(*AS_LEAF, (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False)), [ROOT])
    ed_root = issue(name("root"), name("root"), "ed", "ed", *AS_CA)
    assert holds(leaf(by="ed"), [ROOT, ed_root])
    assert holds(leaf(), [ed_root, ROOT])


def test_wrong_issuers() -> None:
    assert not holds([], [ROOT])
    assert not holds([GOOD], [ROOT])
    assert not holds([GOOD, MIDDLE], [])
    assert not holds([MIDDLE, GOOD], [ROOT])
    assert not holds([b"junk"], [ROOT])
    assert not holds([ROOT], [ROOT])
    impostor = issue(name("root"), name("root"), "other", "other", *AS_CA)
    assert not holds(leaf(by="other"), [ROOT])
    assert not holds([*leaf(by="other"), impostor], [ROOT])
    assert holds(leaf(by="other"), [ROOT, impostor])
    changed = bytearray(GOOD)
    changed[-1] ^= 1
    assert not holds([bytes(changed), MIDDLE], [ROOT])


def test_time() -> None:
    start, end = int(START.timestamp()), int(START.timestamp()) + 365 * 86400
    assert all(holds(leaf(), [ROOT], at) for at in (start, end))
    assert not any(holds(leaf(), [ROOT], at) for at in (start - 1, end + 1))
    assert not holds(leaf(days=30), [ROOT])
    old_root = issue(name("root"), name("root"), "rsa", "rsa", *AS_CA, days=30)
    assert not holds(leaf(), [old_root])
    assert not holds(leaf(), [ROOT], 10**18)


@pytest.mark.parametrize(
    "extensions",
    [
        ((LEAF, True),), ((CA, True), (SIGNING, True)), ((LEAF, True), (CERTIFYING, True)),
        (*AS_LEAF, (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), True)),
        (*AS_LEAF, (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)),
        (*AS_LEAF, (x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.17"), b"\x04"), False)),
    ],
)  # fmt: skip
def test_leaf_extensions(extensions: Any) -> None:
    assert not holds(leaf(*extensions), [ROOT])


@pytest.mark.parametrize(
    "extensions",
    [
        ((CA, True),),
        ((CERTIFYING, True),),
        ((LEAF, True), (CERTIFYING, True)),
        ((CA, True), (SIGNING, True)),
        (),
    ],
)
def test_issuer_extensions(extensions: Any) -> None:
    middle = issue(name("middle"), name("root"), "p384", "rsa", *extensions)
    assert not holds([GOOD, middle], [ROOT])


def chain(length: int, limit: int | None) -> list[bytes]:
    """A chain of `length` certificates under a root with a pathLenConstraint; leaf first, root last."""
    first = x509.BasicConstraints(ca=True, path_length=limit)
    certs = [issue(name("0"), name("0"), "p256", "p256", (first, True), (CERTIFYING, True))]
    certs += [issue(name(f"{n}"), name(f"{n - 1}"), "p256", "p256", *AS_CA) for n in range(1, length)]
    certs.append(issue(name("leaf", ORG), name(f"{length - 1}"), "p256", "p256", *AS_LEAF))
    return certs[::-1]


def test_path_length_and_depth() -> None:
    for length, limit, good in (
        (1, 0, True),
        (2, 0, False),
        (2, 1, True),
        (3, 1, False),
        (4, None, True),
        (5, None, False),
    ):
        certs = chain(length, limit)
        assert holds(certs, certs[-1:]) == good, (length, limit)
        assert holds(certs[:-1], certs[-1:]) == good, (length, limit)


def test_signature_algorithms() -> None:
    assert not holds(leaf(rsa_padding=padding.PSS(padding.MGF1(hashes.SHA256()), 32)), [ROOT])
    for key in ("weak", "p521"):
        root = issue(name("root"), name("root"), key, key, *AS_CA)
        assert not holds(leaf(by=key), [root])
    assert not holds(leaf(algorithm=hashes.SHA3_256()), [ROOT])


@pytest.mark.parametrize("subject", [name("firm"), x509.Name([*name("a", ORG), *name("b", ORG)])])
def test_one_organisation(subject: x509.Name) -> None:
    with pytest.raises(BadSignature, match="one organisation"):
        x509chain.verify_chain(leaf(subject=subject), [ROOT], AT)
