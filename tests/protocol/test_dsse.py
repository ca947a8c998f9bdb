"""Signatures against Wycheproof, against the openssl command, and against malformed objects."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, rsa, utils, x25519
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import dsse
from protocol.errors import BadSignature

WYCHEPROOF = Path(__file__).parents[1] / "vectors" / "wycheproof"


def groups(name: str) -> list[dict[str, Any]]:
    return list(json.loads((WYCHEPROOF / f"{name}_test.json").read_text("utf-8"))["testGroups"])


def holds(alg: str, spki: bytes, message: bytes, signature: bytes) -> bool:
    try:
        dsse.verify_raw(alg, spki, message, signature)
    except BadSignature:
        return False
    return True


def test_pae() -> None:
    assert dsse.pae("bid", b"{}") == b"DSSEv1 34 application/vnd.sealedbid.bid+json 2 {}"
    assert dsse.event_id("bid", {}) == dsse.sha256(dsse.pae("bid", b"{}"))
    for kind in ("", "Bid", "bid\n", "a b", "é", "x" * 41, "-a"):
        with pytest.raises(BadSignature):
            dsse.pae(kind, b"{}")


def test_ed25519_vectors() -> None:
    for group in groups("ed25519"):
        spki = bytes.fromhex(group["publicKeyDer"])
        for case in group["tests"]:
            got = holds(dsse.ED25519, spki, bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
            assert got == (case["result"] == "valid"), case


def p1363(der: bytes) -> bytes | None:
    """r || s of a DER signature; None where strict DER or the ranges forbid one."""
    try:
        r, s = utils.decode_dss_signature(der)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    except (ValueError, OverflowError):
        return None


def test_ecdsa_vectors() -> None:
    for group in groups("ecdsa_secp256r1_sha256"):
        spki = bytes.fromhex(group["publicKeyDer"])
        for case in group["tests"]:
            raw = p1363(bytes.fromhex(case["sig"]))
            got = raw is not None and holds(dsse.ECDSA, spki, bytes.fromhex(case["msg"]), raw)
            assert got == (case["result"] == "valid"), case


PRIME = 2**255 - 19
SMALL = [
    # y = 1, -1, 0 and the two of order 8, each with both signs; then y + p where that fits (RFC 7748's list)
    *[y.to_bytes(32, "little") for y in (0, 1, PRIME - 1, PRIME, PRIME + 1)],
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
]


@pytest.mark.parametrize("y", SMALL)
def test_small_order_keys_sign_nothing(y: bytes) -> None:
    identity = bytes([1]) + bytes(31)
    for raw in (y, y[:31] + bytes([y[31] | 0x80])):
        spki = bytes.fromhex("302a300506032b6570032100") + raw
        assert not holds(dsse.ED25519, spki, b"anything", identity + bytes(32))
        with pytest.raises(BadSignature):
            dsse.ed25519_public(raw)


def test_order_eight_points_are_the_listed_ones() -> None:
    """The two y with order 8 satisfy d y^4 + 2 y^2 - 1 = 0, for doubling them gives y = 0."""
    d = -121665 * pow(121666, -1, PRIME) % PRIME
    listed = {y for y in dsse._SMALL_ORDER if (d * pow(y, 4, PRIME) + 2 * y * y - 1) % PRIME == 0}
    assert len(listed) == 2
    assert {0, 1, PRIME - 1} | listed == dsse._SMALL_ORDER


@pytest.fixture(scope="module")
def signers() -> dict[str, dsse.Signer]:
    return {alg: dsse.Signer.generate(alg) for alg in dsse.ALGORITHMS}


def certificate(signer: dsse.Signer, common: str = "test") -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder(name, name, signer.key.public_key(), 7, start, start + dt.timedelta(9))
    algorithm = None if signer.alg == dsse.ED25519 else hashes.SHA256()
    return builder.sign(signer.key, algorithm).public_bytes(serialization.Encoding.DER)


@pytest.mark.parametrize("alg", dsse.ALGORITHMS)
def test_sign_verify_save_load(signers: dict[str, dsse.Signer], alg: str) -> None:
    signer = signers[alg]
    signature = signer.sign("bid", {"a": 1})
    assert dsse.verify_one("bid", b'{"a":1}', signature) == signer.spki
    assert json.loads(json.dumps(signature)) == signature
    for kind, body in (("bid", b'{"a":2}'), ("withdraw", b'{"a":1}')):
        with pytest.raises(BadSignature, match="does not verify"):
            dsse.verify_one(kind, body, signature)
    with_cert = dsse.Signer(signer.key, [certificate(signer)])
    for password in (None, b"secret"):
        again = dsse.Signer.load(with_cert.save(password), password)
        assert (again.spki, again.certs) == (signer.spki, with_cert.certs)
        chained = again.sign("bid", b"{}")
        assert dsse.certificates(chained) == list(with_cert.certs)
        assert dsse.verify_one("bid", b"{}", chained) == signer.spki
    with pytest.raises(BadSignature, match="cannot load"):
        dsse.Signer.load(with_cert.save(b"secret"), b"wrong")
    with pytest.raises(BadSignature, match="not for this key"):
        dsse.Signer(dsse.Signer.generate().key, with_cert.certs)


def test_a_leaf_whose_key_is_a_compressed_point_is_refused() -> None:
    """Its SPKI would hash to another signer in the browser, which takes the bytes as they stand."""
    key = dsse.Signer.generate(dsse.ECDSA)
    cert = certificate(key, "a name of sixty letters and more for lengths of two bytes 123")
    point = key.spki[-65:]
    compressed = bytes([2 + point[-1] % 2]) + point[1:33]
    body = cert.replace(key.spki, b"\x30\x39" + key.spki[2:23] + b"\x03\x22\x00" + compressed)
    shorter = len(cert) - len(body)
    at = [0, 4]  # the lengths of Certificate and TBSCertificate, two bytes each
    for place in at:
        size = int.from_bytes(body[place + 2 : place + 4], "big") - shorter
        body = body[: place + 2] + size.to_bytes(2, "big") + body[place + 4 :]
    assert body[1] == body[5] == 0x82
    assert dsse.spki_der(dsse.load_certificate(body).public_key()) == key.spki

    with pytest.raises(BadSignature, match="not in canonical DER"):
        dsse.signer_spki({"alg": dsse.ECDSA, "certs": [body.hex()], "sig": "00" * 64})


def test_deterministic_where_the_algorithm_allows(signers: dict[str, dsse.Signer]) -> None:
    for alg in (dsse.ED25519, dsse.ECDSA):
        assert signers[alg].sign_raw(b"m") == signers[alg].sign_raw(b"m")
    assert dsse.Signer.from_seed(bytes(32)).spki == dsse.Signer.from_seed(bytes(32)).spki


def test_malformed_signature_objects(signers: dict[str, dsse.Signer]) -> None:
    good = signers[dsse.ED25519].sign("bid", b"{}")
    rsa_signature = signers[dsse.RSA_PSS].sign("bid", b"{}")
    bad: list[Any] = [
        None, [], {}, {**good, "x": 1}, {**good, "certs": []}, {**good, "sig": good["sig"].upper()},
        {**good, "sig": good["sig"][:-1]}, {**good, "sig": ""}, {**good, "sig": 5}, {**good, "sig": good["sig"] + "00"},
        {**good, "key": good["key"][:-2]}, {**good, "key": good["key"] + "00"}, {**good, "alg": "ed448"},
        {**good, "alg": ["ed25519"]}, {**good, "alg": dsse.ECDSA}, {**good, "alg": dsse.RSA_PSS},
        {**good, "key": rsa_signature["key"]}, {"alg": "ed25519", "certs": ["00"], "sig": good["sig"]},
        {"alg": "ed25519", "certs": "00", "sig": good["sig"]}, {"alg": "ed25519", "certs": ["00"] * 6, "sig": good["sig"]},
        {**signers[dsse.ECDSA].sign("bid", b"{}"), "sig": "00" * 63}, {**signers[dsse.ECDSA].sign("bid", b"{}"), "sig": "00" * 64},
    ]  # fmt: skip
    for signature in bad:
        with pytest.raises(BadSignature):
            dsse.verify_one("bid", b"{}", signature)


def test_keys_outside_the_profile(signers: dict[str, dsse.Signer]) -> None:
    small = dsse.spki_der(rsa.generate_private_key(65537, 1024).public_key())
    three = dsse.spki_der(rsa.generate_private_key(3, 2048).public_key())
    p384 = dsse.spki_der(ec.generate_private_key(ec.SECP384R1()).public_key())
    point = (
        signers[dsse.ECDSA]
        .key.public_key()
        .public_bytes(  # type: ignore[union-attr]
            serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
        )
    )
    compressed = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200") + point
    others = [(dsse.RSA_PSS, small), (dsse.RSA_PSS, three), (dsse.ECDSA, p384), (dsse.ECDSA, compressed)]
    others += [(alg, dsse.spki_der(ed448.Ed448PrivateKey.generate().public_key())) for alg in dsse.ALGORITHMS]
    for alg, spki in others:
        with pytest.raises(BadSignature):
            dsse.load_spki(spki, alg)
    for key in (
        ed448.Ed448PrivateKey.generate(),
        x25519.X25519PrivateKey.generate(),
        dsa.generate_private_key(2048),
    ):
        with pytest.raises(BadSignature):
            dsse.Signer(key)  # type: ignore[arg-type]
    with pytest.raises(BadSignature):
        dsse.Signer.generate("rsa")
    with pytest.raises(BadSignature):
        dsse.ed25519_public(bytes(31))


def test_certificates_of_another_version_or_key(signers: dict[str, dsse.Signer]) -> None:
    der = certificate(signers[dsse.ED25519])
    at = der.index(bytes.fromhex("a003020102"))
    for version in (1, 7):
        with pytest.raises(BadSignature):
            dsse.load_certificate(der[: at + 4] + bytes([version]) + der[at + 5 :])
    unknown = der.replace(bytes.fromhex("06032b6570032100"), bytes.fromhex("06032b657f032100"))
    with pytest.raises(BadSignature, match="no usable key"):
        dsse.verify_one("bid", b"{}", {"alg": "ed25519", "certs": [unknown.hex()], "sig": "00"})


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_certificates_from_noise(data: bytes) -> None:
    with pytest.raises(BadSignature):
        dsse.load_certificate(data)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command")
def test_rsa_pss_agrees_with_openssl(signers: dict[str, dsse.Signer], tmp_path: Path) -> None:
    signer = signers[dsse.RSA_PSS]
    (tmp_path / "key.pem").write_bytes(signer.save())
    (tmp_path / "m").write_bytes(b"message")
    pss = [
        "-sigopt",
        "rsa_padding_mode:pss",
        "-sigopt",
        "rsa_pss_saltlen:32",
        "-sigopt",
        "rsa_mgf1_md:sha256",
    ]
    command = ["openssl", "dgst", "-sha256", *pss, "-sign", "key.pem", "-out", "sig", "m"]
    subprocess.run(command, cwd=tmp_path, check=True)
    dsse.verify_raw(dsse.RSA_PSS, signer.spki, b"message", (tmp_path / "sig").read_bytes())
    pss[3] = "rsa_pss_saltlen:20"
    command = ["openssl", "dgst", "-sha256", *pss, "-sign", "key.pem", "-out", "sig", "m"]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert not holds(dsse.RSA_PSS, signer.spki, b"message", (tmp_path / "sig").read_bytes())
