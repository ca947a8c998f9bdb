"""Triggers that keep books and bank lines append-only, and on PostgreSQL every act's sides in balance.

A later migration that rebuilds one of these tables on SQLite loses its triggers there and must run ``install`` again;
``tests/bidding/security/test_guards.py`` fails when one is missing.
"""

from typing import Any

from django.db import migrations

TABLES = {
    "bidding_journal": ("id",),
    "bidding_posting": ("id",),
    "bidding_bankfile": ("id", "account_id, sha256"),
    "bidding_bankline": ("id",),
}
"""Every guarded table with its unique keys: on SQLite, INSERT OR REPLACE deletes without a DELETE trigger."""

KEPT = (
    "id account_id file_id identity digest amount currency booked_on booked_at end_to_end_id bank_ref payer_name "
    "payer_account mark payee_account remittance reversal ordinal charges itemised imported_at"
).split()
"""What the bank said and when we learnt it; what we make of a line may change."""
SAME = {"postgresql": "NEW.{0} IS NOT DISTINCT FROM OLD.{0}", "sqlite": "NEW.{0} IS OLD.{0}"}
ONCE = "(OLD.corrected_by_id IS NULL OR {same})"

REFUSAL = "bidding: the books are append-only"
UNBALANCED = "bidding: the sides of an act must sum to zero"

POSTGRES = f"""
CREATE FUNCTION bidding_refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION '{REFUSAL} (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$body$;
CREATE FUNCTION bidding_balanced() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF (SELECT sum(amount) FROM bidding_posting WHERE journal_id = NEW.journal_id) <> 0 THEN
        RAISE EXCEPTION '{UNBALANCED} (%)', NEW.journal_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$body$
"""
BALANCED = (
    "CREATE CONSTRAINT TRIGGER bidding_posting_balanced AFTER INSERT ON bidding_posting "
    "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION bidding_balanced()"
)


def allowed(table: str, vendor: str) -> str:
    """What an UPDATE may do: of a bank line, what we make of it; of the others nothing."""
    if table != "bidding_bankline":
        return "FALSE" if vendor == "postgresql" else "0"
    same = SAME[vendor]
    kept = [same.format(column) for column in KEPT]
    return " AND ".join([*kept, ONCE.format(same=same.format("corrected_by_id"))])


def postgres(table: str) -> list[str]:
    """The triggers of one table for PostgreSQL."""
    refuse = "EXECUTE FUNCTION bidding_refuse()"
    return [
        f"CREATE TRIGGER {table}_keep BEFORE DELETE ON {table} FOR EACH ROW {refuse}",
        f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
        f"CREATE TRIGGER {table}_change BEFORE UPDATE ON {table} FOR EACH ROW "
        f"WHEN (({allowed(table, 'postgresql')}) IS NOT TRUE) {refuse}",
    ]


def sqlite(table: str) -> list[str]:
    """The triggers of one table for SQLite."""
    replaced = [f"EXISTS (SELECT 1 FROM {table} WHERE {same_key(key)})" for key in TABLES[table]]
    if table == "bidding_bankline":
        replaced.append(
            f"NEW.corrected_by_id IS NULL AND EXISTS (SELECT 1 FROM {table} WHERE {same_key('account_id, identity')} "
            "AND corrected_by_id IS NULL)"
        )
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL} ({table})'); END"
    return [
        f"CREATE TRIGGER {table}_keep BEFORE DELETE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_change BEFORE UPDATE ON {table} "
        f"WHEN ({allowed(table, 'sqlite')}) IS NOT TRUE {refuse}",
        f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table} WHEN {' OR '.join(replaced)} {refuse}",
    ]


def same_key(key: str) -> str:
    """The condition that a row has the key of the new one."""
    return " AND ".join(f'"{column}" = NEW."{column}"' for column in key.split(", "))


def install(apps: Any, schema_editor: Any) -> None:
    """Create the triggers."""
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute(POSTGRES, params=None)
        schema_editor.execute(BALANCED, params=None)
    for table in TABLES:
        for statement in postgres(table) if vendor == "postgresql" else sqlite(table):
            schema_editor.execute(statement, params=None)


def remove(apps: Any, schema_editor: Any) -> None:
    """Drop the triggers."""
    vendor = schema_editor.connection.vendor
    for table in TABLES:
        for name in ("keep", "whole", "change", "insert", "balanced"):
            on = f" ON {table}" if vendor == "postgresql" else ""
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{on}")
    if vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION bidding_refuse()")
        schema_editor.execute("DROP FUNCTION bidding_balanced()")


class Migration(migrations.Migration):
    """Guard the tables."""

    dependencies = [("bidding", "0007_bank_line_facts"), ("ledger", "0002_guards")]

    operations = [migrations.RunPython(install, remove)]
