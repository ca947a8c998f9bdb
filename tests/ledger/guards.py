"""Letting go of the append-only guards: only so that tests which commit can be cleaned up after."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase

GUARDS = import_module("ledger.migrations.0002_guards")
BOOKS = import_module("bidding.migrations.0008_books_guards")
POOL = import_module("experts.migrations.0002_pool_guards")
DRAWS = import_module("experts.migrations.0004_draw_guards")
CALLS = import_module("experts.migrations.0008_calls_guards")
PANELS = import_module("experts.migrations.0012_panel_guards")
LATER = [
    import_module(f"experts.migrations.{name}")
    for name in (
        "0009_draw_seats",
        "0014_closing_guards",
        "0015_competition",
        "0016_officer_exchanges",
        "0017_blind_salts",
        "0018_lead_steps",
        "0019_exchange_refusals",
        "0020_lead_runs",
        "0021_panel_rests",
        "0023_named_guards",
        "0024_own_mandates",
        "0025_named_conduct",
        "0027_own_substitutes",
        "0028_mandate_looks",
        "0029_further_namings",
        "0030_own_replacements",
    )
]
ALL = (GUARDS, BOOKS, POOL, DRAWS, CALLS, PANELS, *LATER)
"""Migrations that guard tables; a later one may use the functions of an earlier one."""


@contextmanager
def unguarded() -> Iterator[None]:
    """The tables without their triggers, as an administrator of the database could have them."""
    with connection.schema_editor() as editor:
        for migration in reversed(ALL):
            migration.remove(None, editor)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            for migration in ALL:
                migration.install(None, editor)


# What Django itself keeps about its models: the same for every test, and slow to make anew.
KEPT = {"django_migrations", "django_content_type", "auth_permission", "django_site"}


def filled() -> list[str]:
    """The tables with rows in them."""
    tables = sorted(set(connection.introspection.table_names()) - KEPT)
    quoted = [connection.ops.quote_name(table) for table in tables]
    asked = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {name})"
        for table, name in zip(tables, quoted, strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [row[0] for row in cursor.fetchall()]


def empty_tables() -> None:
    """Empty what a test has filled; foreign keys are asked at the end of the transaction alone."""
    tables = [connection.ops.quote_name(table) for table in filled()]
    if not tables:
        return
    if connection.vendor == "sqlite":
        with unguarded():
            delete_from(tables)
        return
    switch(tables, "DISABLE")
    try:
        delete_from(tables)
    finally:
        switch(tables, "ENABLE")


def delete_from(tables: list[str]) -> None:
    """Every row of these tables, in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")


def switch(tables: list[str], to: str) -> None:
    """Let the guards of these tables sleep, or wake them."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} {to} TRIGGER USER")


@pytest.fixture(scope="session", autouse=True)
def _guards_let_tests_clean_up() -> Iterator[None]:
    """Django empties all tables after each test that commits, which the guards rightly refuse."""
    empty = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda self: empty_tables()
    yield
    TransactionTestCase._fixture_teardown = empty
