"""Selection as the IETF publishes it (RFC 3797): a way to repeat old draws, never the source of one's own."""

from __future__ import annotations

from collections.abc import Sequence

from protocol.errors import ProtocolError
from protocol.hashing import md5

MOST = 1 << 16


def key(sources: Sequence[Sequence[int]]) -> str:
    """The key string of numbers by source: lists ascending, "." after a number, "/" after a source (RFC 3797, 4)."""
    return "".join("".join(f"{number}." for number in sorted(source)) + "/" for source in sources)


def select(key_string: str, pool: int, count: int) -> list[int]:
    """The first `count` of the members 1 to `pool` in the order of RFC 3797, 4; ProtocolError for wrong sizes."""
    if not key_string.isascii() or not key_string:
        raise ProtocolError("the key of RFC 3797 is a line of ASCII", evidence=key_string[:80])
    if not 1 <= pool <= MOST:
        raise ProtocolError(f"the pool has 1 to {MOST} members", evidence=str(pool))
    if not 0 <= count <= pool:
        raise ProtocolError(f"of {pool} members at most {pool} can be selected", evidence=str(count))
    left = list(range(1, pool + 1))
    chosen = []
    for index in range(count):
        number = index.to_bytes(2, "big")
        digest = md5(number + key_string.encode("ascii") + number)
        chosen.append(left.pop(int.from_bytes(digest, "big") % len(left)))
    return chosen
