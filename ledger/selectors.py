"""Reads of the record: checkpoints, proofs, statements, openings. Everything here is a value of the past.

Who may read what: checkpoints, tiles, proofs and statements are public (they show blinded hashes only);
entries are for the services of the apps that wrote them; openings for the platform's auditor (policies.py).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_noop as _

from kernel.errors import NotFound
from kernel.policies import require
from ledger import policies, rules, tree
from ledger.models import Checkpoint, Entry, Incident, PadSeed, Statement, Tile
from ledger.states import GENESIS
from protocol import timerule

# checkpoints


def checkpoint_latest() -> Checkpoint | None:
    """The newest checkpoint; None before the first cut."""
    return Checkpoint.objects.order_by("-size").first()


def incident_last(source: str) -> str:
    """The code of the last incident of this source; nothing when there was none."""
    row = Incident.objects.filter(source=source).order_by("-at").values_list("code", flat=True).first()
    return row or ""


def checkpoint_at(size: int) -> Checkpoint:
    """The checkpoint of exactly this size; ``NotFound`` when the log was never signed at it."""
    found = Checkpoint.objects.filter(size=size).first()
    if found is None:
        raise NotFound("ledger_no_checkpoint", _("There is no checkpoint of size %(size)s."), size=size)
    return found


def checkpoint_for(leaf_index: int) -> Checkpoint | None:
    """The first checkpoint that covers the leaf; None while none does."""
    return Checkpoint.objects.filter(size__gt=leaf_index).order_by("size").first()


def checkpoint_stated_for(
    leaf_index: int, *, sources: Sequence[str] | None = None, k: int = 1
) -> Checkpoint | None:
    """The first checkpoint that covers the leaf and carries statements of at least ``k`` of ``sources``."""
    rows = Checkpoint.objects.filter(size__gt=leaf_index).order_by("size").prefetch_related("statements")
    for checkpoint in rows.iterator(chunk_size=50):
        names = {row.source for row in checkpoint.statements.all()}
        if len(names if sources is None else names & set(sources)) >= k:
            return checkpoint
    return None


def checkpoints_between(first: datetime, last: datetime) -> QuerySet[Checkpoint]:
    """The checkpoints whose smallest stated moment may lie in [first, last], by size, with statements.

    Selected by the platform's own clock; callers who need the stated moment look at the statements.
    """
    found = Checkpoint.objects.filter(at__gte=first, at__lte=last)
    return found.order_by("size").prefetch_related("statements")


def checkpoints_sized(sizes: Iterable[int]) -> QuerySet[Checkpoint]:
    """The checkpoints of these sizes, by size, with statements."""
    return Checkpoint.objects.filter(size__in=set(sizes)).order_by("size").prefetch_related("statements")


# proofs


def tile_bytes(level: int, index: int) -> bytes:
    """The stored hashes of a tile, ``b""`` when there is none."""
    found = Tile.objects.filter(level=level, index=index).values_list("hashes", flat=True).first()
    return bytes(found) if found is not None else b""


def stored_tree(size: int) -> tree.StoredTree:
    """The tree as it was at ``size``, reading each tile once: keep it for many proofs.

    ``NotFound`` (``ledger_no_size``) for a size the log has not reached.
    """
    latest = checkpoint_latest()
    if latest is None or not 0 <= size <= latest.size:
        raise NotFound("ledger_no_size", _("The log has no size %(size)s."), size=size)
    return tree.StoredTree(remembering(tile_bytes), size)


def remembering(read: tree.Reader) -> tree.Reader:
    """A reader that asks for each tile once."""
    seen: dict[tuple[int, int], bytes] = {}

    def reader(level: int, index: int) -> bytes:
        if (level, index) not in seen:
            seen[level, index] = read(level, index)
        return seen[level, index]

    return reader


def inclusion_proof(leaf_index: int, size: int) -> list[bytes]:
    """The path from leaf ``leaf_index`` to the root of the tree of ``size`` (RFC 6962, 2.1.1)."""
    if not 0 <= leaf_index < size:
        raise NotFound("ledger_no_leaf", _("There is no leaf %(index)s at this size."), index=leaf_index)
    return stored_tree(size).inclusion_path(leaf_index)


def consistency_proof(first: int, second: int) -> list[bytes]:
    """The proof that the tree of ``first`` leaves begins the tree of ``second`` (RFC 6962, 2.1.2)."""
    if not 0 < first <= second:
        raise NotFound("ledger_no_size", _("The log has no size %(size)s."), size=first)
    return stored_tree(second).consistency_path(first)


def tile_published(level: int, index: int, width: int) -> bytes:
    """The first ``width`` hashes of a tile; ``NotFound`` when it has not grown so far."""
    hashes = tile_bytes(level, index)[: width * tree.HASH]
    if not 1 <= width <= tree.WIDTH or len(hashes) != width * tree.HASH:
        raise NotFound("ledger_no_tile", _("There is no such tile."))
    return hashes


# time


def statements_of(checkpoint: Checkpoint) -> list[Statement]:
    """The statements about a checkpoint, by source name."""
    return sorted(checkpoint.statements.all(), key=lambda row: row.source)


def clockwork(
    sources: Sequence[Mapping[str, Any]], k: int, *, until_ms: int | None = None
) -> timerule.Clockwork:
    """The statements of a policy's sources as the verifier counts them (docs/protocol.md 5.3).

    ``sources`` are ``policy.time.sources``: kind, name, accuracy_ms. ``until_ms`` leaves out statements
    whose stored upper bound is later than that by more than an hour (they cannot matter before it).
    """
    wanted = {str(source["name"]): source for source in sources}
    rows = Statement.objects.filter(source__in=wanted).select_related("checkpoint")
    if until_ms is not None:
        rows = rows.filter(upper_ms__lte=until_ms + 3_600_000)
    stated: list[timerule.Statement] = []
    for row in rows.order_by("checkpoint__size").iterator(chunk_size=2000):
        source = wanted[row.source]
        if row.kind == source["kind"]:
            lower, upper = bounds_under(row, int(source["accuracy_ms"]))
            stated.append(timerule.Statement(row.source, row.checkpoint.size, lower, upper))
    return timerule.Clockwork(stated, list(wanted), k)


def bounds_under(row: Statement, accuracy_ms: int) -> tuple[int, int]:
    """(lower, upper) of a statement when the policy expects ``accuracy_ms`` and the token says none."""
    own = row.accuracy_ms if row.accuracy_ms is not None else accuracy_ms
    return rules.bounds(row.kind, row.time_ms, row.resolution_ms, own)


def n_close(sources: Sequence[Mapping[str, Any]], close_at_ms: int, k: int) -> int:
    """N_close: the k-th largest, over the sources, of the largest size each states by ``close_at_ms`` (A3).

    0 when fewer than k sources have a statement in time. An event is in time iff its leaf index is below N.
    """
    largest = []
    for source in sources:
        rows = Statement.objects.filter(source=source["name"], kind=source["kind"]).select_related(
            "checkpoint"
        )
        rows = rows.filter(time_ms__lte=close_at_ms).order_by("-checkpoint__size")
        accuracy = int(source["accuracy_ms"])
        sizes = (
            row.checkpoint.size
            for row in rows.iterator(chunk_size=20)
            if bounds_under(row, accuracy)[1] <= close_at_ms
        )
        largest.append(next(sizes, 0))
    return rules.kth_largest(largest, k)


def moment_proven(at_ms: int, sources: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a statement says that ``at_ms`` has passed (lower bound at or after it): only then "late" (A3)."""
    later = Statement.objects.filter(source__in=[source["name"] for source in sources], time_ms__gte=at_ms)
    if not later.exists():  # the answer until the deadline, for everybody who uploads
        return False
    for source in sources:
        rows = Statement.objects.filter(source=source["name"], kind=source["kind"], time_ms__gte=at_ms)
        accuracy = int(source["accuracy_ms"])
        if any(bounds_under(row, accuracy)[0] >= at_ms for row in rows.iterator(chunk_size=20)):
            return True
    return False


