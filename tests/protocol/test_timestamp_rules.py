"""RFC 3161 responses built by hand and rightly signed, each with one rule broken."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from protocol import timestamps
from protocol.errors import BadToken
from protocol.hashing import sha1, sha256, sha384

IMPRINT = sha256(b"checkpoint")
POLICY = "1.3.6.1.4.1.99999.7"
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
KEY, ROOT_KEY = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())


def tlv(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    length = (
        bytes([size])
        if size < 128
        else b"\x82" + size.to_bytes(2, "big")
        if size > 255
        else bytes([0x81, size])
    )
    return bytes([tag]) + length + content


def seq(*parts: bytes) -> bytes:
    return tlv(0x30, *parts)


OIDS = {
    POLICY: bytes.fromhex("2b06010401868d1f07"), "sha256": bytes.fromhex("608648016503040201"),
    "sha384": bytes.fromhex("608648016503040202"), "sha1": bytes.fromhex("2b0e03021a"),
}  # fmt: skip


def digest(name: str = "sha256") -> bytes:
    return seq(tlv(6, OIDS[name]), tlv(5))


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def certificate(
    *extensions: tuple[x509.ExtensionType, bool],
    issuer_key: Any = ROOT_KEY,
    ca: bool = False,
    by: str = "Root",
) -> bytes:
    issuer, subject = name(by), name("Root" if ca else "TSA")
    key = ROOT_KEY if ca else KEY
    builder = x509.CertificateBuilder(
        issuer, subject, key.public_key(), 1 if ca else 9, START, START + dt.timedelta(365)
    )
    for value, critical in extensions:
        builder = builder.add_extension(value, critical)
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(Encoding.DER)


def usage(*, sign: bool) -> tuple[x509.KeyUsage, bool]:
    return x509.KeyUsage(sign, False, False, False, False, not sign, False, False, False), True


STAMPING = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
CA = x509.BasicConstraints(ca=True, path_length=None)
ROOT = certificate((CA, True), usage(sign=False), ca=True)
LEAF = certificate(usage(sign=True), (STAMPING, True))
ISSUER = x509.load_der_x509_certificate(LEAF).issuer.public_bytes()


def info(**parts: bytes) -> bytes:
    values = {
        "version": b"\x02\x01\x01", "policy": tlv(6, OIDS[POLICY]), "imprint": seq(digest(), tlv(4, IMPRINT)),
        "serial": b"\x02\x01\x07", "time": tlv(0x18, b"20260601000000.5Z"), "accuracy": b"", "rest": b"",
    }  # fmt: skip
    return seq(*{**values, **parts}.values())


def attribute(kind: str, *values: bytes) -> bytes:
    return seq(tlv(6, bytes.fromhex("2a864886f70d0109" + kind)), tlv(0x31, *values))


def response(tst: bytes | None = None, cert: bytes = LEAF, signer: Any = KEY, **parts: bytes) -> bytes:
    """A response; `parts` replace what stands at the named place, and the signature covers the attributes used."""
    tst = info() if tst is None else tst
    named = attribute("10022f", seq(seq(seq(tlv(4, sha256(cert))))))
    attributes = {
        "content": attribute("03", tlv(6, bytes.fromhex("2a864886f70d0109100104"))),
        "message": attribute("04", tlv(4, sha256(tst))), "named": named, "more": b"",
    }  # fmt: skip
    attributes = {name: parts.get(name, value) for name, value in attributes.items()}
    members = sorted((value for value in attributes.values() if value), reverse="reverse" in parts)
    signature = signer.sign(tlv(0x31, *members), ec.ECDSA(hashes.SHA256()))
    info_signer = {
        "signer_version": b"\x02\x01\x01", "sid": seq(ISSUER, b"\x02\x01\x09"), "signer_digest": digest(),
        "attributes": tlv(0xA0, *members), "algorithm": bytes.fromhex("300a06082a8648ce3d040302"),
        "signature": tlv(4, signature), "unsigned": b"",
    }  # fmt: skip
    signed = {
        "version": b"\x02\x01\x03", "digests": tlv(0x31, digest()),
        "content_info": seq(tlv(6, bytes.fromhex("2a864886f70d0109100104")), tlv(0xA0, tlv(4, tst))),
        "certs": tlv(0xA0, cert), "crls": b"",
        "signers": tlv(0x31, seq(*(parts.get(name, value) for name, value in info_signer.items()))),
    }  # fmt: skip
    body = seq(*(parts.get(name, value) for name, value in signed.items()))
    signed_data = parts.get("kind", tlv(6, bytes.fromhex("2a864886f70d010702")))
    return seq(parts.get("status", b"\x30\x03\x02\x01\x00"), seq(signed_data, tlv(0xA0, body)))


def verify(data: bytes, root: bytes = ROOT) -> timestamps.Stamp:
    return timestamps.verify(data, IMPRINT, [root], [POLICY])


def test_what_it_says() -> None:
    assert verify(response()) == timestamps.Stamp(1780272000500, 100, None, 7, POLICY)
    full = info(
        accuracy=seq(b"\x02\x01\x02"), rest=b"\x01\x01\xff" + b"\x02\x01\x63" + tlv(0xA0, tlv(0x82, b"a.b"))
    )
    assert verify(response(full)) == timestamps.Stamp(1780272000500, 100, 2000, 7, POLICY)
    quiet = seq(tlv(6, OIDS["sha1"]), tlv(4, b"x"))
    assert verify(response(info(rest=tlv(0xA1, quiet))))
    old = attribute("10020c", seq(seq(seq(tlv(4, sha1(LEAF))))))
    other = attribute("10022f", seq(seq(seq(digest("sha384"), tlv(4, sha384(LEAF))))))
    assert verify(response(named=old))
    assert verify(response(named=other))
    assert verify(response(named=old, more=other))


WRONG_NAME = attribute("10022f", seq(seq(seq(tlv(4, bytes(32))))))
BROKEN: dict[str, dict[str, bytes]] = {
    "granted with changes": {"status": b"\x30\x03\x02\x01\x01"},
    "status text": {"status": seq(b"\x02\x01\x00", seq(tlv(12, b"hello")))},
    "other content type": {"kind": tlv(6, bytes.fromhex("2a864886f70d010701"))},
    "CMS version": {"version": b"\x02\x01\x01"},
    "digest of the list": {"digests": tlv(0x31, digest("sha384"))},
    "two digests": {"digests": tlv(0x31, digest(), digest("sha384"))},
    "SHA-1": {"digests": tlv(0x31, digest("sha1"))},
    "digest with parameters": {"digests": tlv(0x31, seq(tlv(6, OIDS["sha256"]), seq()))},
    "other content": {
        "content_info": seq(tlv(6, bytes.fromhex("2a864886f70d010701")), tlv(0xA0, tlv(4, info())))
    },
    "no certificate": {"certs": b""},
    "two certificates": {"certs": tlv(0xA0, LEAF, ROOT)},
    "revocation list": {"crls": tlv(0xA1)},
    "no signer": {"signers": tlv(0x31)},
    "signer version": {"signer_version": b"\x02\x01\x03"},
    "other serial": {"sid": seq(ISSUER, b"\x02\x01\x08")},
    "digest of the signer": {"signer_digest": digest("sha384")},
    "no signed attributes": {"attributes": b""},
    "unsigned attributes": {"unsigned": tlv(0xA1, attribute("01", tlv(4)))},
    "algorithm": {"algorithm": bytes.fromhex("300a06082a8648ce3d040303")},
    "RSA": {"algorithm": bytes.fromhex("300d06092a864886f70d0101010500")},
    "signature": {"signature": tlv(4, b"\x30\x06\x02\x01\x01\x02\x01\x01")},
    "no contentType": {"content": b""},
    "other contentType": {"content": attribute("03", tlv(6, b"\x2a"))},
    "no messageDigest": {"message": b""},
    "other messageDigest": {"message": attribute("04", tlv(4, bytes(32)))},
    "two messageDigests": {"more": attribute("04", tlv(4, sha256(info())))},
    "two values": {"message": attribute("04", tlv(4, sha256(info())), tlv(4, sha256(info())))},
    "no named certificate": {"named": b""},
    "other named certificate": {"named": WRONG_NAME},
    "two names, one wrong": {
        "named": WRONG_NAME,
        "more": attribute("10020c", seq(seq(seq(tlv(4, sha1(LEAF)))))),
    },
    "attributes out of order": {"reverse": b""},
    "no name inside": {"named": attribute("10022f", seq(seq()))},
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_responses(name: str) -> None:
    with pytest.raises(BadToken):
        verify(response(**BROKEN[name]))


INFOS = {
    "version": {"version": b"\x02\x01\x02"},
    "policy": {"policy": tlv(6, b"\x2a")},
    "other data": {"imprint": seq(digest(), tlv(4, bytes(32)))},
    "other hash": {"imprint": seq(digest("sha384"), tlv(4, IMPRINT))},
    "time": {"time": tlv(0x18, b"20260601000000.50Z")},
    "before the certificate": {"time": tlv(0x18, b"20251231235959Z")},
    "after the certificate": {"time": tlv(0x18, b"20270102000000Z")},
    "accuracy": {"accuracy": seq(b"\x80\x02\x03\xe8")},
    "critical extension": {"rest": tlv(0xA1, seq(tlv(6, b"\x2a"), b"\x01\x01\xff", tlv(4, b"")))},
    "unknown member": {"rest": tlv(0xA2)},
    "ordering false": {"rest": b"\x01\x01\x00"},
    "long serial": {"serial": b"\x02\x02\x00\x01"},
    "no nonce": {"rest": b"\x02\x00"},
    "leap second": {"time": tlv(0x18, b"20260630235960Z")},
}


@pytest.mark.parametrize("name", INFOS)
def test_broken_infos(name: str) -> None:
    with pytest.raises(BadToken):
        verify(response(info(**INFOS[name])))


@pytest.mark.parametrize(
    "extensions",
    [
        [usage(sign=True)], [usage(sign=True), (STAMPING, False)], [(STAMPING, True)], [usage(sign=False), (STAMPING, True)],
        [usage(sign=True), (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), True)],
        [usage(sign=True), (x509.ExtendedKeyUsage([*STAMPING, ExtendedKeyUsageOID.CLIENT_AUTH]), True)],
        [usage(sign=True), (STAMPING, True), (CA, True)],
        [(x509.KeyUsage(True, False, True, *[False] * 6), True), (STAMPING, True)],
    ],
)  # fmt: skip
def test_certificates_not_for_time_stamping_alone(extensions: list[tuple[x509.ExtensionType, bool]]) -> None:
    with pytest.raises(BadToken):
        verify(response(cert=certificate(*extensions)))


def test_wrong_keys() -> None:
    assert verify(response(cert=certificate(usage(sign=True), (STAMPING, True))))
    with pytest.raises(BadToken):
        verify(response(signer=ROOT_KEY))
    with pytest.raises(BadToken):
        verify(response(cert=certificate(usage(sign=True), (STAMPING, True), issuer_key=KEY)))


def test_roots_that_are_no_certificates() -> None:
    with pytest.raises(BadToken):
        verify(response(), b"junk")


def test_a_root_must_be_self_issued() -> None:
    under = certificate((CA, True), usage(sign=False), ca=True, by="Top")
    with pytest.raises(BadToken, match="self-issued"):
        verify(response(), under)


def test_the_library_is_asked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: bytes) -> None:
        raise ValueError("refused")

    monkeypatch.setattr("rfc3161_client.decode_timestamp_response", refuse)
    with pytest.raises(BadToken, match="rfc3161-client"):
        verify(response())
