"""An officer without a network (A22): pack in, commit out; a later pack in, release out; both handed in on the page."""

import json

import pytest

from experts.models import DrawRelease
from experts.selectors.draw_pack import officer_pack
from experts.states.draw import DrawState
from protocol.cli import main
from protocol.draw import objects
from tests.experts.draws import world
from tests.experts.draws.test_watcher import folder_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def play(kept):
    made = kept(world.play)
    made.ready()
    made.contributed()
    return made


def tool(play, folder, i=1):
    """The tool on the officer's machine, with a pack carried there."""
    device = play.devices[i - 1]
    pack, anchors, keys = folder / "pack.json", folder / "anchors.json", folder / "held"
    pack.write_text(json.dumps(officer_pack(play.draw_id, i)))
    anchors.write_bytes(play.anchors())
    if not keys.exists():
        folder_of(device, keys, objects.lot_of(play.draw.lot.code, 1))
    words = ["officer", "--pack", pack, "--anchors", anchors, "--keys", keys, "--seat", i]
    return main([str(word) for word in (*words, "--state", folder / "state")])


def written(folder, name):
    path = folder / "state" / f"draw-{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def test_two_packs_and_two_files_are_an_officer_s_part_of_a_round(play, tmp_path):
    assert tool(play, tmp_path) == 0
    commit = written(tmp_path, "commit")
    assert written(tmp_path, "release") is None
    play.commit(play.devices[0], commit)
    assert tool(play, tmp_path) == 0
    assert written(tmp_path, "release") is None  # promised, but not in the log, and nobody else has
    pairs = [(one, play.pair(one)) for one in play.devices[1:4]]
    for one, (other, _release) in pairs:
        play.commit(one, other)
    play.hall.cut()

    assert tool(play, tmp_path) == 0
    assert written(tmp_path, "commit") == commit
    play.release(play.devices[0], written(tmp_path, "release"))
    for one, (_commit, release) in pairs:
        play.release(one, release)
    play.hall.cut()
    play.drive()
    assert DrawState(play.draw.state) is DrawState.DRAWN
    assert DrawRelease.objects.filter(officer=1).count() == 1


def test_the_tool_promises_nothing_on_a_pack_that_does_not_hold(play, tmp_path, capsys):
    """A contribution taken out, another head, no anchors: nothing is written."""
    whole = officer_pack(play.draw_id, 1)
    tool(play, tmp_path)
    (tmp_path / "state" / "draw-commit.json").unlink()
    for bent in (
        whole | {"events": [row for at, row in enumerate(whole["events"]) if at != 1]},
        whole | {"events": whole["events"][1:]},
        whole | {"checkpoints": whole["checkpoints"][:1]},
    ):
        (tmp_path / "pack.json").write_text(json.dumps(bent))
        words = ["officer", "--pack", tmp_path / "pack.json", "--keys", tmp_path / "held", "--seat", 1]
        more = ["--anchors", tmp_path / "anchors.json", "--state", tmp_path / "other"]
        assert main([str(word) for word in (*words, *more)]) != 0
        assert main([str(word) for word in (*words, "--state", tmp_path / "other")]) != 0
        assert not list((tmp_path / "other").glob("draw-*"))
    assert "anchors" in capsys.readouterr().err
