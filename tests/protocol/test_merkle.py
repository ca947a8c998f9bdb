"""Merkle trees against transparency-dev/merkle and the definition in RFC 6962."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from protocol import merkle
from protocol.errors import BadProof
from protocol.hashing import sha256

VECTORS = Path(__file__).parents[1] / "vectors" / "merkle" / "testdata"

# The one vector we decide otherwise: its roots are the text "don't care 2", which is not 32 bytes long. For equal
# sizes the reference compares the two roots as they are; we refuse every hash that is not a SHA-256.
STRICTER = ["consistency/additional/sizes-are-equal-one-and-proof-is-empty.json"]


def vectors(kind: str) -> list[tuple[str, dict[str, Any]]]:
    files = sorted((VECTORS / kind).rglob("*.json"))
    assert len(files) == 98
    return [(f"{file.relative_to(VECTORS)}", json.loads(file.read_text("utf-8"))) for file in files]


def unpack(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def refused(check: Any, *arguments: Any) -> bool:
    try:
        check(*arguments)
    except BadProof:
        return True
    return False


def test_inclusion_vectors() -> None:
    for name, case in vectors("inclusion"):
        path = [unpack(step) for step in case["proof"] or []]
        got = refused(
            merkle.verify_inclusion,
            unpack(case["leafHash"]), case["leafIdx"], case["treeSize"], path, unpack(case["root"]),
        )  # fmt: skip
        assert got == case["wantErr"], name


def test_consistency_vectors() -> None:
    different = []
    for name, case in vectors("consistency"):
        path = [unpack(step) for step in case["proof"] or []]
        got = refused(
            merkle.verify_consistency,
            case["size1"], case["size2"], path, unpack(case["root1"]), unpack(case["root2"]),
        )  # fmt: skip
        if got != case["wantErr"]:
            different.append(name)
    assert different == STRICTER


def definition(leaves: list[bytes]) -> bytes:
    """MTH as RFC 6962 section 2.1 writes it."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return merkle.node_hash(definition(leaves[:k]), definition(leaves[k:]))


LEAVES = [merkle.leaf_hash(bytes([n])) for n in range(40)]


def test_all_small_trees() -> None:
    tree = merkle.Tree(LEAVES)
    frontier = merkle.Frontier()
    for size in range(len(LEAVES) + 1):
        expected = definition(LEAVES[:size])
        assert merkle.root(LEAVES[:size]) == tree.root(size) == frontier.root() == expected
        assert merkle.Frontier.from_bytes(frontier.to_bytes()).to_bytes() == frontier.to_bytes()
        for index in range(size):
            path = tree.inclusion_path(index, size)
            merkle.verify_inclusion(LEAVES[index], index, size, path, expected)
            for wrong in ((index + 1) % (size + 1), index ^ 1):
                if wrong != index:
                    assert refused(merkle.verify_inclusion, LEAVES[index], wrong, size, path, expected)
            assert refused(merkle.verify_inclusion, LEAVES[index], index, size, [*path, expected], expected)
            assert not path or refused(
                merkle.verify_inclusion, LEAVES[index], index, size, path[:-1], expected
            )
        for old in range(1, size + 1):
            path = tree.consistency_path(old, size)
            old_root = tree.root(old)
            merkle.verify_consistency(old, size, path, old_root, expected)
            assert refused(merkle.verify_consistency, old, size, [*path, expected], old_root, expected)
            assert not path or refused(merkle.verify_consistency, old, size, path[:-1], old_root, expected)
            assert (
                refused(merkle.verify_consistency, old, size, path, LEAVES[-1], expected)
                or old_root == LEAVES[-1]
            )
        if size < len(LEAVES):
            frontier.append(LEAVES[size])
    assert merkle.inclusion_path(LEAVES, 5, 21) == tree.inclusion_path(5, 21)
    assert merkle.consistency_path(LEAVES, 13, 21) == tree.consistency_path(13, 21)
    assert tree.root() == tree.root(40) == definition(LEAVES)


def test_refusals() -> None:
    tree = merkle.Tree(LEAVES)
    for index, size in ((-1, 3), (3, 3), (0, 0), (0, 41)):
        assert refused(tree.inclusion_path, index, size)
    for old, new in ((0, 3), (4, 3), (1, 41)):
        assert refused(tree.consistency_path, old, new)
    assert refused(tree.append, b"short")
    assert refused(merkle.Frontier().append, bytes(33))
    assert refused(merkle.root, [b""])
    assert refused(merkle.verify_consistency, 3, 3, [], LEAVES[0], LEAVES[1])
    assert refused(merkle.verify_consistency, 3, 3, [LEAVES[0]], LEAVES[1], LEAVES[1])
    assert refused(merkle.verify_consistency, 0, 3, [], merkle.EMPTY_ROOT, tree.root(3))
    for data in (b"", bytes(7), bytes(8) + bytes(32), (3).to_bytes(8, "big") + bytes(32)):
        with pytest.raises(BadProof):
            merkle.Frontier.from_bytes(data)
