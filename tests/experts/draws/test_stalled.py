"""A round whose officers stay away: ended by two, with their names, and drawn again for the open seats alone (A23, A25)."""

from datetime import timedelta

import pytest

from experts.selectors import draw_pages
from experts.selectors.draw_record import lot_record
from experts.selectors.draw_stalled import stall_seen
from experts.selectors.draws import round_now, standing
from experts.services.draw_begin import draw_begin
from experts.services.draw_prepare import Times, draw_prepare
from experts.services.draw_stall import stall_propose, stall_sign
from experts.services.header_sign import draw_postpone, postpone_body
from experts.states.draw import DrawState
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from protocol import cli
from tests.experts import worlds
from tests.experts.draws import world

pytestmark = pytest.mark.django_db


def contributed():
    made = world.play()
    made.ready()
    made.contributed()
    return made


@pytest.fixture
def play(kept):
    return kept(contributed)


def some_release(play, number=2):
    """Four commit; so many of them release."""
    pairs = [(one, play.pair(one)) for one in play.devices[:4]]
    for one, (commit, _) in pairs:
        play.commit(one, commit)
    play.hall.cut()
    for one, (_, release) in pairs[:number]:
        play.release(one, release)
    play.hall.cut()
    return pairs


def over(play):
    """The time of the round is proven past."""
    play.past(stall_seen(play.draw_id, play.operator).due)


def propose(play):
    return stall_propose(draw_id=play.draw_id, actor=play.operator, at=play.now)


def sign(play, signer=None, body=None):
    body = body or play.draw.stall
    made = (signer or play.supervisor.signer).sign("draw-end", body)
    return stall_sign(draw_id=play.draw_id, signatures=[made], actor=play.supervisor.actor, at=play.now)


def code_of(error):
    return error.value.code


def test_a_stalled_draw_ends_by_two_and_the_next_serial_draws(play, tmp_path, capsys):
    some_release(play)
    with pytest.raises(StateConflict) as refused:
        propose(play)
    assert code_of(refused) == "round_runs"
    over(play)
    with pytest.raises(NotPermitted):
        stall_propose(draw_id=play.draw_id, actor=play.supervisor.actor, at=play.now)
    with pytest.raises(StateConflict) as refused:
        stall_sign(draw_id=play.draw_id, signatures=[], actor=play.supervisor.actor, at=play.now)
    assert code_of(refused) == "stall_none"

    assert propose(play).stall["missing"] == [3, 4, 5]
    with pytest.raises(NotPermitted):
        sign(play, play.owner.signer)
    sign(play)
    sign(play)

    assert DrawState(play.draw.state) is DrawState.SHORT
    assert play.draw.end_entry.body["cause"] == "officers"
    told = [entry.data for entry in Entry.objects.filter(kind="record") if entry.body["name"] == "draw-short"]
    assert [(row["cause"], row["missing"]) for row in told] == [("officers", [3, 4, 5])]
    play.hall.cut()
    with pytest.raises(RuleBroken):
        draw_begin(request_id=play.request.pk, t=3, cause="short", actor=play.operator, at=play.now)
    first = play.draw_id
    play.begun(cause="officers")
    play.prepared()
    play.signed()
    play.contributed()
    play.decided()
    play.answered()
    play.revealed()
    play.drive()
    assert world.Draw.objects.get(pk=first).state == DrawState.REVEALED.value
    report = play.judged(tmp_path)
    assert [row for row in report.checks if row.status != "ok"] == []
    (tmp_path / "anchors.json").write_bytes(play.anchors())
    command = ["draw", "replay", str(tmp_path / "public.zip"), "--anchors", str(tmp_path / "anchors.json")]
    assert cli.main([*command, "--lang", "zh"]) == 0
    told = capsys.readouterr().out
    assert "第 1 次抽取结束：持钥人未到。未提交开启数据的持钥人：3, 4, 5。" in told
    assert "评标委员会：抽取并已接受的专家 4 名。" in told


def test_a_stall_in_a_replacement_round_keeps_who_accepted(play, tmp_path):
    play.decided()
    play.answered(declines=1)
    assert round_now(play.draw).j == 1
    some_release(play, 0)
    over(play)
    propose(play)
    sign(play)
    play.hall.cut()
    kept = standing(play.draw).listed("accepted")
    assert len(kept) == 3

    play.begun(cause="officers")
    play.prepared()
    play.signed()
    play.contributed()
    play.decided()
    play.answered()
    play.revealed()
    play.drive()

    assert play.draw.header["kept"] == kept
    assert play.judged(tmp_path).ok


