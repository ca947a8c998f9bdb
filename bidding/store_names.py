"""What every store agrees on: which names there are, and how large a piece is."""

import re

PIECE = 1 << 20
"""Bytes handed on at once."""

Piece = bytes | memoryview
"""Some bytes on their way into a store; good until the next one is asked for."""

Found = tuple[str, int]
"""What was stored: SHA-256 in hex, and how many bytes."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*")


def checked_name(name: str) -> str:
    """The name itself; ValueError when it is not made of plain path parts."""
    if not _NAME.fullmatch(name) or ".." in name:
        raise ValueError(f"not a name of the store: {name!r}")
    return name
