"""``manage.py ledger_fsck``: rebuild the log from its entries and compare with all that was signed."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ledger.audit import log_check


class Command(BaseCommand):
    """Print what was looked at and every fault; exit 1 when there is one."""

    help = "Rebuild the tree from the entries and pads; compare with tiles, roots, checkpoints, chain heads."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--all-statements",
            action="store_true",
            help="check every time statement, not the newest thousand",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report = log_check(statements=None if options["all_statements"] else 1_000)
        self.stdout.write(
            f"{report.leaves} leaves, {report.entries} entries, {report.checkpoints} checkpoints, "
            f"{report.pending} pending, {report.statements} statements checked, {report.unknown} of unknown sources"
        )
        for fault in report.faults:
            self.stderr.write(f"FAULT {fault}")
        if report.faults:
            sys.exit(1)
        self.stdout.write("ok")
