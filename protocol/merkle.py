"""RFC 6962 Merkle trees: roots, inclusion and consistency proofs, and an appendable frontier.

All hashes are 32 bytes (SHA-256). Functions take leaf hashes, not leaf data. Verification follows RFC 9162
sections 2.1.3.2 and 2.1.4.2 and refuses what they leave open: hashes of another length, empty old trees.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from protocol.errors import BadProof
from protocol.hashing import sha256

EMPTY_ROOT = sha256(b"")


def leaf_hash(data: bytes) -> bytes:
    """MTH of one leaf: SHA-256(0x00 || data) (RFC 6962 section 2.1)."""
    return sha256(b"\x00", data)


def node_hash(left: bytes, right: bytes) -> bytes:
    """MTH of an inner node: SHA-256(0x01 || left || right) (RFC 6962 section 2.1)."""
    return sha256(b"\x01", left, right)


class Tree:
    """A tree that keeps the hash of every complete subtree, so that each proof costs O(log n).

    A store of nodes can take its place by overriding `node` and `size`.
    """

    def __init__(self, leaf_hashes: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        for value in leaf_hashes:
            self.append(value)

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self._levels[0])

    def node(self, level: int, index: int) -> bytes:
        """Hash of the complete subtree over leaves [index * 2^level, (index + 1) * 2^level)."""
        return self._levels[level][index]

    def append(self, value: bytes) -> None:
        """Add one leaf hash; BadProof unless it has 32 bytes."""
        _require(value)
        level = 0
        self._levels[0].append(value)
        while len(self._levels[level]) % 2 == 0:
            value = node_hash(*self._levels[level][-2:])
            level += 1
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(value)

    def root(self, size: int | None = None) -> bytes:
        """MTH of the first `size` leaves (all by default); SHA-256 of nothing for none."""
        size = self._sized(size)
        return self._range(0, size) if size else EMPTY_ROOT

    def inclusion_path(self, index: int, size: int | None = None) -> list[bytes]:
        """PATH(index, D[size]) (RFC 6962 section 2.1.1), leaf to root; BadProof outside the tree."""
        size = self._sized(size)
        if not 0 <= index < size:
            raise BadProof("leaf index outside the tree", evidence=f"{index} of {size}")
        path: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(start, middle))
                start = middle
        return path[::-1]

    def consistency_path(self, size1: int, size2: int | None = None) -> list[bytes]:
        """PROOF(size1, D[size2]) (RFC 6962 section 2.1.2); BadProof unless 0 < size1 <= size2."""
        size2 = self._sized(size2)
        if not 0 < size1 <= size2:
            raise BadProof("no consistency proof between these sizes", evidence=f"{size1} to {size2}")
        path: list[bytes] = []
        start, end = 0, size2
        while end != size1:
            middle = start + _split(end - start)
            if size1 <= middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(start, middle))
                start = middle
        if start:
            path.append(self._range(start, end))
        return path[::-1]

    def _sized(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 <= size <= self.size:
            raise BadProof("size outside the tree", evidence=f"{size} of {self.size}")
        return size

    def _range(self, start: int, end: int) -> bytes:
        """MTH of leaves [start, end), where start is aligned as RFC 6962 splits them."""
        level = (end - start).bit_length() - 1
        if end - start == 1 << level:
            return self.node(level, start >> level)
        middle = start + _split(end - start)
        return node_hash(self._range(start, middle), self._range(middle, end))


def root(leaf_hashes: Iterable[bytes]) -> bytes:
    """MTH over leaf hashes (RFC 6962 section 2.1); SHA-256 of nothing for none."""
    frontier = Frontier()
    for value in leaf_hashes:
        frontier.append(value)
    return frontier.root()


def inclusion_path(leaf_hashes: Sequence[bytes], index: int, size: int) -> list[bytes]:
    """PATH(index, D[size]) over the first `size` leaf hashes. For many proofs build one Tree."""
    return Tree(leaf_hashes[:size]).inclusion_path(index, size)


def consistency_path(leaf_hashes: Sequence[bytes], size1: int, size2: int) -> list[bytes]:
    """PROOF(size1, D[size2]) over the first `size2` leaf hashes. For many proofs build one Tree."""
    return Tree(leaf_hashes[:size2]).consistency_path(size1, size2)


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root_hash: bytes) -> None:
    """Check that leaf hash `leaf` is leaf `index` of the tree (RFC 9162 section 2.1.3.2), else BadProof."""
    _require(leaf, root_hash, *path)
    if not 0 <= index < size:
        raise BadProof("leaf index outside the tree", evidence=f"{index} of {size}")
    position, last, value = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise BadProof("inclusion proof is too long")
        if position & 1 or position == last:
            value = node_hash(sibling, value)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        position, last = position >> 1, last >> 1
    if last != 0 or value != root_hash:
        raise BadProof("inclusion proof does not lead to the root", evidence=value.hex())


def verify_consistency(size1: int, size2: int, path: Sequence[bytes], root1: bytes, root2: bytes) -> None:
    """Check that the tree of `size2` extends the tree of `size1` (RFC 9162 section 2.1.4.2), else BadProof.

    An old size of 0 is refused: everything extends nothing, so such a proof says nothing.
    """
    _require(root1, root2, *path)
    if not 0 < size1 <= size2:
        raise BadProof("no consistency proof between these sizes", evidence=f"{size1} to {size2}")
    if size1 == size2:
        if path or root1 != root2:
            raise BadProof("two roots of one size, or a proof where none is needed", evidence=root2.hex())
        return
    steps = list(path) if size1 & (size1 - 1) else [root1, *path]
    if not path:
        raise BadProof("consistency proof is empty")
    position, last = size1 - 1, size2 - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise BadProof("consistency proof is too long")
        if position & 1 or position == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, step)
        position, last = position >> 1, last >> 1
    if last != 0 or old != root1 or new != root2:
        raise BadProof("consistency proof does not lead to the roots", evidence=f"{old.hex()} {new.hex()}")


class Frontier:
    """The right edge of a growing tree: its size and the roots of its complete subtrees, largest first."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def append(self, value: bytes) -> None:
        """Add one leaf hash, O(1) hashes on average; BadProof unless it has 32 bytes."""
        _require(value)
        size = self.size
        while size & 1:
            value = node_hash(self._peaks.pop(), value)
            size >>= 1
        self._peaks.append(value)
        self.size += 1

    def root(self) -> bytes:
        """MTH of all leaves added so far."""
        if not self._peaks:
            return EMPTY_ROOT
        value = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            value = node_hash(peak, value)
        return value

    def to_bytes(self) -> bytes:
        """u64 big-endian size, then the peaks, 32 bytes each."""
        return self.size.to_bytes(8, "big") + b"".join(self._peaks)

    @classmethod
    def from_bytes(cls, data: bytes) -> Frontier:
        """The frontier that `to_bytes` wrote; BadProof when the number of peaks does not fit the size."""
        frontier = cls()
        frontier.size = int.from_bytes(data[:8], "big")
        if len(data) != 8 + 32 * frontier.size.bit_count():
            raise BadProof("frontier does not fit its size", evidence=str(len(data)))
        frontier._peaks = [data[at : at + 32] for at in range(8, len(data), 32)]
        return frontier


def _split(size: int) -> int:
    """The largest power of two smaller than `size`, for size > 1 (RFC 6962 section 2.1)."""
    return 1 << (size - 1).bit_length() - 1


def _require(*hashes: bytes) -> None:
    if any(len(value) != 32 for value in hashes):
        raise BadProof("a Merkle hash does not have 32 bytes")
