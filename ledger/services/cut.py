"""The one sequencer: gives pending entries their place, pads, and signs a checkpoint."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from kernel.errors import StateConflict
from ledger import keys, rules, selectors, store, tree
from ledger.models import ChainHead, Checkpoint, Entry, LogState, PadSeed, Tile
from ledger.services.statements import statements_collect
from ledger.states import GENESIS
from ledger.timesources import TimeSource
from protocol.merkle import Frontier, leaf_hash

LARGEST = 20_000
"""Entries placed by one cut; the rest waits for the next, so that a flood delays nobody's checkpoint for long."""

Chooser = Callable[[int, int], Sequence[int]]
Pending = tuple[int, str, str, str, bytes | memoryview, bytes | memoryview]
"""seq, ev, signatures, chain, r, k."""


def places_chosen(leaves: int, events: int) -> list[int]:
    """Random places, rising, for so many events among so many leaves (``secrets``)."""
    if events == leaves:
        return list(range(leaves))
    return sorted(secrets.SystemRandom().sample(range(leaves), events))


def batch_cut(
    *,
    at: datetime,
    sources: Sequence[TimeSource] | None = None,
    choose: Chooser = places_chosen,
    seed: Callable[[int], bytes] = secrets.token_bytes,
) -> Checkpoint:
    """Place the pending entries, sign a checkpoint, then ask the time sources (default: the settings') for it.

    The cut is one transaction of its own and cuts even when nothing is pending (a heartbeat). Statements
    are stored one by one after it; sources that did not answer are asked again by ``statements_collect``.
    Raises ``StateConflict`` (``ledger_back_dated``) when ``at`` lies before the last checkpoint, and
    ``Unavailable`` (``ledger_behind_witness``) when the tree is smaller than one a witness has signed.
    """
    checkpoint = tree_grow(at=at, choose=choose, seed=seed)
    statements_collect(checkpoint=checkpoint, at=at, sources=sources)
    checkpoint.refresh_from_db(fields=["note"])
    return checkpoint


@transaction.atomic(durable=True)
def tree_grow(
    *,
    at: datetime,
    choose: Chooser = places_chosen,
    seed: Callable[[int], bytes] = secrets.token_bytes,
) -> Checkpoint:
    """The cut itself, without asking anybody for the time: lock, check, place, extend, sign."""
    store.lock_sequencer()
    last = Checkpoint.objects.order_by("-size").first()
    if last is not None and at < last.at:
        raise StateConflict(
            "ledger_back_dated",
            _("The log was last signed at %(last)s; it cannot be signed for an earlier moment."),
            last=last.at.isoformat(),
        )
    frontier = stored_frontier(last)
    pending = pending_entries()
    total = rules.growth(len(pending))
    batch = Batch(start=frontier.size, places=choose(total, len(pending)), total=total)
    leaves = batch.fill(pending, heads_of(pending), day_secret(at, seed), rules.pad_event(rules.utc_day(at)))
    hashes = [leaf_hash(leaf) for leaf in leaves]
    tiles_write(tree.extend(selectors.tile_bytes, frontier.size, hashes))
    for value in hashes:
        frontier.append(value)
    store.places_set(batch.placed)
    heads_write(batch.heads)
    root = frontier.root()
    state = {"size": frontier.size, "frontier": frontier.to_bytes(), "root": root}
    if not LogState.objects.filter(pk=1).update(**state):
        LogState.objects.create(pk=1, **state)
    note = keys.checkpoint_signed(size=frontier.size, root=root)
    return Checkpoint.objects.create(size=frontier.size, root=root, note=note, at=at)


@dataclass
class Batch:
    """One cut's leaves: events at the chosen places, in their order of arrival, pads at the others."""

    start: int
    places: Sequence[int]
    total: int

    def __post_init__(self) -> None:
        """Begin with nothing placed."""
        self.placed: list[store.Place] = []
        self.heads: dict[str, tuple[bytes, int]] = {}

    def fill(
        self, pending: Sequence[Pending], heads: dict[str, bytes], secret: bytes, pad_ev: bytes
    ) -> list[bytes]:
        """All leaves of the batch, in the order of the tree."""
        leaves: list[bytes] = [b""] * self.total
        for place, (seq, ev, signatures, chain, r, k) in zip(self.places, pending, strict=True):
            index = self.start + place
            prev = heads.get(chain, GENESIS) if chain else GENESIS
            sigs = rules.NO_SIGNATURES_HASH if signatures == "[]" else rules.signatures_hash(signatures)
            link, leaf = rules.chained_leaf(
                r=bytes(r), k=bytes(k), prev=prev, ev=bytes.fromhex(ev), sigs=sigs
            )
            if chain:
                heads[chain] = leaf
                self.heads[chain] = (leaf, index)
            leaves[place] = leaf
            self.placed.append((seq, index, link, leaf))
        for place, leaf in enumerate(leaves):
            if not leaf:
                leaves[place] = rules.pad_leaf(secret, pad_ev, self.start + place)
        return leaves


def stored_frontier(last: Checkpoint | None) -> Frontier:
    """The right edge of the tree, which must be that of the last checkpoint."""
    state = LogState.objects.filter(pk=1).first()
    frontier = Frontier.from_bytes(bytes(state.frontier)) if state else Frontier()
    expected = (last.size, bytes(last.root)) if last else (0, frontier.root())
    if (frontier.size, frontier.root()) != expected:
        raise StateConflict("ledger_torn", _("The state of the log is not that of its last checkpoint."))
    return frontier


def pending_entries() -> list[Pending]:
    """The entries without a place, in their order of arrival."""
    rows = Entry.objects.filter(leaf_index__isnull=True).order_by("seq")[:LARGEST]
    return list(rows.values_list("seq", "ev", "signatures_text", "chain", "r", "k"))


def heads_of(pending: Sequence[Pending]) -> dict[str, bytes]:
    """The last leaf of every chain that grows now."""
    chains = {row[3] for row in pending if row[3]}
    return {head.chain: bytes(head.leaf) for head in ChainHead.objects.filter(chain__in=chains)}


def heads_write(heads: dict[str, tuple[bytes, int]]) -> None:
    """Remember the new last leaf of every chain that grew."""
    known = set(ChainHead.objects.filter(chain__in=heads).values_list("chain", flat=True))
    rows = [ChainHead(chain=chain, leaf=leaf, leaf_index=index) for chain, (leaf, index) in heads.items()]
    ChainHead.objects.bulk_update(
        [row for row in rows if row.chain in known], ["leaf", "leaf_index"], batch_size=500
    )
    ChainHead.objects.bulk_create([row for row in rows if row.chain not in known])


def tiles_write(changed: dict[tuple[int, int], bytes]) -> None:
    """Store the tiles that grew."""
    fresh: list[Tile] = []
    for (level, index), hashes in changed.items():
        if not Tile.objects.filter(level=level, index=index).update(hashes=hashes):
            fresh.append(Tile(level=level, index=index, hashes=hashes))
    Tile.objects.bulk_create(fresh)


def day_secret(at: datetime, seed: Callable[[int], bytes]) -> bytes:
    """The secret of the pads of this UTC day, made with its first checkpoint."""
    row, _made = PadSeed.objects.get_or_create(day=rules.utc_day(at), defaults={"secret": seed(32)})
    return bytes(row.secret)
