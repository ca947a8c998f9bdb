"""What people sign by hand: which kinds, their forms, and what each says in words before it is signed.

A page offers a file of parts {id, kind, body}; the tool gives the parts back with their signatures. Kinds which only
the platform signs, and those with a command of their own (bid, officer-key, dryrun, releases), are not signed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from protocol import bodies, canonical, dsse, words
from protocol.hashing import sha256
from protocol.kinds import FORMS

ASKED: Final = "sunlit-sign/v1"
SIGNED: Final = "sunlit-signed/v1"
KEY_REQUEST: Final = "key-request"
LIMIT: Final = 1 << 20

_TERM = {"from": bodies.MOMENT, "to": bodies.MOMENT, "powers": bodies.rows(bodies.ID, 1, key=str)}
_FEE = {"fee_basis": bodies.text(0, 4000, lines=True), "fee_payer": bodies.one_of("owner", "winner")}
_NAMES = dict.fromkeys(("lot", "seat", "org"), bodies.ID) | {"name": bodies.TEXT}
PAPERS: Final[Mapping[str, bodies.Form]] = {
    KEY_REQUEST: bodies.record(v=bodies.one_of("sunlit-key-request/v1"), org=bodies.ID, spki=bodies.SPKI),
    "mandate": bodies.record(
        v=bodies.one_of("sunlit-mandate/v1"),
        owner=bodies.ID,
        agency=bodies.ID,
        tender=bodies.ID,
        **_TERM,
        **_FEE,
    ),
    "record-signature": bodies.record(
        v=bodies.one_of("sunlit/record-signature/1"), policy=bodies.HASH, record=bodies.HASH, **_NAMES
    ),
}
"""Papers which are signed but are no events of a bundle."""
SENTENCES: Final[Mapping[str, str]] = {
    "policy": "terms of tender {tender}, lot {lot}: bids are sealed to these officers until these times",
    "addendum": "addendum to the lot of policy T {policy}; T stays in force",
    "postpone": "new times for the lot of policy T {policy}",
    "cancelled": "END FOR GOOD of the lot of policy T {policy}",
    "attribution": "finding on the unopened bid {bid}: {finding}, under policy T {policy}",
    "publicity": "candidates of report {report} SHOWN TO ALL, under policy T {policy}",
    "award": "AWARD of the lot of policy T {policy} to bid {bid}, ground: {ground}",
    "candidate-out": "candidate {bid} of report {report} FALLS OUT, ground: {ground}",
    "written-report": "written report to the supervisor on award {award}",
    "officer-cert": "{name} ({role}, {org}) holds officer key {i} of tender {tender}, lot {lot}",
    "signer-key": "this key may bind {name} ({org})",
    "key-loss": "the old key of {org} is LOST, the new one may replace and withdraw its bids",
    "mandate": "owner {owner} lets agency {agency} act in tender {tender}",
    "record-signature": "opening record of lot {lot}, signed as {seat} by {name} ({org})",
    "draw-header": "draw {serial} of tender {tender}, lot {lot}: THE ONE header, of this pool with these left out",
    "draw-end": "END of draw {header}, {outcome}, for want of officers {missing}",
    "draw-postpone": "contributions to draw {header} close later: {reason}",
}
_MOMENTS = frozenset(
    {"close_at", "open_at", "factor_until", "check_until", "release_until", "reveal_at", "from", "to"}
)
_KEYS = frozenset({"sig_key", "spki", "old", "new"})
PART = {"id": bodies.text(1, 100), "kind": bodies.one_of(*SENTENCES), "body": bodies.anything}
_FILE = bodies.record(v=bodies.one_of(ASKED), parts=bodies.rows(bodies.record(**PART), 1, 100))


def key_request(org: str, spki: bytes) -> dict[str, str]:
    """What a new key signs to prove that whoever asks for its registration holds it."""
    body = {"v": "sunlit-key-request/v1", "org": org, "spki": spki.hex()}
    PAPERS[KEY_REQUEST](body, KEY_REQUEST)
    return body


def read_asked(data: bytes) -> list[dict[str, Any]]:
    """The parts of a file to be signed; NotCanonical for any other byte, kind or member than the forms allow."""
    value = canonical.decode(data, LIMIT)
    _FILE(value, "file")
    for part in value["parts"]:
        form = PAPERS.get(part["kind"]) or FORMS[part["kind"]]
        form(part["body"], part["kind"])
    return list(value["parts"])


def answer(parts: list[dict[str, Any]], signer: dsse.Signer) -> bytes:
    """The parts with this signer's signature under each, as the page takes them back."""
    signed = [part | {"signatures": [signer.sign(part["kind"], part["body"])]} for part in parts]
    return canonical.encode({"v": SIGNED, "parts": signed})


def said(part: Mapping[str, Any]) -> Iterator[str]:
    """What a part says, line by line: its sentence, its id (T of a policy, with its words), and every member."""
    kind, body = part["kind"], part["body"]
    ev = dsse.event_id(kind, body)
    yield f"{kind}: {SENTENCES[kind].format_map({name: plain(value) for name, value in body.items()})}"
    yield f"  {'T' if kind == 'policy' else 'id'} {ev.hex()}"
    if kind == "policy":
        yield f"  {' '.join(words.short(ev, 'en'))} · {' '.join(words.short(ev, 'zh'))}"
    for name, value in body.items():
        if name not in bodies.HEADER:
            yield f"  {name}: {_member(name, value)}"


def _member(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_member(name, item) for item in value) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{inner} {_member(inner, it)}" for inner, it in value.items() if inner != "cert")
    if name in _MOMENTS and isinstance(value, int) and value < 1 << 37:
        return f"{datetime.fromtimestamp(value, tz=UTC):%Y-%m-%d %H:%M:%S} UTC"
    if name in _KEYS:
        return f"key {sha256(bytes.fromhex(value)).hex()[:16]}"
    return plain(value)


def plain(value: Any) -> str:
    """A value on one line; characters that could hide or reorder what stands there are written out."""
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in str(value))
