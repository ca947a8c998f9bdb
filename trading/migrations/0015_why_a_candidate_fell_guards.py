"""Triggers: why a candidate fell stays as it was signed; what was prepared stays as it was read.

SQLite rebuilt the table of falls when its columns changed and dropped its trigger, so that of 0013 is made anew.
"""

from typing import Any

from django.db import migrations

REFUSAL = "trading: what is recorded once stays as it is"
DRAFTED = "lot_id, candidate_id, ground, reason, file_sha256, file_name, file_size, by, at"
"""Columns that stay once the row is written; the other says when the draft was closed."""


def install(apps: Any, schema_editor: Any) -> None:
    """Create the triggers."""
    postgres = schema_editor.connection.vendor == "postgresql"
    act = (
        "FOR EACH ROW EXECUTE FUNCTION trading_recorded()"
        if postgres
        else f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )
    kept = {"trading_outdraft": f"UPDATE OF {DRAFTED}"}
    if not postgres:
        schema_editor.execute("DROP TRIGGER IF EXISTS trading_candidateout_kept")
        kept["trading_candidateout"] = "UPDATE"
    for table, change in kept.items():
        schema_editor.execute(f"CREATE TRIGGER {table}_kept BEFORE {change} ON {table} {act}", params=None)


def remove(apps: Any, schema_editor: Any) -> None:
    """Drop the trigger of drafts; that of falls belongs to 0013."""
    on = " ON trading_outdraft" if schema_editor.connection.vendor == "postgresql" else ""
    schema_editor.execute(f"DROP TRIGGER IF EXISTS trading_outdraft_kept{on}")


class Migration(migrations.Migration):
    """Guard what is signed of a candidate's fall."""

    dependencies = [("trading", "0014_why_a_candidate_fell")]

    operations = [migrations.RunPython(install, remove)]