def test_a_decided_round_cannot_be_ended(play):
    """A23: t officers have released; nobody calls that void, whoever signs."""
    some_release(play, 3)
    over(play)

    with pytest.raises(StateConflict) as refused:
        propose(play)

    assert code_of(refused) == "round_decided"
    play.drive()
    assert DrawState(play.draw.state) is DrawState.DRAWN


def test_an_officer_who_releases_after_the_proposal_makes_it_void(play):
    pairs = some_release(play)
    over(play)
    propose(play)
    device, (_, release) = pairs[2]
    play.release(device, release)
    with pytest.raises(StateConflict) as refused:
        sign(play)
    assert code_of(refused) == "not_in_log"
    play.hall.cut()

    with pytest.raises(StateConflict) as refused:
        sign(play)

    assert code_of(refused) == "round_decided"


def test_after_the_end_nothing_is_taken(play):
    pairs = some_release(play)
    over(play)
    propose(play)
    sign(play)
    play.hall.cut()
    device, (_, release) = pairs[2]

    with pytest.raises(StateConflict):
        play.release(device, release)

    assert stall_seen(play.draw_id, play.operator) is None


def test_an_end_names_whoever_gave_less_than_the_proposal_said(play):
    """Another release that does not decide the round changes who is missing: the supervisor signs no old list."""
    pairs = some_release(play, 1)
    over(play)
    propose(play)
    device, (_, release) = pairs[1]
    play.release(device, release)
    play.hall.cut()

    with pytest.raises(StateConflict) as refused:
        sign(play)

    assert code_of(refused) == "stall_changed"
    assert propose(play).stall["missing"] == [3, 4, 5]
    sign(play)


@pytest.mark.parametrize("seconds", [599, 604_801])
def test_officers_have_a_time_people_can_keep(seconds, kept):
    play = kept(world.play)
    play.asked()
    play.begun()
    close_at = play.now.replace(microsecond=0) + timedelta(minutes=30)

    with pytest.raises(RuleBroken) as refused:
        draw_prepare(
            draw_id=play.draw_id,
            supervisor_key=play.supervisor.signer.spki.hex(),
            times=Times(close_at, close_at + timedelta(days=2), seconds),
            actor=play.operator,
            at=play.now,
            key=worlds.KEY,
        )

    assert code_of(refused) == "release_s"


def uncontributed():
    """A draw whose time for contributions is over, and the owner has given none."""
    made = world.play()
    made.ready()
    made.contribute(made.supervisor)
    made.drive()
    return made


def test_who_never_contributes_is_named_by_two_and_the_next_serial_draws(tmp_path):
    """A20: without the owner's contribution no officer may act; the draw need not wait for it for ever."""
    play = uncontributed()
    with pytest.raises(StateConflict) as refused:
        propose(play)
    assert code_of(refused) == "round_runs"
    assert stall_seen(play.draw_id, play.operator) is None
    play.past(play.draw.close_at + timedelta(seconds=12))
    owner = play.owner.organisation.code
    assert stall_seen(play.draw_id, play.operator).late == [owner]
    assert draw_pages.stalled_page(play.draw_id, play.operator, play.now).may_propose

    ended = propose(play).stall
    sign(play)

    assert (ended["cause"], play.draw.state) == ("contributors", DrawState.SHORT.value)
    named = [play.draw.header["required"][place - 1]["org"] for place in ended["missing"]]
    assert named == [owner]
    play.hall.cut()
    play.begun(cause="contributors")
    play.prepared()
    play.signed()
    play.contributed()
    play.decided()
    play.answered()
    play.revealed()
    play.drive()
    report = play.judged(tmp_path)
    assert [row for row in report.checks if row.status != "ok"] == []
    assert [serial.absent for serial in lot_record(play.hall.lot).serials] == [[owner], []]


def test_a_close_that_was_moved_makes_the_end_void():
    """The supervisor cannot give more time and take the draw away in the same breath (V22)."""
    play = uncontributed()
    play.past(play.draw.close_at + timedelta(seconds=12))
    propose(play)
    later = play.now.replace(microsecond=0) + timedelta(minutes=30)
    body = postpone_body(play.draw, later, "业主系统故障")
    made = [play.supervisor.signer.sign("draw-postpone", body)]
    given = {"close_at": later, "reason": "业主系统故障", "signatures": made}
    draw_postpone(draw_id=play.draw_id, actor=play.supervisor.actor, at=play.now, **given)

    for code in ("not_in_log", "round_runs"):
        with pytest.raises(StateConflict) as refused:
            propose(play)
        assert code_of(refused) == code
        play.hall.cut()

    play.contributed(play.owner)
    assert DrawState(play.draw.state) is DrawState.CLOSED
