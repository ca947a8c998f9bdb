"""Open a collecting account (保证金专户): where securities are paid to, and where its books begin."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding.models.security import CollectingAccount
from bidding.policies import security as policies
from bidding.rules.statement_files import map_of
from bidding.services.security import books
from bidding.states.security import BookAccount
from kernel.errors import RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import record_append


@transaction.atomic
def collecting_account_open(
    *,
    code: str,
    holder: str,
    bank: str,
    number: str,
    currency: str,
    columns: str,
    prefix: str,
    opened_on: date,
    opening_balance: Decimal,
    actor: Actor,
    at: datetime,
) -> CollectingAccount:
    """Open the account; its books begin with ``opening_balance`` (in ``currency``) on ``opened_on``.

    ``prefix`` are the first 4 to 12 digits of its sub-accounts, as agreed with the bank; ``columns`` names the column
    map of its CSV and XLSX files, empty when it gives camt. StateConflict ``account_known`` for a code or number there
    is already; RuleBroken ``account_prefix``, ``account_columns``, ``account_incomplete`` for what is none.
    """
    require(policies.may_open_account(actor))
    if not (prefix.isascii() and prefix.isdigit() and 4 <= len(prefix) <= 12):
        raise RuleBroken("account_prefix", _("The prefix of the sub-accounts has 4 to 12 digits."))
    if not all(word.strip() for word in (code, holder, bank, number)):
        raise RuleBroken("account_incomplete", _("Short name, holder, bank and number are all needed."))
    if columns and map_of(columns) is None:
        raise RuleBroken("account_columns", _("There is no column map of this name."))
    known = CollectingAccount.objects.filter(code=code) | CollectingAccount.objects.filter(number=number)
    if known.exists():
        raise StateConflict("account_known", _("There is a collecting account of this name or number."))
    account = CollectingAccount.objects.create(
        code=code,
        holder=holder,
        bank=bank,
        number=number,
        currency=currency,
        columns=columns,
        prefix=prefix,
        opened_on=opened_on,
        opening_balance=opening_balance,
    )
    data = {"code": code, "bank": bank, "currency": currency, "opened_on": opened_on}
    record_append(
        name="collecting-account-opened", subject=str(account.pk), data=data, actor=actor.key, at=at
    )
    if opening_balance:
        sides = (
            books.Side(BookAccount.BANK, opening_balance),
            books.Side(BookAccount.OPENING, -opening_balance),
        )
        act = books.Act("opening", sides, opened_on)
        books.post_many(account=account, acts=[act], actor=actor, at=at)
    return account
