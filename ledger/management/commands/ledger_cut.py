"""``manage.py ledger_cut``: one cut of the log now, for operators and timers without a worker."""

from typing import Any

from django.core.management.base import BaseCommand

from kernel import clock
from ledger import selectors
from ledger.services import batch_cut


class Command(BaseCommand):
    """Cut the log and print the checkpoint."""

    help = "Give pending entries their place, sign a checkpoint, collect time statements."

    def handle(self, *args: Any, **options: Any) -> None:
        checkpoint = batch_cut(at=clock.now())
        names = ", ".join(row.source for row in selectors.statements_of(checkpoint)) or "nobody"
        self.stdout.write(f"{checkpoint.size} {bytes(checkpoint.root).hex()} stated by {names}")
