"""One world for all tests of a module: built once, and put back after each test by a savepoint."""

import shutil
from contextlib import contextmanager

from django.conf import settings
from django.db import transaction
from django.test import override_settings

from experts.pool_keys import FILE_NAME
from ledger.files import write_private_once
from tests.experts import worlds


def as_of_a_test():
    """A transaction in which durable ones may stand, as the test runner's own."""
    found = transaction.atomic()
    found._from_testcase = True
    return found


@contextmanager
def built(build, folder, blocker):
    """The world which ``build`` makes in an installation of its own; nothing of it is ever committed."""
    own = {
        "KEYS_DIR": folder / "keys",
        "LOG_KEY_FILE": folder / "keys" / "log.pem",
        "PLATFORM_KEY_FILE": folder / "keys" / "platform.pem",
        "STORE_DIR": folder / "store",
        "TIME_SOURCES": ["local"],
        "WITNESS_URLS": ["local"],
        "RUSH_CHECKPOINT_SECONDS": 60,
    }
    with blocker.unblock(), override_settings(**own), as_of_a_test():
        write_private_once(own["KEYS_DIR"] / FILE_NAME, worlds.KEY.secret.hex().encode())
        yield build()
        transaction.set_rollback(True)


@contextmanager
def back(made):
    """The world as it was built; what happens in it is undone, in the database and in what the witness has seen."""
    now, kept = made.hall.clock.now, settings.KEYS_DIR.with_name("keys-as-built")
    shutil.copytree(settings.KEYS_DIR, kept)
    with as_of_a_test():
        yield made
        transaction.set_rollback(True)
    made.hall.clock.now = now
    shutil.rmtree(settings.KEYS_DIR)
    kept.rename(settings.KEYS_DIR)
