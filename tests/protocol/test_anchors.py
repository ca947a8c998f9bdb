"""Anchors: malformed or incomplete ones fail V20 and leave nothing made; each missing one is missed (A15)."""

import json

import pytest

from protocol import anchors as anchors_module
from protocol import verify
from protocol.errors import NotCanonical
from tests.protocol.hostile_people import parties
from tests.protocol.packs import SMALL
from tests.protocol.world import World


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    world = World(**SMALL).play()
    world.path = world.write(tmp_path_factory.mktemp("anchors") / "bundle.zip")
    return world


def held(world):
    return json.loads(world.anchors())


def failed(world, value):
    report = verify.verify(world.path, json.dumps(value).encode(), [])
    return {row.check: row.status for row in report.checks if row.status != "ok"}


MEMBERS = (
    "v", "origin", "T", "draws", "log", "witnesses", "witness_quorum", "time", "parties", "registrar", "ca_roots", "min_t",
    "min_bids", "known",
)  # fmt: skip


@pytest.mark.parametrize("name", MEMBERS)
def test_a_missing_member_fails_v20_and_nothing_else_is_made(name, told):
    value = held(told)
    del value[name]

    found = failed(told, value)

    assert found.pop("V20") == "failed"
    assert set(found.values()) == {"not made"}
    assert len(found) == 23


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("v",), "sealedbid-anchors/v2"),
        (("origin",), "somewhere"),
        (("T",), []),
        (("T",), {"no-slash": "00" * 32}),
        (("T",), {"a/b": "00"}),
        (("draws",), {"a/b": "00" * 32}),
        (("log", "vkeys"), ["log.example/sunlit+00000000+AAAA"]),
        (("witnesses", 0, "vkey"), "not a key"),
        (("witness_quorum",), -1),
        (("time", "k"), 0),
        (("time", "sources", 0, "kind"), "sundial"),
        (("time", "sources", 0, "root"), "00"),
        (("time", "sources", 0, "policy_oids"), []),
        (("time", "sources", 0, "policy_oids"), ["1..2"]),
        (("time", "sources", 1, "vkey"), "witness.example/w1"),
        (("parties", 0, "role"), "king"),
        (("registrar",), "xyz"),
        (("ca_roots",), [1]),
        (("min_t",), 0),
        (("min_bids",), 0),
        (("known",), [{"size": 1}]),
        (("extra",), 1),
    ],
)  # fmt: skip
def test_a_malformed_member_is_refused(place, value, told):
    anchors = held(told)
    inside = anchors
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = value

    with pytest.raises(NotCanonical):
        anchors_module.load(json.dumps(anchors).encode())
    assert failed(told, anchors)["V20"] == "failed"


def test_a_verifier_key_of_the_wrong_type_is_refused(told):
    anchors = held(told)
    anchors["log"]["vkeys"] = [told.witness_vkey()]

    with pytest.raises(NotCanonical, match="another type"):
        anchors_module.load(json.dumps(anchors).encode())


@pytest.mark.parametrize(
    ("change", "checks"),
    [
        (lambda world, v: v["T"].clear(), {"V3", "V20"}),
        (lambda world, v: v["log"].update(vkeys=[]), {"V6"}),
        (lambda world, v: v.update(witnesses=[]), {"V6", "V20"}),
        (lambda world, v: v["time"].update(sources=v["time"]["sources"][:1]), {"V8", "V9", "V20"}),
        (lambda world, v: v["time"].update(sources=[]), {"V7", "V8", "V9", "V11", "V20"}),
        (lambda world, v: v["time"].update(k=3), {"V8", "V9", "V20"}),
        (lambda world, v: v.update(witness_quorum=2), {"V6", "V20"}),
        (lambda world, v: v.update(parties=[p for p in v["parties"] if p["role"] != "owner"]), {"V2"}),
        (lambda world, v: v.update(parties=[p for p in v["parties"] if p["role"] != "platform"]), {"V2"}),
        (lambda world, v: v.update(parties=[p for p in v["parties"] if p["role"] != "officer-org"]), {"V4"}),
        (lambda world, v: v.update(registrar=world.owner.spki.hex()), None),
        (lambda world, v: v.update(min_t=3), {"V4"}),
        (lambda world, v: v.update(min_bids=4), {"V18"}),
        (lambda world, v: v.update(known=[{"size": 9, "root": "00" * 32}]), {"V20"}),
        (lambda world, v: v.update(known=[{"size": 8, "root": "00" * 32}]), {"V6"}),
    ],
)  # fmt: skip
def test_each_anchor_the_bundle_needs_is_missed(change, checks, told):
    """What policy or bundle say in its place is not believed."""
    value = held(told)
    change(told, value)

    found = failed(told, value)

    assert found
    assert set(found.values()) == {"failed"}
    if checks is not None:
        assert set(found) == checks


def test_parties_hold_several_roles(told):
    anchors = anchors_module.load(told.anchors())

    assert [row["org"] for row in anchors.parties("officer-org")] == ["org-a", "org-b", "org-c"]
    assert anchors.policy_id("nothing", "01") is None
    assert len(parties(told, "owner", {})) == len(held(told)["parties"])
