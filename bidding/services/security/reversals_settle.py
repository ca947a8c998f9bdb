"""The bank takes a receipt back (RvslInd): find which, whatever came first, and let its money go."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from accounts.actors import Actor
from bidding.models.security import BankLine, CollectingAccount
from bidding.selectors.security.lines import in_force
from bidding.services.security import books
from bidding.services.security.receipts_decide import Changed, decide, moved, rebook
from bidding.states.security import PAYMENT, BookAccount, LineKind, PaymentAction, PaymentState
from kernel.transitions import next_state


def reversals_settle(*, account: CollectingAccount, actor: Actor, at: datetime) -> list[Changed]:
    """Join every open reversal to the one receipt it names by reference or end-to-end id and amount.

    That receipt is ``returned`` and its sub-account decided afresh. A reversal that names none, or one of several,
    stays open for people, and receipts of that amount on its sub-account are in doubt. Of an account
    whose row the caller has locked.
    """
    touched: set[UUID] = set()
    open_ones = in_force(account.pk).filter(kind=LineKind.REVERSAL.value, reverses__isnull=True)
    for reversal in open_ones.order_by("booked_on", "identity"):
        receipt = _receipt_of(account, reversal)
        if receipt is not None:
            touched |= {owner for owner in (receipt.sub_account_id, reversal.sub_account_id) if owner}
            _take_back(account, reversal, receipt, actor, at)
    changed = decide(account, touched)
    BankLine.objects.bulk_update([one.row for one in changed], ["state", "reasons"])
    rebook(account, [one.row for one in changed], actor, at)
    return changed


def _receipt_of(account: CollectingAccount, reversal: BankLine) -> BankLine | None:
    named = Q()
    if reversal.bank_ref:
        named |= Q(bank_ref=reversal.bank_ref)
    if reversal.end_to_end_id:
        named |= Q(end_to_end_id=reversal.end_to_end_id)
    if not named:
        return None
    rows = in_force(account.pk).filter(
        named,
        kind=LineKind.RECEIPT.value,
        amount=-reversal.amount,
        reversed_by__isnull=True,
        refunds__isnull=True,
    )
    found = list(rows.exclude(state=PaymentState.FORFEITED.value)[:2])
    return found[0] if len(found) == 1 else None


def _take_back(
    account: CollectingAccount, reversal: BankLine, receipt: BankLine, actor: Actor, at: datetime
) -> None:
    if receipt.state != PaymentState.RETURNED.value:
        receipt.state = next_state(PAYMENT, PaymentAction.RETURN, PaymentState(receipt.state)).value
    receipt.reasons = ["reversed"]
    receipt.save(update_fields=["state", "reasons"])
    reversal.reverses, reversal.sub_account_id = receipt, receipt.sub_account_id
    reversal.save(update_fields=["reverses", "sub_account"])
    held = books.holdings([receipt.pk, reversal.pk])
    to = {(BookAccount.SUSPENSE, receipt.sub_account_id): None}
    acts = [
        act
        for row in (receipt, reversal)
        if (act := moved(row, held.get(row.pk, {}), to, at, "reversed")) is not None
    ]
    books.post_many(account=account, acts=acts, actor=actor, at=at)
