"""``manage.py tick``: do what is due, in this process (the embedded twin of worker and beat)."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from config.celery import Due, due
from kernel import clock
from kernel.errors import DomainError


class Command(BaseCommand):
    """Runs every line of the schedule once, or again and again."""

    help = "Do what is due: cut the log, send mail, close what has ended. Once, or with --every SECONDS."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=int, default=0, metavar="SECONDS", help="go on until stopped")
        parser.add_argument("--list", action="store_true", help="show the schedule and do nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            for line in due():
                self.stdout.write(f"{line.name}  every {line.seconds} s")
            return
        self.round(due())
        while options["every"]:
            time.sleep(options["every"])
            close_old_connections()
            self.round(due())

    def round(self, lines: tuple[Due, ...]) -> None:
        """One round; a line which the domain refuses does not stop the others."""
        for line in lines:
            begun = clock.now()
            try:
                line.task()
            except DomainError as error:
                self.stderr.write(f"{line.name}: {error.code}: {error}")
                continue
            seconds = (clock.now() - begun).total_seconds()
            self.stdout.write(f"{line.name}  {seconds:.2f} s")
