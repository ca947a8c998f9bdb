"""Raw SQL cannot change the books or what the bank said: triggers refuse, on SQLite and on PostgreSQL."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from bidding.models.security import BankFile, BankLine, Journal, Posting
from bidding.services.security import books
from bidding.states.security import BookAccount
from tests.bidding.security import worlds
from tests.ledger.guards import BOOKS

pytestmark = pytest.mark.django_db
REFUSED = "append-only"


def paid():
    world = worlds.world(opening="10")
    world.take(world.pay(world.sub(1)))
    return world


@pytest.fixture
def filled(kept):
    return kept(paid)


def refused(sql, parameters=(), match=REFUSED):
    with pytest.raises(DatabaseError, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def test_every_table_of_the_books_is_guarded():
    """A later migration that rebuilds a table on SQLite loses its triggers: it must install them again."""
    tables = {model._meta.db_table for model in (Journal, Posting, BankFile, BankLine)}
    assert set(BOOKS.TABLES) == tables
    query = (
        "SELECT DISTINCT c.relname || ':' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal"
        if connection.vendor == "postgresql"
        else "SELECT tbl_name || ':' || name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    statements = BOOKS.postgres if connection.vendor == "postgresql" else BOOKS.sqlite
    expected = {f"{table}:{statement.split()[2]}" for table in tables for statement in statements(table)}
    assert expected <= present


@pytest.mark.parametrize("table", sorted(BOOKS.TABLES))
def test_nothing_is_deleted(filled, table):
    refused(f"DELETE FROM {table}")


def test_every_column_of_a_table_is_kept_or_named_as_what_we_make_of_it():
    ours = {"kind", "sub_account_id", "state", "reasons", "corrected_by_id", "reverses_id", "missing_in_id"}

    assert {field.column for field in BankLine._meta.concrete_fields} == ours | set(BOOKS.KEPT)


@pytest.mark.parametrize("column", BOOKS.KEPT)
def test_what_the_bank_said_stays(filled, column):
    field = next(one for one in BankLine._meta.concrete_fields if one.column == column)
    value = {
        "UUIDField": f"'{uuid4().hex}'",
        "TextField": "'x'",
        "DecimalField": "amount + 1",
        "DateField": "'2020-01-01'",
        "DateTimeField": "'2020-01-01 00:00:00'",
        "BooleanField": "NOT reversal" if column == "reversal" else "NOT itemised",
        "PositiveIntegerField": "ordinal + 1",
        "ForeignKey": f"'{uuid4().hex}'",
    }[type(field).__name__]
    if column == "charges":
        value = "charges + 1"
    refused(f"UPDATE bidding_bankline SET {column} = {value}")


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("bidding_journal", "kind = 'x'"),
        ("bidding_journal", "booked_on = '2020-01-01'"),
        ("bidding_journal", "entry_id = entry_id"),
        ("bidding_posting", "amount = amount + 1"),
        ("bidding_posting", "account = 'fees'"),
        ("bidding_posting", "sub_account_id = NULL"),
        ("bidding_bankfile", "closing = 0"),
        ("bidding_bankfile", "sha256 = 'x'"),
    ],
)
def test_the_books_stay(filled, table, change):
    refused(f"UPDATE {table} SET {change}")


def test_a_correction_is_entered_once(kept):
    world = kept(worlds.world)
    paid = world.pay(world.sub(1), payer="某个人")
    world.take(paid, name="S")
    from dataclasses import replace

    world.take(replace(paid, payer="投标单位 1"), name="S")

    refused("UPDATE bidding_bankline SET corrected_by_id = NULL WHERE corrected_by_id IS NOT NULL")


def test_insert_or_replace_replaces_nothing(filled):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no INSERT OR REPLACE")
    for table in BOOKS.TABLES:
        refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


def test_an_act_out_of_balance_is_an_error_of_the_program(filled):
    sub = uuid4()
    for sides in (
        (books.Side(BookAccount.BANK, Decimal(1)), books.Side(BookAccount.SUSPENSE, Decimal("-0.99"))),
        (books.Side(BookAccount.BANK, Decimal(0)), books.Side(BookAccount.SUSPENSE, Decimal(0))),
        (books.Side(BookAccount.BANK, Decimal(1)),),
        (books.Side(BookAccount.BANK, Decimal(1)), books.Side(BookAccount.SECURITY, Decimal(-1))),
        (
            books.Side(BookAccount.SECURITY, Decimal(0), sub),
            books.Side(BookAccount.SECURITY, Decimal(0), sub),
        ),
    ):
        with pytest.raises(ValueError, match=r"act|nothing|nobody"):
            books.post(
                account=filled.account,
                kind="test",
                postings=sides,
                line=None,
                booked_on=worlds.OPENED_ON,
                actor=worlds.SYSTEM,
                at=filled.now,
            )


@pytest.mark.needs_postgres
def test_postgresql_refuses_an_act_out_of_balance_at_commit(filled):
    Posting.objects.create(journal=Journal.objects.first(), account="bank", amount=Decimal("0.01"))

    with pytest.raises(DatabaseError, match="sum to zero"):
        connection.check_constraints()
    connection.set_rollback(True)
