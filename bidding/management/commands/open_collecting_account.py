"""Open the collecting account of a centre: where bid security is paid to and its books begin."""

from argparse import ArgumentParser
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.actors import SYSTEM
from bidding.services.security import collecting_account_open
from kernel.clock import now
from kernel.errors import DomainError


class Command(BaseCommand):
    """``open_collecting_account CODE …``: see the help texts."""

    help = "Opens the account bid security is paid into. Its sub-accounts begin with the prefix agreed with the bank."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The facts of the account."""
        parser.add_argument("code", help="short name, e.g. main")
        parser.add_argument("--holder", required=True, help="the holder as the bank has it")
        parser.add_argument("--bank", required=True, help="the bank and its branch")
        parser.add_argument("--number", required=True, help="the account number")
        parser.add_argument("--prefix", required=True, help="the first 4 to 12 digits of its sub-accounts")
        parser.add_argument("--currency", default="CNY", help="ISO 4217")
        parser.add_argument(
            "--columns", default="", help="column map of its CSV and XLSX files; none for camt"
        )
        parser.add_argument("--opened-on", required=True, help="day the books begin, YYYY-MM-DD")
        parser.add_argument("--opening-balance", default="0", help="what is in the account then")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Open it, or say why not."""
        try:
            opened_on = date.fromisoformat(options["opened_on"])
            balance = Decimal(options["opening_balance"])
        except (ValueError, InvalidOperation) as error:
            raise CommandError(f"not a day or not an amount: {error}") from error
        words = {
            name: options[name]
            for name in ("code", "holder", "bank", "number", "currency", "columns", "prefix")
        }
        try:
            account = collecting_account_open(
                **words, opened_on=opened_on, opening_balance=balance, actor=SYSTEM, at=now()
            )
        except DomainError as refusal:
            raise CommandError(f"{refusal.code}: {refusal}") from refusal
        self.stdout.write(f"{account.code} {account.pk}")
