"""Letting go of the append-only guards: only so that tests which commit can be cleaned up after."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import pytest
from django.db import connection
from django.test import TransactionTestCase

GUARDS = import_module("ledger.migrations.0002_guards")
BOOKS = import_module("bidding.migrations.0008_books_guards")
POOL = import_module("experts.migrations.0002_pool_guards")
DRAWS = import_module("experts.migrations.0004_draw_guards")


@contextmanager
def unguarded() -> Iterator[None]:
    """The tables without their triggers, as an administrator of the database could have them."""
    with connection.schema_editor() as editor:
        GUARDS.remove(None, editor)
        BOOKS.remove(None, editor)
        DRAWS.remove(None, editor)
        POOL.remove(None, editor)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            GUARDS.install(None, editor)
            BOOKS.install(None, editor)
            POOL.install(None, editor)
            DRAWS.install(None, editor)


@pytest.fixture(scope="session", autouse=True)
def _guards_let_tests_clean_up() -> Iterator[None]:
    """Django empties the tables after each test that commits, which the guards rightly refuse."""
    empty = TransactionTestCase._fixture_teardown

    def emptied(self: TransactionTestCase) -> None:
        with unguarded():
            empty(self)

    TransactionTestCase._fixture_teardown = emptied
    yield
    TransactionTestCase._fixture_teardown = empty
