"""V17 for a draw: a contribution with a receipt stands in the chain, and counts if it was on time; both verifiers agree."""

import json
import shutil

import pytest

from protocol import canonical, verify
from tests.js.test_agreement import in_javascript
from tests.protocol.drawn.world import DrawWorld

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None, reason="LEFT OUT: Node.js, the verifiers are not compared"
)


def late_bidder(seed):
    """A bidder's contribution is logged two seconds before T_close, and the world goes on as if it were late."""
    world = DrawWorld(seed).play(3)
    world.header()
    close_at = world.draw["body"]["close_at"]
    for org, signer in (
        ("owner-org", world.owner),
        ("platform-org", world.platform),
        ("supervisor-org", world.supervisor),
    ):
        made = world.contribution(org, signer)
        event = world.put("contribution", made["body"], signatures=made["signatures"], chain="draw")
        world.draw["contributions"][world.ev(event)] = made["body"]
    world.cut(close_at - 60)
    made = world.contribution("firm-1", world.signer("firm-1"))
    own = world.put("contribution", made["body"], signatures=made["signatures"], chain="draw")
    world.cut(close_at - 2)
    receipt = world.receipt(own)
    world.cut(close_at + 2)
    world.answers(0, world.run_round(0))
    world.reveal()
    return world, own, receipt


def honest(seed):
    world = DrawWorld(seed).play_draw((0,))
    own = next(e for e in world.events if e["kind"] == "contribution" and e["body"]["org"] == "firm-1")
    return world, [world.receipt(own)]


def hidden(seed):
    """The checkpoint by which it was on time is not in the bundle, so that the bundle alone finds it late."""
    world, _own, receipt = late_bidder(seed)
    stated = receipt["body"]["note"]
    world.checkpoints = [row for row in world.checkpoints if row[1] != stated]
    return world, [receipt]


def told(seed):
    """The same without a receipt in anybody's hand: nothing in the bundle shows it."""
    return hidden(seed)[0], []


def left_out(seed):
    """The contribution is gone from the chain altogether."""
    world, own, receipt = late_bidder(seed)
    world.events.remove(own)
    return world, [receipt]


STORIES = {
    "honest": (honest, []),
    "hidden": (hidden, ["V17"]),
    "told": (told, []),
    "left out": (left_out, ["V17", "V21"]),
}


def test_a_contribution_with_a_receipt_is_in_the_draw_or_v17_fails(tmp_path):
    rows, said = [], {}
    for name, (play, fails) in STORIES.items():
        world, receipts = play(name)
        place = tmp_path / name
        place.mkdir()
        world.write(place / "b.zip")
        (place / "a.json").write_bytes(world.anchors())
        data = [canonical.encode(one) for one in receipts]
        for number, one in enumerate(data):
            (place / f"r{number}.json").write_bytes(one)
        report = verify.verify(place / "b.zip", world.anchors(), data)
        said[name] = sorted(row.check for row in report.checks if row.status != "ok")
        assert said[name] == sorted(fails), [row for row in report.checks if row.status != "ok"]
        paths = [f"{name}/r{number}.json" for number in range(len(data))]
        rows.append({"name": name, "bundle": f"{name}/b.zip", "anchors": f"{name}/a.json", "receipts": paths})
    (tmp_path / "list.json").write_text(json.dumps(rows))

    found = in_javascript(tmp_path / "list.json")

    assert {name: sorted(row["failed"]) for name, row in found.items()} == said, found
