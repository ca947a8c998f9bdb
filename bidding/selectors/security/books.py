"""The books of a collecting account: balances to the cent, what the bank says beside them, and one month of them.

No name of a firm or a tender is in anything of this module: sub-accounts, amounts and bank days only.
"""

import calendar
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import BigIntegerField, F, Q, QuerySet, Sum
from django.db.models.functions import Cast, Round

from bidding.models.security import BankFile, BankLine, CollectingAccount, Journal, Posting
from bidding.states.security import OPEN_KINDS, BookAccount, LineKind

PLACES = 5
_AS_IT_CAME = frozenset({LineKind.RECEIPT.value, *(kind.value for kind in OPEN_KINDS)})
_UNIT = Decimal(1).scaleb(-PLACES)
_EXACT = Sum(Cast(Round(F("amount") * 10**PLACES), BigIntegerField()))
"""Sums in whole units: an engine that keeps decimals as floating numbers would lose cents in long sums."""


def exact(rows: QuerySet[Posting] | QuerySet[BankLine]) -> Decimal:
    """The sum of ``amount`` over the rows, to the last digit that is kept."""
    return _decimal(rows.aggregate(total=_EXACT)["total"])


def balance(
    *, account: UUID, book: BookAccount, sub_account: UUID | None = None, until: date | None = None
) -> Decimal:
    """The balance of one account of the books (debit above zero), of one sub-account, as of the end of a day."""
    rows = Posting.objects.filter(journal__account=account, account=book.value)
    if sub_account is not None:
        rows = rows.filter(sub_account=sub_account)
    if until is not None:
        rows = rows.filter(journal__booked_on__lte=until)
    return exact(rows)


def holdings(lines: Iterable[UUID]) -> dict[UUID, dict[tuple[BookAccount, UUID | None], Decimal]]:
    """Where the money of each line stands now: (book, sub-account) to its balance, zero balances left out.

    The BANK side is part of it: the balances of a line sum to zero.
    """
    rows = (
        Posting.objects.filter(journal__line__in=list(lines))
        .values("journal__line", "account", "sub_account")
        .annotate(total=_EXACT)
        .order_by()
    )
    found: dict[UUID, dict[tuple[BookAccount, UUID | None], Decimal]] = defaultdict(dict)
    for row in rows:
        if row["total"]:
            place = (BookAccount(row["account"]), row["sub_account"])
            found[row["journal__line"]][place] = _decimal(row["total"])
    return dict(found)


def securities(sub_accounts: Iterable[UUID]) -> dict[UUID, Decimal]:
    """The money which stands as security on each sub-account; those without any are left out."""
    rows = (
        Posting.objects.filter(account=BookAccount.SECURITY.value, sub_account__in=list(sub_accounts))
        .values("sub_account")
        .annotate(total=_EXACT)
        .order_by()
    )
    return {row["sub_account"]: -_decimal(row["total"]) for row in rows if row["total"]}


@dataclass(frozen=True)
class Reconciliation:
    """The books beside the bank. All of ``faults`` is shown, and nothing is ever levelled out by itself.

    ``by_books`` is the balance of BANK, ``by_lines`` the opening balance and every line in force. ``closing`` is what
    the newest statement with a closing balance says, ``then`` what the books say for the end of that day.
    """

    account: CollectingAccount
    by_books: Decimal
    by_lines: Decimal
    books: dict[BookAccount, Decimal]
    closing: Decimal | None
    closing_on: date | None
    then: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """The bank's closing balance less that of the books; None while no statement gives one."""
        return None if self.closing is None or self.then is None else self.closing - self.then

    @property
    def balanced(self) -> bool:
        """Whether every act summed to zero and the lines agree with the books."""
        return sum(self.books.values(), Decimal(0)) == 0 and self.by_books == self.by_lines

    @property
    def agrees(self) -> bool:
        """Whether nothing is to be explained: balanced, and no difference from the bank."""
        return self.balanced and not self.difference


