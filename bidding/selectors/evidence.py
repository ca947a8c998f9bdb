"""Checkpoints and proofs as receipts and bundles carry them: only lines by the keys the policy names."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop as _

from bidding.selectors.chains import LotChain
from kernel.errors import StateConflict
from ledger import selectors as ledger
from ledger.models import Checkpoint, Entry
from protocol import notes
from protocol.errors import ProtocolError


@dataclass(frozen=True)
class Room:
    """A chain which a floor above adds to a lot's bundle: its events, the keys they need, papers by member name.

    ``moments`` (seconds) are deadlines of the chain, ``answered`` pairs of leaves: of the second nothing may have
    been said before the first stood in a stated checkpoint. ``label`` tells one state of the room from the next.
    """

    name: str
    label: str
    entries: Sequence[Entry]
    keys: Sequence[Entry] = ()
    papers: Sequence[tuple[str, bytes]] = ()
    moments: Sequence[int] = ()
    answered: Sequence[tuple[int, int]] = ()


def note_under(policy: Mapping[str, Any], note: str) -> str:
    """The signed note with the log's signature and the cosignatures of the policy's witnesses alone."""
    keys = {_identity(vkey) for vkey in policy["log"]["vkeys"]}
    keys |= {_identity(row["vkey"]) for row in policy["witnesses"]}
    parsed = notes.parse_note(note)
    lines = [line for line in parsed.signatures if (line.name, line.key_id) in keys]
    return parsed.text + "\n" + "".join(line.line() for line in lines)


def tokens_under(policy: Mapping[str, Any], checkpoint: Checkpoint) -> list[dict[str, str]]:
    """The time-stamp tokens of the policy's authorities, by source name."""
    named = {row["name"] for row in policy["time"]["sources"] if row["kind"] == "tsa"}
    return [
        {"source": row.source, "token": bytes(row.token).hex()}
        for row in ledger.statements_of(checkpoint)
        if row.kind == "tsa" and row.source in named
    ]


def logged(entry: Entry) -> dict[str, Any]:
    """An entry as a bundle writes it (docs/protocol.md, 7.2)."""
    return {
        "kind": entry.kind,
        "body": entry.body,
        "signatures": entry.signatures,
        "r": bytes(entry.r).hex(),
        "k": bytes(entry.k).hex(),
        "link": bytes(entry.link or b"").hex(),
        "leaf": int(entry.leaf_index or 0),
    }


class Trees:
    """Proofs from the stored tree, each tree and each proof computed once; share it among many bundles."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._trees: dict[int, Any] = {}
        self._steps: dict[tuple[int, int], Sequence[bytes]] = {}

    def inclusion_path(self, index: int, size: int) -> Sequence[bytes]:
        """Path of leaf ``index`` in the tree of ``size``."""
        return list(self._tree(size).inclusion_path(index))

    def consistency_path(self, size1: int, size2: int) -> Sequence[bytes]:
        """Path from the tree of ``size1`` to that of ``size2``."""
        if (size1, size2) not in self._steps:
            self._steps[size1, size2] = self._tree(size2).consistency_path(size1)
        return self._steps[size1, size2]

    def _tree(self, size: int) -> Any:
        if size not in self._trees:
            self._trees[size] = ledger.stored_tree(size)
        return self._trees[size]


def checkpoints_for(
    chain: LotChain, entries: Sequence[Entry], rooms: Sequence[Room] = ()
) -> list[Checkpoint]:
    """The checkpoints a bundle must hold for these events and rooms (docs/protocol.md, 7.2), by size.

    StateConflict ``not_stated`` when an event is not yet covered by a checkpoint with k statements.
    """
    stated = _Stated(chain)
    wanted = {stated.first_with_k(int(entry.leaf_index or 0)) for entry in entries}
    wanted |= stated.around_close(chain)
    moments = [chain.times.close_at, *[until for until in (chain.times.factor_until,) if until]]
    moments += [event.body["factor_until"] for event in chain.of("close") if event.body["factor_until"]]
    wanted |= {size for moment in moments for size in stated.largest_by(moment)}
    for kind in ("factor-end", "release-commit", "release"):
        seen = set()
        for event in chain.of(kind):
            if event.body.get("e") not in seen:
                seen.add(event.body.get("e"))
                wanted.add(stated.last_before(event.leaf))
    for room in rooms:
        wanted |= {stated.first_with_k(int(entry.leaf_index or 0)) for entry in room.entries}
        wanted |= {size for moment in room.moments for size in stated.largest_by(moment)}
        wanted |= {stated.last_before(later) for _first, later in room.answered}
    wanted.discard(0)
    return list(ledger.checkpoints_sized(wanted))


class _Stated:
    """Checkpoint sizes by what their statements say."""

    def __init__(self, chain: LotChain) -> None:
        clock = chain.whole_clock()
        self.k = clock.k
        self.statements = list(clock.statements)
        self.by_size: dict[int, list[Any]] = {}
        for statement in self.statements:
            self.by_size.setdefault(statement.size, []).append(statement)
        self.sizes = sorted(self.by_size)

    def first_with_k(self, leaf: int) -> int:
        """The first size that covers the leaf and carries k sources' statements."""
        for size in self.sizes[bisect_right(self.sizes, leaf) :]:
            if len({s.source for s in self.by_size[size]}) >= self.k:
                return size
        raise StateConflict("not_stated", _("The end of this lot is not yet in the log."))

    def around_close(self, chain: LotChain) -> set[int]:
        """All whose smallest upper lies between 300 s before the deadline and the first statement of the close."""
        closes = chain.of("close")
        start = (chain.times.close_at - 300) * 1000
        end = chain.times.close_at * 1000
        if closes:
            covering = next((size for size in self.sizes if size > closes[0].leaf), None)
            end = max(end, self._earliest(covering)) if covering is not None else end
        return {size for size in self.sizes if start <= self._earliest(size) <= end}

    def largest_by(self, moment: int) -> set[int]:
        """For each source the largest size it states by this moment."""
        largest: dict[str, int] = {}
        for statement in self.statements:
            if statement.upper <= moment * 1000:
                largest[statement.source] = max(largest.get(statement.source, 0), statement.size)
        return set(largest.values())

    def last_before(self, leaf: int) -> int:
        """The largest stated size that ends at or before this leaf; 0 if there is none."""
        place = bisect_right(self.sizes, leaf)
        return self.sizes[place - 1] if place else 0

    def _earliest(self, size: int) -> int:
        return min(int(s.upper) for s in self.by_size[size])


def _identity(vkey: str) -> tuple[str, bytes]:
    try:
        key = notes.VerifierKey.parse(vkey)
    except ProtocolError:
        return "", b""
    return key.name, key.key_id
