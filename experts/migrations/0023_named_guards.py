"""Guards of namings, and those which SQLite lost when the migration before rebuilt the tables of invitations and of members."""

from importlib import import_module
from typing import Any

from django.db import migrations

WRITTEN_ONCE = {"experts_namedanswer": ("id",)}
KEPT = {"experts_naming": ("id",), "experts_namedseat": ("id", "seat")}
"""Tables whose rows change by services, and stay."""
TABLES = {**WRITTEN_ONCE, **KEPT}
"""Tables with their unique keys: on SQLite, INSERT OR REPLACE deletes without a DELETE trigger."""
LINKED = ("experts_drawcall", "experts_panelseat")
"""Tables with a row for a named seat, once."""
REFUSAL = "experts: the history of a naming is append-only"
_OF_DRAWS = import_module("experts.migrations.0004_draw_guards")
_OF_PANELS = import_module("experts.migrations.0012_panel_guards")
REBUILT = {"experts_drawcall": _OF_DRAWS, "experts_panelseat": _OF_PANELS}


def postgres(table: str) -> list[str]:
    """The triggers of one table for PostgreSQL, by the function of migration 0002."""
    refuse = "EXECUTE FUNCTION experts_refuse()"
    change = f"CREATE TRIGGER {table}_change BEFORE UPDATE ON {table} FOR EACH ROW {refuse}"
    return [
        f"CREATE TRIGGER {table}_keep BEFORE DELETE ON {table} FOR EACH ROW {refuse}",
        f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
        *([change] if table in WRITTEN_ONCE else []),
    ]


def sqlite(table: str) -> list[str]:
    """The triggers of one table for SQLite."""
    replaced = [f"EXISTS (SELECT 1 FROM {table} WHERE {_OF_DRAWS.same_key(key)})" for key in TABLES[table]]
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL} ({table})'); END"
    made = [f"CREATE TRIGGER {table}_keep BEFORE DELETE ON {table} {refuse}"]
    made.append(f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table} WHEN {' OR '.join(replaced)} {refuse}")
    if table in WRITTEN_ONCE:
        made.append(f"CREATE TRIGGER {table}_change BEFORE UPDATE ON {table} {refuse}")
    return made


def linked(table: str) -> str:
    """SQLite: a row of a named seat is not replaced by another of the same seat."""
    same = f"EXISTS (SELECT 1 FROM {table} WHERE {_OF_DRAWS.same_key('named_id')})"
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL} ({table})'); END"
    return f"CREATE TRIGGER {table}_named BEFORE INSERT ON {table} WHEN {same} {refuse}"


def install(apps: Any, schema_editor: Any) -> None:
    """Create the triggers."""
    vendor = schema_editor.connection.vendor
    for table in TABLES:
        for statement in postgres(table) if vendor == "postgresql" else sqlite(table):
            schema_editor.execute(statement, params=None)
    if vendor != "postgresql":
        for table in LINKED:
            schema_editor.execute(linked(table), params=None)


def again(apps: Any, schema_editor: Any) -> None:
    """Create the triggers of the two rebuilt tables again; PostgreSQL kept them."""
    if schema_editor.connection.vendor == "postgresql":
        return
    for table, guards in REBUILT.items():
        for name in ("keep", "change", "insert"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}")
        for statement in guards.sqlite(table):
            schema_editor.execute(statement, params=None)


def remove(apps: Any, schema_editor: Any) -> None:
    """Drop the triggers of namings."""
    vendor = schema_editor.connection.vendor
    for table in TABLES:
        for name in ("keep", "whole", "change", "insert"):
            on = f" ON {table}" if vendor == "postgresql" else ""
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{on}")
    if vendor != "postgresql":
        for table in LINKED:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_named")


class Migration(migrations.Migration):
    """Guard the tables of namings."""

    dependencies = [("experts", "0022_named_experts")]

    operations = [
        migrations.RunPython(again, migrations.RunPython.noop),
        migrations.RunPython(install, remove),
    ]
