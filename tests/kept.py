"""Worlds built once in a worker and put back after each test that stands on them.

A world is what a builder makes in the database and in the directories of an installation of its own. It is never
committed: it lies in a transaction that stays open until a test asks for another world, or for an empty database;
each test has a savepoint in it, and a copy of the builder's answer, of keys and of stored files.
"""

import copy
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from experts.pool_keys import FILE_NAME
from ledger.files import write_private_once
from tests.experts import worlds

Build = Callable[..., Any]


def move(settings: Any, folder: Path) -> None:
    """Let the installation in ``folder`` be the test's."""
    settings.KEYS_DIR = folder / "keys"
    settings.LOG_KEY_FILE = folder / "keys" / "log.pem"
    settings.PLATFORM_KEY_FILE = folder / "keys" / "platform.pem"
    settings.STORE_DIR = folder / "store"
    settings.TIME_SOURCES = ["local"]
    settings.WITNESS_URLS = ["local"]
    settings.RUSH_CHECKPOINT_SECONDS = 60


def as_of_a_test() -> transaction.Atomic:
    """A transaction in which durable ones may stand, as the test runner's own."""
    found = transaction.atomic()
    found._from_testcase = True  # type: ignore[attr-defined]
    return found


@contextmanager
def back_on(before: Any) -> Iterator[None]:
    """Let ``before`` be the connection for a while: once a browser runs, Django gives its thread another one."""
    now = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = before
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = now


class Keeper:
    """The one world a worker's database holds, if any."""

    def __init__(self, blocker: Any, factory: Any) -> None:
        self.blocker, self.factory = blocker, factory
        self.key: Any = None
        self.folder: Path | None = None
        self.made: Any = None
        self.on: Any = None
        self.built = ExitStack()

    def drop(self) -> None:
        """The database is empty again."""
        if self.on is not None:
            with self.blocker.unblock(), back_on(self.on):
                self.built.close()
        self.key = self.made = self.folder = self.on = None

    def _build(self, key: Any, settings: Any, build: Build, arguments: dict[str, Any]) -> None:
        self.drop()
        self.folder = self.factory.mktemp("kept") / "installation"
        move(settings, self.folder)
        write_private_once(self.folder / "keys" / FILE_NAME, worlds.KEY.secret.hex().encode())
        self.on = connections[DEFAULT_DB_ALIAS]
        with self.blocker.unblock():
            self.built.enter_context(as_of_a_test())
            self.built.callback(transaction.set_rollback, True)
            self.made = build(**arguments)
        self.key = key

    @contextmanager
    def back(self, settings: Any, build: Build, **arguments: Any) -> Iterator[Any]:
        """The world as ``build`` made it; whatever happens in it is undone at the end."""
        key = (build.__module__, build.__qualname__, repr(sorted(arguments.items())))
        assert " at 0x" not in key[-1], "the arguments of a kept world need a repr that says what they are"
        if key != self.key or self.on is not connections[DEFAULT_DB_ALIAS]:
            self._build(key, settings, build, arguments)
        assert self.folder
        move(settings, self.folder)
        beside = self.folder.with_name("as-built")
        shutil.copytree(self.folder, beside)
        try:
            with self.blocker.unblock(), as_of_a_test():
                yield copy.deepcopy(self.made)
                if not connection.needs_rollback:
                    connection.check_constraints()
                transaction.set_rollback(True)
        finally:
            shutil.rmtree(self.folder)
            beside.rename(self.folder)
