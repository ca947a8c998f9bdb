"""Triggers that keep what happened at the end of an evaluation: second looks, votes on ties, time given, recalls."""

from importlib import import_module
from typing import Any

from django.db import migrations

WRITTEN_ONCE = {
    "experts_timegiven": ("id", "panel_id, turn"),
    "experts_secondlook": ("id", "sheet_id"),
    "experts_tievote": ("id",),
    "experts_recall": ("id", "panel_id, number"),
}
"""Tables whose rows never change, with their unique keys: on SQLite, INSERT OR REPLACE deletes without a DELETE trigger."""
REFUSAL = "experts: the history of a panel is append-only"
_OF_DRAWS = import_module("experts.migrations.0004_draw_guards")


def postgres(table: str) -> list[str]:
    """The triggers of one table for PostgreSQL, by the function of migration 0002."""
    refuse = "EXECUTE FUNCTION experts_refuse()"
    return [
        f"CREATE TRIGGER {table}_keep BEFORE DELETE ON {table} FOR EACH ROW {refuse}",
        f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
        f"CREATE TRIGGER {table}_change BEFORE UPDATE ON {table} FOR EACH ROW {refuse}",
    ]


def sqlite(table: str) -> list[str]:
    """The triggers of one table for SQLite."""
    same = _OF_DRAWS.same_key
    replaced = [f"EXISTS (SELECT 1 FROM {table} WHERE {same(key)})" for key in WRITTEN_ONCE[table]]
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL} ({table})'); END"
    return [
        f"CREATE TRIGGER {table}_keep BEFORE DELETE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table} WHEN {' OR '.join(replaced)} {refuse}",
        f"CREATE TRIGGER {table}_change BEFORE UPDATE ON {table} {refuse}",
    ]


def install(apps: Any, schema_editor: Any) -> None:
    """Create the triggers."""
    vendor = schema_editor.connection.vendor
    for table in WRITTEN_ONCE:
        for statement in postgres(table) if vendor == "postgresql" else sqlite(table):
            schema_editor.execute(statement, params=None)


def remove(apps: Any, schema_editor: Any) -> None:
    """Drop the triggers."""
    vendor = schema_editor.connection.vendor
    for table in WRITTEN_ONCE:
        for name in ("keep", "whole", "change", "insert"):
            on = f" ON {table}" if vendor == "postgresql" else ""
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{on}")


class Migration(migrations.Migration):
    """Guard the tables of the end of an evaluation."""

    dependencies = [("experts", "0013_closing_tables")]

    operations = [migrations.RunPython(install, remove)]
