"""The one writer of the books: double entry, append-only, every act's postings sum to zero and stand in the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from django.db import transaction

from accounts.actors import Actor
from bidding.models.security import BankLine, CollectingAccount, Journal, Posting
from bidding.selectors.security.books import balance, holdings
from bidding.states.security import BookAccount
from ledger.services import record_append

__all__ = ["MOST", "Act", "Side", "balance", "holdings", "post", "post_many"]

MOST = 1000
"""Acts that one entry of the ledger lists."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of an act: debit above zero. ``sub_account`` says whose money it is, and is needed for SECURITY."""

    book: BookAccount
    amount: Decimal
    sub_account: UUID | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """What happened, in its sides, on which bank day, and which line of the bank says so (if one does)."""

    kind: str
    sides: Sequence[Side]
    booked_on: date
    line: UUID | None = None


@transaction.atomic
def post(
    *,
    account: CollectingAccount,
    kind: str,
    postings: Sequence[Side],
    line: BankLine | None,
    booked_on: date,
    actor: Actor,
    at: datetime,
) -> Journal:
    """Write one act into the books of ``account``, whose row the caller has locked.

    ValueError when the sides do not sum to zero, one of them is zero, or SECURITY belongs to nobody: that is an error
    of the program, never of a person.
    """
    act = Act(kind, tuple(postings), booked_on, line.pk if line else None)
    return post_many(account=account, acts=[act], actor=actor, at=at)[0]


@transaction.atomic
def post_many(
    *, account: CollectingAccount, acts: Sequence[Act], actor: Actor, at: datetime
) -> list[Journal]:
    """Write acts in this order, each entry of the ledger listing up to ``MOST`` of them whole; as ``post`` else."""
    written: list[Journal] = []
    for start in range(0, len(acts), MOST):
        written += _written(account, acts[start : start + MOST], actor, at)
    return written


def _written(account: CollectingAccount, acts: Sequence[Act], actor: Actor, at: datetime) -> list[Journal]:
    for act in acts:
        _checked(act)
    ids = [uuid4() for _act in acts]
    entry = record_append(
        name="books-posted",
        subject=str(uuid4()),
        data={"account": account.pk, "acts": [listed(pk, act) for pk, act in zip(ids, acts, strict=True)]},
        actor=actor.key,
        at=at,
    )
    journals = [
        Journal(
            id=pk,
            account_id=account.pk,
            kind=act.kind,
            line_id=act.line,
            booked_on=act.booked_on,
            entry_id=entry.pk,
            at=at,
        )
        for pk, act in zip(ids, acts, strict=True)
    ]
    Journal.objects.bulk_create(journals)
    Posting.objects.bulk_create(
        Posting(journal_id=pk, account=side.book.value, sub_account_id=side.sub_account, amount=side.amount)
        for pk, act in zip(ids, acts, strict=True)
        for side in act.sides
    )
    return journals


def listed(pk: UUID, act: Act) -> list[object]:
    """An act as the ledger lists it: id, kind, bank day, line, and [account, sub-account, amount] of each side."""
    sides = [
        [side.book.value, str(side.sub_account or ""), f"{side.amount.normalize():f}"] for side in act.sides
    ]
    return [str(pk), act.kind, act.booked_on.isoformat(), str(act.line or ""), sides]


def _checked(act: Act) -> None:
    if len(act.sides) < 2 or sum((side.amount for side in act.sides), Decimal(0)) != 0:
        raise ValueError(f"{act.kind}: the sides of an act sum to zero")
    for side in act.sides:
        if side.amount == 0:
            raise ValueError(f"{act.kind}: a side of nothing")
        if side.book is BookAccount.SECURITY and side.sub_account is None:
            raise ValueError(f"{act.kind}: security of nobody")
