"""The tree as it is stored: tiles of 256 hashes (C2SP tlog-tiles), from which any proof is made.

A reader gives the stored bytes of a tile, ``b""`` when there is none. A tile of level L holds the hashes
of complete subtrees of 256^L leaves, so any node of any past tree is at most 127 hashes away.
"""

from collections.abc import Callable, Sequence

from protocol.merkle import Tree, node_hash

HASH = 32
HEIGHT = 8
WIDTH = 1 << HEIGHT
Reader = Callable[[int, int], bytes]


class StoredTree(Tree):
    """A tree of ``size`` leaves read from tiles; paths and roots are those of ``protocol.merkle.Tree``."""

    def __init__(self, read: Reader, size: int) -> None:
        super().__init__()
        self._read = read
        self._size = size

    @property
    def size(self) -> int:
        """Number of leaves."""
        return self._size

    def node(self, level: int, index: int) -> bytes:
        """The hash of the complete subtree of 2^level leaves that begins at leaf index·2^level."""
        tile_level, height = divmod(level, HEIGHT)
        number, offset = divmod(index << height, WIDTH)
        hashes = self._read(tile_level, number)[offset * HASH : (offset + (1 << height)) * HASH]
        if len(hashes) != HASH << height:
            raise LookupError(f"tile {tile_level}/{number} is missing or too short")
        return fold(hashes)


def fold(hashes: bytes) -> bytes:
    """The root of a complete subtree from the hashes of one of its levels (a power of two of them)."""
    row = [hashes[i : i + HASH] for i in range(0, len(hashes), HASH)]
    while len(row) > 1:
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


def extend(read: Reader, size: int, hashes: Sequence[bytes]) -> dict[tuple[int, int], bytes]:
    """The tiles that change, whole, when ``hashes`` (leaf hashes) join a tree of ``size`` leaves."""
    changed: dict[tuple[int, int], bytes] = {}
    level, start, row = 0, size, list(hashes)
    while row:
        finished: list[bytes] = []
        done = 0
        while done < len(row):
            index, offset = divmod(start + done, WIDTH)
            before = read(level, index)[: offset * HASH] if offset else b""
            taken = row[done : done + WIDTH - offset]
            changed[level, index] = tile = before + b"".join(taken)
            done += len(taken)
            if len(tile) == WIDTH * HASH:
                finished.append(fold(tile))
        level, start, row = level + 1, start // WIDTH, finished
    return changed
