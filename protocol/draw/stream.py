"""Numbers from a seed: SHA-256 in counter mode, every range by rejection. Integers only (docs/protocol.md, 14.6)."""

from __future__ import annotations

from typing import Final

from protocol.hashing import sha256

DOMAIN: Final = b"tender-draw/v1/stream\x00"
WIDTH: Final = 1 << 256


class Stream:
    """The numbers which a seed and a label give, in their order; the same for everybody who has both."""

    def __init__(self, seed: bytes, label: str) -> None:
        self._key = sha256(DOMAIN, label.encode("utf-8"), b"\x00", seed)
        self._next = 0

    def below(self, n: int) -> int:
        """An integer from 0 to n-1, each with the same probability; ValueError unless 1 <= n <= 2^256."""
        if not 0 < n <= WIDTH:
            raise ValueError("a range has at least one number and at most 2^256")
        limit = WIDTH - WIDTH % n
        while True:
            block = sha256(self._key, self._next.to_bytes(8, "big"))
            self._next += 1
            if (value := int.from_bytes(block, "big")) < limit:
                return value % n

    def sample(self, n: int, k: int) -> list[int]:
        """Some different numbers of 0 to n-1 in random order (partial Fisher-Yates); ValueError unless 0 <= k <= n."""
        if not 0 <= k <= n:
            raise ValueError("more numbers asked for than there are")
        moved: dict[int, int] = {}
        chosen = []
        for at in range(k):
            other = at + self.below(n - at)
            chosen.append(moved.get(other, other))
            moved[other] = moved.get(at, at)
        return chosen
