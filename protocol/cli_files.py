"""Reading and writing files for the command line: secrets for their owner alone, nothing ever overwritten."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from protocol import anchors as anchors_module
from protocol import bodies, canonical, dsse, words
from protocol.errors import ProtocolError
from protocol.hashing import sha256

SIGNED = bodies.record(body=bodies.anything, signatures=bodies.SIGNATURES)
SEAT = bodies.record(tender=bodies.KEYED, lot=bodies.KEYED, i=bodies.SEAT)


def write_new(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write a file which does not exist yet; a secret (0600) unless another mode is given."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as out:
        out.write(data)


def write_signed(path: Path, body: dict[str, Any], signature: dict[str, Any]) -> None:
    """Write a signed object, which everybody may read."""
    write_new(path, canonical.encode({"body": body, "signatures": [signature]}), 0o644)


def read_signed(path: Path, kind: str) -> dict[str, Any]:
    """A signed object of a kind; whose signature it is says somebody else."""
    value: Any = canonical.decode_loose(path.read_bytes(), 16 << 20)
    SIGNED(value, str(path))
    bodies.check_body(kind, value["body"])
    return dict(value)


def read_policy(args: argparse.Namespace) -> tuple[dict[str, Any], anchors_module.Anchors]:
    """The policy, after comparing T with the anchors (A9); prints T and who can open."""
    held = anchors_module.load(args.anchors.read_bytes())
    policy: dict[str, Any] = read_signed(args.policy, "policy")["body"]
    policy_id = dsse.event_id("policy", policy)
    if held.policy_id(policy["tender"], policy["lot"]) != policy_id.hex():
        raise ProtocolError("T is not that of the anchors: do not use this policy", evidence=policy_id.hex())
    print(f"T {policy_id.hex()}\n  {' '.join(words.short(policy_id, 'en'))}")
    for seat in policy["officers"]:
        key = fingerprint(bytes.fromhex(seat["sig_key"]))
        print(f"  officer {seat['i']}: {seat['org']}, {seat['role']}, {key}")
    return policy, held


def read_officer(folder: Path, tender: str, lot: str, i: int) -> tuple[dsse.Signer, bytes]:
    """Signing key and opening key of an officer's folder; refused if it was made for another seat."""
    signer = dsse.Signer.load((folder / "sign.pem").read_bytes())
    written = (folder / "open.hex").read_bytes().strip().decode("ascii", "replace")
    bodies.HASH(written, str(folder / "open.hex"))
    if (made_for := folder / "seat.json").exists():
        seat = canonical.decode(made_for.read_bytes())
        SEAT(seat, str(made_for))
        if seat != {"tender": tender, "lot": lot, "i": i}:
            named = f"{seat['tender']}/{seat['lot']}/{seat['i']}"
            raise ProtocolError("these keys were made for another seat", obj=str(folder), evidence=named)
    return signer, bytes.fromhex(written)


def show_key(name: str, spki: bytes) -> None:
    """Print a public key, and its fingerprint as the pages show it."""
    print(f"{name} {spki.hex()}\nfingerprint {fingerprint(spki)}")


def fingerprint(spki: bytes) -> str:
    """The first 16 digits of SHA-256 over a public key, in groups of four."""
    digest = sha256(spki).hex()
    return " ".join(digest[at : at + 4] for at in range(0, 16, 4))
