"""Triggers that keep a recorded award and contract as they are (ADR 33).

Deleting is not guarded: foreign keys with PROTECT and the ledger's entry stand for it.
"""

from typing import Any

from django.db import migrations

TABLES = ("trading_award", "trading_contract")
REFUSAL = "trading: what is recorded once stays as it is"


def install(apps: Any, schema_editor: Any) -> None:
    """Create the triggers."""
    postgres = schema_editor.connection.vendor == "postgresql"
    if postgres:
        schema_editor.execute(
            "CREATE FUNCTION trading_recorded() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN "
            f"RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $body$",
            params=None,
        )
    for table in TABLES:
        action = (
            "FOR EACH ROW EXECUTE FUNCTION trading_recorded()"
            if postgres
            else f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
        schema_editor.execute(f"CREATE TRIGGER {table}_kept BEFORE UPDATE ON {table} {action}", params=None)


def remove(apps: Any, schema_editor: Any) -> None:
    """Drop the triggers."""
    postgres = schema_editor.connection.vendor == "postgresql"
    for table in TABLES:
        on = f" ON {table}" if postgres else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_kept{on}")
    if postgres:
        schema_editor.execute("DROP FUNCTION trading_recorded()")


class Migration(migrations.Migration):
    """Guard what is recorded once."""

    dependencies = [("trading", "0009_awards_and_contracts")]

    operations = [migrations.RunPython(install, remove)]
