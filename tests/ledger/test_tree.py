"""Tiles give the same roots and proofs as the plain tree, for every size and every way of growing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.tree import HASH, WIDTH, StoredTree, extend
from protocol import merkle
from protocol.errors import BadProof

LEAVES = [merkle.leaf_hash(number.to_bytes(4, "big")) for number in range(70_000)]


def grown(steps):
    tiles, size = {}, 0
    for step in steps:
        tiles.update(
            extend(lambda level, index: tiles.get((level, index), b""), size, LEAVES[size : size + step])
        )
        size += step
    return StoredTree(lambda level, index: tiles.get((level, index), b""), size), tiles


def test_every_inclusion_proof_verifies_at_every_size_up_to_70():
    tree, _ = grown([70])

    for size in range(1, 71):
        root = tree.root(size)
        assert root == merkle.root(LEAVES[:size])
        for index in range(size):
            path = tree.inclusion_path(index, size)
            merkle.verify_inclusion(LEAVES[index], index, size, path, root)


def test_every_consistency_proof_verifies_between_sizes_up_to_70():
    tree, _ = grown([70])
    roots = [tree.root(size) for size in range(71)]

    for second in range(1, 71):
        for first in range(1, second + 1):
            path = tree.consistency_path(first, second)
            merkle.verify_consistency(first, second, path, roots[first], roots[second])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 700), min_size=1, max_size=8), st.data())
def test_growth_in_any_steps_gives_the_same_tree(steps, data):
    tree, tiles = grown(steps)
    size = data.draw(st.integers(1, tree.size))
    index = data.draw(st.integers(0, size - 1))

    root = tree.root(size)

    assert root == merkle.root(LEAVES[:size])
    merkle.verify_inclusion(LEAVES[index], index, size, tree.inclusion_path(index, size), root)
    assert tiles == grown([tree.size])[1]


def test_third_level_of_tiles_is_used_beyond_65536_leaves():
    tree, tiles = grown([300, 65_000, 4_700])

    assert (2, 0) in tiles
    assert tree.root() == merkle.root(LEAVES)
    path = tree.consistency_path(65_300)
    merkle.verify_consistency(65_300, 70_000, path, tree.root(65_300), tree.root())


def test_full_tiles_never_change_and_partial_ones_grow_at_their_end():
    _, before = grown([250])
    _, after = grown([250, 20])

    assert after[0, 0][: 250 * HASH] == before[0, 0]
    assert len(after[0, 0]) == WIDTH * HASH
    assert len(after[0, 1]) == 14 * HASH
    assert len(after[1, 0]) == HASH


def test_missing_tile_is_an_error_not_a_wrong_proof():
    tree = StoredTree(lambda _level, _index: b"", 9)

    with pytest.raises(LookupError):
        tree.root()


def test_proof_outside_the_tree_is_refused():
    tree, _ = grown([9])

    with pytest.raises(BadProof):
        tree.inclusion_path(9)
    with pytest.raises(BadProof):
        tree.consistency_path(0, 5)
