"""年度保证金: one sub-account of a bidder for all lots of a year; a part stands for a lot until it is let go."""

import secrets
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import SYSTEM, Actor
from accounts.models import Organisation
from bidding.models.security import AnnualUse, SubAccount
from bidding.policies import returns as policies
from bidding.selectors import lots
from bidding.selectors.security.annual import annual_balance
from bidding.services.security.gates import takes_security
from bidding.services.security.sub_account_issue import (
    TRANSFER,
    Entropy,
    collecting_account,
    drawn,
)
from kernel.errors import NotPermitted, RuleBroken
from kernel.policies import require
from ledger.services import record_append
from trading.models import Lot
from trading.rules.counting import local_day

CURRENCY = "CNY"


@transaction.atomic
def annual_account_issue(
    *, year: int, amount: Decimal, actor: Actor, at: datetime, entropy: Entropy = secrets.token_bytes
) -> SubAccount:
    """The number into which an organisation pays its annual security; asking again gives the same.

    ``amount`` is what it means to pay, in yuan. RuleBroken ``annual_year`` for a
    year that is over or not the next one.
    """
    organisation = _organisation(actor)
    require(policies.may_give_guarantee(actor, organisation.pk))
    now = local_day(at).year
    if year not in (now, now + 1) or amount <= 0:
        raise RuleBroken("annual_year", _("An annual security is paid for this year or the next one."))
    known = SubAccount.objects.filter(year=year, organisation=organisation).first()
    if known is not None:
        return known
    row = SubAccount(year=year, organisation=organisation, amount=amount)
    return drawn(account=collecting_account(CURRENCY), row=row, actor=actor, at=at, entropy=entropy)


@transaction.atomic
def annual_use(*, lot_id: UUID, actor: Actor, at: datetime) -> AnnualUse:
    """Let a part of this year's security stand for a lot, when enough of it is free; idempotent.

    The row of the annual sub-account is locked first, so that two lots at once cannot both take the last of it.
    RuleBroken ``annual_short`` when the free balance does not cover the security asked; StateConflict
    ``deadline_passed``; ``no_annual`` when the organisation has paid none for this year.
    """
    lot = lots.lot_get(lot_id)
    organisation = _organisation(actor)
    lots.bidder_locked(lot, organisation.pk)
    require(policies.may_give_guarantee(actor, organisation.pk))
    takes_security(lot, organisation.pk, TRANSFER, at)
    sub = (
        SubAccount.objects.select_for_update()
        .filter(year=local_day(at).year, organisation=organisation)
        .first()
    )
    if sub is None:
        raise RuleBroken("no_annual", _("Your organisation has no annual security for this year."))
    known = AnnualUse.objects.filter(sub_account=sub, lot=lot, freed_at__isnull=True).first()
    if known is not None:
        return known
    free = annual_balance(sub)
    if free < lot.deposit_amount:
        raise RuleBroken(
            "annual_short",
            _("The free part of the annual security is %(free)s yuan; this lot asks %(asked)s."),
            free=free,
            asked=lot.deposit_amount,
        )
    pk = uuid4()
    entry = record_append(
        name="annual-security-used",
        subject=str(pk),
        data={"account": sub.pk, "amount": lot.deposit_amount},
        actor=actor.key,
        at=at,
    )
    return AnnualUse.objects.create(
        id=pk, sub_account=sub, lot=lot, amount=lot.deposit_amount, entry=entry, at=at
    )


@transaction.atomic
def annual_free(*, use_id: UUID, actor: Actor, at: datetime) -> AnnualUse:
    """Let a part of an annual security go, at the moment money would be due back; idempotent."""
    require(policies.may_begin_refunds(actor))
    use = AnnualUse.objects.select_for_update().get(pk=use_id)
    return use if use.freed_at is not None else _freed(use, {}, actor, at)


def annual_free_by_decision(*, use: AnnualUse, decision: UUID, actor: Actor, at: datetime) -> AnnualUse:
    """End a use whose sum was kept by a confirmed decision; the forfeiture service asks who may."""
    require(policies.may_forfeit(actor, use.lot.tender.project.owner_id))
    return _freed(use, {"decision": decision}, actor, at)


def _freed(use: AnnualUse, data: dict[str, object], actor: Actor, at: datetime) -> AnnualUse:
    use.freed_at = at
    use.save(update_fields=["freed_at"])
    record_append(name="annual-security-freed", subject=str(use.pk), data=data, actor=actor.key, at=at)
    return use


def annual_let_go(*, lot: Lot, organisation: UUID, until: datetime, at: datetime) -> None:
    """Free what a bidder's annual securities do for a lot since before a moment."""
    rows = AnnualUse.objects.filter(
        lot=lot, sub_account__organisation=organisation, freed_at__isnull=True, at__lte=until
    )
    for pk in rows.values_list("pk", flat=True):
        annual_free(use_id=pk, actor=SYSTEM, at=at)


def _organisation(actor: Actor) -> Organisation:
    row = Organisation.objects.filter(pk=actor.organisation).first() if actor.organisation else None
    if row is None:
        raise NotPermitted("not_permitted", _("A security is given for an organisation that bids."))
    return row
