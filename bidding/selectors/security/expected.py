"""What is expected on a sub-account: amount and deadline in force, and from whom it may come."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import BasicAccount, Organisation, OrganisationName
from bidding.models.security import SubAccount
from trading.models import Lot


@dataclass(frozen=True)
class Expected:
    """The payment a sub-account waits for.

    ``names`` are the registered name and those borne before; ``account`` the basic account which counts for this
    tender: a change counts for tenders published after it only. ``own_account_only`` is False where the law leaves the
    account free (条26 binds tenders which must be held).
    """

    sub_account: SubAccount
    amount: Decimal
    currency: str
    deadline: datetime | None
    names: frozenset[str]
    account: str
    own_account_only: bool


def expected_on(numbers: Iterable[str], account: UUID) -> dict[str, Expected]:
    """By number, what is expected on these sub-accounts of one collecting account; unknown numbers are left out."""
    rows = SubAccount.objects.filter(account=account, number__in=set(numbers))
    return {row.sub_account.number: row for row in _expected(rows)}


def expected_of(sub_accounts: Iterable[UUID]) -> dict[UUID, Expected]:
    """By id, what is expected on these sub-accounts."""
    rows = SubAccount.objects.filter(pk__in=set(sub_accounts))
    return {row.sub_account.pk: row for row in _expected(rows)}


def _expected(found: QuerySet[SubAccount]) -> list[Expected]:
    """Each lot and organisation is read once, however many of the sub-accounts are theirs."""
    rows = list(found.select_related("account"))
    organisations = Organisation.objects.only("name").in_bulk({row.organisation_id for row in rows})
    lots = Lot.objects.select_related("tender__project").in_bulk({row.lot_id for row in rows if row.lot_id})
    for row in rows:
        row.organisation = organisations[row.organisation_id]
        row.lot = lots[row.lot_id] if row.lot_id else None
    names: dict[UUID, set[str]] = defaultdict(set)
    for owner, name in OrganisationName.objects.filter(organisation__in=organisations).values_list(
        "organisation", "name"
    ):
        names[owner].add(name)
    declared: dict[UUID, list[BasicAccount]] = defaultdict(list)
    for account in BasicAccount.objects.filter(organisation__in=organisations).order_by("since", "pk"):
        declared[account.organisation_id].append(account)
    return [_one(row, names[row.organisation_id], declared[row.organisation_id]) for row in rows]


def _one(row: SubAccount, names: set[str], declared: Sequence[BasicAccount]) -> Expected:
    lot = row.lot
    published = lot.published_at if lot else row.issued_at
    return Expected(
        sub_account=row,
        amount=lot.deposit_amount if lot else row.amount,
        currency=lot.currency if lot else row.account.currency,
        deadline=lot.close_at if lot else None,
        names=frozenset({row.organisation.name, *names}),
        account=counting(declared, published),
        own_account_only=lot is None or lot.tender.project.mandatory is not False,
    )


def counting(declared: Sequence[BasicAccount], published: datetime | None) -> str:
    """The basic account that stood when the tender was published; the first one of who registered only later."""
    if published is not None:
        for account in declared:
            if account.since <= published and (account.until is None or account.until > published):
                return account.number
    later = [account for account in declared if published is None or account.since > published]
    return later[0].number if later else ""
