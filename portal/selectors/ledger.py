"""The ledger as anyone may see it: checkpoints, who else signed them, and where a leaf stands.

A leaf is looked up in the tree's own tiles and not among the entries, so that an empty pad is found exactly like
a real event: an answer must not tell the two apart (protocol review, A8).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Prefetch
from django.urls import reverse

from ledger import selectors as ledger
from ledger.models import Checkpoint, Statement, Tile
from ledger.tree import HASH, WIDTH
from portal.selectors.paging import paged
from portal.selectors.shapes import ListPage
from protocol.merkle import leaf_hash

RECENT = 8
PER_PAGE = 50
# Tiles read for one lookup by hash alone: 2,048 tiles are half a million leaves, newest first.
LOOKUP_TILES = 2048


@dataclass(frozen=True)
class CheckpointLine:
    """A checkpoint in a list; `growth` is what it added to the one before."""

    size: int
    root: str
    at: datetime
    witnesses: int = 0
    statements: int = 0
    growth: int = 0
    url: str = ""


@dataclass(frozen=True)
class StatementLine:
    """A source's word that a checkpoint existed at `at` at the latest."""

    source: str
    kind: str
    at: datetime


@dataclass(frozen=True)
class Proof:
    """Where a leaf stands, and the hashes that lead from it to the root, one base64 line each."""

    index: int
    size: int
    text: str


@dataclass(frozen=True)
class LatestCheckpoint:
    """The newest checkpoint with its note."""

    size: int
    root: str
    at: datetime
    note: str


@dataclass(frozen=True)
class LedgerPage:
    """The ledger explorer."""

    latest: LatestCheckpoint | None
    statements: Sequence[StatementLine]
    recent: Sequence[CheckpointLine]
    leaf: str = ""
    proof: Proof | None = None
    lookup_error: str = ""
    machine_links: Sequence[dict[str, str]] = ()


def latest_checkpoint_line() -> CheckpointLine | None:
    """The newest checkpoint for the footer; witnesses are counted from its statements."""
    latest = ledger.checkpoint_latest()
    if latest is None:
        return None
    kinds = list(latest.statements.values_list("kind", flat=True))
    return CheckpointLine(
        latest.size,
        bytes(latest.root).hex(),
        latest.at,
        witnesses=sum(kind == "witness" for kind in kinds),
        statements=len(kinds),
    )


def ledger_page(*, leaf: str, lookup_error: str = "") -> LedgerPage:
    """The explorer; `leaf` is 64 hexadecimal characters, or empty, or wrong as `lookup_error` says."""
    latest = ledger.checkpoint_latest()
    shown, statements = None, []
    if latest is not None:
        shown = LatestCheckpoint(latest.size, bytes(latest.root).hex(), latest.at, latest.note)
        statements = [
            StatementLine(row.source, row.kind, datetime.fromtimestamp(row.upper_ms / 1000, tz=UTC))
            for row in ledger.statements_of(latest)
        ]
    found = (
        leaf_proof(bytes.fromhex(leaf), latest) if leaf and not lookup_error and latest is not None else None
    )
    links = [{"url": reverse(name)} for name in ("log-checkpoint", "log-statements")]
    return LedgerPage(shown, statements, checkpoint_lines(0, RECENT), leaf, found, lookup_error, links)


def checkpoint_lines(first: int, count: int) -> list[CheckpointLine]:
    """`count` checkpoints from the `first` newest on, each with its growth."""
    statements = Prefetch("statements", queryset=Statement.objects.defer("token"))
    rows = list(Checkpoint.objects.order_by("-size").prefetch_related(statements)[first : first + count + 1])
    url = reverse("portal:checkpoints")
    lines = []
    for place, row in enumerate(rows[:count]):
        before = rows[place + 1].size if place + 1 < len(rows) else 0
        kinds = [statement.kind for statement in row.statements.all()]
        lines.append(
            CheckpointLine(
                row.size,
                bytes(row.root).hex(),
                row.at,
                witnesses=kinds.count("witness"),
                statements=len(kinds),
                growth=row.size - before,
                url=f"{url}?page={(first + place) // PER_PAGE + 1}#c{row.size}",
            )
        )
    return lines


def checkpoint_list(page: int) -> ListPage:
    """A page of all checkpoints, newest first."""
    window = paged(page, total=Checkpoint.objects.count(), per_page=PER_PAGE, query={})
    return ListPage(checkpoint_lines(window.first, PER_PAGE), window.pages)


def leaf_proof(leaf: bytes, latest: Checkpoint) -> Proof | None:
    """The leaf's number and its inclusion proof in the newest checkpoint; None when the tree lacks it."""
    index = find_leaf(leaf_hash(leaf), latest.size)
    if index is None:
        return None
    path = ledger.inclusion_proof(index, latest.size)
    lines = [f"{index}", f"{latest.size}", *(b64encode(node).decode() for node in path)]
    return Proof(index, latest.size, "\n".join(lines))


def find_leaf(wanted: bytes, size: int) -> int | None:
    """The index of a leaf hash among the newest `LOOKUP_TILES` tiles of the tree."""
    tiles = Tile.objects.filter(level=0).order_by("-index").values_list("index", "hashes")[:LOOKUP_TILES]
    for number, stored in tiles.iterator(chunk_size=64):
        hashes = bytes(stored)
        place = hashes.find(wanted)
        while place != -1 and place % HASH:
            place = hashes.find(wanted, place + 1)
        if place != -1 and number * WIDTH + place // HASH < size:
            return int(number) * WIDTH + place // HASH
    return None
