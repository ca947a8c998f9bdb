"""Published tenders in lists: state words, deadlines, ceilings. Which tenders there are, `trading` decides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal import formats, words
from portal.selectors.shapes import Row, Status
from trading.models import Lot, Tender
from trading.states import LotState, TenderState, label

# A tender of several lots shows the word of the one with the most to do; done and dead ones last.
URGENCY = (
    *(LotState.OPENING, LotState.PAUSED, LotState.OPEN, LotState.SUSPENDED, LotState.CLOSED),
    *(LotState.PUBLICITY, LotState.EVALUATING, LotState.REPORTED, LotState.AWAITING_AWARD),
    *(LotState.AWARDED, LotState.CONTRACTED, LotState.RETENDERED, LotState.UNSUCCESSFUL),
    *(LotState.CANCELLED, LotState.ARCHIVED, LotState.READY, LotState.DRAFT),
)


def chinese() -> bool:
    """Whether the reader's page is in Chinese."""
    return (get_language() or "zh-hans").startswith("zh")


def lots_of(tender: Tender) -> list[Lot]:
    """The lots by number, each knowing its tender."""
    lots = list(tender.lots.all())
    for lot in lots:
        lot.tender = tender
    return lots


def either(row: Any, field: str) -> str:
    """A text in the reader's language: the `_en` twin on English pages when there is one."""
    english = getattr(row, f"{field}_en", "")
    return str(english if english and not chinese() else getattr(row, field))


def said(values: Mapping[str, Any], field: str) -> str:
    """The same for a mapping: the `_en` twin on English pages when it is there."""
    english = values.get(f"{field}_en") or ""
    return str(english if english and not chinese() else values.get(field) or "")


def language_mark(text: str) -> str:
    """The language of a text when it is not the page's, for its `lang` attribute; empty otherwise."""
    return formats.language_mark(text, zh=chinese())


def organisation_name(organisation: Any) -> str:
    """The registered name; the English one on English pages when it is known."""
    return either(organisation, "name") if organisation is not None else ""


def state_of(lot: Lot) -> LotState:
    """The lot's state."""
    return LotState(lot.state)


def leading_lot(lots: list[Lot]) -> Lot:
    """The lot whose state stands for the tender."""
    return min(lots, key=lambda lot: URGENCY.index(state_of(lot)))


def status_of(tender: Tender, lots: list[Lot], *, now: datetime) -> Status:
    """The state word of a tender with its shape."""
    if not lots:
        return Status(_(label(TenderState(tender.state))), "wait")
    lot = leading_lot(lots)
    state = state_of(lot)
    close_at = lot.close_at
    if state is LotState.OPEN and close_at:
        if close_at <= now:
            return Status(_("Deadline passed"), "wait")
        if formats.beijing(close_at).date() == formats.beijing(now).date():
            return Status(_("Closes today"), "soon")
    return Status(_(label(state)), words.SHAPES.get(state, "wait"))


def ceiling_of(lots: list[Lot]) -> tuple[Any, str]:
    """The sum of the ceilings when every lot has one in one currency, else None."""
    ceilings = [lot.ceiling for lot in lots]
    currencies = {lot.currency for lot in lots}
    if not lots or None in ceilings or len(currencies) != 1:
        return None, "CNY"
    return sum(ceilings), currencies.pop()


def row_of(tender: Tender, *, now: datetime) -> Row:
    """A tender in a list."""
    lots = lots_of(tender)
    lot = leading_lot(lots) if lots else None
    price, currency = ceiling_of(lots)
    when, kind = when_of(lot, now=now)
    left = formats.duration_words(when - now, zh=chinese()) if when and kind == "closes" else ""
    title = either(tender, "title")
    return Row(
        url=reverse("portal:notice", args=[tender.number]),
        title=title,
        lang=language_mark(title),
        number=tender.number,
        trade=trade_word(tender.project.trade),
        status=status_of(tender, lots, now=now),
        owner=organisation_name(tender.project.owner),
        price_word=_("Ceiling"),
        price=price,
        currency=currency,
        when=when,
        when_kind=kind,
        left=_("%(duration)s left") % {"duration": left} if left else "",
    )


def when_of(lot: Lot | None, *, now: datetime) -> tuple[datetime | None, str]:
    """The moment a row shows, and what it is: the deadline to come or past, or when the tender ended early."""
    if lot is None:
        return None, ""
    ended = lot.cancelled_at or lot.failed_at
    if ended:
        return ended, ""
    running = state_of(lot) in {LotState.OPEN, LotState.SUSPENDED}
    return lot.close_at, "closes" if running and lot.close_at and lot.close_at > now else "closed"


def trade_word(code: str) -> str:
    """The word of a trade."""
    return _(words.TRADES[code]) if code in words.TRADES else code
