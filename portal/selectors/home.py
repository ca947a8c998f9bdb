"""The home page: search, what happens today, and the list of published tenders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import formats, words
from portal.dayline import DayLine, day_line
from portal.selectors import tenders
from portal.selectors.paging import paged
from portal.selectors.shapes import Fact, Pages, Row, TodayItem
from trading.models import Lot, Tender
from trading.selectors.public import openings_on, tenders_public
from trading.states import LotState, TenderState

PER_PAGE = 20
TODAY_MOST = 8
STAGES: Mapping[str, tuple[str, ...]] = {
    "open": (LotState.OPEN.value, LotState.SUSPENDED.value),
    "opening": (LotState.CLOSED.value, LotState.OPENING.value, LotState.PAUSED.value),
    "evaluation": (
        *(LotState.EVALUATING.value, LotState.REPORTED.value, LotState.PUBLICITY.value),
        *(LotState.AWAITING_AWARD.value, LotState.AWARDED.value, LotState.CONTRACTED.value),
    ),
    "ended": (LotState.UNSUCCESSFUL.value, LotState.CANCELLED.value, LotState.RETENDERED.value),
}


@dataclass(frozen=True)
class Tab:
    """A kind of trade with the number of tenders that fit the rest of the search."""

    word: str
    query: str
    count: int
    current: bool


@dataclass(frozen=True)
class HomePage:
    """Everything the home page shows."""

    form: Any
    query: Mapping[str, Any]
    filtered: bool
    quick: Sequence[Mapping[str, str]]
    today: Sequence[TodayItem]
    day_line: DayLine
    tabs: Sequence[Tab]
    total: int
    rows: Sequence[Row]
    pages: Pages
    figures: Sequence[Fact]


def regions() -> list[tuple[str, str]]:
    """The regions that have published tenders, as code and the words to choose by."""
    codes = tenders_public().order_by().values_list("project__region", flat=True).distinct()
    return [(code, code) for code in sorted(codes)]


def home_page(*, form: Any, wanted: Mapping[str, Any], now: datetime) -> HomePage:
    """The page for one search; `wanted` holds the valid values only."""
    found = searched(wanted, now=now)
    tabs = tabs_of(wanted, found)
    listed = found.filter(project__trade=wanted["trade"]) if "trade" in wanted else found
    total = next(tab.count for tab in tabs if tab.current)
    window = paged(int(wanted.get("page", 1)), total=total, per_page=PER_PAGE, query=wanted)
    rows = by_deadline(listed, now=now)[window.first : window.first + PER_PAGE]
    today = today_lots(now)
    events = [(item.at, "closes", item.word) for item in today]
    return HomePage(
        form=form,
        query=wanted,
        filtered=bool(set(wanted) - {"page"}),
        quick=quick_searches(),
        today=today,
        day_line=day_line(events, now=now),
        tabs=tabs,
        total=total,
        rows=[tenders.row_of(tender, now=now) for tender in rows],
        pages=window.pages,
        figures=figures(now),
    )


def searched(wanted: Mapping[str, Any], *, now: datetime) -> QuerySet[Tender]:
    """Published tenders that fit everything but the trade."""
    days = int(wanted["published"]) if "published" in wanted else 0
    since = formats.beijing(now - timedelta(days=days - 1)).date() if days else None
    found = tenders_public(text=wanted.get("q", ""), region=wanted.get("region", ""), since=since)
    if lots := lot_condition(wanted, now=now):
        found = found.filter(Exists(Lot.objects.filter(lots, tender=OuterRef("pk"))))
    return found


def lot_condition(wanted: Mapping[str, Any], *, now: datetime) -> Q:
    """What at least one lot must fulfil: stage, amount, deadline today or this week."""
    condition = Q()
    if "stage" in wanted:
        condition &= Q(state__in=STAGES[wanted["stage"]])
    if "amount" in wanted:
        low, _dash, high = str(wanted["amount"]).partition("-")
        condition &= Q(ceiling__gte=Decimal(low))
        if high:
            condition &= Q(ceiling__lt=Decimal(high))
    if "closes" in wanted:
        first, last = day_bounds(now)
        end = last if wanted["closes"] == "today" else first + timedelta(days=7)
        condition &= Q(close_at__gte=first, close_at__lt=end)
    return condition


def by_deadline(found: QuerySet[Tender], *, now: datetime) -> QuerySet[Tender]:
    """The next deadline first, then the past ones, the latest first."""
    lots = Lot.objects.filter(tender=OuterRef("pk")).order_by("close_at")
    dated = found.annotate(closes=Subquery(lots.values("close_at")[:1]))
    still_open = Q(closes__gt=now, state__in=[TenderState.OPEN.value, TenderState.SUSPENDED.value])
    dated = dated.annotate(coming=Case(When(still_open, then="closes")))
    related = dated.select_related("project__owner", "project__agency", "project__supervisor")
    return related.order_by(F("coming").asc(nulls_last=True), "-closes", "-published_at", "number")


def tabs_of(wanted: Mapping[str, Any], found: QuerySet[Tender]) -> list[Tab]:
    """All trades and each of them, counted within the rest of the search."""
    counts = dict(found.order_by().values_list("project__trade").annotate(Count("pk", distinct=True)))
    rest = {name: value for name, value in wanted.items() if name not in {"trade", "page"}}
    current = wanted.get("trade", "")
    tabs = [Tab(_("All"), urlencode(rest), sum(counts.values()), current == "")]
    for code in words.TRADES:
        query = urlencode({**rest, "trade": code})
        tabs.append(Tab(tenders.trade_word(code), query, counts.get(code, 0), current == code))
    return tabs


def quick_searches() -> list[dict[str, str]]:
    """Searches people come for."""
    return [
        {"query": "closes=today", "word": _("Closing today")},
        {"query": "closes=week", "word": _("Closing this week")},
        {"query": "stage=opening", "word": _("Opening now")},
        {"query": "stage=evaluation", "word": _("Opened, being evaluated")},
        {"query": "amount=10000000-", "word": _("Above 10 million")},
    ]


def day_bounds(now: datetime) -> tuple[datetime, datetime]:
    """Midnight to midnight of today in Beijing."""
    first = datetime.combine(formats.beijing(now).date(), time(), tzinfo=formats.BEIJING)
    return first, first + timedelta(days=1)


def today_lots(now: datetime) -> list[TodayItem]:
    """Lots whose deadline, which is their opening, falls on today."""
    return [today_item(lot, now=now) for lot in openings_on(formats.beijing(now).date())[:TODAY_MOST]]


def today_item(lot: Lot, *, now: datetime) -> TodayItem:
    """One line of today: the word says whether it is still to come."""
    at = lot.close_at or now
    past = at <= now
    open_now = lot.state in STAGES["opening"]
    word = _("Opening now") if open_now else _("Closed") if past else _("Closes")
    page = "portal:opening" if past else "portal:notice"
    args = [lot.tender.number, lot.no] if past else [lot.tender.number]
    return TodayItem(
        at, word, tenders.either(lot.tender, "title"), reverse(page, args=args), past and not open_now
    )


def figures(now: datetime) -> list[Fact]:
    """The last seven days with their base; nothing when nothing ended."""
    since = now - timedelta(days=7)
    opened = Lot.objects.filter(opened_at__gte=since).count()
    failed = Lot.objects.filter(failed_at__gte=since).count()
    if not opened + failed:
        return []
    share = f"{Decimal(100 * failed) / (opened + failed):.1f}"
    values = {"failed": failed, "all": opened + failed, "share": share}
    return [
        Fact(_("Opened"), str(opened)),
        Fact(_("Unsuccessful"), _("%(failed)s of %(all)s (%(share)s%%)") % values),
    ]
