"""``manage.py docs``: write the generated pages; ``--check``: hold all documentation to the code."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import docs_check, generated


class Command(BaseCommand):
    """Writes docs/generated/, or checks it and every link and command named in the documentation."""

    help = "Write docs/generated/ from the code, or with --check compare it and check links and commands."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail on any difference")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.BASE_DIR / "docs" / "generated"
        if options["check"]:
            self.check_all(folder)
            return
        folder.mkdir(parents=True, exist_ok=True)
        for name, page in generated.PAGES.items():
            (folder / name).write_text(page(), encoding="utf-8")
            self.stdout.write(f"docs/generated/{name}")

    def check_all(self, folder: Any) -> None:
        """Every fault at once."""
        root = settings.BASE_DIR
        faults = [
            f"docs/generated/{name} is out of date: run `make docs`"
            for name, page in generated.PAGES.items()
            if not (folder / name).exists() or (folder / name).read_text(encoding="utf-8") != page()
        ]
        faults += [*docs_check.broken_links(root), *docs_check.unknown_commands(root)]
        if faults:
            raise CommandError("\n".join(faults))
        self.stdout.write(f"{len(docs_check.pages(root))} pages: links, commands and generated pages hold")
