"""Who won, for how much, and why: the result of each lot in plain words, from what was published and nothing else.

A report that is not published yet, a score that no notice holds, and a bid behind the candidates are not read here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from portal.selectors.take_home import award_check_url
from trading.models import Lot
from trading.selectors import awarding as reads
from trading.selectors.public import stage_of
from trading.visibility import Audience, Stage, visible

WHY = {
    "first": gettext_noop(
        "It stands first in the panel’s ranking; the ranking decides, not the price alone."
    ),
    "next": gettext_noop("Those ranked before it fell out; it is the next in the panel’s ranking."),
    "choice": gettext_noop("The owner chose it among the panel’s candidates, with its reasons on record."),
}


@dataclass(frozen=True)
class CandidateLine:
    """A candidate as the publicity shows it."""

    rank: int
    name: str
    price: Decimal
    value: str
    out: bool
    won: bool


@dataclass(frozen=True)
class ResultBox:
    """The result of one lot as everybody may read it."""

    number: int
    lot_number: str
    currency: str
    candidates: Sequence[CandidateLine]
    shown_until: datetime | None
    running: bool
    winner: str
    price: Decimal | None
    why: str
    rejected: int
    check_url: str


def results_of(lots: Sequence[Lot], *, now: datetime) -> list[ResultBox]:
    """A box for each lot of which candidates or an award are published."""
    return [box for lot in lots if (box := result_box(lot, now=now)) is not None]


def result_box(lot: Lot, *, now: datetime) -> ResultBox | None:
    """The published result of a lot; None before its candidates are shown or it is awarded."""
    shown, award = reads.publicity_now(lot), reads.award_standing(lot)
    decision = award.decision if award is not None and not award.outside else None
    if shown is None and decision is None:
        return None
    stage = max(stage_of(lot), Stage.SHOWN if shown else Stage.DRAFT)
    seen = visible("candidate", "rank", Audience.PUBLIC, stage)
    rows = reads.candidates(shown.report) if shown and seen else []
    won = decision.candidate if decision else None
    return ResultBox(
        number=lot.no,
        lot_number=lot.number,
        currency=lot.currency,
        candidates=[
            CandidateLine(
                rank=row.rank,
                name=row.bidder.name,
                price=row.price,
                value=row.value,
                out=hasattr(row, "out") and decision is not None,
                won=won is not None and row.pk == won.pk,
            )
            for row in rows
        ],
        shown_until=shown.until_at if shown else None,
        running=shown is not None and now < shown.until_at,
        winner=won.bidder.name if won else "",
        price=won.price if won else None,
        why=_(WHY[decision.ground]) if decision else "",
        rejected=shown.report.rejectedbids.count() if shown else 0,
        check_url=award_check_url(lot) if decision else "",
    )
