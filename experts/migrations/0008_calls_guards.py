"""Triggers that keep what the gateway did and how experts were rated: looks, calls, words of answers, ratings, replies.

They refuse by the function of migration 0002. A later migration that rebuilds one of these tables on SQLite loses its
triggers there and must run ``install`` again; ``tests/experts/draws/test_draw_guards.py`` fails when one is missing.
"""

from typing import Any

from django.db import migrations

WRITTEN_ONCE = {
    "experts_drawreply": ("id", "answer_id"),
    "experts_calllook": ("id",),
    "experts_calltry": ("id",),
    "experts_callreminder": ("id", "seat_id"),
    "experts_panelrating": ("id", "rating_id", "seat_id, side"),
    "experts_ratingreply": ("id", "rating_id"),
}
"""Tables whose rows never change, with their unique keys: on SQLite, INSERT OR REPLACE deletes without a DELETE trigger."""
KEPT = {
    "experts_interestdeclaration": ("id",),
    "experts_suspensionproposal": ("id", "rating_id"),
}
"""Tables whose rows change by services, and stay."""
TABLES = {**WRITTEN_ONCE, **KEPT}
REFUSAL = "experts: the history of calls and ratings is append-only"


def postgres(table: str) -> list[str]:
    """The triggers of one table for PostgreSQL."""
    refuse = "EXECUTE FUNCTION experts_refuse()"
    change = f"CREATE TRIGGER {table}_change BEFORE UPDATE ON {table} FOR EACH ROW {refuse}"
    return [
        f"CREATE TRIGGER {table}_keep BEFORE DELETE ON {table} FOR EACH ROW {refuse}",
        f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
        *([change] if table in WRITTEN_ONCE else []),
    ]


def sqlite(table: str) -> list[str]:
    """The triggers of one table for SQLite."""
    replaced = [f"EXISTS (SELECT 1 FROM {table} WHERE {same_key(key)})" for key in TABLES[table]]
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL} ({table})'); END"
    made = [f"CREATE TRIGGER {table}_keep BEFORE DELETE ON {table} {refuse}"]
    made.append(f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table} WHEN {' OR '.join(replaced)} {refuse}")
    if table in WRITTEN_ONCE:
        made.append(f"CREATE TRIGGER {table}_change BEFORE UPDATE ON {table} {refuse}")
    return made


def same_key(key: str) -> str:
    """The condition that a row has the key of the new one."""
    return " AND ".join(f'"{column}" = NEW."{column}"' for column in key.split(", "))


def install(apps: Any, schema_editor: Any) -> None:
    """Create the triggers."""
    vendor = schema_editor.connection.vendor
    for table in TABLES:
        for statement in postgres(table) if vendor == "postgresql" else sqlite(table):
            schema_editor.execute(statement, params=None)


def remove(apps: Any, schema_editor: Any) -> None:
    """Drop the triggers."""
    vendor = schema_editor.connection.vendor
    for table in TABLES:
        for name in ("keep", "whole", "change", "insert"):
            on = f" ON {table}" if vendor == "postgresql" else ""
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{on}")


class Migration(migrations.Migration):
    """Guard the tables of calls and ratings."""

    dependencies = [("experts", "0007_calls_and_conduct")]

    operations = [migrations.RunPython(install, remove)]
