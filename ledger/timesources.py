"""Outsiders who state that a checkpoint existed: RFC 3161 authorities and C2SP witnesses.

A source gets an ``Ask`` and answers with a ``Stamp`` or raises. Sources never touch the database, so that
several can be asked at once; the trial ones are this installation itself and prove nothing to a stranger.
"""

import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from cryptography.hazmat.primitives import serialization

from ledger import der
from ledger.files import locked
from ledger.trial_tsa import POLICY, TrialAuthority
from protocol import timestamps
from protocol.errors import ProtocolError
from protocol.hashing import sha256

LARGEST_ANSWER = 64 * 1024
TIMEOUT_S = 3.0


class SourceSilent(Exception):
    """The source did not answer; asking again later may help."""


class SourceRefused(Exception):
    """The source answered with something that cannot be accepted; a person has to look."""


class SourceKnows(Exception):
    """A witness has seen another size of the log than we thought; ``size`` is what it has seen."""

    def __init__(self, size: int) -> None:
        """Keep the size the witness has signed last."""
        super().__init__(f"the witness knows a tree of {size} leaves")
        self.size = size


@dataclass(frozen=True)
class Ask:
    """What a source is shown: the signed note, the size it signed last, and the proof between the two."""

    note: str
    text: str
    size: int
    root: bytes
    at: datetime
    old_size: int = 0
    proof: tuple[bytes, ...] = ()

    @property
    def digest(self) -> bytes:
        """SHA-256 of the text, what an authority stamps (5.3)."""
        return sha256(self.text.encode("utf-8"))


@dataclass(frozen=True)
class Stamp:
    """What a source said: the token itself, and the time in it (docs/protocol.md 5.3)."""

    token: bytes
    time_ms: int
    resolution_ms: int
    accuracy_ms: int | None = None


class TimeSource(Protocol):
    """One source. ``remote`` sources are asked in threads, the others at once."""

    @property
    def name(self) -> str:
        """The name policies, anchors and statements know it by."""

    @property
    def kind(self) -> str:
        """``tsa`` or ``witness``."""

    @property
    def accuracy_ms(self) -> int:
        """What is expected of its clock when the token says nothing."""

    @property
    def remote(self) -> bool:
        """Whether asking may take long."""

    def stamp(self, ask: Ask) -> Stamp:
        """State the checkpoint of ``ask``; raises one of the three errors above."""

    def read(self, token: bytes, note: str) -> Stamp:
        """Check a stored token once more, without asking anybody."""

    def policy_source(self) -> dict[str, Any]:
        """Its line in ``policy.time.sources``."""

    def anchor_source(self) -> dict[str, Any]:
        """Its line in ``anchors.time.sources``."""


@dataclass(frozen=True)
class Authority:
    """What every RFC 3161 source has; subclasses say how the answer is got."""

    name: str
    org: str
    root_der: bytes
    policy_oids: tuple[str, ...] = ()
    accuracy_ms: int = 1000
    kind: str = "tsa"
    remote: bool = False

    def answer(self, ask: Ask) -> bytes:
        """The TimeStampResp over the digest of ``ask``."""
        raise NotImplementedError

    def stamp(self, ask: Ask) -> Stamp:
        """Get a token over SHA-256 of the note's text and check it as a verifier will."""
        return self.read(self.answer(ask), ask.note)

    def read(self, token: bytes, note: str) -> Stamp:
        """What a token over the text of ``note`` says; ``SourceRefused`` when it does not hold."""
        digest = sha256((note.partition("\n\n")[0] + "\n").encode("utf-8"))
        try:
            said = timestamps.verify(token, digest, [self.root_der], self.policy_oids)
        except ProtocolError as error:
            raise SourceRefused(f"the token does not hold: {error}") from error
        return Stamp(token, said.gen_time_ms, said.resolution_ms, said.accuracy_ms)

    def policy_source(self) -> dict[str, Any]:
        """Its line in ``policy.time.sources``."""
        return {"kind": self.kind, "name": self.name, "org": self.org, "accuracy_ms": self.accuracy_ms}

    def anchor_source(self) -> dict[str, Any]:
        """Its line in ``anchors.time.sources``."""
        return {
            **self.policy_source(),
            "root": self.root_der.hex(),
            "policy_oids": sorted(self.policy_oids),
        }


