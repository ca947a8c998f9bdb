"""A process killed at any step leaves whole steps behind; the clock goes on from them, and takes none twice."""

import secrets

import pytest

from accounts.actors import SYSTEM
from bidding.models import Bundle
from experts.models import Contribution, DrawCall, DrawnSeat
from experts.services import answer_record as answers
from experts.services.call_start import call_start, calls_hand
from experts.services.draws_drive import draws_drive
from experts.services.round_decide import round_decide
from experts.states.draw import DrawState, SeatAnswer
from kernel.errors import Unavailable
from ledger.models import Entry
from tests.experts import worlds
from tests.experts.draws import world

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The process ends here: no handler of ours runs."""


class Dying:
    """A gateway in whose call the process is killed, the first time."""

    def __init__(self):
        self.keys = []

    def call(self, one):
        self.keys.append(one.key)
        if len(self.keys) == 2:
            raise Killed
        return "ok"


class Engaged:
    """A provider who cannot reach one number at the first try."""

    def __init__(self):
        self.tried = []

    def call(self, one):
        self.tried.append(one.key)
        if len(self.tried) == 1:
            raise Unavailable("engaged", "not now")
        return "ok"


def dying_random(after):
    """Entropy that kills the process when it is asked more than ``after`` times."""
    left = iter(range(after))

    def draw(size):
        if next(left, None) is None:
            raise Killed
        return secrets.token_bytes(size)

    return draw


def kinds():
    return sorted(Entry.objects.filter(chain__endswith="/draw").values_list("kind", flat=True))


def test_a_draw_goes_on_after_a_kill_at_every_step_of_the_clock(kept):
    play = kept(world.play)
    play.ready()
    play.contributed()
    play.drive()
    assert Contribution.objects.count() == 4
    pairs = [(one, play.pair(one)) for one in play.devices[:4]]
    for one, (commit, _release) in pairs:
        play.commit(one, commit)
        assert play.commit(one, commit).officer == one.seat.i  # a device that asks again
    play.hall.cut()
    for one, (_commit, release) in pairs:
        play.release(one, release)
        play.release(one, release)
    play.hall.cut()

    with pytest.raises(Killed):
        round_decide(draw_id=play.draw_id, actor=SYSTEM, at=play.now, random=dying_random(2))
    assert not DrawnSeat.objects.exists()
    play.drive()
    result = round_decide(draw_id=play.draw_id, actor=SYSTEM, at=play.now)
    assert result.seats.count() == 4

    with pytest.raises(Killed):
        call_start(draw_id=play.draw_id, actor=SYSTEM, at=play.now, key=worlds.KEY, random=dying_random(2))
    assert not DrawCall.objects.exists()
    gateway = Dying()
    with pytest.raises(Killed):
        draws_drive(at=play.now, key=worlds.KEY, gateway=gateway)
    assert DrawState(play.draw.state) is DrawState.CALLING
    draws_drive(at=play.now, key=worlds.KEY, gateway=gateway)
    assert len(gateway.keys) == 5  # the call that was cut short is made again, under its own key
    assert len(set(gateway.keys)) == 4

    for row in DrawnSeat.objects.all():
        for _again in range(2):
            answers.answer_record(seat=row.seat, answer=SeatAnswer.ACCEPT, actor=SYSTEM, at=play.now)
    play.hall.cut()
    for _again in range(2):
        play.drive()
    play.revealed()
    for _again in range(3):
        play.drive()
    once = ["draw-end", "draw-header", "draw-result", "draw-reveal"]
    assert [kind for kind in kinds() if kind in once] == once
    assert kinds().count("draw-event") == 4
    assert Bundle.objects.filter(lot=play.hall.lot, rooms="draw-1").count() == 1


def test_one_number_that_cannot_be_reached_holds_up_no_other(kept):
    play = kept(world.play)
    play.ready()
    play.contributed()
    play.drive()
    pairs = [(one, play.pair(one)) for one in play.devices[:4]]
    for at in (0, 1):
        for one, pair in pairs:
            (play.commit, play.release)[at](one, pair[at])
        play.hall.cut()
    round_decide(draw_id=play.draw_id, actor=SYSTEM, at=play.now)
    call_start(draw_id=play.draw_id, actor=SYSTEM, at=play.now, key=worlds.KEY)
    gateway, given = Engaged(), {"draw_id": play.draw_id, "at": play.now, "key": worlds.KEY}

    assert calls_hand(gateway=gateway, **given) == 3
    assert calls_hand(gateway=gateway, **given) == 1
    assert gateway.tried[0] == gateway.tried[-1]
