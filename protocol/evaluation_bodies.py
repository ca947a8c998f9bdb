"""Events of the chain (tender, lot, "eval"): what a panel does, as data (docs/protocol.md, section 16.7).

No free text of the panel about an envelope after the first stands in the public edition (A16): questions and answers of
such an envelope are withheld, notes and quotations are hashes whose texts the platform keeps for the audit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from protocol import bodies
from protocol.bodies import ENVELOPE, HASH, ID, SEAT, TEXT
from protocol.errors import NotCanonical
from protocol.evaluation import MARKS
from protocol.evaluation_method import KEY
from protocol.evaluation_numbers import DECIMAL

GROUNDS = {
    "unsigned": "51(1)",
    "no-consortium-agreement": "51(2)",
    "unqualified": "51(3)",
    "two-bids": "51(4)",
    "below-cost": "51(5)",
    "over-ceiling": "51(5)",
    "not-responsive": "51(6)",
    "collusion": "51(7)",
    "document": "",
}
"""Grounds of rejection with the item of 实施条例 51; "document": another ground the tender document declares (49)."""
_SEATED = bodies.record(
    seat=SEAT,
    kind=bodies.one_of("expert", "owner", "special", "substitute"),
    person=HASH,
    sig_key=bodies.SPKI,
)
_FACTS = bodies.record(
    bid=HASH,
    line=bodies.text(0, 20_000, lines=True),
    price=DECIMAL,
    correction=TEXT,
    quantities=bodies.rows(bodies.pair(KEY, KEY), 0, 1000, key=lambda row: row[0]),
    adjustments=bodies.rows(bodies.pair(KEY, DECIMAL), 0, 100, key=lambda row: row[0]),
)
_MARKED = bodies.record(bid=HASH, marks=MARKS)
_RANKED = bodies.record(bid=HASH, rank=bodies.number(1), value=DECIMAL)


def _by_bid(row: Any) -> Any:
    return row["bid"]


def _also(form: bodies.Form, holds: Callable[[Any], bool], rule: str) -> bodies.Form:
    """A form and what two of its members must say of each other."""

    def check(value: Any, where: str) -> None:
        form(value, where)
        if not holds(value):
            raise NotCanonical(rule, obj=where)

    return check


FORMS: dict[str, bodies.Form] = {
    # 招标投标法 37, 条例 46-48: the panel, or the panel after a member was replaced; a seat keeps its number for good.
    "panel": bodies.headed(
        policy=HASH,
        replaces=bodies.maybe(HASH),
        members=bodies.rows(_SEATED, 1, 32, key=lambda row: row["seat"]),
        reason=TEXT,
    ),
    # 12号令 19: what is evaluated. `line` is what envelope 0 held; a price that differs from it needs a `correction`.
    "evaluation-facts": bodies.headed(
        policy=HASH,
        replaces=bodies.maybe(HASH),
        coefficient=bodies.maybe(DECIMAL),
        bids=bodies.rows(_FACTS, 0, 1000, key=_by_bid),
    ),
    # 条例 51: the panel's act, with clause and page; `quote` is the hash of the sentence of the bid.
    "rejection": bodies.headed(
        policy=HASH,
        seat=SEAT,
        bid=HASH,
        ground=bodies.one_of(*GROUNDS),
        article=ID,
        clause=ID,
        page=ID,
        quote=bodies.maybe(HASH),
        reason=bodies.text(1, 2000, lines=True),
    ),
    # 条例 48: taken back when the panel, formed anew, no longer carries it.
    "rejection-void": bodies.headed(
        policy=HASH, seat=SEAT, rejection=HASH, reason=bodies.text(1, 2000, lines=True)
    ),
    # 条例 52, 12号令 19, 21: asked and answered in writing, without changing the substance.
    "clarification-question": bodies.headed(
        policy=HASH, seat=SEAT, bid=HASH, e=ENVELOPE, text=TEXT, until=bodies.MOMENT
    ),
    "clarification-answer": bodies.headed(
        policy=HASH, question=HASH, bid=HASH, e=ENVELOPE, text=TEXT, files=bodies.rows(HASH)
    ),
    # 暗标: the label is a commitment; whose it is, the platform opens once every member has locked.
    "blind-question": bodies.headed(
        policy=HASH, seat=SEAT, label=HASH, e=bodies.number(1, 7), text=TEXT, until=bodies.MOMENT
    ),
    "blind-label": bodies.headed(policy=HASH, label=HASH, bid=HASH, name=ID, nonce=HASH),
    # Locked: the ev of the sheet to come. Round 2 and later is a second look, with its reason.
    "sheet-lock": _also(
        bodies.headed(policy=HASH, seat=SEAT, round=bodies.number(1, 9), hash=HASH, reason=TEXT),
        lambda body: (body["reason"] == "") == (body["round"] == 1),
        "a second look has a reason, the first none",
    ),
    # Revealed after everybody has locked; `nonce` keeps the lock from being guessed.
    "score-sheet": bodies.headed(
        policy=HASH,
        facts=HASH,
        seat=SEAT,
        round=bodies.number(1, 9),
        nonce=HASH,
        rows=bodies.rows(_MARKED, 0, 1000, key=_by_bid),
        reasons=bodies.rows(bodies.record(bid=HASH, criterion=KEY, note=HASH)),
    ),
    # 条例 53, 12号令 42: the ranking with the hashes of all that went into it and of all that came out.
    "evaluation-report": bodies.headed(
        policy=HASH,
        panel=HASH,
        facts=HASH,
        replaces=bodies.maybe(HASH),
        seat=SEAT,
        sheets=bodies.rows(HASH, key=lambda ev: ev),
        rejections=bodies.rows(HASH, key=lambda ev: ev),
        votes=bodies.rows(bodies.rows(HASH, 2), 0, 100),
        inputs=HASH,
        result=HASH,
        ranking=bodies.rows(_RANKED),
        candidates=bodies.rows(HASH),
    ),
    # 条例 53: all sign; who disagrees says so in writing (`note`); who does neither is taken to agree.
    "report-sign": _also(
        bodies.headed(
            policy=HASH,
            report=HASH,
            seat=SEAT,
            stance=bodies.one_of("agree", "dissent"),
            note=bodies.maybe(HASH),
        ),
        lambda body: (body["note"] is None) == (body["stance"] == "agree"),
        "a dissent has a note, an agreement none",
    ),
    "report-silence": bodies.headed(policy=HASH, report=HASH, seat=SEAT, reason=TEXT),
}
KINDS = frozenset(FORMS)
SIGNERS = dict.fromkeys(KINDS, ("seat",)) | {
    "panel": ("owner", "supervisor"),
    "evaluation-facts": ("platform",),
    "report-silence": ("platform",),
    "blind-label": ("platform",),
    "clarification-answer": ("bidder",),
}


def check_body(kind: str, body: Any) -> None:
    """Refuse (NotCanonical) a body that has not the form of its kind; a dissent has a note, a second look a reason."""
    FORMS[kind](body, kind)


def body(kind: str, /, **members: Any) -> dict[str, Any]:
    """A new body of this kind with `v` and `suite`."""
    made = {**bodies.HEADER, **members}
    check_body(kind, made)
    return made
