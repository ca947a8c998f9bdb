"""``manage.py record_modules``: put the digests of the served modules into the ledger; part of every upgrade."""

from typing import Any

from django.core.management.base import BaseCommand

from kernel import clock
from portal.services import client_modules_record


class Command(BaseCommand):
    """``record_modules``: see the help text."""

    help = "Write the SHA-256 of every browser module served by this installation into the ledger, if it changed."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write once for each change of the modules."""
        entry = client_modules_record(at=clock.now())
        self.stdout.write("unchanged" if entry is None else f"recorded, event {entry.ev}")
