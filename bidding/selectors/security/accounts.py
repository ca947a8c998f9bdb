"""Collecting accounts."""

from uuid import UUID

from django.utils.translation import gettext_noop as _

from bidding.models.security import CollectingAccount
from kernel.errors import NotFound


def account_locked(account_id: UUID) -> CollectingAccount:
    """The account, locked until the transaction ends: imports and decisions on one account follow each other."""
    account = CollectingAccount.objects.select_for_update().filter(pk=account_id).first()
    if account is None:
        raise NotFound("collecting_account", _("There is no such collecting account."))
    return account


def account_by_code(code: str) -> CollectingAccount:
    """The account of this short name, or NotFound."""
    account = CollectingAccount.objects.filter(code=code).first()
    if account is None:
        raise NotFound("collecting_account", _("There is no such collecting account."))
    return account


def only_account() -> CollectingAccount | None:
    """The one account there is; None when there is none, or several."""
    rows = list(CollectingAccount.objects.filter(closed_at__isnull=True)[:2])
    return rows[0] if len(rows) == 1 else None
