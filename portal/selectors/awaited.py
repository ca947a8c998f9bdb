"""What each lot of a tender waits for after its opening, for everybody, with the records of the stages behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from experts.selectors.draw_record import has_record
from portal.selectors.shapes import AwaitedBox, RecordLink
from portal.selectors.tenders import chinese
from trading.models import Lot
from trading.selectors.next_steps import awaited

KINDS = ("publicity", "result", "contract", "suspension", "resumption")


def awaited_of(lots: Sequence[Lot], *, now: datetime) -> list[AwaitedBox]:
    """A box for each lot that waits for something between its opening and its contract."""
    return [AwaitedBox(lot.no, step, records_of(lot)) for lot in lots if (step := awaited(lot, now))]


def records_of(lot: Lot) -> list[RecordLink]:
    """Opening, draw of the panel, and every notice of this lot, in the order of the stages."""
    tender = lot.tender.number
    found = [RecordLink(_("Opening record"), reverse("portal:opening", args=[tender, lot.no]))]
    if has_record(lot.number):
        url = reverse("portal:draw", args=[tender, lot.no])
        found.append(RecordLink(_("How the panel was drawn"), url))
    for row in lot.notices.filter(kind__in=KINDS).order_by("at", "sequence"):
        name = row.title if chinese() else row.title_en or row.title
        found.append(RecordLink(name, reverse("portal:notice-version", args=[row.number, row.version])))
    return found