@dataclass(frozen=True)
class SimulatedAuthority(Authority):
    """The trial authority without another program; its clock is the ``at`` it is given."""

    authority: TrialAuthority | None = None
    token_accuracy_ms: int | None = None

    @classmethod
    def kept_in(
        cls, path: Path, *, name: str, org: str, accuracy_ms: int = 1000, token_accuracy_ms: int | None = None
    ) -> "SimulatedAuthority":
        """The authority whose key lies in ``path``, made on first use."""
        authority = TrialAuthority.kept_in(path)
        return cls(
            name=name,
            org=org,
            root_der=authority.root_der(),
            policy_oids=(POLICY,),
            accuracy_ms=accuracy_ms,
            authority=authority,
            token_accuracy_ms=token_accuracy_ms,
        )

    def answer(self, ask: Ask) -> bytes:
        """A token whose genTime is the moment given."""
        assert self.authority is not None
        return self.authority.respond(
            ask.digest, at=ask.at, serial=ask.size, accuracy_ms=self.token_accuracy_ms
        )


@dataclass(frozen=True)
class OpensslAuthority(Authority):
    """The same trial authority, answered by ``openssl ts`` with the machine's clock (whole seconds)."""

    pem: Path = Path()
    remote: bool = True

    @classmethod
    def kept_in(cls, path: Path, *, name: str, org: str, accuracy_ms: int = 1000) -> "OpensslAuthority":
        """The authority whose key lies in ``path``, made on first use."""
        root = TrialAuthority.kept_in(path).root_der()
        return cls(
            name=name, org=org, root_der=root, policy_oids=(POLICY,), accuracy_ms=accuracy_ms, pem=path
        )

    def answer(self, ask: Ask) -> bytes:
        """Run ``openssl ts -reply``; one at a time, for it keeps its serial number in a file."""
        serial = self.pem.with_suffix(".serial")
        with tempfile.TemporaryDirectory() as name, locked(serial):
            work = Path(name)
            self._prepare(work, serial, ask.digest)
            command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-section", "tsa"]
            try:
                subprocess.run(  # noqa: S603
                    [*command, "-queryfile", "query.tsq", "-out", "answer.tsr"],
                    cwd=work,
                    check=True,
                    capture_output=True,
                    timeout=TIMEOUT_S,
                )
            except (OSError, subprocess.SubprocessError) as error:
                raise SourceSilent(f"openssl ts: {error}") from error
            return (work / "answer.tsr").read_bytes()

    def _prepare(self, work: Path, serial: Path, digest: bytes) -> None:
        """Write query, certificate and configuration; without ``certs``, which openssl would not sort as DER."""
        if not serial.read_bytes():
            serial.write_text("01\n", encoding="ascii")
        authority = TrialAuthority.kept_in(self.pem)
        (work / "query.tsq").write_bytes(der.request(digest))
        (work / "tsa.pem").write_bytes(authority.certificate.public_bytes(serialization.Encoding.PEM))
        (work / "tsa.cnf").write_text(
            f"[tsa]\nserial = {serial.resolve()}\nsigner_cert = tsa.pem\nsigner_key = {self.pem.resolve()}\n"
            f"signer_digest = sha256\ndefault_policy = {POLICY}\ndigests = sha256\ness_cert_id_alg = sha256\n"
            "ess_cert_id_chain = no\ntsa_name = no\nordering = no\n",
            encoding="utf-8",
        )


@dataclass(frozen=True)
class HttpAuthority(Authority):
    """An RFC 3161 authority of another organisation, over HTTP (RFC 3161, 3.4)."""

    url: str = ""
    timeout_s: float = TIMEOUT_S
    remote: bool = True

    def answer(self, ask: Ask) -> bytes:
        """POST the request and read the answer."""
        kinds = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        status, body = http_post(self.url, der.request(ask.digest), kinds, self.timeout_s)
        if status != 200:
            raise SourceSilent(f"{self.name}: HTTP {status}")
        return body


def http_post(url: str, body: bytes, headers: dict[str, str], timeout_s: float) -> tuple[int, bytes]:
    """(status, body) of a POST; ``SourceSilent`` when there is no answer in time or it is too long."""
    if not url.startswith(("https://", "http://")):
        raise SourceRefused("the address of a time source must be http or https")
    asked = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=timeout_s) as answer:  # noqa: S310
            status, content = int(answer.status), answer.read(LARGEST_ANSWER + 1)
    except urllib.error.HTTPError as error:
        with error:
            status, content = error.code, error.read(LARGEST_ANSWER + 1)
    except (OSError, ValueError) as error:
        raise SourceSilent(f"no answer: {error}") from error
    if len(content) > LARGEST_ANSWER:
        raise SourceRefused("the answer is too long")
    return status, bytes(content)


def named(sources: Sequence[TimeSource]) -> dict[str, TimeSource]:
    """The sources by name; two of one name are a mistake of the installation."""
    found = {source.name: source for source in sources}
    if len(found) != len(sources):
        raise ValueError("two time sources have the same name")
    return found
