"""Keys, witnesses' memories and marks of each test's own."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def own_keys(tmp_path: Path, settings: Any) -> Path:
    """A directory for this test's keys; what a witness remembers belongs to one log."""
    settings.KEYS_DIR = tmp_path / "keys"
    settings.LOG_KEY_FILE = tmp_path / "keys" / "log.pem"
    settings.PLATFORM_KEY_FILE = tmp_path / "keys" / "platform.pem"
    settings.TIME_SOURCES = ["local"]
    settings.WITNESS_URLS = []
    return tmp_path / "keys"
