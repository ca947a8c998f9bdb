"""Triggers that keep what happened in a draw: papers, contributions, commits, releases and answers are written once.

They refuse by the function of migration 0002. A later migration that rebuilds one of these tables on SQLite loses its
triggers there and must run ``install`` again; ``tests/experts/draws/test_draw_guards.py`` fails when one is missing.
"""

from typing import Any

from django.db import migrations

WRITTEN_ONCE = {
    "experts_drawexclusion": ("id", "request_id, unit, reason"),
    "experts_drawpaper": ("id", "draw_id, digest"),
    "experts_contribution": ("id", "draw_id, org"),
    "experts_drawcommit": ("id", "round_id, officer"),
    "experts_drawrelease": ("id", "round_id, officer"),
    "experts_drawanswer": ("id",),
}
"""Tables whose rows never change, with their unique keys: on SQLite, INSERT OR REPLACE deletes without a DELETE trigger."""
KEPT = {
    "experts_drawrequest": ("id",),
    "experts_draw": ("id", "lot_id, serial"),
    "experts_drawofficer": ("id", "draw_id, i", "draw_id, person_id"),
    "experts_drawround": ("id", "draw_id, j"),
    "experts_drawnseat": ("id", "seat"),
    "experts_drawcall": ("id", "seat_id"),
}
"""Tables whose rows change by services, and stay."""
TABLES = {**WRITTEN_ONCE, **KEPT}
REFUSAL = "experts: the history of a draw is append-only"


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
    """Guard the tables of draws."""

    dependencies = [("experts", "0003_draw_tables")]

    operations = [migrations.RunPython(install, remove)]
