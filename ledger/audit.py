"""Rebuild the whole log from what is stored, and compare it with everything that was ever signed."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ledger import keys, rules, selectors
from ledger.models import ChainHead, Checkpoint, Entry, LogState, Statement, Tile
from ledger.sources import configured_sources
from ledger.states import GENESIS
from ledger.timesources import SourceRefused
from ledger.tree import HASH, WIDTH, fold
from protocol import canonical, dsse, events, hashing, merkle, notes
from protocol.errors import ProtocolError

CHUNK = 5_000


@dataclass
class Report:
    """What was found: ``faults`` one sentence each, and how much was looked at.

    ``unknown`` counts statements of sources the settings no longer name: they could not be checked.
    """

    leaves: int = 0
    entries: int = 0
    checkpoints: int = 0
    pending: int = 0
    statements: int = 0
    unknown: int = 0
    faults: list[str] = field(default_factory=list)

    def need(self, holds: object, fault: str) -> None:
        """Note ``fault`` unless it holds; the first hundred are enough."""
        if not holds and len(self.faults) < 100:
            self.faults.append(fault)


def log_check(*, statements: int | None = 1_000) -> Report:
    """Recompute every event id, leaf, pad, tile and root, and compare; needs no network and changes nothing.

    The newest ``statements`` time statements are checked as a verifier would; None means every one.
    """
    report = Report(pending=Entry.objects.filter(leaf_index__isnull=True).count())
    heads: dict[str, tuple[bytes, int]] = {}
    walk = entries_checked(report, heads)
    entry = next(walk, None)
    frontier, log_key = merkle.Frontier(), notes.VerifierKey.parse(keys.log_vkey())
    secret_of = selectors.pad_secrets()
    previous: Checkpoint | None = None
    row: list[bytes] = []
    for checkpoint in Checkpoint.objects.order_by("size").iterator(chunk_size=CHUNK):
        report.need(
            previous is None or checkpoint.at >= previous.at, f"checkpoint {checkpoint.size}: time falls"
        )
        secret, pad_ev = secret_of(checkpoint.at)
        while frontier.size < checkpoint.size:
            index = frontier.size
            if entry is not None and entry[0] == index:
                leaf, entry = entry[1], next(walk, None)
            else:
                leaf = rules.pad_leaf(secret, pad_ev, index)
            value = merkle.leaf_hash(leaf)
            frontier.append(value)
            row.append(value)
            if len(row) == WIDTH:
                tile_checked(report, index // WIDTH, row)
                row = []
        note_checked(report, checkpoint, frontier, log_key)
        previous = checkpoint
    if row:
        tile_checked(report, frontier.size // WIDTH, row)
    report.leaves = frontier.size
    report.need(entry is None, "entries have places beyond the last checkpoint")
    upper_tiles_checked(report, frontier.size)
    state_checked(report, frontier, heads)
    statements_checked(report, statements)
    return report


def entries_checked(report: Report, heads: dict[str, tuple[bytes, int]]) -> Iterator[tuple[int, bytes]]:
    """(index, leaf) of every placed entry, by index, its own hashes recomputed from its content."""
    for entry in (
        Entry.objects.filter(leaf_index__isnull=False).order_by("leaf_index").iterator(chunk_size=CHUNK)
    ):
        index = int(entry.leaf_index or 0)
        report.entries += 1
        prev = heads.get(entry.chain, (GENESIS, -1))[0] if entry.chain else GENESIS
        try:
            ev = hashing.sha256(dsse.pae(entry.kind, entry.body_text.encode("utf-8")))
        except ProtocolError:
            ev = b""
        link = events.link_of(bytes(entry.k), prev)
        leaf = events.leaf_of(bytes(entry.r), link, ev, rules.signatures_hash(entry.signatures_text))
        report.need(ev.hex() == entry.ev, f"entry at leaf {index}: body is not that of its event id")
        report.need(leaf == bytes(entry.leaf or b""), f"entry at leaf {index}: leaf does not follow from it")
        if entry.data_text:
            digest = hashing.sha256(entry.data_text.encode("utf-8")).hex()
            body = canonical.decode_loose(entry.body_text.encode("utf-8"))
            report.need(
                body.get("data") == digest, f"entry at leaf {index}: data is not what the body hashes"
            )
        if entry.chain:
            heads[entry.chain] = (leaf, index)
        yield index, leaf


def note_checked(
    report: Report, checkpoint: Checkpoint, frontier: merkle.Frontier, log_key: notes.VerifierKey
) -> None:
    """Size, root and signature of a checkpoint against the tree rebuilt."""
    report.checkpoints += 1
    where = f"checkpoint {checkpoint.size}"
    report.need(frontier.size == checkpoint.size, f"{where}: sizes do not rise")
    report.need(frontier.root() == bytes(checkpoint.root), f"{where}: root does not follow from the leaves")
    try:
        note = notes.parse_note(checkpoint.note)
        notes.verify(note, log_key)
        head = notes.Checkpoint.parse(note.text)
    except ProtocolError as error:
        report.need(holds=False, fault=f"{where}: {error}")
        return
    same = (head.size, head.root) == (checkpoint.size, bytes(checkpoint.root))
    report.need(same, f"{where}: the note says something else")


def tile_checked(report: Report, index: int, row: list[bytes]) -> None:
    """A tile of the lowest level against the leaf hashes rebuilt."""
    stored = selectors.tile_bytes(0, index)
    report.need(stored == b"".join(row), f"tile 0/{index} differs from the leaves")


def upper_tiles_checked(report: Report, size: int) -> None:
    """Every tile above the lowest level against the tiles below it."""
    level, count = 1, size // WIDTH
    while count:
        for index in range(-(-count // WIDTH)):
            below = range(index * WIDTH, min((index + 1) * WIDTH, count))
            expected = b"".join(fold(selectors.tile_bytes(level - 1, number)) for number in below)
            report.need(
                selectors.tile_bytes(level, index) == expected, f"tile {level}/{index} differs from below"
            )
        level, count = level + 1, count // WIDTH
    stored = sum(
        len(bytes(row)) // HASH for row in Tile.objects.filter(level=0).values_list("hashes", flat=True)
    )
    report.need(stored == size, "the lowest tiles hold more or less than the log")


def state_checked(report: Report, frontier: merkle.Frontier, heads: dict[str, tuple[bytes, int]]) -> None:
    """The sequencer's state and the chain heads against the log rebuilt, and the mark of the witnesses."""
    state = LogState.objects.filter(pk=1).first()
    size, root = (state.size, bytes(state.root)) if state else (0, merkle.EMPTY_ROOT)
    report.need(
        (size, root) == (frontier.size, frontier.root()), "the state of the log is not its last checkpoint"
    )
    stored = {head.chain: (bytes(head.leaf), head.leaf_index) for head in ChainHead.objects.all()}
    report.need(stored == heads, "a chain head is not the last leaf of its chain")
    report.need(keys.mark()[0] <= frontier.size, "a witness has signed a larger tree than this one")


