"""Bid security on paper: a bidder's payment slip, and the monthly statement of a collecting account.

The statement holds sub-accounts, sums and the bank's days; no firm and no tender.
"""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.actors import Actor
from bidding.selectors.security.books import Month
from bidding.selectors.security_pages.bidder import slip_page
from bidding.selectors.security_pages.books import month_of
from bidding.selectors.security_pages.words import BOOK_WORDS, kind_word
from portal import formats, typesetting
from portal.selectors import tenders


def slip_pdf(number: str, actor: Actor, at: datetime) -> tuple[bytes, str]:
    """The payment slip as PDF and its file name, for its own bidder; refusals as those of the page."""
    slip = slip_page(number, actor, at).slip
    assert slip is not None
    zh = tenders.chinese()
    import segno  # noqa: PLC0415 - loaded with the first code that is drawn

    code = segno.make(slip.qr_text, error="m", micro=False)
    data = {
        "lang": "zh" if zh else "en",
        "heading": _("Bid deposit"),
        "title": _("Payment slip"),
        "code": slip.code,
        "qr": code.svg_inline(border=2),
        "qr_text": _(
            "For your bank’s app or the clerk at the counter: account holder, bank, number, sum, code."
        ),
        "key": [
            [_("Pay exactly"), formats.money_exact(slip.amount, slip.currency, zh=zh)],
            [_("Account number, yours alone"), formats.in_fours(slip.number)],
            [_("Must be BOOKED by the bank until"), formats.moment_words(slip.until, zh=zh)],
        ],
        "facts": [
            [_("Account holder"), slip.holder],
            [_("Bank"), slip.bank],
            [_("Payer"), slip.bidder],
            [_("Text of the transfer"), f"{slip.code} ({_('only this code; do not name the tender')})"],
            [_("Account given at"), formats.moment_words(slip.issued_at, zh=zh)],
        ],
        "note": _(
            "Pay from your basic account, in one transfer, exactly this sum. Who pays late in the day may be booked "
            "the next morning: that is too late."
        ),
    }
    return typesetting.typeset("slip", data, at=slip.issued_at), f"slip-{slip.code}.pdf"


def month_pdf(account_id: UUID, year: int, month: int, actor: Actor, at: datetime) -> tuple[bytes, str]:
    """The monthly statement as PDF and its file name, for finance people."""
    found = month_of(account_id, year, month, actor)
    zh = tenders.chinese()
    data = {
        "lang": "zh" if zh else "en",
        "title": _("Monthly statement"),
        "period": f"{found.first:%Y-%m-%d} – {found.last:%Y-%m-%d}",
        "facts": [[label, _plain(value)] for label, value in facts(found)],
        "head": head(found),
        "rows": [[_plain(cell) for cell in row] for row in rows(found)],
        "books_title": _("Accounts of the books"),
        "books": [[label, f"{value:,.2f}"] for label, value in balances(found)],
        "number": found.account.number,
    }
    return typesetting.typeset("month", data, at=at), f"{_stem(found)}.pdf"


def month_xlsx(account_id: UUID, year: int, month: int, actor: Actor) -> tuple[bytes, str]:
    """The monthly statement as a workbook with real dates and numbers, and its file name; for finance people."""
    from openpyxl import Workbook  # noqa: PLC0415 - only who asks for a workbook pays for it
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    found = month_of(account_id, year, month, actor)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(f"{year}-{month:02d}")

    def put(values: list[Any]) -> None:
        cells = []
        for value in values:
            cell = WriteOnlyCell(sheet, value=value)
            if isinstance(value, str):
                cell.data_type = "s"  # never a formula, whatever a bank wrote
            elif value is not None and not hasattr(value, "isoformat"):
                cell.number_format = "#,##0.00"
            cells.append(cell)
        sheet.append(cells)

    for label, value in facts(found):
        put([label, value])
    put([])
    put(list(head(found)))
    for row in rows(found):
        put(list(row))
    put([])
    for label, value in balances(found):
        put([label, value])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue(), f"{_stem(found)}.xlsx"


def facts(found: Month) -> list[tuple[str, Any]]:
    """Whose account, which days, what was there and what is."""
    return [
        (_("Account holder"), found.account.holder),
        (_("Bank"), found.account.bank),
        (_("Account number"), found.account.number),
        (_("Currency"), found.account.currency),
        (_("From"), found.first),
        (_("Until"), found.last),
        (_("Balance before"), found.opening),
        (_("Came in"), found.credits),
        (_("Went out"), found.debits),
        (_("Balance after"), found.closing),
    ]


def head(found: Month) -> list[str]:
    """Names of the columns."""
    unit = found.account.currency
    amount, balance = _("Amount (%(unit)s)") % {"unit": unit}, _("Balance (%(unit)s)") % {"unit": unit}
    return [_("Booked on"), _("Kind"), _("Reference of the bank"), _("Sub-account"), amount, balance]


def rows(found: Month) -> list[list[Any]]:
    """One movement a row."""
    return [
        [row.booked_on, kind_word(row.kind), row.bank_ref, row.sub_account, row.amount, row.balance]
        for row in found.rows
    ]


def balances(found: Month) -> list[tuple[str, Any]]:
    """Every account of the books at the end of the month."""
    return [(_(word), found.books[book]) for book, word in BOOK_WORDS.items() if found.books.get(book)]


def _plain(value: Any) -> str:
    return (
        value
        if isinstance(value, str)
        else f"{value:%Y-%m-%d}"
        if hasattr(value, "isoformat")
        else f"{value:,.2f}"
    )


def _stem(found: Month) -> str:
    return f"{found.account.code}-{found.first:%Y-%m}"
