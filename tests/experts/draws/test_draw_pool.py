"""The epoch of a draw, cut by the clock while its officers come together, so that nobody waits for it with the header."""

from datetime import timedelta

import pytest

from experts.models import Epoch, Expert
from experts.services.draw_pool import AGAIN
from experts.services.expert_standing import expert_suspend
from tests.experts.draws import world

pytestmark = pytest.mark.django_db


def begun(play):
    """A draw whose officers are ready, some hours after the pool changed last."""
    play.asked()
    play.begun()
    play.past(play.now + timedelta(hours=2))
    play.drive()
    return play


def test_the_clock_cuts_the_epoch_once_the_officers_are_ready(kept):
    play = kept(world.play)
    play.asked()
    play.begun(n=5)
    play.drive()
    draw = play.draw
    assert draw.epoch is not None
    assert draw.pool_paper.size > 0
    cut = Epoch.objects.count()

    play.drive()
    play.prepared()

    assert play.draw.header["pool"]["rows"] == draw.pool_paper.digest
    assert play.draw.header["pool"]["root"] == draw.epoch.root
    assert Epoch.objects.count() == cut


def test_nothing_is_cut_while_an_officer_has_not_passed_the_dry_run(kept):
    play = kept(world.play)
    play.asked()
    play.begun(n=4)
    play.devices.append(play.officer(5, proven=False))
    play.drive()

    assert play.draw.epoch is None


def suspended(play):
    """Somebody of the pool is suspended now."""
    gone = Expert.objects.order_by("code").first()
    expert_suspend(expert_id=gone.pk, reason="x", decision_no="1", actor=play.pool.keeper, at=play.now)
    return gone


def test_who_was_suspended_after_the_clock_had_cut_is_not_drawn_from(kept):
    play = begun(kept(world.play))
    early = play.draw.epoch
    gone = suspended(play)
    assert early.members.filter(expert=gone).exists()

    play.prepared()

    epoch = play.draw.epoch
    assert not epoch.members.filter(expert=gone).exists()
    assert play.draw.header["pool"]["root"] == epoch.root != early.root
    assert play.draw.header["pool"]["rows"] == play.draw.pool_paper.digest


def test_the_clock_cuts_again_at_most_once_an_hour(kept):
    play = begun(kept(world.play))
    early = play.draw.epoch
    suspended(play)
    play.drive()
    assert play.draw.epoch == early

    play.past(play.now + AGAIN)
    play.drive()

    assert play.draw.epoch.number > early.number


def test_the_draw_verifies_with_the_pool_cut_before(tmp_path, kept):
    play = begun(kept(world.play))
    cut = play.draw.epoch.number
    play.prepared()
    play.signed()
    assert play.draw.header["pool"]["epoch"] == cut
    play.contributed()
    play.decided()
    play.answered()
    play.revealed()

    report = play.judged(tmp_path)

    assert report.ok