# entries


def entry_by_leaf(leaf: bytes) -> Entry | None:
    """The entry with this leaf (the 32 bytes, not their tree hash)."""
    return Entry.objects.filter(leaf=leaf).first()


def entries_by_event(ev: str) -> list[Entry]:
    """Every entry of this event id, first leaf first, those without a place last."""
    return sorted(
        Entry.objects.filter(ev=ev),
        key=lambda entry: (entry.leaf_index is None, entry.leaf_index or 0, entry.seq),
    )


def chain_entries(chain: str) -> QuerySet[Entry]:
    """The entries of a chain that have their place, by leaf index."""
    return Entry.objects.filter(chain=chain, leaf_index__isnull=False).order_by("leaf_index")


def chain_lengths(chains: Sequence[str]) -> dict[str, int]:
    """How many entries of each of these chains have their place; a chain without any is left out."""
    placed = Entry.objects.filter(chain__in=chains, leaf_index__isnull=False)
    rows = placed.values("chain").annotate(entries=Count("seq")).order_by("chain")
    return {row["chain"]: row["entries"] for row in rows}


def key_entries(kinds: Sequence[str]) -> QuerySet[Entry]:
    """The entries of these kinds outside chains that have their place, by leaf index."""
    found = Entry.objects.filter(kind__in=kinds, chain="", leaf_index__isnull=False)
    return found.order_by("leaf_index")


