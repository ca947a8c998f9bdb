"""The notification matrix and its words, read once from the two files beside this module."""

import tomllib
from functools import cache
from pathlib import Path

from accounts.rules import EventRule, Text, matrix_parse, texts_parse

_HERE = Path(__file__).parent
MATRIX_FILE = _HERE / "notifications.toml"
TEXTS_FILE = _HERE / "notification_texts.toml"


@cache
def matrix() -> dict[str, EventRule]:
    """The rows by event. Raises ``MatrixInvalid`` when a row would reveal what it must not."""
    return matrix_parse(tomllib.loads(MATRIX_FILE.read_text(encoding="utf-8")))


@cache
def texts() -> dict[tuple[str, str], Text]:
    """The words by (event, language), for every event of the matrix in both languages."""
    return texts_parse(tomllib.loads(TEXTS_FILE.read_text(encoding="utf-8")), matrix())
