"""The objects of a draw and the form of each (docs/protocol.md, section 15; amendments A19 to A24).

The draw has a chain of its own, (tender, lot, "draw"). Its officers' keys are declared and certified under a lot name
of their own (`lot_of`), so that no key of an opening serves a draw or the reverse.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import pairwise
from typing import Any, Final

from protocol import bodies, dsse
from protocol.bodies import (
    BID,
    HASH,
    ID,
    KEYED,
    MOMENT,
    SEAT,
    SPKI,
    TEXT,
    Form,
    headed,
    hexed,
    maybe,
    number,
    one_of,
    record,
    rows,
)
from protocol.errors import NotCanonical

MAX_ROUNDS: Final = 15
ROUND = number(0, MAX_ROUNDS)
CAUSES = ("", "short", "infeasible", "contributors", "officers", "order")
"""Why a serial after the first exists: seats left open, no panel, contributions or officers failed, an order."""
CODES = ("accepted", "declined", "no-answer", "recused", "disqualified", "unavailable", "no-show")
"""What became of a seat drawn; only "accepted" fills it."""
_REQUIRED = record(org=ID, role=one_of("owner", "platform", "supervisor"), spki=SPKI)
_SHARE = record(i=SEAT, c=HASH, enc=hexed(80))
_SEED = record(j=ROUND, seed=HASH, shares=rows(_SHARE, key=lambda row: row["i"]))
_EVS = rows(HASH, key=lambda ev: ev)

_HEADER = headed(
    tender=KEYED,
    lot=KEYED,
    serial=number(1, 99),
    prev=maybe(HASH),
    cause=one_of(*CAUSES),
    kept=_EVS,
    policy=HASH,
    when=one_of("after-opening", "before-opening"),
    pool=record(epoch=number(1), root=HASH, count=number(), rows=HASH),
    exclusions=record(rows=HASH, count=number()),
    problem=HASH,
    plan=HASH,
    rulepack=ID,
    t=number(1, 32),
    officers=rows(bodies.OFFICER, 1, 32),
    gateway=HASH,
    required=rows(_REQUIRED, 1, 32, key=lambda row: row["org"]),
    open=one_of("none", "bidders"),
    close_at=MOMENT,
    reveal_at=MOMENT,
    window_s=number(1),
    release_s=number(1),
    max_rounds=ROUND,
    beacon=maybe(HASH),
)


def _header(value: Any, where: str) -> None:
    _HEADER(value, where)
    if [row["i"] for row in value["officers"]] != list(range(1, len(value["officers"]) + 1)):
        raise NotCanonical(f"{where} does not number its officers 1, 2, …", obj=where)
    first = value["serial"] == 1
    if first != (value["prev"] is None) or first != (value["cause"] == ""):
        raise NotCanonical(f"{where}: serial 1 has neither prev nor cause, every other has both", obj=where)
    if value["reveal_at"] < value["close_at"]:
        raise NotCanonical(f"{where} is revealed before it closes", obj=where)


def _end(value: Any, where: str) -> None:
    _END(value, where)
    if (value["outcome"] == "complete") != (value["cause"] == ""):
        raise NotCanonical(f"{where}: what ended short has a cause, what is complete has none", obj=where)
    if (value["cause"] == "officers") != bool(value["missing"]) and value["cause"] != "contributors":
        raise NotCanonical(f"{where}: names who is missing iff they are the cause", obj=where)


def _contribution(value: Any, where: str) -> None:
    _CONTRIBUTION(value, where)
    if [row["j"] for row in value["rounds"]] != list(range(len(value["rounds"]))):
        raise NotCanonical(f"{where} does not number its rounds 0, 1, …", obj=where)


_CONTRIBUTION = headed(
    header=HASH,
    id=BID,
    nonce=BID,
    org=ID,
    signer=HASH,
    rounds=rows(_SEED, 1, MAX_ROUNDS + 1),
    client=ID,
)
_END = headed(
    header=HASH,
    outcome=one_of("complete", "short"),
    cause=one_of(*CAUSES[:-1]),
    missing=rows(SEAT, key=lambda i: i),
    panel=_EVS,
)
_NAMED = {"header": HASH, "j": ROUND, "round": HASH}
FORMS: Final[Mapping[str, Form]] = {
    "draw-header": _header,
    "draw-postpone": headed(header=HASH, close_at=MOMENT, reason=TEXT),
    "contribution": _contribution,
    "draw-round": headed(
        header=HASH,
        j=number(1, MAX_ROUNDS),
        prev=HASH,
        events=HASH,
        accepted=_EVS,
        removed=_EVS,
        plan=HASH,
    ),
    "draw-commit": headed(**_NAMED, leaf=number(), officer=SEAT, hash=HASH, fails=_EVS),
    "draw-release": headed(**_NAMED, leaf=number(), officer=SEAT, sealed=hexed(48, 400_000)),
    "draw-result": headed(**_NAMED, in_=_EVS, out=_EVS, bad=_EVS, panel=HASH, seats=number()),
    "draw-event": headed(header=HASH, j=ROUND, seat=HASH, code=one_of(*CODES), at=MOMENT, record=HASH),
    "draw-reveal": headed(header=HASH, gateway=HASH),
    "draw-end": _end,
}
VOIDABLE: Final = frozenset({"contribution"})
ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "draw-header": ("platform", "supervisor"),
    "draw-postpone": ("platform", "supervisor"),
    "draw-round": ("platform",),
    "draw-commit": ("officer",),
    "draw-release": ("officer",),
    "draw-result": ("platform",),
    "draw-event": ("platform",),
    "draw-reveal": ("platform",),
    "draw-end": ("platform",),
}
"""Who signs what; a contribution is signed by its contributor alone."""
_SEALED_SHARE = bodies.pair(HASH, bodies.text(0, 2000, lines=True))
WITHIN: Final = record(header=HASH, j=ROUND, shares=rows(_SEALED_SHARE, key=lambda row: row[0]))


def roles_of(kind: str, body: Mapping[str, Any]) -> tuple[str, ...]:
    """Who must sign this object: an end that blames officers or contributors is the supervisor's word, too."""
    both = kind == "draw-end" and body["missing"]
    return ("platform", "supervisor") if both else ROLES[kind]


