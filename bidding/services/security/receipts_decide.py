"""Decide the receipts of sub-accounts by the rules, as often as something new is known; the books follow.

A receipt's state is a function of every line in force on its sub-account and of what is asked there, never of the
order in which files came. Lines about which two people have decided stay as they said.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from accounts.actors import Actor
from bidding.models.security import BankLine, CollectingAccount, SubAccount
from bidding.rules.bank import lines as bank
from bidding.rules.bank import matching
from bidding.rules.bank.matching import BEIJING
from bidding.rules.statement_files import map_of
from bidding.selectors.security.expected import Expected, expected_of
from bidding.selectors.security.lines import (
    decided_by_people,
    of_sub_accounts,
    placed_by_people,
    rule_expected,
    rule_line,
)
from bidding.services.security import books
from bidding.states.security import PAYMENT, BookAccount, LineKind, PaymentAction, PaymentState
from kernel.transitions import next_state

LONG_AGO = datetime(1900, 1, 1, tzinfo=BEIJING)
MOVABLE = frozenset({BookAccount.SECURITY, BookAccount.SUSPENSE})
"""Where the money of a receipt may be moved by deciding; what was ordered back or kept is no longer here."""
ACTION = {
    PaymentState.UNMATCHED: PaymentAction.LOSE,
    PaymentState.MATCHED: PaymentAction.MATCH,
    PaymentState.SUSPICIOUS: PaymentAction.DOUBT,
    PaymentState.LATE: PaymentAction.FIND_LATE,
    PaymentState.SHORT: PaymentAction.FIND_SHORT,
    PaymentState.OVER: PaymentAction.FIND_OVER,
    PaymentState.DUPLICATE: PaymentAction.FIND_DUPLICATE,
}


@dataclass(frozen=True)
class Changed:
    """A receipt that has a new state, and what was expected of it."""

    row: BankLine
    expected: Expected


def decide(
    account: CollectingAccount,
    sub_accounts: Iterable[UUID],
    fresh: Sequence[BankLine] = (),
    known: Mapping[UUID, Expected] | None = None,
) -> list[Changed]:
    """Set state and reasons of every receipt of these sub-accounts, ``fresh`` ones (not yet stored) among them.

    ``known`` is what has been found already of what is expected.

    Nothing is written, for an account whose row the caller has locked: it stores ``Changed`` rows and then calls
    ``rebook`` for those that were stored before.
    """
    wanted = set(sub_accounts)
    expected = {**(known or {})}
    expected |= expected_of(wanted - expected.keys())
    groups: dict[UUID, list[BankLine]] = defaultdict(list)
    stored = list(of_sub_accounts(account.pk, wanted)) if wanted else []
    settled = decided_by_people(account.pk, [row.pk for row in stored]) if stored else set()
    placed = placed_by_people(account.pk, wanted) if wanted else {}
    for row in [*(row for row in stored if row.pk not in settled), *fresh]:
        if row.sub_account_id in wanted:
            groups[row.sub_account_id].append(row)
    bank = map_of(account.columns)
    day_is_end = bank is not None and bank.day_is_end
    changed: list[Changed] = []
    for owner, rows in groups.items():
        changed += _group(expected[owner], rows, placed.get(owner, Decimal(0)), day_is_end=day_is_end)
    return changed


def _group(
    expected: Expected, rows: Sequence[BankLine], placed: Decimal, *, day_is_end: bool
) -> list[Changed]:
    due = rule_expected(expected)
    lines = [rule_line(row, expected.sub_account.number) for row in rows]
    by_line = {id(line): row for line, row in zip(lines, rows, strict=True)}
    if placed:
        lines.append(_as_paid(due, placed))
    changed = []
    for line, decision in matching.settle(due, lines, others=_others(expected, rows), day_is_end=day_is_end):
        row = by_line.get(id(line))
        if row is None or row.kind != LineKind.RECEIPT.value:
            continue
        if apply(row, PaymentState(decision.state), list(decision.reasons)):
            changed.append(Changed(row, expected))
    return changed


def _others(expected: Expected, rows: Sequence[BankLine]) -> list[matching.ExpectedPayment]:
    """What the same bidder owes for other lots: looked up only where somebody paid more than is asked."""
    if all(row.amount <= expected.amount for row in rows):
        return []
    mine = expected.sub_account
    others = SubAccount.objects.filter(account=mine.account_id, organisation=mine.organisation_id)
    found = expected_of(others.exclude(pk=mine.pk).values_list("pk", flat=True))
    return [
        rule_expected(one)
        for _owner, one in sorted(found.items(), key=lambda item: item[1].sub_account.number)
    ]


def _as_paid(due: matching.ExpectedPayment, amount: Decimal) -> bank.BankLine:
    """What two people placed on a sub-account, as a payment that counts before all others."""
    return bank.BankLine(
        amount=amount,
        currency=due.currency,
        booked_on=LONG_AGO.date(),
        booked_at=LONG_AGO,
        payer_name=due.payer_name,
        payer_account=due.payer_account,
        payee_account=due.sub_account,
    )


def apply(row: BankLine, state: PaymentState, reasons: list[str]) -> bool:
    """Give a receipt its state and reasons; False when it had them. A fresh row (no state yet) takes any."""
    if row.state == state.value and row.reasons == reasons:
        return False
    if row.state and row.state != state.value:
        next_state(PAYMENT, ACTION[state], PaymentState(row.state))
    row.state, row.reasons = state.value, reasons
    return True


def place(row: BankLine) -> tuple[BookAccount, UUID | None]:
    """Where the money of a receipt belongs: it is somebody's security only while it is matched."""
    held = row.state in {PaymentState.MATCHED.value, PaymentState.FORFEITED.value}
    return (BookAccount.SECURITY if held else BookAccount.SUSPENSE, row.sub_account_id)


def rebook(account: CollectingAccount, rows: Sequence[BankLine], actor: Actor, at: datetime) -> None:
    """Move the money of these lines to where their state says it belongs; what is there already stays."""
    held = books.holdings(row.pk for row in rows)
    acts = [
        act for row in rows if (act := moved(row, held.get(row.pk, {}), {place(row): None}, at)) is not None
    ]
    books.post_many(account=account, acts=acts, actor=actor, at=at)


def moved(
    row: BankLine,
    held: Mapping[tuple[BookAccount, UUID | None], Decimal],
    to: Mapping[tuple[BookAccount, UUID | None], Decimal | None],
    at: datetime,
    kind: str = "decided",
) -> books.Act | None:
    """The act that brings all movable money of a line to ``to`` (amounts owed, above zero; None takes the rest)."""
    now = {where: amount for where, amount in held.items() if where[0] in MOVABLE}
    total = sum(now.values(), Decimal(0))
    given = sum((amount for amount in to.values() if amount is not None), Decimal(0))
    wanted = {where: total + given if amount is None else -amount for where, amount in to.items()}
    differences = {
        where: wanted.get(where, Decimal(0)) - now.get(where, Decimal(0))
        for where in [*now, *(where for where in wanted if where not in now)]
    }
    sides = tuple(books.Side(book, amount, owner) for (book, owner), amount in differences.items() if amount)
    return books.Act(kind, sides, at.astimezone(BEIJING).date(), row.pk) if sides else None
