"""Who has accepted may give up his seat while a round runs; it is drawn again in the next, and nobody twice (条例 48)."""

import pytest

from accounts.actors import SYSTEM
from experts.models import DrawnSeat
from experts.selectors.draws import round_now, standing
from experts.services.answer_record import answer_record
from experts.states.draw import LEAVING, DrawState, SeatAnswer, SeatCode
from kernel.errors import StateConflict
from tests.experts.draws import world

pytestmark = pytest.mark.django_db


def given_up(play, row, answer=SeatAnswer.EXCUSE):
    return answer_record(seat=row.seat, answer=answer, actor=SYSTEM, at=play.now, receipt="duty telephone")


def seats(play, code):
    return list(DrawnSeat.objects.filter(round__draw=play.draw_id, code=code).order_by("round__j", "seat"))


@pytest.mark.parametrize("when", ["asked", "committed", "decided"])
def test_a_seat_given_up_while_a_round_runs_is_drawn_in_the_next(tmp_path, when, kept):
    """The round that runs draws what its head named, whoever leaves in between: else leaving would steer it (A22)."""
    play = kept(world.play)
    play.ready()
    play.contributed()
    play.decided()
    play.answered(declines=1)
    assert (round_now(play.draw).j, play.draw.state) == (1, DrawState.CLOSED.value)
    leaver = seats(play, "accepted")[0]
    if when == "asked":
        given_up(play, leaver)
    pairs = [(one, play.pair(one)) for one in play.devices[:4]]
    for one, (commit, _release) in pairs:
        play.commit(one, commit)
    play.hall.cut()
    if when == "committed":
        given_up(play, leaver, SeatAnswer.RECUSE)
    for one, (_commit, release) in pairs:
        play.release(one, release)
    play.hall.cut()
    play.drive()
    assert DrawnSeat.objects.filter(round=round_now(play.draw)).count() == 1
    if when == "decided":
        given_up(play, leaver)
    play.answered()
    assert (round_now(play.draw).j, play.draw.state) == (2, DrawState.CLOSED.value)
    with pytest.raises(StateConflict):
        given_up(play, leaver, SeatAnswer.ACCEPT)
    play.decided()
    play.answered()

    assert play.draw.state == DrawState.COMPLETE.value
    people = [seat.id for seat in standing(play.draw).seats.values()]
    assert len(people) == len(set(people)) == 6  # who declined or left is asked no second time
    play.revealed()
    assert [row for row in play.judged(tmp_path).checks if row.status != "ok"] == []


def test_a_seat_that_waits_is_answered_only_while_experts_are_called(kept):
    play = kept(world.play)
    play.ready()
    play.contributed()
    play.decided()
    row = DrawnSeat.objects.filter(round__draw=play.draw_id).first()
    assert DrawState(play.draw.state) in LEAVING
    assert row.code == SeatCode.OPEN.value

    with pytest.raises(StateConflict):
        given_up(play, row, SeatAnswer.EXCUSE)
