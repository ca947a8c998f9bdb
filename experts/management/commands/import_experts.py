"""Take in a workbook of experts, or only check it."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.actors import SYSTEM
from accounts.identity_keys import identity_key
from experts.pool_keys import pool_key
from experts.rules.workbook import Defect, WorkbookRefused
from experts.services.pool_import import pool_import
from kernel.clock import now
from kernel.errors import DomainError


class Command(BaseCommand):
    """``import_experts FILE [--dry-run] [--json]``: exit 0, or 1 with every defect on the error output."""

    help = (
        "Takes in a workbook of experts as a whole, or refuses it as a whole and names every defect with row and "
        "column. A keeper of the pool then admits them on the page of imports. With --dry-run nothing is written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file and what to print."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="write nothing")
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON, defects included")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import or check, then print."""
        try:
            content = options["file"].read_bytes()
            done = pool_import(
                name=options["file"].name,
                content=content,
                actor=SYSTEM,
                at=now(),
                identity_key=identity_key(),
                key=pool_key(),
                dry_run=options["dry_run"],
            )
        except WorkbookRefused as refusal:
            raise self.refused(refusal, as_json=options["json"]) from refusal
        except DomainError as refusal:
            raise CommandError(f"{options['file'].name}: {refusal}") from refusal
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        if options["json"]:
            told: dict[str, object] = {
                "count": done.count,
                "import": str(done.id) if done.id else None,
                "defects": [],
            }
            self.stdout.write(json.dumps(told))
        else:
            rest = (
                "nothing written" if done.id is None else "they wait for a keeper of the pool to admit them"
            )
            self.stdout.write(f"{done.count} experts; {rest}")

    def refused(self, refusal: WorkbookRefused, *, as_json: bool) -> CommandError:
        """Every defect, then the error that ends the command."""
        if as_json:
            refused: dict[str, object] = {
                "count": 0,
                "import": None,
                "defects": [shown(one) for one in refusal.defects],
            }
            self.stdout.write(json.dumps(refused, ensure_ascii=False))
        else:
            for one in map(shown, refusal.defects):
                self.stderr.write(f"row {one['row']}, column {one['column'] or '-'}: {one['message']}")
        return CommandError(str(refusal))


def shown(defect: Defect) -> dict[str, object]:
    """A defect as plain data; never what the cell holds."""
    finding = defect.finding
    message = finding.message % finding.data if finding.data else finding.message
    place = {"row": defect.row, "column": defect.column, "field": finding.field}
    return {**place, "code": finding.code, "message": message, "source": finding.source}
