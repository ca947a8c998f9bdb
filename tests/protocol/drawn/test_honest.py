"""Honest draws verify, whatever honest people do in them."""

import pytest

from protocol.verify import verify
from tests.protocol.drawn.world import DrawWorld

STORIES = {
    "everybody accepts": ((0,), {}),
    "one declines, one round more": ((1, 0), {}),
    "two rounds more": ((2, 1, 0), {}),
    "two experts are excluded": ((0,), {"excluded": ("person 1", "person 4")}),
}


@pytest.mark.parametrize("name", STORIES)
def test_an_honest_draw_verifies(tmp_path, name):
    declines, options = STORIES[name]
    world = DrawWorld(name).play_draw(declines, **options)

    report = verify(world.write(tmp_path / "b.zip"), world.anchors())

    assert [row for row in report.checks if row.status != "ok"] == []
    assert report.ok
