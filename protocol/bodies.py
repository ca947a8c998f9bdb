"""The closed list of objects and the form of each (docs/protocol.md, section 4).

A form says which members an object has and what each may hold; nothing here looks at more than one object.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from protocol import notes
from protocol.canonical import MAX_INT
from protocol.errors import NotCanonical, ProtocolError

V = "sealedbid/v1"
SUITE = "cobblestone256-x25519"
HEADER = {"v": V, "suite": SUITE}

Form = Callable[[Any, str], None]
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def _fail(where: str, what: str) -> None:
    raise NotCanonical(f"{where}: {what}", obj=where)


def text(low: int, high: int, pattern: str | None = None, *, lines: bool = False) -> Form:
    """A string of `low` to `high` code points; without control characters unless `lines`."""
    compiled = re.compile(pattern, re.ASCII) if pattern else None

    def check(value: Any, where: str) -> None:
        if not isinstance(value, str) or not low <= len(value) <= high:
            _fail(where, f"is not a string of {low} to {high} characters")
        if not lines and _CONTROL.search(value):
            _fail(where, "holds a control character")
        if compiled and not compiled.fullmatch(value):
            _fail(where, "has not the form this member must have")

    return check


def number(low: int = 0, high: int = MAX_INT) -> Form:
    """An integer within bounds; booleans are not integers."""

    def check(value: Any, where: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            _fail(where, f"is not an integer from {low} to {high}")

    return check


def hexed(low: int, high: int | None = None) -> Form:
    """Lowercase hex of `low` (to `high`) bytes."""
    top = low if high is None else high
    matches = re.compile(rf"[0-9a-f]{{{low * 2},{top * 2}}}", re.ASCII).fullmatch

    def check(value: Any, where: str) -> None:
        if not isinstance(value, str) or len(value) % 2 or not matches(value):
            _fail(where, f"is not lowercase hex of {low} to {top} bytes")

    return check


def one_of(*values: object) -> Form:
    """Exactly one of the values given, which are of types that hash; equal values of other types are others."""
    types = frozenset(map(type, values))
    allowed = frozenset((type(value), value) for value in values)

    def check(value: Any, where: str) -> None:
        if type(value) not in types or (type(value), value) not in allowed:
            _fail(where, f"is none of {', '.join(map(str, values))}")

    return check


def anything(value: Any, where: str) -> None:
    """Whatever it is: its form depends on another member."""


def maybe(form: Form) -> Form:
    """null, or the form given."""

    def check(value: Any, where: str) -> None:
        if value is not None:
            form(value, where)

    return check


def rows(form: Form, low: int = 0, high: int = MAX_INT, key: Callable[[Any], Any] | None = None) -> Form:
    """A list; with `key`, strictly ascending by it."""

    def check(value: Any, where: str) -> None:
        if not isinstance(value, list) or not low <= len(value) <= high:
            _fail(where, f"is not a list of {low} to {high} members")
        for position, item in enumerate(value):
            form(item, f"{where}[{position}]")
        if key is not None:
            keys = [key(item) for item in value]
            if any(a >= b for a, b in pairwise(keys)):
                _fail(where, "is not in strictly ascending order")

    return check


def pair(first: Form, second: Form) -> Form:
    """A list of exactly two."""

    def check(value: Any, where: str) -> None:
        if not isinstance(value, list) or len(value) != 2:
            _fail(where, "is not a pair")
        first(value[0], f"{where}[0]")
        second(value[1], f"{where}[1]")

    return check


def record(**members: Form) -> Form:
    """An object with exactly these members (a trailing underscore of a name is dropped)."""
    forms = {name.rstrip("_"): form for name, form in members.items()}

    def check(value: Any, where: str) -> None:
        if not isinstance(value, dict):
            _fail(where, "is not an object")
        if value.keys() != forms.keys():
            odd = sorted(value.keys() ^ forms.keys())
            _fail(where, f"has missing or additional members: {', '.join(odd)}")
        for name, form in forms.items():
            form(value[name], f"{where}.{name}")

    return check


def headed(**members: Form) -> Form:
    """An object that also carries `v` and `suite`."""
    return record(v=one_of(V), suite=one_of(SUITE), **members)


HASH = hexed(32)
BID = hexed(16)
SPKI = hexed(1, 4096)
ID = text(1, 200)
TEXT = text(0, 2000, lines=True)
NOTE = text(1, 60_000, lines=True)
KEYED = text(1, 60, r"[A-Za-z0-9-]+")
MOMENT = number()
SEAT = number(1, 32)
ENVELOPE = number(0, 7)
_SIG = {"ed25519": hexed(64), "ecdsa-p256-sha256": hexed(64), "rsa-pss-sha256": hexed(256, 1024)}
KINDS_OF_SIGNATURE = tuple(_SIG)
_ALG = one_of(*KINDS_OF_SIGNATURE)
_BY_KEY = record(alg=_ALG, key=SPKI, sig=hexed(1, 1024))
_BY_CERTS = record(alg=_ALG, certs=rows(SPKI, 1, 4), sig=hexed(1, 1024))


def signature(value: Any, where: str) -> None:
    """The form of a signature: by bare key, or by certificate chain; its length is that of its algorithm."""
    (_BY_CERTS if isinstance(value, dict) and "certs" in value else _BY_KEY)(value, where)
    _SIG[value["alg"]](value["sig"], f"{where}.sig")


def vkey(alg: int) -> Form:
    """A C2SP verifier key of this type."""

    def check(value: Any, where: str) -> None:
        text(1, 400)(value, where)
        try:
            found = notes.VerifierKey.parse(value)
        except ProtocolError as error:
            raise NotCanonical(f"{where}: {error.message}", obj=where) from error
        if found.alg != alg:
            _fail(where, "is a verifier key of another type")

    return check


SIGNATURES = rows(signature, 1, 4)
TOKENS = rows(record(source=ID, token=hexed(1, 60_000)), key=lambda row: row["source"])
PATH = rows(HASH)
RECEIPT = headed(
    policy=HASH,
    kind=ID,
    ev=HASH,
    bid=maybe(BID),
    r=HASH,
    link=HASH,
    sigs=HASH,
    leaf=number(),
    note=NOTE,
    path=PATH,
    tokens=TOKENS,
)
OFFICER_CERT = headed(tender=KEYED, lot=KEYED, i=SEAT, org=ID, name=ID, person=HASH, role=ID, sig_key=SPKI)
OFFICER = record(
    i=SEAT, org=ID, name=ID, person=HASH, role=ID, kem=one_of("x25519"), pk=HASH, sig_key=SPKI, cert=signature
)
_SOURCE = record(kind=one_of("tsa", "witness"), name=ID, org=ID, accuracy_ms=number())
_POLICY = headed(
    tender=KEYED,
    lot=KEYED,
    prev=maybe(HASH),
    envelopes=rows(record(e=ENVELOPE, name=ID, open_at=MOMENT), 1, 8),
    t=number(1, 32),
    officers=rows(OFFICER, 1, 32),
    factor=one_of("none", "required"),
    remedy=TEXT,
    close_at=MOMENT,
    factor_until=maybe(MOMENT),
    check_until=MOMENT,
    release_until=MOMENT,
    commit_s=number(),
    min_checkpoint_s=number(),
    rush_checkpoint_s=number(),
    log=record(origin=ID, vkeys=rows(vkey(notes.LOG), 1)),
    witnesses=rows(record(vkey=vkey(notes.WITNESS), org=ID)),
    witness_quorum=number(),
    time=record(sources=rows(_SOURCE), k=number(1)),
    pad_floor=one_of(*(2**n for n in range(12, 53))),
    max_size=number(),
    docs_root=HASH,
    method=HASH,
    rulepack=ID,
    ceiling=maybe(text(4, 20, r"(0|[1-9][0-9]{0,15})\.[0-9]{2}")),
    min_bids=number(1),
)


def times_in_order(times: Mapping[str, Any]) -> bool:
    """close_at <= factor_until <= check_until <= release_until, the set check lasting at least 300 s (A12)."""
    known = [times["close_at"], times["factor_until"], times["check_until"], times["release_until"]]
    steps = [moment for moment in known if moment is not None]
    return steps == sorted(steps) and times["check_until"] >= times["close_at"] + 300


def _policy(value: Any, where: str) -> None:
    _POLICY(value, where)
    if [row["e"] for row in value["envelopes"]] != list(range(len(value["envelopes"]))):
        _fail(where, "does not number its envelopes 0, 1, …")
    if [row["i"] for row in value["officers"]] != list(range(1, len(value["officers"]) + 1)):
        _fail(where, "does not number its officers 1, 2, …")
    if (value["factor_until"] is None) != (value["factor"] == "none"):
        _fail(where, "has factor_until without factor, or the reverse")
    if not times_in_order(value) or any(row["open_at"] < value["close_at"] for row in value["envelopes"]):
        _fail(where, "has moments out of order")
    names = [row["name"] for row in value["time"]["sources"]]
    if len(set(names)) != len(names):
        _fail(where, "names a time source twice")
    cosigners = {row["vkey"].partition("+")[0] for row in value["witnesses"]}
    if any(row["kind"] == "witness" and row["name"] not in cosigners for row in value["time"]["sources"]):
        _fail(where, "names a witness as time source which is none of its witnesses")


def _by(name: str) -> Callable[[Any], Any]:
    return lambda row: row[name]


_SHARE = record(i=SEAT, c=HASH, enc=hexed(80))
_SEALED = record(
    e=ENVELOPE, ct_root=HASH, size=number(), seed=HASH, factor=maybe(HASH), shares=rows(_SHARE, key=_by("i"))
)
_LEAF = record(ev=HASH, leaf=number())
_FACTOR = record(bid=HASH, factor=HASH)
VERDICTS = (
    "STALE",
    "LATE",
    "SUPERSEDED",
    "WITHDRAWN",
    "SET_ASIDE",
    "FACTOR_MISSING",
    "NOT_OPENABLE",
    "BAD_DEALING",
    "PLATFORM_FAULT",
    "BAD_CONTENT",
    "OPENED",
)
_ROW = record(bid=HASH, verdict=one_of(*VERDICTS), seed=maybe(HASH), plain=maybe(HASH))

FORMS: dict[str, Form] = {
    "policy": _policy,
    "officer-key": headed(tender=KEYED, lot=KEYED, i=SEAT, pk=HASH, sig_key=SPKI),
    "dryrun": headed(
        tender=KEYED,
        lot=KEYED,
        i=SEAT,
        pk=HASH,
        stage=one_of("publish", "eve"),
        answer=HASH,
        tool=one_of("offline", "browser"),
    ),
    "signer-key": headed(org=ID, name=ID, spki=SPKI),
    "key-loss": headed(org=ID, old=SPKI, new=SPKI, evidence=HASH),
    "bid": headed(
        policy=HASH,
        bid=BID,
        nonce=BID,
        org=ID,
        signer=HASH,
        replaces=maybe(HASH),
        envelopes=rows(_SEALED, key=_by("e")),
        client=ID,
    ),
    "withdraw": headed(policy=HASH, target=HASH),
    "postpone": headed(
        policy=HASH,
        close_at=MOMENT,
        open_at=rows(MOMENT),
        factor_until=maybe(MOMENT),
        check_until=MOMENT,
        release_until=MOMENT,
        reason=TEXT,
    ),
    "addendum": headed(policy=HASH, docs=rows(HASH), note=TEXT),
    "incident": headed(policy=HASH, code=ID, from_=MOMENT, to=MOMENT, note=TEXT),
    "close": headed(
        policy=HASH,
        n_close=number(),
        bids=rows(_LEAF, key=_by("ev")),
        set_root=HASH,
        factor_until=maybe(MOMENT),
        check_until=MOMENT,
        replaces=maybe(HASH),
    ),
    "factor": headed(policy=HASH, bid=HASH, factors=rows(record(e=ENVELOPE, b=HASH), key=_by("e"))),
    "factor-end": headed(policy=HASH, close=HASH, factors=rows(_FACTOR, key=_by("bid"))),
    "set-objection": headed(policy=HASH, receipt=record(body=RECEIPT, signatures=SIGNATURES)),
    "seed": headed(policy=HASH, bid=HASH, e=ENVELOPE, s=HASH),
    "decision": headed(policy=HASH, e=ENVELOPE, bid=HASH, outcome=one_of("set-aside"), reason=TEXT, name=ID),
    "release-commit": headed(
        policy=HASH, e=ENVELOPE, officer=SEAT, close=HASH, hash=HASH, fails=rows(HASH, key=lambda ev: ev)
    ),
    "release": headed(
        policy=HASH,
        e=ENVELOPE,
        officer=SEAT,
        close=HASH,
        set_root=HASH,
        shares=rows(pair(HASH, lambda v, w: None if v == "FAIL" else HASH(v, w)), key=lambda row: row[0]),
    ),
    "absent": headed(policy=HASH, e=ENVELOPE, officer=SEAT, reason=TEXT),
    "result": headed(policy=HASH, e=ENVELOPE, close=HASH, rows=rows(_ROW, key=_by("bid"))),
    "attribution": headed(
        policy=HASH,
        bid=HASH,
        finding=one_of("revoked", "withdrawn", "platform"),
        reason=TEXT,
        evidence=rows(HASH, key=lambda ev: ev),
        by=ID,
    ),
    "open-end": headed(policy=HASH, close=HASH, results=rows(pair(ENVELOPE, HASH), key=lambda row: row[0])),
    "failed": headed(policy=HASH, reason=ID),
    "cancelled": headed(policy=HASH, reason=TEXT),
    "record": headed(name=ID, subject=ID, actor=ID, at=MOMENT, data=HASH),
    "pad": headed(day=text(10, 10, r"[0-9]{4}-[0-9]{2}-[0-9]{2}")),
    "officer-cert": OFFICER_CERT,
    "receipt": RECEIPT,
}
KEY_KINDS = frozenset({"officer-key", "dryrun", "signer-key", "key-loss"})
OUTSIDE = KEY_KINDS | {"record", "pad"}
CHAIN_KINDS = frozenset(FORMS) - OUTSIDE - {"officer-cert", "receipt"}
CHAIN_FORMS = {kind: FORMS[kind] for kind in sorted(CHAIN_KINDS)}
KEY_FORMS = {kind: FORMS[kind] for kind in sorted(KEY_KINDS)}
ENDS = frozenset({"open-end", "failed", "cancelled"})
VOIDABLE = frozenset({"bid", "withdraw", "factor", "set-objection", "seed"})
LARGE = frozenset(
    {"close", "factor-end", "release-commit", "release", "result", "evaluation-facts", "score-sheet"}
)


def check_body(kind: str, body: Any) -> None:
    """Refuse (NotCanonical) a body that has not the form of its kind, naming the member at fault."""
    form = FORMS.get(kind)
    if form is None:
        raise NotCanonical(f"there is no kind of object named {kind!r}", obj=str(kind)[:40])
    form(body, kind)


def body(kind: str, /, **members: Any) -> dict[str, Any]:
    """A new body of this kind with `v` and `suite`; a trailing underscore of a name is dropped (`from_`)."""
    made = {**HEADER, **{name.rstrip("_"): value for name, value in members.items()}}
    check_body(kind, made)
    return made
