"""``manage.py registrar_key``: say at the machine which public key the registrar signs with."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.registrar_keys import registrar_spkis, registrar_trust
from accounts.rules.signed import fingerprint
from accounts.services.keys import key_algorithm
from kernel.errors import DomainError


class Command(BaseCommand):
    """Trust a registrar's public key, or list the trusted ones."""

    help = "Trust a registrar's public key (SPKI, hex); without one, list those trusted."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("spki", nargs="?", default="", help="public key as its page shows it")

    def handle(self, *args: Any, **options: Any) -> None:
        spki = options["spki"].strip().lower()
        if spki:
            try:
                key_algorithm(spki)
            except (DomainError, ValueError) as refusal:
                raise CommandError(str(refusal)) from refusal
            registrar_trust(spki)
        for key in sorted(registrar_spkis()):
            self.stdout.write(f"{fingerprint(key)}  {key}")
