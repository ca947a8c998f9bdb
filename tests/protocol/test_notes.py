"""Notes, checkpoints and cosignatures against the examples of C2SP and of Go's sumdb/note."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import notes
from protocol.errors import BadProof, BadSignature
from protocol.notes import Checkpoint, VerifierKey

C2SP = json.loads((Path(__file__).parents[1] / "vectors" / "notes" / "c2sp.json").read_text("utf-8"))
GO = C2SP["go"]
PETER, ENOCH = VerifierKey.parse(GO["peter"]), VerifierKey.parse(GO["enoch"])
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
HEAD = Checkpoint("log.example/1", 8, bytes(range(32)))


def test_examples_verify() -> None:
    key = VerifierKey.parse(C2SP["vkey"])
    assert key.encode() == C2SP["vkey"]
    assert notes.verify(notes.parse_note(C2SP["signed"]), key) == 0
    note = notes.parse_note((GO["text"] + "\n" + GO["peter_line"] + GO["enoch_line"]).encode())
    assert note.text == GO["text"]
    assert notes.verify(note, PETER) == notes.verify(note, ENOCH) == 0
    assert [signature.line() for signature in note.signatures] == [GO["peter_line"], GO["enoch_line"]]
    verse = notes.parse_note(C2SP["verse"])
    assert verse.text.count("\n\n") == 1
    assert [signature.name for signature in verse.signatures] == ["quasimodo.example/salvatore"]


def test_signing_gives_the_published_bytes() -> None:
    seed = base64.b64decode(GO["peter_private"].split("+", 4)[4])[1:]
    signed = notes.sign_note(GO["text"], "PeterNeumann", Ed25519PrivateKey.from_private_bytes(seed))
    assert signed == GO["text"] + "\n" + GO["peter_line"]


def test_checkpoint_example_and_its_cosignature() -> None:
    note = notes.parse_note(C2SP["checkpoint"])
    head = Checkpoint.parse(note.text)
    assert (head.origin, head.size, head.encode()) == ("example.com/behind-the-sofa", 20852163, note.text)
    witness = note.signatures[1].signature
    assert (int.from_bytes(witness[:8], "big"), len(witness)) == (1679315147, 72)
    assert notes._cosigned(note.text, 1679315147).decode() == C2SP["cosigned"]


@pytest.mark.parametrize("alg", [notes.LOG, notes.WITNESS])
def test_every_part_of_a_verifier_key_counts(alg: int) -> None:
    vkey = VerifierKey.of("a.example/x", PRIVATE, alg).encode()
    assert VerifierKey.parse(vkey).encode() == vkey
    for text in (vkey, GO["peter"]):
        pieces = [text[a:b] for a in range(len(text)) for b in range(a, len(text) + 1) if b - a < len(text)]
        bumped = [text[:at] + chr(ord(text[at]) + 1) + text[at + 1 :] for at in range(len(text))]
        for wrong in [*pieces, *bumped, *GO["refused"], text.replace("+", "++", 1), text + "\n", "é" + text]:
            with pytest.raises(BadSignature):
                VerifierKey.parse(wrong)


def test_witness_and_log_sign_one_checkpoint() -> None:
    log, witness = VerifierKey.of("l", PRIVATE, notes.LOG), VerifierKey.of("w", PRIVATE, notes.WITNESS)
    text = HEAD.encode()
    signed = notes.sign_note(text, "l", PRIVATE) + notes.cosign(text, "w", PRIVATE, 1_800_000_000)
    note = notes.parse_note(signed)
    assert notes.verify(note, log) == 0
    assert notes.verify(note, witness) == 1_800_000_000
    assert Checkpoint.parse(note.text) == HEAD
    with pytest.raises(BadSignature, match="not signed by this key"):
        notes.verify(note, PETER)
    for key in (log, witness):
        other = notes.Note(note.text.replace("8", "9"), note.signatures)
        with pytest.raises(BadSignature, match="does not verify"):
            notes.verify(other, key)


def test_cosignature_time_is_signed_and_bounded() -> None:
    witness = VerifierKey.of("w", PRIVATE, notes.WITNESS)
    line = notes.cosign(HEAD.encode(), "w", PRIVATE, 5)
    raw = base64.b64decode(line.split(" ")[2])
    for at in range(4, len(raw)):
        changed = bytearray(raw)
        changed[at] ^= 0x80
        signature = notes.NoteSignature("w", bytes(changed[:4]), bytes(changed[4:]))
        with pytest.raises(BadSignature):
            notes.verify(notes.Note(HEAD.encode(), (signature,)), witness)
    for timestamp in (-1, 2**53):
        with pytest.raises(BadProof):
            notes.cosign(HEAD.encode(), "w", PRIVATE, timestamp)
    with pytest.raises(BadProof):
        notes.cosign("not a checkpoint\n", "w", PRIVATE, 1)


P = GO["peter_line"]


@pytest.mark.parametrize(
    "note",
    [
        GO["text"], GO["text"] + "\n", GO["text"] + "\n" + P[:-1], "\x01" + GO["text"] + "\n" + P,
        GO["text"] + "\n" + "\u2014 Bad Name " + P.split(" ")[2], GO["text"] + "\n" + P + "Unexpected line.\n",
        GO["text"] + "\n" + P + P, GO["text"] + P, GO["text"] + "\n" + P + "\n", GO["text"] + "\n\r" + P,
        GO["text"] + "\n" + P.replace("\u2014", "-"), GO["text"] + "\n" + P.replace("=", "=="),
        GO["text"] + "\n" + P.replace("AM=", "AN="), GO["text"] + "\n" + P.replace("=", ""),
        GO["text"] + "\n" + P.replace("x08g", "x0\u00e9g"), GO["text"] + "\n\u2014 PeterNeumann x08gow==\n",
        GO["text"] + "\n\u2014 Peter+N x08go/ZJkuBS\n", GO["text"] + "\n\u2014  x08go/ZJkuBS\n", "\ud800\n\n" + P, "",
        GO["text"] + "\n" + "".join(f"\u2014 k{n} x08go/ZJkuBS\n" for n in range(65)), "x" * 70_000 + "\n\n" + P,
    ],
)  # fmt: skip
def test_malformed_notes(note: str) -> None:
    with pytest.raises(BadSignature):
        notes.parse_note(note)


def test_notes_that_are_not_utf8() -> None:
    with pytest.raises(BadSignature):
        notes.parse_note(b"\xff" + (GO["text"] + "\n" + P).encode())


def test_changed_base64_of_a_known_signature() -> None:
    line = P[:60] + "ABCD" + P[60:]
    with pytest.raises(BadSignature, match="does not verify"):
        notes.verify(notes.parse_note(GO["text"] + "\n" + line), PETER)


@settings(deadline=None)
@given(
    st.from_regex(r"[a-z]{1,9}", fullmatch=True),
    st.integers(0, 2**53 - 1),
    st.binary(min_size=32, max_size=32),
)
def test_checkpoints_round_trip(origin: str, size: int, root: bytes) -> None:
    head = Checkpoint(origin, size, root)
    assert Checkpoint.parse(head.encode()) == head


ROOT = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "text",
    [
        "", "a\n1\n", f"a\n1\n{ROOT}", f"\n1\n{ROOT}\n", f"a\n01\n{ROOT}\n", f"a\n-1\n{ROOT}\n", f"a\n+1\n{ROOT}\n",
        f"a\n1\n{ROOT}\nextension\n", f"a\n1\n{ROOT[:-4]}\n", f"a\n1\n{ROOT[:-1]}\n", f"a\n{2**53}\n{ROOT}\n", f"a\n\uff11\n{ROOT}\n",
        f"a\rb\n1\n{ROOT}\n", f"a\n1\n{ROOT}\n\n", f"a\n1 \n{ROOT}\n", f"a\n10000000000000000\n{ROOT}\n",
    ],
)  # fmt: skip
def test_malformed_checkpoints(text: str) -> None:
    with pytest.raises(BadProof):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    "arguments", [("no newline", "l"), ("a\n", "bad name"), ("a\n", ""), ("a\x00\n", "l")]
)
def test_texts_that_cannot_be_signed(arguments: Any) -> None:
    with pytest.raises(BadSignature):
        notes.sign_note(*arguments, PRIVATE)
