"""Events and their leaves (docs/protocol.md, sections 4 and 5.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from protocol import bodies, canonical, dsse
from protocol.errors import NotCanonical
from protocol.hashing import mac, sha256, tagged

ZERO = bytes(32)
WITHHELD = (
    "release",
    "result",
    "seed",
    "clarification-question",
    "clarification-answer",
    "blind-question",
)
"""Kinds of which a public edition withholds those of an envelope after the first."""


def sigs_hash(signatures: Sequence[Mapping[str, Any]]) -> bytes:
    """H(canonical(signatures)), the part of a leaf that binds who signed."""
    return sha256(canonical.encode(list(signatures)))


def link_of(k: bytes, prev: bytes) -> bytes:
    """The blinded link to the leaf before in the same chain; `prev` is 32 zero bytes for the first."""
    return tagged("link", k, prev)


def leaf_of(r: bytes, link: bytes, ev: bytes, sigs: bytes) -> bytes:
    """The 32-byte leaf: what the public log shows of an event of any kind."""
    return tagged("leaf", r, link, ev, sigs)


def pad_blinds(secret: bytes, index: int) -> tuple[bytes, bytes]:
    """Blinds r and k of the pad at leaf `index` under the pad secret of its day."""
    at = index.to_bytes(8, "big")
    return mac(secret, b"sealedbid/v1 pad r" + at)[:32], mac(secret, b"sealedbid/v1 pad k" + at)[:32]


@dataclass(frozen=True)
class Event:
    """One event of a bundle. `body` is empty when the event is withheld; `name` is its member in the bundle."""

    name: str
    kind: str
    body: dict[str, Any]
    signatures: list[dict[str, Any]]
    r: bytes
    k: bytes
    link: bytes
    leaf: int
    proof_size: int
    proof_path: list[bytes]
    withheld: dict[str, Any] | None = None

    @cached_property
    def ev(self) -> str:
        """The event id in hex."""
        return self.withheld["ev"] if self.withheld else dsse.event_id(self.kind, self.body).hex()

    @cached_property
    def sigs(self) -> bytes:
        """H(canonical(signatures))."""
        return bytes.fromhex(self.withheld["sigs"]) if self.withheld else sigs_hash(self.signatures)

    @cached_property
    def value(self) -> bytes:
        """The leaf of this event, made with the link it states."""
        return leaf_of(self.r, self.link, bytes.fromhex(self.ev), self.sigs)


_PROOF = bodies.record(size=bodies.number(1), path=bodies.PATH)
_OPEN = bodies.record(
    kind=bodies.ID,
    body=bodies.anything,
    signatures=bodies.SIGNATURES,
    r=bodies.HASH,
    k=bodies.HASH,
    link=bodies.HASH,
    leaf=bodies.number(),
    proof=_PROOF,
)
_WITHHELD = bodies.record(
    kind=bodies.one_of(*WITHHELD),
    withheld=bodies.record(ev=bodies.HASH, sigs=bodies.HASH, e=bodies.number(1, 7)),
    r=bodies.HASH,
    k=bodies.HASH,
    link=bodies.HASH,
    leaf=bodies.number(),
    proof=_PROOF,
)


def parse_event(name: str, data: bytes, forms: Mapping[str, bodies.Form]) -> Event:
    """Read one event file of a bundle, of one of these kinds; NotCanonical names what is wrong with it."""
    value = canonical.decode(data, 16 << 20)
    withheld = isinstance(value, dict) and "withheld" in value
    (_WITHHELD if withheld else _OPEN)(value, name)
    kind = value["kind"]
    if kind not in forms:
        raise NotCanonical(f"{name}: an event of kind {kind!r} has no place here", obj=name)
    if not withheld:
        forms[kind](value["body"], kind)
    if len(data) > canonical.MAX_SIZE and kind not in bodies.LARGE:
        raise NotCanonical(f"{name}: larger than 1 MiB", obj=name)
    return Event(
        name=name,
        kind=kind,
        body=value.get("body", {}),
        signatures=value.get("signatures", []),
        r=bytes.fromhex(value["r"]),
        k=bytes.fromhex(value["k"]),
        link=bytes.fromhex(value["link"]),
        leaf=value["leaf"],
        proof_size=value["proof"]["size"],
        proof_path=[bytes.fromhex(h) for h in value["proof"]["path"]],
        withheld=value.get("withheld"),
    )


def event_file(event: Mapping[str, Any], *, withhold: bool = False) -> bytes:
    """The bytes of an event file; `event` has kind, body, signatures, r, k, link, leaf and proof {size, path}.

    With `withhold` the body gives way to its id, the hash of its signatures and its envelope (section 7.3).
    """
    value = dict(event)
    if withhold:
        body, signatures = value.pop("body"), value.pop("signatures")
        value["withheld"] = {
            "ev": dsse.event_id(value["kind"], body).hex(),
            "sigs": sigs_hash(signatures).hex(),
            "e": body["e"],
        }
    return canonical.encode(value)
