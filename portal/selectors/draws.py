"""The public record of a lot's draws, after they were opened: request, lottery, rounds, panel, trust label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from experts.pool_keys import PoolKey, pool_key
from experts.selectors.draw_record import LotRecord, lot_record, names_due
from experts.selectors.draw_words import trust_words
from experts.selectors.draws import bundled
from kernel.errors import Unavailable
from portal.selectors import tenders
from portal.selectors.take_home import take_home
from trading.models import Lot
from trading.selectors.public import lot_by_number


@dataclass(frozen=True)
class DrawRecordPage:
    """What the page shows beside the record: where it belongs, the label, what to take home."""

    record: LotRecord
    number: str
    no: int
    title: str
    lang: str
    notice_url: str
    trust: str
    alone: bool
    take: dict[str, Any]


def draw_record_page(number: str, no: int) -> DrawRecordPage:
    """The record of a lot's draws; `NotFound` before they are opened to everybody."""
    lot = lot_by_number(f"{number}-{no:02d}")
    record = lot_record(lot, names_key(lot))
    title = tenders.either(lot.tender, "title")
    last = record.serials[-1] if record.serials else None
    return DrawRecordPage(
        record=record,
        number=number,
        no=no,
        title=title,
        lang=tenders.language_mark(title),
        notice_url=reverse("portal:notice", args=[number]),
        trust=trust_words(last.header, last.contributors) if last else "",
        alone=any(one.alone for one in record.serials),
        take=take_home(lot) if last and bundled([lot]).filter(serial=last.draw.serial).exists() else {},
    )


def names_key(lot: Lot) -> PoolKey | None:
    """The pool's key where the rules publish names now; None where they do not, or where this machine lacks it."""
    if not names_due(lot):
        return None
    try:
        return pool_key()
    except Unavailable:
        return None
