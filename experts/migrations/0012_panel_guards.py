"""Triggers that keep what a panel did: passages, answers, votes, facts and reports are written once, seats stay.

They refuse by the function of migration 0002. A later migration that rebuilds one of these tables on SQLite loses its
triggers there and must run ``install`` again; ``tests/experts/panels/test_panel_guards.py`` fails when one is missing.
"""

from typing import Any

from django.db import migrations

WRITTEN_ONCE = {
    "experts_passage": ("id",),
    "experts_unitanswer": ("id", "seat_id, organisation_id"),
    "experts_chairvote": ("id", "seat_id, turn"),
    "experts_motionvote": ("id", "motion_id, seat_id"),
    "experts_panelanswer": ("id", "question_id"),
    "experts_factitem": ("id",),
    "experts_factvote": ("id", "item_id, seat_id"),
    "experts_bidlabel": ("id", "bid_id", "panel_id, label"),
    "experts_facts": ("id", "panel_id, number"),
    "experts_stance": ("id", "report_id, seat_id"),
    "experts_timeasked": ("id", "seat_id, turn"),
}
"""Tables whose rows never change, with their unique keys: on SQLite, INSERT OR REPLACE deletes without a DELETE trigger."""
KEPT = {
    "experts_ownmember": ("id",),
    "experts_panel": ("id", "lot_id"),
    "experts_panelseat": ("id", "panel_id, seat", "panel_id, person_id"),
    "experts_rejectionmotion": ("id",),
    "experts_panelquestion": ("id",),
    "experts_sheet": ("id", "seat_id, round"),
    "experts_report": ("id", "panel_id, number"),
}
"""Tables whose rows change by services, and stay. A draft finding of the review is the member's own until it ends."""
TABLES = {**WRITTEN_ONCE, **KEPT}
REFUSAL = "experts: the history of a panel is append-only"


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
    """Guard the tables of panels."""

    dependencies = [("experts", "0011_review_facts")]

    operations = [migrations.RunPython(install, remove)]
