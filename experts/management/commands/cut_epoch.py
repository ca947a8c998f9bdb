"""Cut an epoch of the expert pool now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.actors import SYSTEM
from experts.pool_keys import pool_key
from experts.services.epoch_cut import epoch_cut
from kernel.clock import now
from kernel.errors import DomainError


class Command(BaseCommand):
    """``cut_epoch``: prints number, size and root."""

    help = "Commits to the expert pool as it stands, as the clock does each night."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Cut it."""
        try:
            epoch = epoch_cut(actor=SYSTEM, at=now(), key=pool_key())
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"epoch {epoch.number}: {epoch.size} experts, root {epoch.root}")
