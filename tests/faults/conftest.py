"""A lot of these days, a store and keys of its own, a server to be killed, and somebody who holds a lock."""

from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest

from kernel import clock
from tests import builders_bidding as build
from tests.faults.served import Server, database_url


@pytest.fixture(autouse=True)
def own_installation(tmp_path, settings):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.LOG_KEY_FILE = tmp_path / "keys" / "log.pem"
    settings.PLATFORM_KEY_FILE = tmp_path / "keys" / "platform.pem"
    settings.STORE_DIR = tmp_path / "store"
    settings.TIME_SOURCES = ["local"]
    settings.WITNESS_URLS = ["local"]
    settings.RUSH_CHECKPOINT_SECONDS = 60
    return tmp_path


@pytest.fixture
def server(tmp_path):
    made = Server(tmp_path / "server.log")
    yield made
    made.end()


@pytest.fixture
def hall(monkeypatch):
    """A lot published a day ago by the real clock, its deadline three weeks away."""
    monkeypatch.setattr(build, "START", clock.now() - timedelta(days=1))
    return build.hall()


@pytest.fixture
def held():
    """``with held(SQL, *values):`` somebody else's transaction holds what the statement locks."""

    @contextmanager
    def hold(statement, *values):
        with psycopg.connect(database_url(), application_name="holder") as other:
            other.execute(statement, values)
            yield
            other.rollback()

    return hold
