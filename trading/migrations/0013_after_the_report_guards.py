"""Triggers: what the report says and what was decided and sent stays as it is; nothing is awarded over an open lock.

SQLite rebuilds a table whose columns change and drops its triggers, so those of 0010 are made anew.
"""

from typing import Any

from django.db import migrations

REFUSAL = "trading: what is recorded once stays as it is"
LOCKED = "trading: an objection, a re-check, a recall or a suspension stands against the award"
WHOLE = (
    *("trading_candidate", "trading_rejectedbid", "trading_rankedbid", "trading_candidateout"),
    *("trading_awarddecision", "trading_resultletter", "trading_contractterms"),
)
FIXED = {
    "trading_evaluationreport": "lot_id, report_ev, number, failed, handed_at, entry_id",
    "trading_publicity": "report_id, notice_id, ev, entry_id, from_at, until_at, late, by",
    "trading_recheck": "report_id, candidate_id, reason, file_sha256, by, at, entry_id",
    "trading_lothold": "lot_id, ground, text, article, by, since",
    "trading_writtenreport": "award_id, content, sha256, ev, entry_id, due_at, by, at",
    "trading_lotstop": "lot_id, reason, article, file_sha256, told_by, told_at",
}
"""Columns that stay once the row is written; the others hold what comes later."""
OPEN = (
    "EXISTS (SELECT 1 FROM trading_objection o WHERE o.lot_id = NEW.lot_id AND o.stage = 'result' "
    "AND o.state = 'received') "
    "OR EXISTS (SELECT 1 FROM trading_lothold h WHERE h.lot_id = NEW.lot_id AND h.lifted_at IS NULL) "
    "OR EXISTS (SELECT 1 FROM trading_recheck r JOIN trading_evaluationreport e ON e.id = r.report_id "
    "WHERE e.lot_id = NEW.lot_id AND r.answered_at IS NULL) "
    "OR EXISTS (SELECT 1 FROM trading_evaluationreport c WHERE c.lot_id = NEW.lot_id "
    "AND c.superseded_at IS NULL AND c.recalled_at IS NOT NULL)"
)


def install(apps: Any, schema_editor: Any) -> None:
    """Create the triggers."""
    postgres = schema_editor.connection.vendor == "postgresql"

    def run(text: str) -> None:
        schema_editor.execute(text, params=None)

    act = (
        "FOR EACH ROW EXECUTE FUNCTION trading_recorded()"
        if postgres
        else f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )
    if not postgres:
        for table in ("trading_award", "trading_contract"):
            run(f"DROP TRIGGER IF EXISTS {table}_kept")
            run(f"CREATE TRIGGER {table}_kept BEFORE UPDATE ON {table} {act}")
    for table in WHOLE:
        run(f"CREATE TRIGGER {table}_kept BEFORE UPDATE ON {table} {act}")
    for table, columns in FIXED.items():
        run(f"CREATE TRIGGER {table}_kept BEFORE UPDATE OF {columns} ON {table} {act}")
    if postgres:
        run(
            "CREATE FUNCTION trading_award_unlocked() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN "
            f"IF NOT NEW.outside AND ({OPEN}) THEN "
            f"RAISE EXCEPTION '{LOCKED}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            "RETURN NEW; END $body$"
        )
        run(
            "CREATE TRIGGER trading_award_unlocked BEFORE INSERT ON trading_award "
            "FOR EACH ROW EXECUTE FUNCTION trading_award_unlocked()"
        )
    else:
        run(
            f"CREATE TRIGGER trading_award_unlocked BEFORE INSERT ON trading_award WHEN NOT NEW.outside AND ({OPEN}) "
            f"BEGIN SELECT RAISE(ABORT, '{LOCKED}'); END"
        )


def remove(apps: Any, schema_editor: Any) -> None:
    """Drop the triggers made here."""
    postgres = schema_editor.connection.vendor == "postgresql"
    for table in (*WHOLE, *FIXED):
        on = f" ON {table}" if postgres else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_kept{on}")
    on = " ON trading_award" if postgres else ""
    schema_editor.execute(f"DROP TRIGGER IF EXISTS trading_award_unlocked{on}")
    if postgres:
        schema_editor.execute("DROP FUNCTION trading_award_unlocked()")


class Migration(migrations.Migration):
    """Guard what follows the report."""

    dependencies = [("trading", "0012_after_the_report")]

    operations = [migrations.RunPython(install, remove)]
