"""What a bank file says, whatever its format: statements, balances and lines, and the refusal of a whole file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal

from kernel.errors import RuleBroken

BOOKED: Final = "BOOK"
"""The only status under which money has moved; pending and informative lines are read and never booked."""


@dataclass(frozen=True, slots=True)
class BankLine:
    """One payment as the bank reports it.

    ``amount`` is signed, credit above zero, and exact; ``currency`` is ISO 4217. ``booked_at`` is aware and given only
    when the bank gives a time; a bank that gives a day alone leaves it None and fills ``booked_on``. ``payer_*`` is the
    other side (the debtor of a credit, the creditor of a debit; of a reversal, as in the payment it takes back),
    ``payee_account`` our own (sub-)account if the line
    names one, ``account`` the account of the statement. ``batch`` is the reference of the entry the line belongs to and
    ``ordinal`` its place there.

    ``booked`` is what this line puts into the books: the parts of one entry always add up to what the bank booked.
    It equals ``amount`` while ``itemised``. A bank may list payments without amounts of their own, or with amounts
    that do not add up to the entry (gross of fees); then ``itemised`` is False on every line of the entry, ``amount``
    is what the bank says for the payment (the entry's amount when it says nothing), the first line books the whole
    entry and the others nothing. Such a line is never matched without people.
    """

    amount: Decimal
    currency: str
    booked_on: date | None
    booked_at: datetime | None = None
    value_on: date | None = None
    end_to_end_id: str = ""
    bank_ref: str = ""
    payer_name: str = ""
    payer_account: str = ""
    payee_account: str = ""
    remittance: str = ""
    reversal: bool = False
    batch: str = ""
    ordinal: int = 0
    account: str = ""
    status: str = BOOKED
    itemised: bool = True
    part: Decimal | None = None
    charges: Decimal = Decimal(0)
    at_line: int = 0

    @property
    def booked(self) -> Decimal:
        """What the line puts into the books, signed; nothing while the bank has not booked it."""
        if self.status != BOOKED:
            return Decimal(0)
        return self.amount if self.part is None else self.part


@dataclass(frozen=True, slots=True)
class Balance:
    """A balance the bank states, signed, at the end of a day (``opening``: at its beginning)."""

    kind: Literal["opening", "closing", "other"]
    amount: Decimal
    currency: str
    on: date
    code: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, report or notification of one account. ``lines`` may be a stream that is read once.

    ``page`` says which of several files of the statement this is: ``2``, ``3 last``; empty where it says nothing.
    """

    id: str
    account: str
    currency: str
    created_at: datetime | None
    period_from: datetime | None
    period_until: datetime | None
    balances: tuple[Balance, ...]
    lines: Iterable[BankLine]
    page: str = ""


LAST = "last"


def replaces(pages: str, before: str) -> bool:
    """Whether a later file with these pages stands in the place of one with pages ``before`` of the same statement.

    A page replaces the page of its number; one without numbers, or a last page, whatever would come after it.
    """
    if not pages or pages == before:
        return True
    now, then = _numbered(pages), _numbered(before)
    if [number for number, _last in now] == [number for number, _last in then]:
        return True
    return len(now) == len(then) == 1 and now[0][1] and then[0][0] > now[0][0] > 0


def _numbered(pages: str) -> list[tuple[int, bool]]:
    """Number of each page (0: none), and whether it is the last."""
    found = []
    for page in pages.split("\n"):
        number, _gap, last = page.partition(" ")
        found.append((int(number) if number.isdigit() else 0, last == LAST))
    return found


class StatementRefused(RuleBroken):
    """A bank file is refused as a whole; nothing of it was taken.

    ``line`` is the line (or row) of the file, None when the file as a whole is meant; ``where`` names the element or
    column; ``message`` is a msgid that ``data`` fills.
    """

    def __init__(self, line: int | None, where: str, message: str, **data: object) -> None:
        """Keep where and why."""
        super().__init__("statement_refused", message, (), **{"line": line, "where": where, **data})
        self.line = line
        self.where = where

    def __str__(self) -> str:
        """Line, place and reason, untranslated."""
        place = ", ".join(([f"line {self.line}"] if self.line else []) + ([self.where] if self.where else []))
        return f"{place}: {super().__str__()}" if place else super().__str__()
