"""A member falls out after the reveal: another is drawn, not named, and a stranger can check it (条例 46, 48; V24)."""

import pytest

from experts.services.draw_begin import draw_begin
from experts.services.member_out import member_recuse
from experts.services.panels_drive import panels_drive
from kernel.errors import StateConflict
from tests import builders_bidding as build
from tests.experts import worlds
from tests.experts.panels import world as panels

pytestmark = pytest.mark.django_db


def test_another_is_drawn_in_the_place_of_who_left_and_the_bundle_says_so(tmp_path, kept):
    world = kept(panels.reviewing)
    play, gone = world.play, world.members[1]
    with pytest.raises(StateConflict, match="No other follows"):
        draw_begin(request_id=play.request.pk, t=3, actor=play.operator, at=world.at, cause="order")
    member_recuse(seat_id=gone.id, reason="与投标单位 2 项目经理为同学", actor=gone.actor, at=world.at)
    assert panels_drive(at=world.at, key=worlds.KEY) == []
    assert gone.seat.drawn.code == "recused"
    world.hall.cut()

    play.begun(cause="order")
    play.prepared()
    play.signed()
    play.contributed()
    play.decided()
    play.answered()
    play.revealed()
    panels_drive(at=world.at, key=worlds.KEY)

    new = world.panel.seats.get(seat=6)
    assert (new.state, new.kind) == ("expected", "expert")
    assert new.person_id not in {one.seat.person_id for one in world.members}
    world.arrived()
    world.seat("更换一名成员")
    assert [one.number for one in world.seated()] == [1, 3, 4, 5, 6]
    report = play.judged(tmp_path)
    assert build.faults(report) == []
    said = {row.check: row.sentence for row in report.checks}
    assert "4 accepted" in said["V24"]
