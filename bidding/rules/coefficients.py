"""A coefficient found from what nobody could choose: the closed set and the opened seeds (docs/adr/0031)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from protocol import canonical
from protocol.hashing import sha256

LABEL: Final = "sunlit/coefficient/1"


@dataclass(frozen=True)
class Drawn:
    """The computation, step by step: ``text`` is hashed after the label and a line feed."""

    text: str
    digest: str
    index: int
    value: str


def coefficient_drawn(
    *, policy: str, close: str, set_root: str, seeds: Sequence[tuple[str, str]], values: Sequence[str]
) -> Drawn:
    """One of ``values``: SHA-256 over label, line feed and canonical JSON, as a number, modulo their count.

    ``seeds`` are the pairs (bid, S) of the opened price envelopes, hex, ascending by bid. Every S was committed to
    before the deadline, by a bidder who knew no other's; all are opened together.
    """
    ordered = [list(pair) for pair in sorted(seeds)]
    text = canonical.encode(
        {"close": close, "policy": policy, "seeds": ordered, "set_root": set_root, "values": list(values)}
    ).decode("utf-8")
    digest = sha256(f"{LABEL}\n{text}".encode())
    index = int.from_bytes(digest, "big") % len(values)
    return Drawn(text, digest.hex(), index, values[index])
