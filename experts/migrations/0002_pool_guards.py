"""Triggers that keep the history of the pool append-only, and its records from being deleted.

A later migration that rebuilds one of these tables on SQLite loses its triggers there and must run ``install`` again;
``tests/experts/test_guards.py`` fails when one is missing.
"""

from typing import Any

from django.db import migrations

WRITTEN_ONCE = {
    "experts_expertchange": ("id",),
    "experts_expertrating": ("id", "expert_id, occasion"),
    "experts_expertsuspension": ("id",),
    "experts_poolimport": ("id", "sha256", "entry_id"),
    "experts_epoch": ("number", "digest", "entry_id"),
    "experts_epochmember": ("id", "epoch_id, expert_id"),
}
"""Tables whose rows never change, with their unique keys: on SQLite, INSERT OR REPLACE deletes without a DELETE trigger."""
KEPT = {
    "experts_expert": ("id", "code", "identity_hash", "person_id"),
    "experts_expertspecialty": ("id",),
    "experts_expertcertificate": ("id",),
    "experts_awayperiod": ("id",),
}
"""Tables whose rows change by services, and stay."""
TABLES = {**WRITTEN_ONCE, **KEPT}

REFUSAL = "experts: the history of the pool is append-only"
POSTGRES = f"""
CREATE FUNCTION experts_refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION '{REFUSAL} (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$body$
"""


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
    if vendor == "postgresql":
        schema_editor.execute(POSTGRES, params=None)
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
    if vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION experts_refuse()")


class Migration(migrations.Migration):
    """Guard the tables."""

    dependencies = [("experts", "0001_pool_tables"), ("ledger", "0002_guards")]

    operations = [migrations.RunPython(install, remove)]
