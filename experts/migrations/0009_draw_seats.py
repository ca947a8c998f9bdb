"""Seats of a draw's officers as they take them, and reminders said once; both guarded as the other tables of draws."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

TAKEN, REMINDER = "experts_drawseattaken", "experts_drawreminder"
REFUSAL = "experts: the history of a draw is append-only"
KEYS = {
    TAKEN: '''"id" = NEW."id" OR "seat_id" = NEW."seat_id"''',
    REMINDER: '''"id" = NEW."id" OR ("draw_id" = NEW."draw_id" AND "code" = NEW."code" AND "j" = NEW."j"
        AND "until" = NEW."until")''',
}
"""Unique keys: on SQLite, INSERT OR REPLACE deletes without a DELETE trigger."""


def sqlite(table: str) -> list[str]:
    """The triggers of one table for SQLite."""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL} ({table})'); END"
    same = f"EXISTS (SELECT 1 FROM {table} WHERE {KEYS[table]})"
    made = [
        f"CREATE TRIGGER {table}_keep BEFORE DELETE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table} WHEN {same} {refuse}",
    ]
    if table == REMINDER:
        made.append(f"CREATE TRIGGER {table}_change BEFORE UPDATE ON {table} {refuse}")
    return made


def postgres(table: str) -> list[str]:
    """The triggers of one table for PostgreSQL."""
    refuse = "EXECUTE FUNCTION experts_refuse()"
    made = [
        f"CREATE TRIGGER {table}_keep BEFORE DELETE ON {table} FOR EACH ROW {refuse}",
        f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
    ]
    if table == REMINDER:
        made.append(f"CREATE TRIGGER {table}_change BEFORE UPDATE ON {table} FOR EACH ROW {refuse}")
    return made


def install(apps: Any, schema_editor: Any) -> None:
    """Create the triggers."""
    vendor = schema_editor.connection.vendor
    for table in KEYS:
        for statement in postgres(table) if vendor == "postgresql" else sqlite(table):
            schema_editor.execute(statement, params=None)


def remove(apps: Any, schema_editor: Any) -> None:
    """Drop the triggers."""
    vendor = schema_editor.connection.vendor
    for table in KEYS:
        for name in ("keep", "whole", "change", "insert"):
            on = f" ON {table}" if vendor == "postgresql" else ""
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{on}")


class Migration(migrations.Migration):
    """What an officer does before the own body certifies the key."""

    dependencies = [("experts", "0008_calls_guards")]

    operations = [
        migrations.CreateModel(
            name="DrawSeatTaken",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("accepted_at", models.DateTimeField(verbose_name="accepted at")),
                ("asked", models.JSONField(default=dict, verbose_name="key to be certified")),
                ("asked_at", models.DateTimeField(null=True, verbose_name="key handed in at")),
                (
                    "seat",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken",
                        to="experts.drawofficer",
                    ),
                ),
            ],
            options={
                "verbose_name": "accepted seat of a draw",
                "verbose_name_plural": "accepted seats of draws",
                "ordering": ("accepted_at", "id"),
            },
        ),
        migrations.CreateModel(
            name="DrawReminder",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("code", models.TextField(verbose_name="reminder")),
                ("j", models.PositiveSmallIntegerField(default=0, verbose_name="round")),
                ("until", models.DateTimeField(verbose_name="before")),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "draw",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminders",
                        to="experts.draw",
                    ),
                ),
            ],
            options={
                "verbose_name": "reminder of a draw",
                "verbose_name_plural": "reminders of draws",
                "ordering": ("at", "id"),
            },
        ),
        migrations.AddConstraint(
            model_name="drawseattaken",
            constraint=models.CheckConstraint(
                condition=Q(asked_at__isnull=True) | Q(asked_at__gte=F("accepted_at")),
                name="experts_taken_order",
                violation_error_code="seat_not_accepted",
            ),
        ),
        migrations.AddConstraint(
            model_name="drawreminder",
            constraint=models.UniqueConstraint(
                fields=("draw", "code", "j", "until"),
                name="experts_reminder_once",
                violation_error_code="reminder_exists",
            ),
        ),
        migrations.RunPython(install, remove),
    ]
