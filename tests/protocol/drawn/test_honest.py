"""Honest draws verify, whatever honest people do in them."""

import pytest

from protocol.verify import verify
from tests.protocol.drawn.world import DrawWorld


def two_serials(seed):
    """A seat stays open; a second draw fills it, and who had declined is excluded from it as unavailable."""
    world = DrawWorld(seed).play_draw((1,))
    standing = world.draw["standing"]
    declined = {standing.seats[seat].id for seat, code in standing.codes.items() if code == "declined"}
    gone = [person for person in world.persons if world.eid_of(person).hex() in declined]
    return world.play_draw((0,), excluded=tuple(gone))


STORIES = {
    "everybody accepts": lambda seed: DrawWorld(seed).play_draw((0,)),
    "one declines, one round more": lambda seed: DrawWorld(seed).play_draw((1, 0)),
    "two rounds more": lambda seed: DrawWorld(seed).play_draw((2, 1, 0)),
    "two experts are excluded": lambda seed: DrawWorld(seed).play_draw(
        (0,), excluded=("person 1", "person 4")
    ),
    "a second draw for an open seat": two_serials,
}


@pytest.mark.parametrize("name", STORIES)
def test_an_honest_draw_verifies(tmp_path, name):
    world = STORIES[name](name)

    report = verify(world.write(tmp_path / "b.zip"), world.anchors())

    assert [row for row in report.checks if row.status != "ok"] == []
    assert report.ok
