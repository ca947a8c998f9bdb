"""The plain values public templates draw. Nothing here reads the database; words are already translated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from portal.selectors.result import ResultBox
from trading.rules.next_steps import NextStep
from trading.selectors.methods import MethodShown


@dataclass(frozen=True)
class Status:
    """A word with the shape beside it; `kind` is "", soon, done, wait, stop or fail (look.md section 3)."""

    word: str
    kind: str = ""


@dataclass(frozen=True)
class Row:
    """A tender in a list: left what it is, right when something happens."""

    url: str
    title: str
    number: str
    trade: str
    status: Status
    owner: str = ""
    price_word: str = ""
    price: Decimal | None = None
    currency: str = "CNY"
    when: datetime | None = None
    when_kind: str = ""
    left: str = ""
    lang: str = ""


@dataclass(frozen=True)
class Pages:
    """Where a list stands; the queries keep the search and change the page only."""

    number: int
    count: int
    previous_query: str = ""
    next_query: str = ""


@dataclass(frozen=True)
class TodayItem:
    """Something that closes or opens today."""

    at: datetime
    word: str
    title: str
    url: str
    past: bool


@dataclass(frozen=True)
class Stage:
    """One step of the stage strip; `kind` is done, now or "" for what is still to come."""

    word: str
    kind: str = ""
    when: str = ""


@dataclass(frozen=True)
class Fact:
    """A label and its value; at most one of a page is `key`. With `url` the value leads there."""

    label: str
    value: str
    note: str = ""
    key: bool = False
    hash: bool = False
    url: str = ""


@dataclass(frozen=True)
class Law:
    """A rule where it bites: question or sentence first, its source after."""

    text: str
    source: str
    question: str = ""


@dataclass(frozen=True)
class Diff:
    """What stood and what stands."""

    was: str
    now: str


@dataclass(frozen=True)
class LifeEvent:
    """A step of the timeline; `kind` is past, now or next."""

    title: str
    kind: str = "past"
    at: datetime | None = None
    text: str = ""
    diffs: Sequence[Diff] = ()
    law: Law | None = None
    anchor: str = ""


@dataclass(frozen=True)
class Note:
    """A bar above the content; `kind` is "", calm, good or stop. The lead carries it."""

    lead: str
    text: str = ""
    kind: str = "calm"


@dataclass(frozen=True)
class FileLine:
    """A file with the digest that binds it."""

    name: str
    size: int
    sha256: str
    url: str = ""


@dataclass(frozen=True)
class OfficerLine:
    """An officer as the public may know one: organisation, role, fingerprint of the signing key."""

    organisation: str
    role: str
    fingerprint: str
    status: Status
    number: int = 0


@dataclass(frozen=True)
class PolicyBox:
    """Who can open a lot's bids, and the digest T that binds it: words, hexadecimal and QR."""

    digest: str
    words: Sequence[str]
    words_lang: str
    qr_text: str
    n: int
    t: int
    organisations: int
    officers: Sequence[OfficerLine]
    secret: bool = False


@dataclass(frozen=True)
class LotBox:
    """A lot on the page of its tender."""

    number: int
    name: str
    policy: PolicyBox | None = None
    opening_url: str = ""
    facts: Sequence[Fact] = ()
    method: MethodShown | None = None


@dataclass(frozen=True)
class NoticeText:
    """A published notice word for word."""

    title: str
    at: datetime
    rows: Sequence[Fact] = ()
    number: str = ""
    sha256: str = ""
    url: str = ""


@dataclass(frozen=True)
class RecordLink:
    """Where a stage that is over can be read."""

    name: str
    url: str


@dataclass(frozen=True)
class AwaitedBox:
    """The awaited step of one lot, and what is on record so far."""

    number: int
    step: NextStep
    records: Sequence[RecordLink]


@dataclass(frozen=True)
class NoticePage:
    """The one page of a tender, in plain words."""

    number: str
    title: str
    trade: str
    status: Status
    who_sees: str
    version: int = 0
    turn: str = ""
    lang: str = ""
    stages: Sequence[Stage] = ()
    notes: Sequence[Note] = ()
    facts: Sequence[Fact] = ()
    life: Sequence[LifeEvent] = ()
    results: Sequence[ResultBox] = ()
    awaited: Sequence[AwaitedBox] = ()
    files: Sequence[FileLine] = ()
    lots: Sequence[LotBox] = ()
    texts: Sequence[NoticeText] = ()
    contacts: Sequence[Fact] = ()
    deadline: datetime | None = None
    count_until: datetime | None = None
    secrecy: Law | None = None

    @property
    def has_act(self) -> bool:
        """Whether there is something to count down to or to look at beside the facts."""
        return bool(self.deadline) or any(lot.opening_url for lot in self.lots)


@dataclass(frozen=True)
class ReadOut:
    """One row of the opening record, in the order of the sealed set."""

    no: int
    tenderer: str
    status: Status
    opened: bool = True
    price: Decimal | None = None
    capitals: str = ""
    below: str = ""
    duration: str = ""
    quality: str = ""
    manager: str = ""
    reason: str = ""
    flags: Sequence[str] = ()
    security: str = ""


@dataclass(frozen=True)
class LogLine:
    """A moment of the opening."""

    at: datetime
    text: str


@dataclass(frozen=True)
class Unread:
    """A bid that was not opened, with what a person decided about it."""

    tenderer: str
    word: str
    reason: str = ""


@dataclass(frozen=True)
class Objection:
    """An objection raised at the opening, and the answer."""

    at: datetime
    text: str
    answer: str = ""


@dataclass(frozen=True)
class SeatSigned:
    """A seat under the record: who signed with which key, or why nobody did."""

    seat: str
    who: str = ""
    at: datetime | None = None
    key: str = ""
    reason: str = ""


@dataclass(frozen=True)
class OpeningPage:
    """The record of a lot's opening."""

    number: str
    title: str
    notice_url: str
    headline: str
    releases_title: str
    lot_name: str = ""
    lang: str = ""
    stages: Sequence[Stage] = ()
    notes: Sequence[Note] = ()
    lines: Sequence[ReadOut] = ()
    ceiling: Decimal | None = None
    currency: str = "CNY"
    unit: str = ""
    has_ceiling_gap: bool = False
    has_security: bool = False
    officers: Sequence[OfficerLine] = ()
    log: Sequence[LogLine] = ()
    unread: Sequence[Unread] = ()
    objections: Sequence[Objection] = ()
    facts: Sequence[Fact] = ()
    present: Sequence[Fact] = ()
    noted: Sequence[Fact] = ()
    signed: Sequence[SeatSigned] = ()
    law: Law | None = None
    attribution_law: Law | None = None
    empty_title: str = ""
    empty_text: str = ""
    no_bundle: str = ""
    bundle_url: str = ""
    bundle_size: int = 0
    bundle_sha256: str = ""
    anchors_url: str = ""
    pdf_url: str = ""
    pdf_sha256: str = ""
    draw_url: str = ""


@dataclass(frozen=True)
class ListPage:
    """A list of rows and where it stands."""

    rows: Sequence[object] = ()
    pages: Pages = field(default_factory=lambda: Pages(1, 1))
