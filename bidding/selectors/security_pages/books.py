"""The reconciliation page: the books beside the bank, account by account, with the months there are."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor
from accounts.rules.notices import BEIJING
from bidding.models.security import CollectingAccount, Journal
from bidding.policies.security import may_read_money
from bidding.selectors.security import books as kept
from bidding.selectors.security_pages.words import BOOK_WORDS
from kernel.errors import NotFound
from kernel.policies import require

MONTHS = 24


@dataclass(frozen=True)
class BookRow:
    """One account of the books."""

    word: str
    amount: Decimal


@dataclass(frozen=True)
class Book:
    """One collecting account: what the books say, what the bank says, and the difference."""

    account: CollectingAccount
    total: Decimal
    bank: Decimal | None
    bank_on: date | None
    difference: Decimal
    rows: list[BookRow]
    months: list[date]


def books_page(actor: Actor, at: datetime) -> list[Book]:
    """Every account's books."""
    require(may_read_money(actor))
    return [_book(row, at) for row in CollectingAccount.objects.order_by("code")]


def _book(account: CollectingAccount, at: datetime) -> Book:
    found = kept.reconciliation(account)
    difference = found.difference or found.by_lines - found.by_books
    return Book(
        account=account,
        total=found.by_books,
        bank=found.closing,
        bank_on=found.closing_on,
        difference=difference,
        rows=[
            BookRow(_(word), found.books[book]) for book, word in BOOK_WORDS.items() if found.books.get(book)
        ],
        months=_months(account, at),
    )


def _months(account: CollectingAccount, at: datetime) -> list[date]:
    """The first day of every month with a movement, the newest first, this month included."""
    days = Journal.objects.filter(account=account).values_list("booked_on", flat=True).distinct()
    firsts = {day.replace(day=1) for day in days} | {at.astimezone(BEIJING).date().replace(day=1)}
    return sorted(firsts, reverse=True)[:MONTHS]


def month_of(account_id: UUID, year: int, month: int, actor: Actor) -> kept.Month:
    """One month of an account for printing; NotFound for a month or an account there is not."""
    require(may_read_money(actor))
    account = CollectingAccount.objects.filter(pk=account_id).first()
    if account is None or not (1 <= month <= 12 and 2000 <= year <= 2200):
        raise NotFound("not_here", gettext_noop("There is no such thing, or none you may know of."))
    return kept.month(account, year, month)


def taken_words(taken: Any, account_id: UUID, *, dry_run: bool) -> dict[str, Any]:
    """What the import page says of a file: whether it was new, and whether the books agree. No count, no name."""
    found = kept.reconciliation(CollectingAccount.objects.get(pk=account_id))
    known = None if found.closing is None else found.agrees
    return {
        "dry_run": dry_run,
        "again": taken.repeated,
        "missing": bool(taken.missing),
        "balanced": None if dry_run else known,
    }