def places(header: Mapping[str, Any], orgs: Collection[str]) -> list[int]:
    """The places (from 1) of organisations among those a header requires: how an end names who did not contribute."""
    return [at for at, row in enumerate(header["required"], start=1) if row["org"] in orgs]


def lot_of(lot: str, serial: int) -> str:
    """The lot name under which the officers of a draw declare keys: `01` and serial 1 give `01-D1`."""
    return f"{lot}-D{serial}"


def body(kind: str, /, **members: Any) -> dict[str, Any]:
    """A new body of this kind; NotCanonical names the member at fault."""
    made = {**bodies.HEADER, **{name.rstrip("_"): value for name, value in members.items()}}
    FORMS[kind](made, kind)
    return made


def header_id(header: Mapping[str, Any]) -> bytes:
    """T_d, the identity of a draw: H(PAE(header_0)), 32 bytes (A19)."""
    return dsse.event_id("draw-header", header)


def round_id(header: Mapping[str, Any], later: Mapping[str, Any] | None) -> bytes:
    """H(PAE(header_j)): of the header itself for round 0 (`later` None), else of that round's draw-round (A22)."""
    return header_id(header) if later is None else dsse.event_id("draw-round", later)


def attested(header: Mapping[str, Any], contributors: Collection[str]) -> str:
    """The label of a draw: "self-attested" when t is 1, or its officers or its contributors are of one organisation."""
    orgs = {officer["org"] for officer in header["officers"]}
    alone = header["t"] < 2 or len(orgs) < 2 or len(set(contributors)) < 2
    return "self-attested" if alone else "independent"


def strictly_rising(numbers: list[int]) -> bool:
    """Whether every number is larger than the one before."""
    return all(a < b for a, b in pairwise(numbers))
