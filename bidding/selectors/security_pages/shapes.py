"""The shapes of the pages of bid security; templates read them and work nothing out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Word:
    """A state as people read it, with its shape (look, section 3)."""

    word: str
    kind: str = "wait"


@dataclass(frozen=True)
class Term:
    """One rule of the pack which binds this security, in the reader's language."""

    text: str
    article: str


@dataclass(frozen=True)
class Received:
    """One sum as the bank booked it on the reader's own sub-account; both times are kept."""

    amount: Decimal
    currency: str
    booked_on: date
    booked_at: datetime | None
    imported_at: datetime
    payer_name: str
    payer_account: str
    state: Word
    reasons: Sequence[str]


@dataclass(frozen=True)
class Back:
    """A sum on its way back: how much, how the interest comes about, to whom, until when."""

    principal: Decimal
    interest: Decimal
    formula: Sequence[str]
    payee_name: str
    payee_account: str
    article: str
    due_at: datetime
    paid_at: datetime | None
    state: Word

    @property
    def total(self) -> Decimal:
        """What will be paid."""
        return self.principal + self.interest


@dataclass(frozen=True)
class Bond:
    """A guarantee as its bidder sees it."""

    id: UUID
    kind: str
    number: str
    issuer: str
    beneficiary: str
    amount: Decimal
    currency: str
    valid_from: date
    valid_until: date
    state: Word
    defects: Sequence[str]
    ends_early: bool


@dataclass(frozen=True)
class Slip:
    """缴纳单: what to pay, where to, until when. The QR code carries the same words."""

    holder: str
    bank: str
    number: str
    amount: Decimal
    currency: str
    until: datetime
    code: str
    tender_number: str
    lot_number: str
    title: str
    bidder: str
    issued_at: datetime

    @property
    def qr_text(self) -> str:
        """What a phone reads: account and sum, and nothing of the tender."""
        lines = (self.holder, self.bank, self.number, f"{self.currency} {self.amount:.2f}", self.code)
        return "\n".join(line for line in lines if line)


@dataclass(frozen=True)
class DepositPage:
    """A bidder's page of its security for one lot."""

    lot: Any
    title: str
    name: str
    amount: Decimal
    currency: str
    forms: str
    accepted: str
    until: datetime | None
    open: bool
    terms: Sequence[Term]
    standing: Word
    next: str
    slip: Slip | None
    received: Sequence[Received]
    backs: Sequence[Back]
    bonds: Sequence[Bond]
    annual: Any = None
    forfeited: Any = None
    may_transfer: bool = False
    may_ask: bool = False
    may_hand_in: bool = False
    asked: bool = False


@dataclass(frozen=True)
class DeskLine:
    """An exception: what the bank booked, and why no rule could place it. No firm, no tender."""

    id: UUID
    sub_account: str
    amount: Decimal
    currency: str
    booked_on: date
    booked_at: datetime | None
    state: Word
    reasons: Sequence[str]
    kind: str
    proposal: Any = None
    maker: str = ""
    checker: str = ""
    mine: bool = False


@dataclass(frozen=True)
class DueBack:
    """A sum due back, by sub-account and end-to-end id alone."""

    id: UUID
    sub_account: str
    end_to_end_id: str
    principal: Decimal
    interest: Decimal
    due_at: datetime
    state: Word
    over: bool = False
    choose: bool = False
    unknown: bool = False

    @property
    def total(self) -> Decimal:
        """What will be paid."""
        return self.principal + self.interest


@dataclass(frozen=True)
class ListPage:
    """One list of refunds."""

    row: Any
    rows: Sequence[DueBack]
    total: Decimal
    state: Word
    maker: str
    checker: str
    mine: bool
    may_decide: bool
    may_send: bool


@dataclass(frozen=True)
class OpenedSecurity:
    """After the opening: one bidder's security as owner, supervisor and panel see it."""

    organisation: Any
    name: str
    code: str
    form: str
    amount: Decimal | None
    currency: str
    state: Word
    flag: str = ""
    lines: Sequence[Received] = ()
    bonds: Sequence[Bond] = ()


@dataclass(frozen=True)
class OpenedPage:
    """After the opening: every bidder's security of a lot, with findings, holds and forfeitures."""

    lot: Any
    hall: Any
    title: str
    number: str
    no: int
    rows: Sequence[OpenedSecurity]
    findings: Sequence[Any]
    holds: Sequence[Any]
    forfeitures: Sequence[Any]
    grounds: Sequence[tuple[str, str]] = ()
    supervising: bool = False
    owning: bool = False
    bidders: Sequence[tuple[str, str]] = field(default_factory=list)
