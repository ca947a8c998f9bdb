"""Bank lines in force, as the rules of matching see them, and what is held by people's decision."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet

from bidding.models.security import BankLine, Journal, MatchProposal, Posting, Refund
from bidding.rules.bank import lines as bank
from bidding.rules.bank.matching import ExpectedPayment
from bidding.rules.refund_causes import Cause
from bidding.selectors.security.books import exact
from bidding.selectors.security.expected import Expected
from bidding.states.security import BookAccount, LineKind, PaymentState, ProposalState, RefundState

UNDECLARED = "NONE"
"""Stands for a basic account that was never declared: no payer's account equals it, so people look."""
NO_DEADLINE = datetime(9999, 1, 1, tzinfo=UTC)
"""An annual security is due before it is used, not by an hour."""


def in_force(account: UUID) -> QuerySet[BankLine]:
    """The lines of an account that the bank has not corrected."""
    return BankLine.objects.filter(account=account, corrected_by__isnull=True)


def unknown_kind() -> Q:
    """Lines other than receipts that wait for people: a debit or a credit of which no rule knows what it is."""
    came_back = Journal.objects.filter(kind="bounced").values("line")
    return ~Q(amount=0) & (
        Q(kind=LineKind.OTHER.value)
        | Q(kind=LineKind.REVERSAL.value, reverses__isnull=True)
        | Q(kind=LineKind.BOUNCE.value) & ~Q(pk__in=came_back)
    )


def of_sub_accounts(account: UUID, sub_accounts: Iterable[UUID]) -> QuerySet[BankLine]:
    """What decides these sub-accounts: receipts not paid back nor on their way, and reversals without their receipt.

    What two people have put on a list or the bank has been told to pay out is security no more, so that the same bidder
    can pay anew; of a payment of too much only what is beyond the sum goes.
    """
    receipt = Q(kind=LineKind.RECEIPT.value) & ~Q(state__in=GONE) & ~Q(pk__in=_leaving(sub_accounts))
    reversal = Q(kind=LineKind.REVERSAL.value, reverses__isnull=True)
    return in_force(account).filter(receipt | reversal, sub_account__in=list(sub_accounts))


GONE = [PaymentState.RETURNED.value, PaymentState.BOUNCED.value]
LEAVING = [RefundState.PROPOSED.value, RefundState.APPROVED.value, RefundState.PAYING.value]


def _leaving(sub_accounts: Iterable[UUID]) -> set[UUID]:
    """Receipts which go back as a whole and are on a list or with the bank."""
    rows = Refund.objects.filter(sub_account__in=list(sub_accounts), state__in=LEAVING)
    part = Q(cause=Cause.STRAY.value, line__state__in=[PaymentState.OVER.value, PaymentState.MATCHED.value])
    return set(rows.exclude(part).values_list("line", flat=True))


def rule_line(row: BankLine, number: str) -> bank.BankLine:
    """A row as the rules read it; ``number`` is its sub-account's, empty when it has none."""
    return bank.BankLine(
        amount=row.amount,
        currency=row.currency,
        booked_on=row.booked_on,
        booked_at=row.booked_at,
        end_to_end_id=row.end_to_end_id,
        bank_ref=row.bank_ref,
        payer_name=row.payer_name,
        payer_account=row.payer_account,
        payee_account=number or row.payee_account,
        remittance=row.remittance,
        reversal=row.reversal,
        ordinal=row.ordinal,
        itemised=row.itemised,
        charges=row.charges,
    )


def rule_expected(one: Expected) -> ExpectedPayment:
    """What is due, as the rules read it."""
    now = one.sub_account.organisation.name
    return ExpectedPayment(
        sub_account=one.sub_account.number,
        amount=one.amount,
        currency=one.currency,
        due_at=one.deadline or NO_DEADLINE,
        payer_name=now,
        payer_account=(one.account or UNDECLARED) if one.own_account_only else "",
        former_names=tuple(sorted(one.names - {now})),
    )


def decided_by_people(account: UUID, rows: Iterable[UUID]) -> set[UUID]:
    """Lines about which two people have decided; rules leave them alone."""
    found = MatchProposal.objects.filter(
        line__account=account, line__in=list(rows), state=ProposalState.CONFIRMED.value
    )
    return set(found.values_list("line", flat=True))


def placed_by_people(account: UUID, sub_accounts: Iterable[UUID]) -> dict[UUID, Decimal]:
    """What stands as security on each sub-account because two people said so."""
    rows = Posting.objects.filter(
        journal__account=account,
        account=BookAccount.SECURITY.value,
        sub_account__in=list(sub_accounts),
        journal__line__in=MatchProposal.objects.filter(
            line__account=account, state=ProposalState.CONFIRMED.value, line__corrected_by__isnull=True
        ).values("line"),
    )
    found: dict[UUID, Decimal] = defaultdict(Decimal)
    for owner in set(rows.values_list("sub_account", flat=True)):
        found[owner] = -exact(rows.filter(sub_account=owner))
    return dict(found)
