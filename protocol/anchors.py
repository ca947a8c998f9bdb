"""Anchors: what a reader brings along and never takes from a bundle (docs/protocol.md, section 8)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from protocol import bodies, canonical, dsse, notes
from protocol.errors import NotCanonical, ProtocolError

VERSION = "sealedbid-anchors/v1"
_WITNESS = bodies.record(vkey=bodies.vkey(notes.WITNESS), org=bodies.ID)
_COMMON = {"name": bodies.ID, "org": bodies.ID, "accuracy_ms": bodies.number()}
_OID = bodies.text(3, 2000, r"[0-2](\.(0|[1-9][0-9]*))+")
_TSA = bodies.record(kind=bodies.one_of("tsa"), **_COMMON, root=bodies.SPKI, policy_oids=bodies.rows(_OID, 1))
_COSIGNER = bodies.record(kind=bodies.one_of("witness"), **_COMMON, vkey=bodies.vkey(notes.WITNESS))
_ROLE = bodies.one_of("owner", "supervisor", "platform", "officer-org")
_BY_KEY = bodies.record(org=bodies.ID, role=_ROLE, spki=bodies.SPKI)
_BY_ROOT = bodies.record(org=bodies.ID, role=_ROLE, ca_root=bodies.SPKI)


def _source(value: Any, where: str) -> None:
    (_COSIGNER if isinstance(value, dict) and value.get("kind") == "witness" else _TSA)(value, where)


def _party(value: Any, where: str) -> None:
    (_BY_ROOT if isinstance(value, dict) and "ca_root" in value else _BY_KEY)(value, where)


def _digests(parts: int) -> bodies.Form:
    pattern = re.compile("/".join(["[A-Za-z0-9-]{1,60}"] * parts), re.ASCII)

    def check(value: Any, where: str) -> None:
        if not isinstance(value, dict) or not all(pattern.fullmatch(name) for name in value):
            raise NotCanonical(f"{where}: does not map names to digests", obj=where)
        for name, digest in value.items():
            bodies.HASH(digest, f"{where}.{name}")

    return check


_FORM = bodies.record(
    v=bodies.one_of(VERSION),
    origin=bodies.one_of("published", "same-run"),
    T=_digests(2),
    draws=_digests(3),
    log=bodies.record(origin=bodies.ID, vkeys=bodies.rows(bodies.vkey(notes.LOG)), org=bodies.ID),
    witnesses=bodies.rows(_WITNESS),
    witness_quorum=bodies.number(),
    time=bodies.record(sources=bodies.rows(_source), k=bodies.number(1)),
    parties=bodies.rows(_party),
    registrar=bodies.SPKI,
    ca_roots=bodies.rows(bodies.SPKI),
    min_t=bodies.number(1),
    min_bids=bodies.number(1),
    known=bodies.rows(bodies.record(size=bodies.number(), root=bodies.HASH)),
)


@dataclass(frozen=True)
class Anchors:
    """Parsed anchors; `data` has exactly the members of section 8."""

    data: dict[str, Any]

    def policy_id(self, tender: str, lot: str) -> str | None:
        """T of a lot as published, in hex."""
        value: str | None = self.data["T"].get(f"{tender}/{lot}")
        return value

    def parties(self, role: str) -> list[dict[str, Any]]:
        """The parties which hold `role`."""
        return [party for party in self.data["parties"] if party["role"] == role]


def none() -> Anchors:
    """Anchors that know nobody: what is read under them is told, never checked."""
    nothing: dict[str, Any] = {name: [] for name in ("parties", "ca_roots", "witnesses", "known")}
    log = {"origin": "", "vkeys": [], "org": ""}
    numbers = {"min_t": 1, "witness_quorum": 0, "time": {"k": 1, "sources": []}}
    return Anchors(nothing | numbers | {"origin": "", "registrar": "", "log": log, "T": {}, "draws": {}})


def load(data: bytes) -> Anchors:
    """Read an anchors file. NotCanonical names the member which is missing, additional or malformed."""
    value = canonical.decode_loose(data)
    _FORM(value, "anchors")
    for source in value["time"]["sources"]:
        if source["kind"] == "tsa":
            _certificate(source["root"], f"anchors.time.{source['name']}.root")
    return Anchors(value)


def _certificate(der: str, where: str) -> None:
    try:
        dsse.load_certificate(bytes.fromhex(der))
    except ProtocolError as error:
        raise NotCanonical(f"{where}: {error.message}", obj=where) from error
