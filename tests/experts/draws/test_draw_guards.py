"""Raw SQL cannot change what happened in a draw, nor delete its rows: triggers refuse, on both databases."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.experts.draws import world
from tests.ledger.guards import DRAWS

pytestmark = pytest.mark.django_db


def refused(sql):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_every_table_of_draws_is_guarded():
    query = (
        "SELECT DISTINCT c.relname || ':' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal"
        if connection.vendor == "postgresql"
        else "SELECT tbl_name || ':' || name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    statements = DRAWS.postgres if connection.vendor == "postgresql" else DRAWS.sqlite
    expected = {f"{table}:{one.split()[2]}" for table in DRAWS.TABLES for one in statements(table)}
    assert expected <= present


def test_what_happened_in_a_draw_is_neither_changed_nor_deleted():
    play = world.play()
    play.asked()
    play.exclude("某设计院")
    play.begun()
    play.prepared()
    play.signed()
    play.contributed()
    play.decided()
    play.answered(declines=1)

    for table in sorted(DRAWS.TABLES):
        refused(f"DELETE FROM {table}")
    for table in sorted(DRAWS.WRITTEN_ONCE):
        refused(f"UPDATE {table} SET id = id")
    if connection.vendor == "sqlite":
        for table in sorted(DRAWS.TABLES):
            refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