def statements_checked(report: Report, limit: int | None) -> None:
    """The newest statements: does the token still say, of this checkpoint, what the row says?"""
    known = {source.name: source for source in configured_sources()}
    rows = Statement.objects.select_related("checkpoint").order_by("-checkpoint__size", "source")[:limit]
    for row in rows:
        source = known.get(row.source)
        if source is None:
            report.unknown += 1
            continue
        report.statements += 1
        where = f"statement of {row.source} on checkpoint {row.checkpoint.size}"
        try:
            said = source.read(bytes(row.token), row.checkpoint.note)
        except SourceRefused as error:
            report.need(holds=False, fault=f"{where}: {error}")
            continue
        stored = (row.time_ms, row.resolution_ms, row.accuracy_ms)
        same = (said.time_ms, said.resolution_ms, said.accuracy_ms) == stored
        report.need(same, f"{where}: the token says another time")
        in_note = row.kind != "witness" or bytes(row.token).decode("utf-8") in row.checkpoint.note
        report.need(in_note, f"{where}: the note lacks the cosignature")
        own = (
            row.accuracy_ms if row.accuracy_ms is not None else row.upper_ms - row.time_ms - row.resolution_ms
        )
        bounds = rules.bounds(row.kind, row.time_ms, row.resolution_ms, own)
        report.need(bounds == (row.lower_ms, row.upper_ms), f"{where}: bounds do not follow from the time")
