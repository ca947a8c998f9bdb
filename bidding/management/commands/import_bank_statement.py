"""Import a bank statement, or only read it: camt.052, .053, .054, or CSV and XLSX by the account's column map."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from accounts.actors import SYSTEM
from bidding.models.security import CollectingAccount
from bidding.payer_keys import payer_key
from bidding.rules import statement_files
from bidding.rules.bank.lines import BankLine
from bidding.selectors.security.accounts import account_by_code, only_account
from bidding.services.security import Imported, statement_import
from kernel.clock import now
from kernel.errors import DomainError


class Command(BaseCommand):
    """``import_bank_statement FILE``: see the help texts. Exit status 1 when the file is refused."""

    help = (
        "Imports a bank statement as a whole or refuses it as a whole, naming line and reason on the error output. "
        "With --dry-run nothing is written and no account need be configured; any bank's file is read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, for which account, and what to print."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--account", default="", help="short name of the collecting account")
        parser.add_argument(
            "--columns", default="", help="column map for a CSV or XLSX read with --dry-run alone"
        )
        parser.add_argument("--dry-run", action="store_true", help="write nothing")
        parser.add_argument("--json", action="store_true", help="print the lines of the file as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import or read, then print."""
        try:
            account = self.account(options["account"], dry_run=options["dry_run"])
            with options["file"].open("rb") as stream:
                self.run(stream, account, options)
        except DomainError as refusal:
            raise CommandError(f"{options['file'].name}: {refusal}") from refusal
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error

    def account(self, code: str, *, dry_run: bool) -> CollectingAccount | None:
        """The account named, or the only one; none is needed to read a file without writing."""
        if code:
            return account_by_code(code)
        if dry_run:
            return None
        account = only_account()
        if account is None:
            raise CommandError("name the collecting account with --account (or only read, with --dry-run)")
        return account

    def run(self, stream: BinaryIO, account: CollectingAccount | None, options: dict[str, Any]) -> None:
        """Do what is asked; nothing is printed before the file has been accepted."""
        done = None
        if account is not None:
            done = statement_import(
                account_id=account.pk,
                name=options["file"].name,
                stream=stream,
                key=payer_key(),
                actor=SYSTEM,
                at=now(),
                dry_run=options["dry_run"],
            )
        columns = account.columns if account else options["columns"]
        if options["json"]:
            self.print_json(statement_files.checked(stream, columns))
        elif done is not None:
            self.print_outcome(done, dry_run=options["dry_run"])
        else:
            count = sum(1 for one in statement_files.checked(stream, columns) for _line in one.lines)
            self.stdout.write(f"{count} lines; nothing written")

    def print_json(self, statements: Iterator[Any]) -> None:
        """``{"lines": […]}``, written while the file is read."""
        comma = ""
        self.stdout.write('{"lines":[', ending="")
        for statement in statements:
            for line in statement.lines:
                text = json.dumps(shown(line), ensure_ascii=False, separators=(",", ":"))
                self.stdout.write(comma + text, ending="")
                comma = ","
        self.stdout.write("]}")

    def print_outcome(self, done: Imported, *, dry_run: bool) -> None:
        """What the import did, in one line."""
        if done.repeated:
            self.stdout.write("this file was imported before; nothing has changed")
            return
        words = [
            f"{getattr(done, name)} {name}"
            for name in ("read", "new", "known", "corrected", "outdated", "pending")
        ]
        missing = [f"{len(done.missing)} missing from this edition"] if done.missing else []
        self.stdout.write(", ".join([*words, *missing, *(["nothing written"] if dry_run else [])]))


def shown(line: BankLine) -> dict[str, object]:
    """A line as JSON: the amount signed and exact, the booking moment or day in ISO 8601."""
    booked = line.booked_at or line.booked_on
    return {
        "amount": f"{line.amount:f}",
        "currency": line.currency,
        "booked_at": booked.isoformat() if booked else None,
        "end_to_end_id": line.end_to_end_id,
        "payer_name": line.payer_name,
        "payer_account": line.payer_account,
        "payee_account": line.payee_account,
        "bank_ref": line.bank_ref,
        "remittance": line.remittance,
        "reversal": line.reversal,
        "status": line.status,
        "account": line.account,
    }
