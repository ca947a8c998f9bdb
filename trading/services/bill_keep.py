"""工程量清单: read the bill in an uploaded document and keep its items beside it."""

from collections.abc import Iterable

from django.utils.translation import gettext_noop as _

from kernel.errors import RuleBroken
from trading.models import BillItem, BillOfQuantities, TenderDocument
from trading.rules.bill_xml import read_xml
from trading.rules.bills import READ, Bill, bill_problems

MAX_BILL = 20 << 20
"""Bytes a bill that is read may have."""

BATCH = 1_000


def is_read(kind: str, suffix: str) -> bool:
    """Whether a document of this kind and ending is a bill that is read."""
    return kind == "boq" and suffix in READ


def bill_bytes(content: bytes | Iterable[bytes]) -> bytes:
    """The whole file; ``RuleBroken`` (``bill_too_large``) beyond ``MAX_BILL`` bytes, before all of it is taken."""
    found = bytearray()
    for piece in [content] if isinstance(content, bytes) else content:
        found += piece
        if len(found) > MAX_BILL:
            message = _("A bill of quantities that is read has at most %(limit)s MB. Split it by lots.")
            raise RuleBroken("bill_too_large", message, limit=MAX_BILL >> 20)
    return bytes(found)


def bill_read(suffix: str, data: bytes) -> Bill:
    """The bill in the bytes; ``RuleBroken`` with each fault by sheet, row and column."""
    if suffix != ".xlsx":
        return read_xml(data)
    from trading.rules.bill_xlsx import read_xlsx  # noqa: PLC0415  (openpyxl is loaded where a workbook comes)

    return read_xlsx(data)


def bill_keep(document: TenderDocument, bill: Bill) -> BillOfQuantities:
    """Write the items and what does not add up; the caller's transaction holds the document as well."""
    made = BillOfQuantities.objects.create(
        document=document, total=bill.total, problems=[row.plain() for row in bill_problems(bill)]
    )
    rows = (
        BillItem(
            bill=made,
            position=position,
            sheet=item.sheet,
            row=item.row,
            code=item.code,
            name=item.name,
            features=item.features,
            unit=item.unit,
            quantity=item.quantity,
            unit_price=item.unit_price,
            amount=item.amount,
        )
        for position, item in enumerate(bill.items, start=1)
    )
    BillItem.objects.bulk_create(rows, batch_size=BATCH)
    return made
