"""The free part of an annual security goes back before the year is over, because its bidder asks for it."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding.models.security import CollectingAccount, Refund, SubAccount
from bidding.policies import returns as policies
from bidding.rules.refund_causes import Cause, due_of
from bidding.selectors.security import dues
from bidding.selectors.security.annual import annual_balance
from bidding.services.security.refunds import refund_make
from bidding.states.security import BookAccount
from kernel.errors import NotFound, RuleBroken
from kernel.policies import require
from ledger.services import record_append
from trading import selectors as trading


@transaction.atomic
def annual_return(*, year: int, actor: Actor, at: datetime) -> list[Refund]:
    """Make due what is free of the organisation's annual security of a year, with the clock and interest of its end.

    What stands for a lot stays. NotFound ``no_annual`` without such an account; RuleBroken ``annual_nothing_free`` when
    every cent stands for a lot, is on its way back or was never booked.
    """
    found = SubAccount.objects.filter(year=year, organisation=actor.organisation).first()
    if found is None or actor.organisation is None:
        raise NotFound("no_annual", _("Your organisation has no annual security for this year."))
    require(policies.may_give_guarantee(actor, actor.organisation))
    sub = SubAccount.objects.select_for_update().get(pk=found.pk)
    CollectingAccount.objects.select_for_update().get(pk=sub.account_id)
    left = annual_balance(sub)
    if left <= 0:
        raise RuleBroken(
            "annual_nothing_free", _("Nothing of your annual security is free: parts of it stand for lots.")
        )
    due = due_of(Cause.ANNUAL, at, trading.stray_rules(at), trading.calendar())
    record_append(
        name="annual-security-asked-back",
        subject=str(sub.pk),
        data={"amount": left},
        actor=actor.key,
        at=at,
    )
    made = []
    for part in dues.uncovered(dues.sub_lines([sub.pk])):
        if part.sub_account == sub.pk and part.book is BookAccount.SECURITY and left > 0:
            amount = min(part.amount, left)
            left -= amount
            made.append(refund_make(replace(part, amount=amount), Cause.ANNUAL, due, at, held=False, at=at))
    return made
