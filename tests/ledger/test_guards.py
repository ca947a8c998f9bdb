"""Raw SQL cannot change the record: the triggers refuse, on SQLite and on PostgreSQL."""

import pytest
from django.db import DatabaseError, connection, transaction

from ledger.models import ChainHead, Checkpoint, Entry, Incident, LogState, PadSeed, Statement, Tile
from ledger.services import incident_record
from ledger.states import IncidentCode
from tests.ledger.builders import appended, cut, moment
from tests.ledger.guards import GUARDS

pytestmark = pytest.mark.django_db

REFUSED = "append-only"


@pytest.fixture
def filled():
    """A row in every table, and one entry still waiting."""
    from ledger.sources import local_authority

    entry = appended()
    cut(sources=[local_authority()])
    incident_record(code=IncidentCode.SOURCE_SILENT, source="somebody", note="", at=moment())
    appended(seconds=1)
    return Entry.objects.get(pk=entry.pk)


def refused(sql, parameters=()):
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def run(sql, parameters=()):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def test_every_table_of_the_app_is_guarded():
    """A later migration that rebuilds a table on SQLite loses its triggers: it must install them again."""
    tables = {
        model._meta.db_table
        for model in (Entry, ChainHead, LogState, Tile, Checkpoint, Statement, PadSeed, Incident)
    }
    assert set(GUARDS.TABLES) == tables
    query = (
        "SELECT DISTINCT c.relname || ':' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal"
        if connection.vendor == "postgresql"
        else "SELECT tbl_name || ':' || name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}

    statements = GUARDS.postgres if connection.vendor == "postgresql" else GUARDS.sqlite
    expected = {f"{table}:{statement.split()[2]}" for table in tables for statement in statements(table)}
    assert expected <= present


@pytest.mark.parametrize("table", sorted(GUARDS.TABLES))
def test_delete_is_refused(filled, table):
    refused(f"DELETE FROM {table}")


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("ledger_entry", "body_text = '{}'"),
        ("ledger_entry", "signatures_text = '[]'"),
        ("ledger_entry", "kind = 'bid'"),
        ("ledger_entry", "chain = 'other'"),
        ("ledger_entry", "ev = ''"),
        ("ledger_entry", "data_text = '{}'"),
        ("ledger_entry", "at = '2020-01-01T00:00:00Z'"),
        ("ledger_entry", "seq = seq + 1000"),
        ("ledger_entry", "leaf_index = NULL, link = NULL, leaf = NULL"),
        ("ledger_entry", "leaf_index = leaf_index + 100"),
        ("ledger_chainhead", "chain = 'other'"),
        ("ledger_chainhead", "leaf_index = leaf_index"),
        ("ledger_logstate", "size = size - 8"),
        ("ledger_logstate", "size = size"),
        ("ledger_tile", "level = level + 1"),
        ("ledger_checkpoint", "size = size + 8"),
        ("ledger_checkpoint", "at = '2020-01-01T00:00:00Z'"),
        ("ledger_checkpoint", "note = ''"),
        ("ledger_checkpoint", "note = note"),
        ("ledger_statement", "upper_ms = upper_ms + 1"),
        ("ledger_statement", "source = 'other'"),
        ("ledger_padseed", "day = '2020-01-01'"),
        ("ledger_incident", "note = 'nothing happened'"),
    ],
)
def test_update_is_refused(filled, table, change):
    refused(f"UPDATE {table} SET {change}")


@pytest.mark.parametrize("column", ["r", "k", "leaf", "link"])
def test_blinds_and_leaf_of_a_placed_entry_stay(filled, column):
    refused(f"UPDATE ledger_entry SET {column} = %s WHERE leaf_index IS NOT NULL", [b"\x00" * 32])


@pytest.mark.parametrize(("table", "column"), [("ledger_checkpoint", "root"), ("ledger_padseed", "secret")])
def test_roots_and_secrets_stay(filled, table, column):
    refused(f"UPDATE {table} SET {column} = %s", [b"\x00" * 32])


def test_tile_may_grow_but_not_change(filled):
    hashes = bytes(Tile.objects.get(level=0).hashes)

    refused("UPDATE ledger_tile SET hashes = %s", [b"\x00" * len(hashes)])
    refused("UPDATE ledger_tile SET hashes = %s", [hashes[:32]])
    refused("UPDATE ledger_tile SET hashes = %s", [b"\x00" * 32 + hashes])
    run("UPDATE ledger_tile SET hashes = %s", [hashes + b"\x00" * 32])


def test_entry_gets_its_place_once_and_nothing_with_it(filled):
    waiting = Entry.objects.get(leaf_index__isnull=True, kind="withdraw")
    value = b"\x01" * 32
    place = "leaf_index = 900, link = %s, leaf = %s"

    refused(f"UPDATE ledger_entry SET {place}, chain = 'other' WHERE seq = {waiting.seq}", [value, value])
    run(f"UPDATE ledger_entry SET {place} WHERE seq = {waiting.seq}", [value, value])
    refused(f"UPDATE ledger_entry SET {place} WHERE seq = {waiting.seq}", [value, value])


def test_entry_cannot_be_born_with_a_place(filled):
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
        Entry.objects.create(
            seq=10_000,
            kind="bid",
            body_text="{}",
            ev="",
            r=b"",
            k=b"",
            at=moment(),
            leaf_index=5,
            link=b"",
            leaf=b"",
        )


def test_note_gains_signature_lines_only(filled):
    note = Checkpoint.objects.get().note
    line = "— witness AAAAAAAA\n"

    for wrong in (
        note + "more text\n",
        note + line + "\n— x AAAA\n",
        note + "— no newline",
        line + note,
        note[:-1],
    ):
        refused("UPDATE ledger_checkpoint SET note = %s", [wrong])
    run("UPDATE ledger_checkpoint SET note = %s", [note + line])


def test_replace_does_not_get_around_the_guards(filled):
    """SQLite's INSERT OR REPLACE deletes the old row without firing a DELETE trigger."""
    if connection.vendor == "postgresql":
        run("SET CONSTRAINTS ALL IMMEDIATE")
        refused("TRUNCATE ledger_entry, ledger_checkpoint, ledger_statement CASCADE")
        return
    columns = "id, seq, kind, body_text, signatures_text, data_text, chain, ev, r, k, at"
    refused(
        f"INSERT OR REPLACE INTO ledger_entry ({columns}) SELECT id, seq, 'forged', body_text, signatures_text, "
        "data_text, chain, ev, r, k, at FROM ledger_entry"
    )
    refused(
        "INSERT OR REPLACE INTO ledger_checkpoint (size, root, note, at) SELECT size, root, 'x', at FROM ledger_checkpoint"
    )
    refused(
        "INSERT OR REPLACE INTO ledger_padseed (day, secret) SELECT day, root FROM ledger_padseed, ledger_checkpoint"
    )
    refused(
        "UPDATE OR REPLACE ledger_entry SET leaf_index = %s, link = r, leaf = r WHERE leaf_index IS NULL",
        [filled.leaf_index],
    )
    assert Entry.objects.filter(pk=filled.pk).exists()
