"""The opening of a lot as anyone may see it: where it stands, and after its end the record, read out as written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from bidding import store
from bidding.models import Bundle
from bidding.selectors.public import OpeningSeen, opening_record, opening_seen
from bidding.states import OpeningState
from experts.selectors.draw_record import has_record
from kernel.errors import NotFound
from portal import formats, words
from portal.selectors import tenders
from portal.selectors.notice import secrecy_law
from portal.selectors.paging import paged
from portal.selectors.policy import officer_line
from portal.selectors.record import recorded
from portal.selectors.record_print import pdf_linked, record_pdf
from portal.selectors.shapes import ListPage, LogLine, OpeningPage, Row, Stage
from portal.selectors.take_home import public_bundle, take_home
from trading.models import Lot, Tender
from trading.selectors.public import lot_by_number, tenders_public
from trading.selectors.values import officers_public
from trading.states import LotState

PER_PAGE = 30
BEFORE = (LotState.DRAFT.value, LotState.READY.value, LotState.OPEN.value, LotState.SUSPENDED.value)
NEVER = frozenset({OpeningState.FAILED, OpeningState.CANCELLED})


def openings_page(*, number: int, now: datetime) -> ListPage:
    """Tenders of which a lot's deadline has passed, the latest first."""
    found = tenders_public().filter(lots__closed_at__isnull=False)
    window = paged(number, total=found.count(), per_page=PER_PAGE, query={})
    related = found.select_related("project__owner", "project__agency", "project__supervisor")
    rows = related.order_by("-closed_at", "-published_at", "number")[window.first : window.first + PER_PAGE]
    return ListPage([opening_row(tender, now=now) for tender in rows], window.pages)


def opening_row(tender: Tender, *, now: datetime) -> Row:
    """A row that leads to the opening of the lot with the most to do."""
    row = tenders.row_of(tender, now=now)
    lot = tenders.leading_lot([lot for lot in tenders.lots_of(tender) if lot.state not in BEFORE])
    return replace(row, url=reverse("portal:opening", args=[tender.number, lot.no]))


def lot_closed(number: str, no: int) -> Lot:
    """The lot of a published tender whose deadline has passed; `NotFound` for every other."""
    lot = lot_by_number(f"{number}-{no:02d}")
    if lot.state in BEFORE:
        raise NotFound("opening", _("There is no opening here yet: the deadline of this lot has not passed."))
    return lot


def opening_page(number: str, no: int) -> OpeningPage:
    """The page of a lot's opening; names and prices only once the record is published."""
    lot = lot_closed(number, no)
    seen = opening_seen(lot.pk)
    title = tenders.either(lot.tender, "title")
    page = OpeningPage(
        number=lot.tender.number,
        title=title,
        lang=tenders.language_mark(title),
        lot_name=tenders.either(lot, "name") if lot.tender.lots.count() > 1 else "",
        notice_url=reverse("portal:notice", args=[number]),
        headline=_(words.OPENING_STATES[seen.state]),
        stages=stages(lot, seen),
        releases_title=_("Officers"),
        officers=[officer_line(officer) for officer in officers_public(lot)],
        log=phases(seen),
        **empty_words(seen.state),
    )
    if seen.state is not OpeningState.RECORDED:
        return page
    page = replace(page, **recorded(officers_public(lot), opening_record(lot.pk)), **take_home(lot))
    page = replace(page, draw_url=draw_url(lot.number))
    return pdf_linked(lot, page)


def stages(lot: Lot, seen: OpeningSeen) -> list[Stage]:
    """The strip before there is a record: phases and nothing that counts."""
    first = formats.list_words(seen.close_at, now=seen.close_at, zh=tenders.chinese())
    if seen.state in NEVER:
        return [Stage(_("Deadline"), "done", first), Stage(_(words.OPENING_STATES[seen.state]), "now")]
    steps = [
        (OpeningState.WAITING, _("Deadline")),
        (OpeningState.CLOSED, _("Sealed set")),
        *([(OpeningState.FACTOR, _("Opening factors"))] if lot.opening.factor == "required" else []),
        (OpeningState.CHECK, _("Set check")),
        (OpeningState.RELEASING, _("Officers release")),
        (OpeningState.REVEALED, _("Read out")),
        (OpeningState.RECORDED, _("Record closed")),
    ]
    current = next((place for place, (phase, _word) in enumerate(steps) if phase is seen.state), 0)
    return [
        Stage(word, "done" if place < current else "now" if place == current else "", "" if place else first)
        for place, (_phase, word) in enumerate(steps)
    ]


def empty_words(state: OpeningState) -> dict[str, Any]:
    """What stands where the table will be: why nothing is shown, with the rule."""
    if state is OpeningState.FAILED:
        text = _("Too few bids, or they could not be opened. Who bid, and how many, stays sealed for good.")
    elif state is OpeningState.CANCELLED:
        text = _(
            "The owner terminated the tender before the opening. Nothing was opened and nothing will be."
        )
    else:
        text = _("Names, their number and prices are shown here together when the record is closed.")
    never = state in NEVER
    return {
        "empty_title": _("Never shown") if never else _("Not shown before the record"),
        "empty_text": text,
        "law": secrecy_law(),
        "no_bundle": _("Nothing is published of bids that were not opened.")
        if never
        else _("The bundle appears when the record is closed: until then its last event is missing."),
    }


def phases(seen: OpeningSeen) -> list[LogLine]:
    """What happened so far, newest first, without anything that counts."""
    moments = ((seen.revealed_at, _("First envelope opened")), (seen.closed_at, _("Sealed set fixed")))
    return [LogLine(at, text) for at, text in moments if at]


def draw_url(number: str) -> str:
    """Where the record of a lot's drawing of experts is; empty before it is opened to everybody."""
    if not has_record(number):
        return ""
    tender, _sep, no = number.rpartition("-")
    return reverse("portal:draw", args=[tender, int(no)])


def record_file(number: str, no: int) -> tuple[str, bytes, str]:
    """File name, content and SHA-256 of the printed record; `NotFound` before the record is closed."""
    lot = lot_closed(number, no)
    made, digest = record_pdf(lot, opening_page(number, no))
    return f"{number}-{no:02d}-record.pdf", made, digest


def bundle_file(number: str, no: int) -> tuple[str, Bundle, Iterator[bytes]]:
    """File name, size with digest, and content of the public bundle; `NotFound` before the record is closed."""
    row = public_bundle(lot_closed(number, no))
    if row is None:
        raise NotFound("bundle", _("There is no bundle yet: it is made when the record is closed."))
    return f"{number}-{no:02d}-bundle.zip", row, store.default().read(row.path)
