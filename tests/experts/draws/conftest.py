"""Keys, a store and a pool's key of each test's own."""

import pytest

from experts.pool_keys import FILE_NAME
from ledger.files import write_private_once
from tests.experts import worlds


@pytest.fixture(autouse=True)
def own_installation(tmp_path, settings):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.LOG_KEY_FILE = tmp_path / "keys" / "log.pem"
    settings.PLATFORM_KEY_FILE = tmp_path / "keys" / "platform.pem"
    settings.STORE_DIR = tmp_path / "store"
    settings.TIME_SOURCES = ["local"]
    settings.WITNESS_URLS = ["local"]
    settings.RUSH_CHECKPOINT_SECONDS = 60
    write_private_once(settings.KEYS_DIR / FILE_NAME, worlds.KEY.secret.hex().encode())
    return tmp_path
