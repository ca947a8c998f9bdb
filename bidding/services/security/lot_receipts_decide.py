"""Decide a lot's receipts again when what is asked has changed: amount or deadline in force (an addendum)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.actors import SYSTEM, Actor
from bidding.models.security import BankLine, CollectingAccount, SubAccount
from bidding.policies import security as policies
from bidding.selectors.security.accounts import account_locked
from bidding.services.security.payers_tell import payers_tell
from bidding.services.security.receipts_decide import decide, rebook
from kernel.policies import require
from trading.models import Lot
from trading.states import TAKES_BIDS


@transaction.atomic
def lot_receipts_decide(*, lot_id: UUID, actor: Actor, at: datetime) -> int:
    """Decide every receipt of a lot afresh by what is asked now; how many have a new state. Idempotent.

    The platform alone, by the clock or after an addendum; payers are told of what changed, nobody else.
    """
    require(policies.may_redecide(actor))
    found = 0
    accounts = CollectingAccount.objects.filter(sub_accounts__lot=lot_id).distinct().order_by("pk")
    for account_id in list(accounts.values_list("pk", flat=True)):
        account = account_locked(account_id)
        owners = SubAccount.objects.filter(account=account, lot=lot_id).values_list("pk", flat=True)
        changed = decide(account, owners)
        rows = [one.row for one in changed]
        BankLine.objects.bulk_update(rows, ["state", "reasons"])
        rebook(account, rows, actor, at)
        payers_tell(changed, at)
        found += len(changed)
    return found


def receipts_follow(*, at: datetime) -> int:
    """Decide afresh, by the clock, the receipts of every lot that still takes bids; how many have a new state.

    A postponement or another amount may have come since the bank's file was taken in. Idempotent.
    """
    asked = SubAccount.objects.filter(lines__isnull=False).values("lot")
    states = [state.value for state in TAKES_BIDS]
    lots = Lot.objects.filter(pk__in=asked, state__in=states).order_by("pk")
    return sum(
        lot_receipts_decide(lot_id=pk, actor=SYSTEM, at=at) for pk in lots.values_list("pk", flat=True)
    )