def reconciliation(account: CollectingAccount) -> Reconciliation:
    """The books of one account beside what the bank says."""
    rows = (
        Posting.objects.filter(journal__account=account)
        .values("account")
        .annotate(total=_EXACT)
        .order_by("account")
    )
    books = {BookAccount(row["account"]): _decimal(row["total"]) for row in rows}
    lines = BankLine.objects.filter(account=account, corrected_by__isnull=True)
    newest = (
        BankFile.objects.filter(account=account, closing__isnull=False, closing_on__isnull=False)
        .order_by("-closing_on", F("made_at").desc(nulls_last=True), "-at")
        .first()
    )
    return Reconciliation(
        account=account,
        by_books=books.get(BookAccount.BANK, Decimal(0)),
        by_lines=account.opening_balance + exact(lines),
        books=books,
        closing=newest.closing if newest else None,
        closing_on=newest.closing_on if newest else None,
        then=balance(account=account.pk, book=BookAccount.BANK, until=newest.closing_on) if newest else None,
    )


@dataclass(frozen=True)
class Row:
    """One movement at the bank in a monthly statement, with the balance after it."""

    booked_on: date
    kind: str
    bank_ref: str
    sub_account: str
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True)
class Month:
    """A month of the account: what was there, what moved, what is there, and the balances of every book then."""

    account: CollectingAccount
    first: date
    last: date
    opening: Decimal
    rows: tuple[Row, ...]
    closing: Decimal
    books: dict[BookAccount, Decimal]

    @property
    def credits(self) -> Decimal:
        """All that came in."""
        return sum((row.amount for row in self.rows if row.amount > 0), Decimal(0))

    @property
    def debits(self) -> Decimal:
        """All that went out, below zero."""
        return sum((row.amount for row in self.rows if row.amount < 0), Decimal(0))


def month(account: CollectingAccount, year: int, number: int) -> Month:
    """The statement of one calendar month by the bank's booking days."""
    first = date(year, number, 1)
    last = date(year, number, calendar.monthrange(year, number)[1])
    before = Posting.objects.filter(
        journal__account=account, account=BookAccount.BANK.value, journal__booked_on__lt=first
    )
    running = opening = exact(before)
    moved = (
        Posting.objects.filter(
            journal__account=account,
            account=BookAccount.BANK.value,
            journal__booked_on__gte=first,
            journal__booked_on__lte=last,
        )
        .select_related("journal__line__sub_account")
        .order_by("journal__booked_on", "journal__at", "journal_id", "pk")
    )
    rows = []
    for side in moved:
        running += side.amount
        line = side.journal.line
        owner = line.sub_account.number if line and line.sub_account else ""
        reference = line.bank_ref if line else ""
        rows.append(Row(side.journal.booked_on, _kind(side.journal), reference, owner, side.amount, running))
    ends = Posting.objects.filter(journal__account=account, journal__booked_on__lte=last)
    totals = ends.values("account").annotate(total=_EXACT).order_by("account")
    books = {BookAccount(row["account"]): _decimal(row["total"]) for row in totals}
    return Month(account, first, last, opening, tuple(rows), running, books)


def _kind(journal: Journal) -> str:
    """What a movement is by what is known now: a line which came in as nobody knew what may have been found since."""
    unknown = journal.line is not None and journal.kind in _AS_IT_CAME
    return journal.line.kind if unknown and journal.line else journal.kind


def unbalanced(account: CollectingAccount) -> list[UUID]:
    """Acts whose sides do not sum to zero: none, ever; the database refuses them as well."""
    rows = Journal.objects.filter(account=account).annotate(
        total=Sum(Cast(Round(F("postings__amount") * 10**PLACES), BigIntegerField()))
    )
    return [row.pk for row in rows.filter(Q(total__isnull=True) | ~Q(total=0)).order_by("at", "id")]


def _decimal(units: int | Decimal | None) -> Decimal:
    return Decimal(int(units or 0)) * _UNIT
