"""Keys, a witness's memory and a store of each test's own."""

import pytest


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
