"""A draw from the request to the bundle a stranger verifies."""

import json

import pytest

from bidding.states import Edition
from experts.states.draw import DrawState
from portal.selectors.anchors import anchors_file
from portal.selectors.opening import bundle_file
from protocol.verify import verify
from tests import builders_bidding as build
from tests.experts.draws import world

pytestmark = pytest.mark.django_db


def test_a_draw_with_a_replacement_round_verifies_offline(tmp_path, kept):
    play = kept(world.play)
    play.ready()
    play.contributed()
    assert DrawState(play.draw.state) is DrawState.CLOSED
    play.decided()
    play.answered(declines=2)
    assert (DrawState(play.draw.state), play.draw.rounds.count()) == (DrawState.CLOSED, 2)
    play.decided()
    play.answered()
    assert DrawState(play.draw.state) is DrawState.COMPLETE
    lot = play.hall.lot
    assert json.loads(anchors_file(lot.policy))["draws"] == {}  # the bundle of now cannot hold it yet
    play.revealed()

    report = play.judged(tmp_path)

    assert build.faults(report) == []
    said = {row.check: row.sentence for row in report.checks}
    assert "1 headers, 4 contributions" in said["V21"]
    assert "2 rounds" in said["V22"]
    assert "8 releases" in said["V23"]
    assert "4 accepted" in said["V24"]
    assert build.faults(play.judged(tmp_path, Edition.AUDIT)) == []
    # what a stranger downloads: the newest public bundle, and anchors that name its draw
    name, row, pieces = bundle_file(lot.tender.number, lot.no)
    (tmp_path / name).write_bytes(b"".join(pieces))
    anchors = anchors_file(lot.policy)
    assert list(json.loads(anchors)["draws"].values()) == [play.draw.t_d]
    assert row.rooms == "draw-1"
    assert build.faults(verify(tmp_path / name, anchors, [])) == []
