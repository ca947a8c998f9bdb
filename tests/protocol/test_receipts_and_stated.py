"""Receipts and checkpoints by themselves, as a bidder's device reads them."""

import json

import pytest

from protocol import anchors as anchors_module
from protocol import bodies, canonical, events
from protocol.errors import NotCanonical, ProtocolError
from protocol.receipts import check_receipt
from protocol.stated import Stating
from tests.protocol.packs import SMALL
from tests.protocol.stories import sealed


@pytest.fixture(scope="module")
def told():
    world = sealed(**SMALL)
    world.held = anchors_module.load(world.anchors())
    world.platform_keys = [world.platform.spki.hex()]
    return world


def stating(world, **changes):
    return Stating(world.policy, anchors_module.load(world.anchors(**changes)))


def test_a_receipt_holds(told):
    check_receipt(told.receipt(told.bids[0]), stating(told), told.platform_keys)


def test_a_receipt_needs_every_signature_to_be_the_platforms(told):
    receipt = told.receipt(told.bids[0])
    receipt["signatures"].append(told.owner.sign("receipt", receipt["body"]))

    with pytest.raises(ProtocolError, match="not signed by the platform"):
        check_receipt(receipt, stating(told), told.platform_keys)


def test_a_receipt_needs_k_statements(told):
    with pytest.raises(ProtocolError, match="fewer than 3"):
        check_receipt(
            told.receipt(told.bids[0]),
            stating(told, time=json.loads(told.anchors())["time"] | {"k": 3}),
            told.platform_keys,
        )


def test_sources_named_in_one_place_alone_do_not_count(told):
    value = json.loads(told.anchors())["time"]

    def counting(**changes):
        return stating(told, time=value | changes).counting(told.policy)[0]

    assert len(counting()) == 2
    assert counting(sources=value["sources"][:1]) == ["tsa"]
    assert counting(sources=[value["sources"][0] | {"name": "other"}]) == []
    swapped = value["sources"][1] | {"name": "tsa"}
    assert counting(sources=[swapped]) == [], "another kind under the same name"
    stranger = value["sources"][1] | {"vkey": told.vkey_of("stranger", told.witness_name)}
    assert counting(sources=[stranger]) == [], "a key which is none of the policy's witnesses"


def test_larger_accuracy_of_the_two_is_used(told):
    value = json.loads(told.anchors())["time"]
    wider = [row | {"accuracy_ms": 5000} for row in value["sources"]]
    _, note, tokens = told.checkpoints[-1]

    narrow, wide = (
        stating(told, time=value | {"sources": rows}).read(note, tokens) for rows in (value["sources"], wider)
    )

    assert [s.upper - s.lower for s in wide.statements] == [
        s.upper - s.lower + 10_000 for s in narrow.statements
    ]
    assert narrow.earliest < wide.earliest


def test_a_note_that_is_none_has_no_size(told):
    found = stating(told).read("nothing", [])

    assert (found.size, found.earliest, len(found.faults)) == (0, None, 1)


def test_witnesses_of_the_logs_own_organisation_are_not_independent(told):
    log = json.loads(told.anchors())["log"] | {"org": "witness-org"}
    _, note, tokens = told.checkpoints[-1]

    reader = stating(told, log=log)
    found = reader.read(note, tokens)

    assert found.orgs == {"witness-org"}
    assert found.independent == set()
    assert reader.independent_sources() == ["tsa"]
    assert reader.witness_orgs == {"witness-org"}


def test_a_witness_the_anchors_do_not_know_counts_for_nothing(told):
    _, note, tokens = told.checkpoints[-1]

    found = stating(told, witnesses=[]).read(note, tokens)

    assert found.orgs == set()
    assert found.faults == []


def test_an_event_file_beyond_a_mebibyte_is_refused(told):
    event = told.bids[0]
    value = {key: event[key] for key in ("kind", "body", "signatures", "r", "k", "link", "leaf")}
    value["proof"] = {"size": 8, "path": ["00" * 32] * 17_000}

    with pytest.raises(NotCanonical, match="larger than 1 MiB"):
        events.parse_event("chain/000001.json", canonical.encode(value), bodies.CHAIN_FORMS)


def test_an_event_in_the_wrong_room_is_refused(told):
    value = {key: told.bids[0][key] for key in ("kind", "body", "signatures", "r", "k", "link", "leaf")}
    value["proof"] = {"size": 8, "path": []}

    with pytest.raises(NotCanonical, match="has no place here"):
        events.parse_event("keys/000001.json", canonical.encode(value), bodies.KEY_FORMS)
