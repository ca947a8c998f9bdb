"""RFC 3161 responses of the openssl command: accepted, and refused after any change of any byte."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from protocol import timestamps
from protocol.der import Value
from protocol.errors import BadToken, NotCanonical
from protocol.hashing import sha256

POLICY = "1.3.6.1.4.1.99999.7"
IMPRINT = sha256(b"checkpoint")

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command")

CONFIG = """
[req]
distinguished_name = dn
prompt = no
[dn]
CN = {name}
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[stamping]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = service
[service]
serial = serial
signer_cert = tsa.crt
signer_key = tsa.key
signer_digest = {digest}
default_policy = {policy}
digests = sha256, sha384
{more}
"""


class Authority:
    """A root and a time-stamping authority of the openssl command in one folder."""

    def __init__(self, folder: Path, key: str = "ec", digest: str = "sha256", more: str = "") -> None:
        self.folder = folder
        config = CONFIG.format(name="Time", digest=digest, policy=POLICY, more=more)
        (folder / "tsa.cnf").write_text(config)
        (folder / "serial").write_text("2A")
        new = (
            ["-newkey", "rsa:2048"]
            if key == "rsa"
            else ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        )
        if key == "p384":
            new[-1] = "ec_paramgen_curve:P-384"
        common = ["req", "-x509", "-nodes", "-days", "30", "-config", "tsa.cnf", *new]
        self.openssl(
            *common, "-subj", "/CN=Root", "-extensions", "root", "-keyout", "root.key", "-out", "root.crt"
        )
        signed = ["-CA", "root.crt", "-CAkey", "root.key", "-extensions", "stamping"]
        self.openssl(*common, "-subj", "/CN=TSA", *signed, "-keyout", "tsa.key", "-out", "tsa.crt")
        self.openssl("x509", "-in", "root.crt", "-outform", "DER", "-out", "root.der")
        self.root = (folder / "root.der").read_bytes()

    def openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def stamp(self, imprint: bytes = IMPRINT, digest: str = "sha256", *options: str) -> bytes:
        query = ["-query", "-digest", imprint.hex(), f"-{digest}", "-cert", *options]
        self.openssl("ts", *query, "-out", "q.tsq")
        self.openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "q.tsq", "-out", "r.tsr")
        return (self.folder / "r.tsr").read_bytes()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(
        tmp_path_factory.mktemp("tsa"), more="accuracy = secs:1, millisecs:500, microsecs:100\nordering = yes"
    )


@pytest.fixture
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Authority]:
    def build(*arguments: str, **options: str) -> Authority:
        return Authority(tmp_path_factory.mktemp("tsa"), *arguments, **options)

    return build


def holds(response: bytes, root: bytes, imprint: bytes = IMPRINT) -> bool:
    try:
        timestamps.verify(response, imprint, [root], [POLICY])
    except BadToken:
        return False
    return True


def test_what_a_token_says(authority: Authority) -> None:
    before = dt.datetime.now(dt.UTC).timestamp()
    stamp = timestamps.verify(authority.stamp(), IMPRINT, [authority.root], [POLICY])
    after = dt.datetime.now(dt.UTC).timestamp()
    assert int(before) * 1000 <= stamp.gen_time_ms <= after * 1000
    assert (stamp.resolution_ms, stamp.accuracy_ms, stamp.policy) == (1000, 1501, POLICY)
    again = timestamps.verify(authority.stamp(), IMPRINT, [authority.root], [POLICY])
    assert again.serial == stamp.serial + 1


def test_refusals(authority: Authority, make: Callable[..., Authority]) -> None:
    response = authority.stamp()
    other = make()
    assert holds(response, authority.root)
    assert not holds(response, other.root)
    assert not holds(response, authority.root, sha256(b"other"))
    assert not holds(response + b"\x00", authority.root)
    assert not holds(bytes(70_000), authority.root)
    assert not holds(authority.stamp(bytes(48), "sha384"), authority.root, bytes(48))
    for roots, policies in (
        ([], [POLICY]),
        ([authority.root], []),
        ([authority.root], ["1.2.3"]),
        ([b"junk"], [POLICY]),
    ):
        with pytest.raises(BadToken):
            timestamps.verify(response, IMPRINT, roots, policies)
    assert not holds(
        authority.stamp(IMPRINT, "sha256", "-tspolicy", "1.2.3.4"), authority.root
    )  # not granted


def test_roots_are_tried_until_one_fits(authority: Authority, make: Callable[..., Authority]) -> None:
    assert timestamps.verify(authority.stamp(), IMPRINT, [make().root, authority.root], [POLICY])


def sweep(response: bytes, root: bytes) -> list[int]:
    """Positions at which some single-byte change goes unnoticed: three random bits each, then any byte."""
    random = Random(3161)
    survivors = []
    for at in range(len(response)):
        for flip in [*(1 << bit for bit in random.sample(range(8), 3)), random.randrange(1, 256)]:
            changed = bytearray(response)
            changed[at] ^= flip
            if holds(bytes(changed), root):
                survivors.append(at)
    return survivors


@pytest.mark.parametrize(("key", "digest"), [("ec", "sha256"), ("rsa", "sha256")])
def test_no_byte_can_be_changed(make: Callable[..., Authority], key: str, digest: str) -> None:
    tsa = make(key, digest)
    response = tsa.stamp()
    assert holds(response, tsa.root)
    assert sweep(response, tsa.root) == []
    assert not any(holds(response[:at], tsa.root) for at in range(len(response)))
    assert not any(
        holds(response[:at] + b"\x00" + response[at:], tsa.root) for at in range(0, len(response), 7)
    )


def test_certificate_named_by_a_longer_hash(make: Callable[..., Authority]) -> None:
    for name in ("sha256", "sha512"):
        tsa = make(more=f"ess_cert_id_alg = {name}")
        response = tsa.stamp()
        assert holds(response, tsa.root)
        assert bytes.fromhex("2a864886f70d010910022f") in response


@pytest.mark.parametrize("digest", ["sha384", "sha512"])
@pytest.mark.parametrize("key", ["ec", "rsa"])
def test_longer_digests(make: Callable[..., Authority], key: str, digest: str) -> None:
    tsa = make(key, digest)
    assert holds(tsa.stamp(), tsa.root)


def test_keys_outside_the_profile(make: Callable[..., Authority]) -> None:
    tsa = make("p384")
    assert not holds(tsa.stamp(), tsa.root)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"20260101000000Z", (1767225600000, 1000)), (b"20260101000000.5Z", (1767225600500, 100)),
        (b"20260101000000.25Z", (1767225600250, 10)), (b"20260101000000.001Z", (1767225600001, 1)),
        (b"20260101000000.123456Z", (1767225600123, 1)),
    ],
)  # fmt: skip
def test_resolution_is_one_unit_of_the_last_digit(text: bytes, expected: tuple[int, int]) -> None:
    assert timestamps._parse_time(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"20260101000000",
        b"20260101000000.Z",
        b"20260101000000.50Z",
        b"20261301000000Z",
        b"260101000000Z",
        b"20260101000000+0800",
    ],
)
def test_malformed_times(text: bytes) -> None:
    with pytest.raises(BadToken):
        timestamps._parse_time(text)


def accuracy(content: str) -> int:
    raw = bytes.fromhex(content)
    return timestamps._parse_accuracy(Value(0x30, raw, b""))


def test_accuracy_is_rounded_up() -> None:
    assert [accuracy(text) for text in ("", "020101", "800200fa", "810101", "02010180010181 0101")] == [
        0,
        1000,
        250,
        1,
        1002,
    ]
    for text in ("0201ff", "800203e8", "8001ff", "820101", "810101800101", "02020001", "0200"):
        with pytest.raises((BadToken, NotCanonical)):
            accuracy(text)
