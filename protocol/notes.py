"""Signed notes, checkpoints and cosignatures of C2SP (signed-note, tlog-checkpoint, tlog-cosignature v1).

Ed25519 only: signature type 0x01 for the log, 0x04 (timestamped) for witnesses. Stricter than C2SP: key
names are visible ASCII, one signature per key, no extension lines, at most 64 signatures.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocol.dsse import ed25519_public
from protocol.errors import BadProof, BadSignature
from protocol.hashing import sha256

LOG: Final = 0x01
WITNESS: Final = 0x04
MAX_NOTE = 1 << 16
MAX_SIGNATURES = 64
MAX_SIZE = 2**53 - 1

_NAME = re.compile(r"[!-*,-~]+")  # visible ASCII without "+"
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_KEY_ID = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True)
class NoteSignature:
    """One signature line: key name, 4-byte key id, and the bytes after it."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        """The line as it stands in a note, with its newline."""
        return f"\u2014 {self.name} {base64.b64encode(self.key_id + self.signature).decode('ascii')}\n"


@dataclass(frozen=True)
class Note:
    """A parsed note: the text with its final newline, and its signatures, none of them checked."""

    text: str
    signatures: tuple[NoteSignature, ...]


@dataclass(frozen=True)
class VerifierKey:
    """A key that notes are checked against: name, type (LOG or WITNESS), 32-byte Ed25519 public key."""

    name: str
    alg: int
    key: bytes

    @property
    def key_id(self) -> bytes:
        """SHA-256(name || LF || type || key)[:4] (signed-note, "Signatures")."""
        return sha256(self.name.encode("ascii"), b"\n", bytes([self.alg]), self.key)[:4]

    def encode(self) -> str:
        """The vkey: name+hex(key id)+base64(type || key)."""
        key = base64.b64encode(bytes([self.alg]) + self.key).decode("ascii")
        return f"{self.name}+{self.key_id.hex()}+{key}"

    @classmethod
    def parse(cls, vkey: str) -> VerifierKey:
        """The key of a vkey, else BadSignature: name, key id in lowercase hex and base64 all as `encode`."""
        name, _, rest = vkey.partition("+")
        key_id, _, key = rest.partition("+")
        raw = _unbase64(key)
        if not _NAME.fullmatch(name) or not _KEY_ID.fullmatch(key_id) or raw[:1] not in (b"\x01", b"\x04"):
            raise BadSignature("not a verifier key", evidence=vkey[:80])
        ed25519_public(raw[1:])
        found = cls(name, raw[0], raw[1:])
        if found.key_id.hex() != key_id:
            raise BadSignature("verifier key does not have its own key id", evidence=vkey[:80])
        return found

    @classmethod
    def of(cls, name: str, private: Ed25519PrivateKey, alg: int) -> VerifierKey:
        """The key with which signatures of `private` under `name` are checked."""
        if not _NAME.fullmatch(name):
            raise BadSignature("not a key name", evidence=name[:80])
        return cls(name, alg, private.public_key().public_bytes_raw())


@dataclass(frozen=True)
class Checkpoint:
    """A tree head: the log's origin, number of leaves, and root hash (tlog-checkpoint, "Note text")."""

    origin: str
    size: int
    root: bytes

    def encode(self) -> str:
        """The note text: three lines, each with its newline."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """The checkpoint in a note text of exactly three lines, else BadProof."""
        lines = text.split("\n")
        if len(lines) != 4 or not lines[0] or lines[3] or not _SIZE.fullmatch(lines[1]):
            raise BadProof("not a checkpoint of three lines", evidence=text[:120])
        try:
            found = cls(lines[0], int(lines[1]), _unbase64(lines[2]))
        except BadSignature as error:
            raise BadProof("root of a checkpoint is not base64", evidence=text[:120]) from error
        if len(found.root) != 32 or found.size > MAX_SIZE or _CONTROL.search(found.origin):
            raise BadProof("checkpoint with a wrong size, root or origin", evidence=text[:120])
        return found


def parse_note(note: str | bytes) -> Note:
    """Split a signed note into text and signatures without checking them; BadSignature for any other form."""
    try:
        text = note.decode("utf-8") if isinstance(note, bytes) else note
        oversize = len(text.encode("utf-8")) > MAX_NOTE
    except UnicodeError as error:
        raise BadSignature("note is not UTF-8") from error
    head, separator, tail = text.rpartition("\n\n")
    if oversize or not separator or not tail.endswith("\n") or _CONTROL.search(text):
        raise BadSignature("not a signed note", evidence=text[:120])
    signatures = tuple(_parse_line(line) for line in tail[:-1].split("\n"))
    if len(signatures) > MAX_SIGNATURES or len({(s.name, s.key_id) for s in signatures}) != len(signatures):
        raise BadSignature("note has too many signatures, or two of one key")
    return Note(head + "\n", signatures)


def sign_note(text: str, name: str, private: Ed25519PrivateKey) -> str:
    """The whole note: `text` (ending in a newline), a blank line, and the log's signature (type 0x01)."""
    key = VerifierKey.of(name, private, LOG)
    signed = f"{text}\n{NoteSignature(name, key.key_id, private.sign(text.encode('utf-8'))).line()}"
    if not text.endswith("\n") or parse_note(signed).text != text:
        raise BadSignature("text cannot stand in a note", evidence=text[:120])
    return signed


