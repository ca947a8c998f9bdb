"""Making a bundle out of logged events (docs/protocol.md, sections 7.2 and 7.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from protocol import bodies, canonical, container
from protocol.events import WITHHELD, event_file
from protocol.hashing import Hasher


class Prover(Protocol):
    """Whatever can prove things about the tree."""

    def inclusion_path(self, index: int, size: int) -> Sequence[bytes]:
        """Path of leaf `index` in the tree of `size`."""

    def consistency_path(self, size1: int, size2: int) -> Sequence[bytes]:
        """Path from the tree of `size1` to that of `size2`."""


LoggedEvent = Mapping[str, Any]
"""kind, body, signatures, r, k and link (hex), leaf."""
Checkpoint = tuple[int, str, Sequence[Mapping[str, str]]]
"""size, note, tokens (rows of source and token, by source)."""


def event_members(
    room: str, events: Sequence[LoggedEvent], checkpoints: Sequence[Checkpoint], prover: Prover, edition: str
) -> Iterator[tuple[str, bytes]]:
    """Event files of `room` ("chain", "keys", "eval", "award"), each proven in the first checkpoint that covers it."""
    sizes = sorted(size for size, _, _ in checkpoints)
    for position, event in enumerate(sorted(events, key=lambda row: row["leaf"])):
        size = next(size for size in sizes if size > event["leaf"])
        path = [node.hex() for node in prover.inclusion_path(event["leaf"], size)]
        names = ("kind", "body", "signatures", "r", "k", "link", "leaf")
        value = {name: event[name] for name in names} | {"proof": {"size": size, "path": path}}
        hidden = edition == "public" and event["kind"] in WITHHELD and event["body"]["e"] >= 1
        yield f"{room}/{position:06d}.json", event_file(value, withhold=hidden)


def checkpoint_members(checkpoints: Sequence[Checkpoint], prover: Prover) -> Iterator[tuple[str, bytes]]:
    """Checkpoint files by size, each with the proof that it grew out of the one before."""
    before = 0
    for position, (size, note, tokens) in enumerate(sorted(checkpoints, key=lambda row: row[0])):
        path = [node.hex() for node in prover.consistency_path(before, size)] if before else []
        value = {"note": note, "tokens": list(tokens), "consistency": path}
        yield f"checkpoints/{position:06d}.json", canonical.encode(value)
        before = size


def write(
    path: Path, *, edition: str, tender: str, lot: str, members: Iterable[tuple[str, container.Source]]
) -> None:
    """Write the zip with its index; members in the order of their names. The same members give the same bytes."""
    listed = dict(members)
    names = sorted(listed)
    files = []
    for name in names:
        hasher = Hasher()
        for piece in container.stream(listed[name]):
            hasher.update(piece)
        files.append({"name": name, "size": hasher.size, "sha256": hasher.digest().hex()})
    index = {**bodies.HEADER, "edition": edition, "tender": tender, "lot": lot, "files": files}
    container.write(
        path, [("index.json", canonical.encode(index)), *((name, listed[name]) for name in names)]
    )
