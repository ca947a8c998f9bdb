"""A virtual sub-account for one bidder and one lot, issued at once (一标一户): money finds its owner by number."""

import secrets
from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding.models.security import CollectingAccount, SubAccount
from bidding.policies import security as policies
from bidding.rules.sub_accounts import sub_account_number
from bidding.selectors import lots
from kernel.errors import NotPermitted, RuleBroken, StateConflict, Unavailable
from kernel.policies import require
from ledger.services import record_append
from trading.models import DocumentTaker, Lot
from trading.states import TAKES_BIDS, LotState

Entropy = Callable[[int], bytes]
TRIES = 20
TRANSFER = "transfer"


@transaction.atomic
def sub_account_issue(
    *, lot_id: UUID, actor: Actor, at: datetime, entropy: Entropy = secrets.token_bytes
) -> SubAccount:
    """The number into which the actor's organisation pays the security of this lot; asking again gives the same.

    NotPermitted for who may not pay or seal for it, or has not taken the documents; StateConflict
    ``deadline_passed`` after the deadline in force, ``no_bids_now`` when the lot takes none; RuleBroken
    ``no_deposit`` when none is asked and ``no_transfer`` when money is not a form of it; Unavailable
    ``no_collecting_account`` when the centre has no account in the lot's currency.
    """
    lot = lots.lot_get(lot_id)
    if actor.organisation is None:
        raise NotPermitted(
            "not_permitted", _("Only a bidder asks for an account to pay its own security into.")
        )
    lots.bidder_locked(lot, actor.organisation)
    require(policies.may_ask_sub_account(actor, actor.organisation))
    known = SubAccount.objects.filter(lot=lot, organisation=actor.organisation).first()
    if known is not None:
        return known
    _check(lot, actor.organisation, at)
    return drawn(
        account=collecting_account(lot.currency),
        row=SubAccount(lot=lot, organisation_id=actor.organisation, amount=lot.deposit_amount),
        actor=actor,
        at=at,
        entropy=entropy,
    )


def drawn(
    *, account: CollectingAccount, row: SubAccount, actor: Actor, at: datetime, entropy: Entropy
) -> SubAccount:
    """``row`` (for a lot or a year, its bidder locked by the caller) with a random number nobody else has.

    The entry's subject is random, so that the ledger does not say for which lot it is. Unavailable ``no_number`` after
    ``TRIES`` draws that all met a number there is already: a broken source of chance.
    """
    row.id, row.account, row.issued_at = uuid4(), account, at
    row.entry = record_append(
        name="sub-account-issued", subject=str(row.id), data={"account": account.pk}, actor=actor.key, at=at
    )
    for _try in range(TRIES):
        row.number = sub_account_number(account.prefix, entropy)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            if not SubAccount.objects.filter(number=row.number).exists():
                raise
            continue
        return row
    raise Unavailable("no_number", _("No free account number could be drawn."))


def collecting_account(currency: str) -> CollectingAccount:
    """The account opened last in this currency; Unavailable ``no_collecting_account`` when there is none."""
    rows = CollectingAccount.objects.filter(currency=currency, closed_at__isnull=True)
    account = rows.order_by("-opened_on", "code").first()
    if account is None:
        raise Unavailable(
            "no_collecting_account", _("There is no account to pay a security into in this currency.")
        )
    return account


def _check(lot: Lot, organisation: UUID, at: datetime) -> None:
    if not DocumentTaker.objects.filter(tender=lot.tender_id, organisation=organisation).exists():
        raise NotPermitted(
            "documents_first", _("Take the documents first; then you get an account to pay into.")
        )
    if LotState(lot.state) not in TAKES_BIDS:
        raise StateConflict("no_bids_now", _("This lot takes no bids now."))
    if lot.close_at is None or at >= lot.close_at:
        raise StateConflict(
            "deadline_passed", _("The deadline has passed; a security paid now would be late.")
        )
    if lot.deposit_amount <= 0:
        raise RuleBroken("no_deposit", _("No bid security is asked here."))
    if TRANSFER not in lot.deposit_forms:
        raise RuleBroken("no_transfer", _("Here a security is given by guarantee, not by transfer."))