# openings, for the platform's auditor


def leaf_opening(leaf_index: int, *, reader: policies.Reader) -> rules.Opening:
    """Everything that opens a leaf: the event behind it, or the pad. ``NotPermitted`` unless an auditor asks."""
    require(policies.may_open_leaves(reader))
    entry = Entry.objects.filter(leaf_index=leaf_index).first()
    return pad_opening(leaf_index) if entry is None else entry_opening(entry)


def entry_opening(entry: Entry) -> rules.Opening:
    """Everything that opens the leaf of an entry, the leaf before it in its chain included."""
    prev = None
    if entry.chain:
        before = Entry.objects.filter(chain=entry.chain, leaf_index__lt=entry.leaf_index)
        prev = before.order_by("-leaf_index").values_list("leaf", flat=True).first()
    return rules.Opening(
        index=int(entry.leaf_index or 0),
        kind=entry.kind,
        body=entry.body,
        signatures=entry.signatures,
        ev=bytes.fromhex(entry.ev),
        r=bytes(entry.r),
        k=bytes(entry.k),
        prev=bytes(prev) if prev is not None else GENESIS,
        leaf=bytes(entry.leaf or b""),
    )


def pad_opening(leaf_index: int) -> rules.Opening:
    """The pad at ``leaf_index``, from the secret of its checkpoint's day."""
    checkpoint = checkpoint_for(leaf_index)
    if leaf_index < 0 or checkpoint is None or Entry.objects.filter(leaf_index=leaf_index).exists():
        raise NotFound("ledger_no_pad", _("There is no pad at leaf %(index)s."), index=leaf_index)
    day = rules.utc_day(checkpoint.at)
    return rules.pad_opening(bytes(PadSeed.objects.get(day=day).secret), day, leaf_index)


def leaves_between(first: int, last: int) -> list[bytes]:
    """The leaves ``first`` … ``last`` - 1 themselves (blinded, public), pads worked out anew."""
    known = dict(
        Entry.objects.filter(leaf_index__gte=first, leaf_index__lt=last).values_list("leaf_index", "leaf")
    )
    leaves: list[bytes] = []
    checkpoints = iter(Checkpoint.objects.filter(size__gt=first).order_by("size").iterator(chunk_size=500))
    secrets_of = pad_secrets()
    size, secret, ev = first, b"", b""
    for index in range(first, last):
        while index >= size:
            checkpoint = next(checkpoints, None)
            if checkpoint is None:
                raise NotFound("ledger_no_leaf", _("There is no leaf %(index)s at this size."), index=index)
            size = checkpoint.size
            secret, ev = secrets_of(checkpoint.at)
        leaf = known.get(index)
        leaves.append(bytes(leaf) if leaf is not None else rules.pad_leaf(secret, ev, index))
    return leaves


def pad_secrets() -> Callable[[datetime], tuple[bytes, bytes]]:
    """From a checkpoint's moment to the secret and event id of the pads of its day, each day read once."""
    seen: dict[Any, tuple[bytes, bytes]] = {}

    def of(at: datetime) -> tuple[bytes, bytes]:
        day = rules.utc_day(at)
        if day not in seen:
            seen[day] = bytes(PadSeed.objects.get(day=day).secret), rules.pad_event(day)
        return seen[day]

    return of
