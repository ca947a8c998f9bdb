"""Evidence for 未解密原因认定 (20号令31): was the platform up while the bidder could decrypt, and what does it say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from accounts.rules.notices import BEIJING
from bidding.models import Bid, Incident, Opening, Result, Statement
from bidding.selectors import lots
from bidding.states import BidState, Finding, Verdict
from ledger.selectors import checkpoints_between
from trading.selectors.law import rules_of

STATEMENT: Final = "undecrypted_statement"
"""The rule that says how many minutes a bidder has to say why (journeys, day 2)."""
PATIENCE: Final = 2
"""A silence of the log of more than so many promised beats counts as the platform being down."""
RESUMED: Final = "resumed"
"""The incident of a pause, whose time is added to the window."""
SILENT: Final = frozenset({BidState.FACTOR_DUE, BidState.NOT_OPENED, BidState.BAD_CONTENT})
"""States of a bid about which its bidder may say why."""
ZERO: Final = timedelta(0)
PROPOSED: Final = {
    Verdict.BAD_DEALING.value: Finding.REVOKED,
    Verdict.BAD_CONTENT.value: Finding.REVOKED,
    Verdict.PLATFORM_FAULT.value: Finding.PLATFORM,
    Verdict.NOT_OPENABLE.value: Finding.WITHDRAWN,
}


@dataclass(frozen=True)
class Span:
    """From when to when."""

    begins: datetime
    ends: datetime

    def within(self, other: "Span") -> timedelta:
        """How much of this lies in the other."""
        return max(min(self.ends, other.ends) - max(self.begins, other.begins), ZERO)


@dataclass(frozen=True)
class Evidence:
    """The sheet the owner decides on. ``down`` is the platform's own silence or incident within the window."""

    window: Span | None
    heartbeats: int
    longest: timedelta
    allowed: timedelta
    down: timedelta
    incidents: Sequence[Incident]
    statements: Sequence[Statement]
    statement_until: datetime | None
    verdict: str
    proposed: Finding

    def waits(self, at: datetime) -> bool:
        """Whether the owner must still wait for the bidder's word."""
        return self.statement_until is not None and at <= self.statement_until and not self.statements

    @property
    def red(self) -> bool:
        """Whether the platform was down while the bidder could have decrypted."""
        return self.down > ZERO

    def facts(self) -> dict[str, Any] | None:
        """As the record keeps it: seconds since 1970, and lengths in seconds."""
        if self.window is None:
            return None
        return {
            "from": int(self.window.begins.timestamp()),
            "to": int(self.window.ends.timestamp()),
            "heartbeats": self.heartbeats,
            "longest": int(self.longest.total_seconds()),
            "down": int(self.down.total_seconds()),
        }


def evidence_of(bid: Bid, opening: Opening) -> Evidence:
    """All that is known about why this bid was not decrypted; the proposal is no decision."""
    lot = opening.lot
    allowed = timedelta(seconds=int(lots.terms(lot).body["min_checkpoint_s"]))
    window = window_of(opening)
    beats = _beats(window) if window else []
    gaps = [Span(earlier, later) for earlier, later in pairwise(beats)]
    rows = list(Incident.objects.filter(lot=lot).order_by("begins_at"))
    noted = [row for row in rows if window and Span(row.begins_at, row.ends_at).within(window) > ZERO]
    down = _down(gaps, noted, window, allowed) if window else ZERO
    found = _unopened(bid)
    verdict = found[1] if found else ""
    return Evidence(
        window=window,
        heartbeats=max(len(beats) - 2, 0),
        longest=max((gap.ends - gap.begins for gap in gaps), default=ZERO),
        allowed=allowed,
        down=down,
        incidents=noted,
        statements=list(Statement.objects.filter(bid=bid)),
        statement_until=statement_until(bid, opening),
        verdict=verdict,
        proposed=PROPOSED.get(verdict, Finding.WITHDRAWN if down > ZERO else Finding.REVOKED),
    )


def beijing(moment: datetime) -> str:
    """A moment as a refusal names it: day, hour, minute and second in Beijing."""
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"


def window_of(opening: Opening) -> Span | None:
    """When the bidders could decrypt: from the close to the end of the window in force."""
    if opening.closed_at is None or opening.factor_until is None:
        return None
    return Span(opening.closed_at, max(opening.factor_until, opening.closed_at))


def statement_until(bid: Bid, opening: Opening) -> datetime | None:
    """Until when a bidder may say why: as the rule pack says from when it could know, our interruptions added.

    Who gave no factor knows it when the window ends; who gave one, or needed none, when the envelope was not opened.
    None for a bid of which nothing is to be said, or not yet.
    """
    begins = _known_from(bid, opening)
    if begins is None:
        return None
    tender = opening.lot.tender
    until = begins + timedelta(minutes=rules_of(tender, begins).number(STATEMENT))
    rest = Span(begins, until)
    lost = Incident.objects.filter(lot=opening.lot_id, ends_at__gt=begins)
    return until + sum((Span(row.begins_at, row.ends_at).within(rest) for row in lost), ZERO)


def waits_until(bid: Bid, opening: Opening, at: datetime) -> datetime | None:
    """Until when the owner must wait for the bidder's word before it decides; None when it may decide now.

    It may as soon as a statement has arrived, or the bidder's word that it has none.
    """
    until = statement_until(bid, opening)
    if until is None or at > until or Statement.objects.filter(bid=bid).exists():
        return None
    return until


def _known_from(bid: Bid, opening: Opening) -> datetime | None:
    """When a bidder could first know that its bid was not decrypted."""
    window, found = window_of(opening), _unopened(bid)
    if window and (
        bid.state == BidState.FACTOR_DUE.value or (found and found[1] == Verdict.FACTOR_MISSING.value)
    ):
        return window.ends
    return found[0] if found else None


def _down(gaps: Sequence[Span], noted: Sequence[Incident], window: Span, allowed: timedelta) -> timedelta:
    """How long the platform failed the bidders: silences and incidents, without what a pause gave back."""
    given_back = [Span(row.begins_at, row.ends_at) for row in noted if row.code == RESUMED]
    silent = ZERO
    for gap in gaps:
        lasted = gap.ends - gap.begins - sum((span.within(gap) for span in given_back), ZERO)
        silent += lasted - allowed if lasted > allowed * PATIENCE else ZERO
    told = (Span(row.begins_at, row.ends_at).within(window) for row in noted if row.code != RESUMED)
    return max(silent, sum(told, ZERO))


def _beats(window: Span) -> list[datetime]:
    """The moments of the log's checkpoints in the window, with its two ends."""
    inside = checkpoints_between(window.begins, window.ends)
    return [window.begins, *sorted(point.at for point in inside), window.ends]


def _unopened(bid: Bid) -> tuple[datetime, str] | None:
    """When, and with which verdict, the first envelope of this bid that was not opened was published."""
    for result in Result.objects.filter(lot=bid.lot_id).select_related("entry").order_by("envelope"):
        for row in result.entry.body["rows"]:
            if row["bid"] == bid.ev and row["verdict"] != Verdict.OPENED.value:
                return result.at, str(row["verdict"])
    return None
