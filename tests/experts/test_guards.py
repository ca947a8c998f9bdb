"""Raw SQL cannot change the history of the pool or its epochs, nor delete a record: triggers refuse, on both databases."""

import pytest
from django.db import DatabaseError, connection, transaction

from experts.services.availability_set import availability_set
from experts.services.expert_standing import expert_suspend
from experts.services.pool_import import pool_import
from experts.services.rating_give import rating_give
from tests.experts import worlds
from tests.ledger.guards import POOL

pytestmark = pytest.mark.django_db


def with_everything():
    pool = worlds.Pool()
    one, herself = pool.linked(1)
    pool_import(
        name="a",
        content=worlds.workbook(worlds.row(5)),
        actor=pool.keeper,
        at=pool.now,
        identity_key=worlds.IDENTITY_KEY,
        key=worlds.KEY,
    )
    pool.later(31).cut()
    day = pool.now.date()
    availability_set(expert_id=one.pk, first=day, last=day, actor=herself, at=pool.now)
    rating_give(expert_id=one.pk, occasion="x", found=[], reason="x", actor=pool.keeper, at=pool.now)
    expert_suspend(expert_id=one.pk, reason="x", decision_no="1", actor=pool.keeper, at=pool.now)
    return pool


@pytest.fixture
def filled(kept):
    return kept(with_everything)


def refused(sql):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_every_table_of_the_pool_is_guarded():
    query = (
        "SELECT DISTINCT c.relname || ':' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal"
        if connection.vendor == "postgresql"
        else "SELECT tbl_name || ':' || name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    statements = POOL.postgres if connection.vendor == "postgresql" else POOL.sqlite
    expected = {f"{table}:{one.split()[2]}" for table in POOL.TABLES for one in statements(table)}
    assert expected <= present


@pytest.mark.parametrize("table", sorted(set(POOL.TABLES) - {"experts_expertcertificate"}))
def test_nothing_is_deleted(filled, table):
    refused(f"DELETE FROM {table}")


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("experts_expertchange", "reason = 'x'"),
        ("experts_expertchange", "facts = '{}'"),
        ("experts_expertrating", "score = 100"),
        ("experts_expertsuspension", "decision_no = '2'"),
        ("experts_epoch", "size = 0"),
        ("experts_epochmember", "attributes = '{}'"),
        ("experts_poolimport", "count = 0"),
    ],
)
def test_what_was_done_stays(filled, table, change):
    refused(f"UPDATE {table} SET {change}")


def test_insert_or_replace_replaces_nothing(filled):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no INSERT OR REPLACE")
    for table in set(POOL.TABLES) - {"experts_expertcertificate"}:
        refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
