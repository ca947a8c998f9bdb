"""What the log shows to machines: right, cacheable, and counting nothing."""

import json

import pytest

from ledger import keys, selectors, sources
from ledger.services import events_append
from protocol import merkle, notes
from tests.ledger.builders import appended, cut, moment, new_event

pytestmark = pytest.mark.django_db


def fetched(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status, response.content
    return response


def test_checkpoint_is_the_newest_note(client):
    cut()
    note = cut(10, sources=[sources.local_witness()]).note

    response = fetched(client, "/log/checkpoint")

    assert response.content.decode() == note
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert "max-age=1" in response["Cache-Control"]
    notes.verify(notes.parse_note(note), notes.VerifierKey.parse(keys.log_vkey()))


def test_tiles_rebuild_the_root(client):
    events_append(events=[new_event() for _ in range(300)], at=moment())
    checkpoint = cut()
    assert checkpoint.size == 304

    full = fetched(client, "/log/tile/0/000")
    partial = fetched(client, "/log/tile/0/001.p/48")
    above = fetched(client, "/log/tile/1/000.p/1")

    hashes = full.content + partial.content
    leaves = [hashes[at : at + 32] for at in range(0, len(hashes), 32)]
    assert merkle.root(leaves) == bytes(checkpoint.root)
    assert merkle.root(leaves[:256]) == above.content
    assert "immutable" in full["Cache-Control"]


def test_entry_bundle_holds_the_blinded_leaves(client):
    appended()
    cut()

    bundle = fetched(client, "/log/tile/entries/000.p/8").content

    leaves = [bundle[at + 2 : at + 34] for at in range(0, len(bundle), 34)]
    assert {bundle[at : at + 2] for at in range(0, len(bundle), 34)} == {b"\x00\x20"}
    tile = fetched(client, "/log/tile/0/000.p/8").content
    assert b"".join(merkle.leaf_hash(leaf) for leaf in leaves) == tile


def test_inclusion_proof_verifies(client):
    for round_ in range(4):
        head = cut(round_)

    answer = json.loads(fetched(client, "/log/proof/inclusion?index=9&size=24").content)
    newest = json.loads(fetched(client, "/log/proof/inclusion?index=9").content)

    leaf = merkle.leaf_hash(selectors.leaves_between(9, 10)[0])
    for found in (answer, newest):
        path = [bytes.fromhex(value) for value in found["path"]]
        merkle.verify_inclusion(leaf, 9, found["size"], path, bytes.fromhex(found["root"]))
    assert newest["size"] == head.size


def test_consistency_proof_verifies(client):
    for round_ in range(5):
        cut(round_)

    answer = json.loads(fetched(client, "/log/proof/consistency?first=16").content)

    roots = [bytes.fromhex(value) for value in answer["roots"]]
    merkle.verify_consistency(16, 40, [bytes.fromhex(value) for value in answer["path"]], *roots)


def test_statements_of_a_checkpoint(client):
    cut(sources=[sources.local_authority()])

    answer = json.loads(fetched(client, "/log/statements").content)

    assert answer["size"] == 8
    assert answer["statements"][0]["source"] == "trial-tsa"
    assert bytes.fromhex(answer["statements"][0]["token"])[0] == 0x30


@pytest.mark.parametrize(
    "path",
    [
        "/log/checkpoint",
        "/log/statements",
        "/log/tile/0/000",
        "/log/proof/inclusion?index=0",
        "/log/proof/consistency?first=8",
    ],
)
def test_nothing_is_there_before_the_first_checkpoint(client, path):
    fetched(client, path, 404)


@pytest.mark.parametrize(
    "path",
    [
        "/log/tile/0/000",
        "/log/tile/0/000.p/9",
        "/log/tile/0/000.p/0",
        "/log/tile/0/000.p/256",
        "/log/tile/0/000.p/",
        "/log/tile/0/00.p/8",
        "/log/tile/0/x000/000.p/8",
        "/log/tile/0/001.p/8",
        "/log/tile/9/000",
        "/log/tile/entries/000",
        "/log/proof/inclusion?index=8",
        "/log/proof/inclusion?index=-1",
        "/log/proof/inclusion?index=0&size=7",
        "/log/proof/inclusion",
        "/log/proof/consistency?first=0",
        "/log/proof/consistency?first=9",
        "/log/statements?size=16",
    ],
)
def test_what_does_not_exist_is_not_found(client, path):
    cut()

    fetched(client, path, 404)


def test_log_is_read_only(client):
    cut()

    assert client.post("/log/checkpoint").status_code == 405


@pytest.mark.parametrize("bids", [0, 1, 7])
def test_nothing_shown_counts_bids(client, bids):
    """A8: with 0, 1 or 7 bids the log shows the same sizes and lengths; only random bytes differ."""
    cut()
    for _ in range(bids):
        appended()
    cut(10, sources=[sources.local_authority()])

    paths = [
        "checkpoint",
        "tile/0/000.p/16",
        "tile/entries/000.p/16",
        "proof/inclusion?index=9",
        "statements",
    ]
    paths.append("proof/consistency?first=8")
    lengths = [len(fetched(client, f"/log/{path}").content) for path in paths]
    assert lengths[1:3] == [16 * 32, 16 * 34]
    assert json.loads(fetched(client, "/log/proof/inclusion?index=9").content)["size"] == 16
    assert fetched(client, "/log/checkpoint").content.split(b"\n")[1] == b"16"
