"""C2SP witnesses (tlog-witness, tlog-cosignature v1): one for trials on this machine, and the client of others."""

import base64
import urllib.parse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.files import locked, write_private
from ledger.keys import ed25519_of
from ledger.timesources import TIMEOUT_S, Ask, SourceKnows, SourceRefused, SourceSilent, Stamp, http_post
from protocol import canonical, merkle, notes
from protocol.dsse import Signer
from protocol.errors import ProtocolError

BLANK = "\n\n"
"""What parts a note's text from its signatures."""


@dataclass(frozen=True)
class Witness:
    """What every witness has; subclasses say how the cosignature is got."""

    name: str
    org: str
    vkey: str
    accuracy_ms: int = 1000
    kind: str = "witness"
    remote: bool = False

    def cosignature(self, ask: Ask) -> str:
        """The signature line for the note of ``ask``."""
        raise NotImplementedError

    def stamp(self, ask: Ask) -> Stamp:
        """Get a cosignature and check it as a verifier will."""
        return self.read(self.cosignature(ask).encode("utf-8"), ask.note)

    def read(self, token: bytes, note: str) -> Stamp:
        """What a cosignature line on the text of ``note`` says; ``SourceRefused`` when it does not hold."""
        try:
            line = token.decode("utf-8")
            alone = notes.parse_note(f"{note.partition(BLANK)[0]}{BLANK}{line}")
            moment = notes.verify(alone, notes.VerifierKey.parse(self.vkey))
        except (ProtocolError, UnicodeError) as error:
            raise SourceRefused(f"the cosignature does not hold: {error}") from error
        if len(alone.signatures) != 1:
            raise SourceRefused("more than one signature line")
        return Stamp(token, moment * 1000, 1000)

    def policy_source(self) -> dict[str, Any]:
        """Its line in ``policy.time.sources``."""
        return {"kind": self.kind, "name": self.name, "org": self.org, "accuracy_ms": self.accuracy_ms}

    def policy_witness(self) -> dict[str, Any]:
        """Its line in ``policy.witnesses`` and ``anchors.witnesses``."""
        return {"vkey": self.vkey, "org": self.org}

    def anchor_source(self) -> dict[str, Any]:
        """Its line in ``anchors.time.sources``."""
        return {**self.policy_source(), "vkey": self.vkey}


@dataclass(frozen=True)
class TrialWitness(Witness):
    """A witness in this process with a memory of its own (a file), which signs no shrunk or forked log."""

    log_vkey: str = ""
    signer: Signer | None = None
    memory: Path = Path()

    @classmethod
    def kept_in(
        cls, memory: Path, *, name: str, org: str, log_vkey: str, signer: Signer, accuracy_ms: int = 1000
    ) -> "TrialWitness":
        """The witness of one log whose memory lies in ``memory``."""
        vkey = notes.VerifierKey.of(name, ed25519_of(signer), notes.WITNESS).encode()
        return cls(name, org, vkey, accuracy_ms, log_vkey=log_vkey, signer=signer, memory=memory)

    def cosignature(self, ask: Ask) -> str:
        """Sign, if the log's signature holds and the tree extends the one signed last (tlog-witness)."""
        log = notes.VerifierKey.parse(self.log_vkey)
        try:
            note = notes.parse_note(ask.note)
            notes.verify(note, log)
            head = notes.Checkpoint.parse(note.text)
        except ProtocolError as error:
            raise SourceRefused(f"not a checkpoint of this log: {error}") from error
        if head.origin != log.name:
            raise SourceRefused("a checkpoint of another log")
        with locked(self.memory.with_suffix(".lock")):
            self._follow(head, ask)
        assert self.signer is not None
        return notes.cosign(note.text, self.name, ed25519_of(self.signer), int(ask.at.timestamp()))

    def _follow(self, head: notes.Checkpoint, ask: Ask) -> None:
        """Compare with the memory, and remember, on disk, before anything is signed."""
        size, root = self.remembered()
        if ask.old_size != size or (head.size == size and head.root != root):
            raise SourceKnows(size)
        if head.size < size:
            raise SourceRefused("the log has shrunk")
        if size:
            try:
                merkle.verify_consistency(size, head.size, ask.proof, root, head.root)
            except ProtocolError as error:
                raise SourceRefused(f"not the log signed before: {error}") from error
        elif ask.proof:
            raise SourceRefused("a proof from nothing")
        write_private(self.memory, canonical.encode({"size": head.size, "root": head.root.hex()}))

    def remembered(self) -> tuple[int, bytes]:
        """(size, root) signed last; (0, b"") before the first."""
        if not self.memory.exists():
            return 0, b""
        value = canonical.decode(self.memory.read_bytes())
        return int(value["size"]), bytes.fromhex(value["root"])


@dataclass(frozen=True)
class HttpWitness(Witness):
    """A witness of another organisation, asked by ``add-checkpoint`` (tlog-witness)."""

    url: str = ""
    timeout_s: float = TIMEOUT_S
    remote: bool = True

    def cosignature(self, ask: Ask) -> str:
        """POST the checkpoint with the proof; 409 tells which size the witness knows."""
        proof = "".join(f"{base64.b64encode(value).decode('ascii')}\n" for value in ask.proof)
        body = f"old {ask.old_size}\n{proof}\n{ask.note}".encode()
        url = urllib.parse.urljoin(self.url.rstrip("/") + "/", "add-checkpoint")
        status, answer = http_post(url, body, {"Content-Type": "text/plain; charset=utf-8"}, self.timeout_s)
        if status == 409:
            raise SourceKnows(self._size(answer))
        if status in {400, 403, 404, 422}:
            raise SourceRefused(f"the witness refused: HTTP {status}")
        if status != 200:
            raise SourceSilent(f"{self.name}: HTTP {status}")
        return self._own_line(answer)

    def _size(self, answer: bytes) -> int:
        """The size in an answer of type text/x.tlog.size."""
        digits = answer.strip()
        if not digits.isdigit() or len(digits) > 16:
            raise SourceRefused("the witness named no size")
        return int(digits)

    def _own_line(self, answer: bytes) -> str:
        """The line by this witness's key; others it may add are not needed."""
        for line in answer.decode("utf-8", "replace").splitlines(keepends=True):
            if line.startswith(f"\u2014 {self.name} "):
                return line if line.endswith("\n") else f"{line}\n"
        raise SourceRefused("no signature of this witness in its answer")
