"""Triggers that keep the record append-only, whoever holds the database connection.

A later migration that rebuilds one of these tables on SQLite loses its triggers there and must run
``install`` again; ``tests/ledger/test_guards.py`` fails when one is missing.
"""

from typing import Any

from django.db import migrations

TABLES = {
    "ledger_entry": ("id", "seq"),
    "ledger_chainhead": ("chain",),
    "ledger_logstate": ("id",),
    "ledger_tile": ("id", "level, index"),
    "ledger_checkpoint": ("id", "size"),
    "ledger_statement": ("id", "checkpoint_id, source"),
    "ledger_padseed": ("day",),
    "ledger_incident": ("id",),
}
"""Every guarded table with its unique keys: on SQLite, INSERT OR REPLACE deletes without a DELETE trigger."""

GAINED = "substr(NEW.note, length(OLD.note) + 1)"
ALLOWED = {
    # the one change of an entry: its place, once
    "ledger_entry": "OLD.leaf_index IS NULL AND NEW.leaf_index IS NOT NULL AND "
    + " AND ".join(
        f"NEW.{column} = OLD.{column}"
        for column in (
            "id seq kind body_text signatures_text data_text chain ev r k at".split()  # noqa: SIM905
        )
    ),
    "ledger_chainhead": "NEW.chain = OLD.chain AND NEW.leaf_index > OLD.leaf_index",
    "ledger_logstate": "NEW.id = OLD.id AND NEW.size > OLD.size",
    "ledger_tile": 'NEW.id = OLD.id AND NEW.level = OLD.level AND NEW."index" = OLD."index" '
    "AND length(NEW.hashes) > length(OLD.hashes) "
    "AND substr(NEW.hashes, 1, length(OLD.hashes)) = OLD.hashes",
    # a note gains signature lines at its end, nothing else
    "ledger_checkpoint": "NEW.id = OLD.id AND NEW.size = OLD.size AND NEW.root = OLD.root AND NEW.at = OLD.at "
    "AND substr(NEW.note, 1, length(OLD.note)) = OLD.note "
    f"AND substr({GAINED}, 1, 2) = '— ' AND substr(NEW.note, length(NEW.note)) = %(newline)s "
    f"AND replace({GAINED}, %(newline)s || %(newline)s, '') = {GAINED}",
}
"""What an UPDATE may do, per table; tables not named allow none."""

REFUSAL = "ledger: the record is append-only"

POSTGRES_FUNCTION = f"""
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION '{REFUSAL} (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$body$
"""


def postgres(table: str) -> list[str]:
    """The triggers of one table for PostgreSQL."""
    allowed = ALLOWED.get(table, "FALSE") % {"newline": "chr(10)"}
    refuse = "EXECUTE FUNCTION ledger_refuse()"
    statements = [
        f"CREATE TRIGGER {table}_keep BEFORE DELETE ON {table} FOR EACH ROW {refuse}",
        f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
        f"CREATE TRIGGER {table}_change BEFORE UPDATE ON {table} FOR EACH ROW "
        f"WHEN (({allowed}) IS NOT TRUE) {refuse}",
    ]
    if table == "ledger_entry":
        statements.append(
            f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table} FOR EACH ROW "
            f"WHEN (NEW.leaf_index IS NOT NULL) {refuse}"
        )
    return statements


def sqlite(table: str) -> list[str]:
    """The triggers of one table for SQLite."""
    allowed = ALLOWED.get(table, "FALSE") % {"newline": "char(10)"}
    replaced = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {same(key)})" for key in TABLES[table])
    if table == "ledger_entry":
        allowed += f" AND NOT EXISTS (SELECT 1 FROM {table} WHERE leaf_index = NEW.leaf_index)"
        replaced += " OR NEW.leaf_index IS NOT NULL"
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL} ({table})'); END"
    return [
        f"CREATE TRIGGER {table}_keep BEFORE DELETE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_change BEFORE UPDATE ON {table} WHEN ({allowed}) IS NOT TRUE {refuse}",
        f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table} WHEN {replaced} {refuse}",
    ]


def same(key: str) -> str:
    """The condition that a row has the key of the new one."""
    return " AND ".join(f'"{column}" = NEW."{column}"' for column in key.split(", "))


def install(apps: Any, schema_editor: Any) -> None:
    """Create the triggers, and on PostgreSQL the sequence of arrival."""
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute("CREATE SEQUENCE IF NOT EXISTS ledger_entry_arrival")
        schema_editor.execute(POSTGRES_FUNCTION, params=None)
    for table in TABLES:
        for statement in postgres(table) if vendor == "postgresql" else sqlite(table):
            schema_editor.execute(statement, params=None)


def remove(apps: Any, schema_editor: Any) -> None:
    """Drop the triggers; the sequence stays, so that numbers never return."""
    vendor = schema_editor.connection.vendor
    for table in TABLES:
        for name in ("keep", "whole", "change", "insert"):
            on = f" ON {table}" if vendor == "postgresql" else ""
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{on}")
    if vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION ledger_refuse()")


class Migration(migrations.Migration):
    """Guard the tables."""

    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunPython(install, remove)]