def cosign(text: str, name: str, private: Ed25519PrivateKey, timestamp: int) -> str:
    """A witness's signature line (type 0x04) on a checkpoint's text, to be appended to its note.

    `timestamp` is in UTC seconds. BadProof when `text` is not exactly a checkpoint.
    """
    Checkpoint.parse(text)
    if not 0 <= timestamp <= MAX_SIZE:
        raise BadProof("cosignature time out of range", evidence=str(timestamp))
    key = VerifierKey.of(name, private, WITNESS)
    signature = timestamp.to_bytes(8, "big") + private.sign(_cosigned(text, timestamp))
    return NoteSignature(name, key.key_id, signature).line()


def verify(note: Note, key: VerifierKey) -> int:
    """Check the signature of `key` on a note: its time in UTC seconds for a witness, 0 for a log.

    BadSignature when the note has none of this key or it does not hold. Signatures of other keys are ignored.
    """
    found = [s.signature for s in note.signatures if (s.name, s.key_id) == (key.name, key.key_id)]
    if not found:
        raise BadSignature("note is not signed by this key", obj=key.name)
    signature, time, message = found[0], 0, note.text.encode("utf-8")
    if key.alg == WITNESS:
        time = int.from_bytes(signature[:8], "big")
        signature, message = signature[8:], _cosigned(note.text, time)
        if time > MAX_SIZE:
            raise BadSignature("cosignature time out of range", obj=key.name)
    try:
        ed25519_public(key.key).verify(signature, message)
    except InvalidSignature as error:
        raise BadSignature("signature on a note does not verify", obj=key.name) from error
    return time


def _cosigned(text: str, timestamp: int) -> bytes:
    """The message of a v1 cosignature (tlog-cosignature, "Ed25519 signed message")."""
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def _parse_line(line: str) -> NoteSignature:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "\u2014" or not _NAME.fullmatch(parts[1]):
        raise BadSignature("malformed signature line of a note", evidence=line[:120])
    raw = _unbase64(parts[2])
    if len(raw) < 5:
        raise BadSignature("signature of a note is too short", evidence=line[:120])
    return NoteSignature(parts[1], raw[:4], raw[4:])


def _unbase64(text: str) -> bytes:
    """Bytes of canonical standard base64 (RFC 4648 section 4), else BadSignature."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeError, binascii.Error) as error:
        raise BadSignature("not base64", evidence=text[:80]) from error
    if base64.b64encode(raw).decode("ascii") != text:
        raise BadSignature("base64 is not canonical", evidence=text[:80])
    return raw
