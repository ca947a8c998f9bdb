"""Bills of quantities of a lot: as facts for the rules, and as pages of a table."""

from dataclasses import dataclass
from pathlib import Path

from django.core.paginator import Page, Paginator
from django.db.models import Q

from trading.models import BillItem, BillOfQuantities, Lot, TenderDocument
from trading.rules.bills import READ, BillFacts

PAGE = 200


@dataclass(frozen=True)
class BillTable:
    """A bill as it is shown: its document, and one page of its items."""

    bill: BillOfQuantities
    page: Page[BillItem]


def bill_documents(lot: Lot) -> list[TenderDocument]:
    """The current documents of a lot that are bills: its own, and those of the whole tender."""
    rows = TenderDocument.objects.filter(tender=lot.tender_id, kind="boq", withdrawn_at__isnull=True)
    published = Q(addendum__isnull=True) | Q(published_at__isnull=False)
    found = rows.filter(published, Q(lot__isnull=True) | Q(lot=lot))
    return list(found.select_related("bill").order_by("name"))


def bill_facts(lot: Lot) -> tuple[BillFacts, ...]:
    """The bills as the rules of publication see them; a shared bill is never held against one lot's ceiling."""
    alone = lot.tender.lots.count() == 1
    found = []
    documents = bill_documents(lot)
    readable = any(Path(row.name).suffix.lower() in READ for row in documents)
    for row in documents:
        bill: BillOfQuantities | None = getattr(row, "bill", None)
        if bill is None:
            found += [] if readable else [BillFacts(row.name, read=False)]
        else:
            total = bill.total if alone or row.lot_id else None
            found.append(BillFacts(row.name, total=total, problems=tuple(bill.problems)))
    return tuple(found)


def bill_tables(lot: Lot, number: str = "1") -> list[BillTable]:
    """Every bill of a lot with the page asked for; a page that does not exist is the nearest one."""
    return [
        BillTable(row.bill, Paginator(row.bill.items.order_by("position"), PAGE).get_page(number))
        for row in bill_documents(lot)
        if hasattr(row, "bill")
    ]
