"""What an officer of a draw proves and declares, and the end an operator proposes for want of officers.

On SQLite a table that gains a column with a default, or a constraint, is rebuilt: the triggers of migration 0004 are
put back.
"""

from importlib import import_module
from typing import Any

from django.db import migrations, models
from django.db.models import Q

guards = import_module("experts.migrations.0004_draw_guards")
REBUILT = ("experts_draw", "experts_drawofficer")


def restore(apps: Any, schema_editor: Any) -> None:
    """Put back the triggers of the rebuilt tables where they were lost."""
    if schema_editor.connection.vendor == "sqlite":
        for table in REBUILT:
            for name in ("keep", "insert", "change"):
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}")
            for statement in guards.sqlite(table):
                schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    """Dry runs, declared programs, stalled draws."""

    dependencies = [("experts", "0004_draw_guards")]

    operations = [
        migrations.AddField(
            model_name="draw",
            name="stall",
            field=models.JSONField(default=dict, verbose_name="proposed end for want of officers"),
        ),
        migrations.AddField(
            model_name="drawofficer",
            name="automated",
            field=models.BooleanField(
                default=False, verbose_name="a program of the organisation acts for the officer"
            ),
        ),
        migrations.AddField(
            model_name="drawofficer",
            name="dryrun_secret",
            field=models.TextField(
                blank=True, default="", verbose_name="expected answer of the open challenge"
            ),
        ),
        migrations.AddField(
            model_name="drawofficer",
            name="dryrun_sealed",
            field=models.TextField(blank=True, default="", verbose_name="open challenge, sealed"),
        ),
        migrations.AddField(
            model_name="drawofficer",
            name="proven_at",
            field=models.DateTimeField(null=True, verbose_name="dry run passed at"),
        ),
        migrations.AddConstraint(
            model_name="drawofficer",
            constraint=models.CheckConstraint(
                condition=Q(proven_at__isnull=True) | ~Q(kem_key=""),
                name="experts_officer_proven",
                violation_error_code="officer_no_key",
            ),
        ),
        migrations.RunPython(restore, migrations.RunPython.noop),
    ]
