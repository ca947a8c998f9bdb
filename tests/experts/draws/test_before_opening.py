"""A24: a draw before the opening knows no bidder, not even how many; who has an interest falls out once bids are opened."""

from datetime import timedelta

import pytest

from accounts.actors import SYSTEM
from experts.models import DrawAnswer, DrawCall, DrawPaper, Expert
from experts.selectors.left_out import seat_expert
from experts.services.draw_prepare import Times, draw_prepare
from experts.services.draw_reveal import draw_reveal
from experts.states.draw import DrawState
from kernel.errors import RuleBroken, StateConflict
from protocol import canonical
from tests import builders_bidding as build
from tests.experts import worlds
from tests.experts.draws import world

pytestmark = pytest.mark.django_db
COMPARED = (0, 7)


def early(experts=14):
    """A pool, a lot that takes bids, and a request for a draw before the opening."""
    pool = worlds.Pool(now=world.EARLY)
    for number in range(1, experts + 1):
        pool.admitted(number, **world.TERM)
    hall = build.hall()
    hall.before_close(hours=6)
    play = world.Play(hall, pool)
    play.asked(when="before-opening")
    play.begun()
    return play


def seated(play):
    """Whose seats are accepted, in the order of their hashes."""
    rows = DrawCall.objects.select_related("seat__round").filter(seat__code="accepted").order_by("seat__seat")
    return [Expert.objects.get(pk=seat_expert(row, worlds.KEY)) for row in rows]


def prepared(play, moment):
    """A header made at this very moment with entropy that repeats itself."""
    close_at = moment + timedelta(minutes=20)
    draw_prepare(
        draw_id=play.draw_id,
        supervisor_key=play.supervisor.signer.spki.hex(),
        times=Times(close_at, close_at + timedelta(days=2)),
        actor=play.operator,
        at=moment,
        key=worlds.KEY,
        random=lambda size: bytes(range(size)),
    )
    papers = sorted(DrawPaper.objects.filter(draw=play.draw_id).values_list("digest", flat=True))
    return canonical.encode(play.draw.header), papers


def test_the_header_is_byte_for_byte_the_same_with_no_bid_and_with_seven():
    play = early()
    moment = play.hall.one.close_at - timedelta(minutes=40)
    found = []
    for count in COMPARED:
        if count:
            play.hall.bids(count)
        found.append(prepared(play, moment))

    assert found[0] == found[1]
    assert len(play.hall.handed) == COMPARED[1]
    assert b'"open":"none"' in found[0][0]
    assert b'"count":0' in found[0][0]


def test_nobody_learns_a_panel_before_the_bids_are_in():
    """法37, 法22: a reveal before the deadline is refused; and without an opening nothing is revealed."""
    play = early()
    close_at = play.now.replace(microsecond=0) + timedelta(minutes=5)
    with pytest.raises(RuleBroken) as refused:
        draw_prepare(
            draw_id=play.draw_id,
            supervisor_key=play.supervisor.signer.spki.hex(),
            times=Times(close_at, close_at + timedelta(minutes=1)),
            actor=play.operator,
            at=play.now,
            key=worlds.KEY,
        )
    assert [one.code for one in refused.value.findings] == ["draw_reveal_early"]


def test_a_draw_is_not_made_days_before_its_evaluation():
    """The pack: 24 or 48 hours; whoever knows the panel for days can be leaned on for days."""
    play = early()
    close_at = play.now.replace(microsecond=0) + timedelta(minutes=5)
    play.request.begins_at = play.now + timedelta(days=4)
    play.request.save()
    with pytest.raises(RuleBroken) as refused:
        draw_prepare(
            draw_id=play.draw_id,
            supervisor_key=play.supervisor.signer.spki.hex(),
            times=Times(close_at, close_at + timedelta(days=9)),
            actor=play.operator,
            at=play.now,
            key=worlds.KEY,
        )
    assert refused.value.code == "draw_early"
    assert refused.value.data == {"hours": 48}


def test_conflicts_with_bidders_fall_out_together_after_the_opening_and_one_round_replaces_them(tmp_path):
    play = early(experts=7)  # one of each employer: nobody drawn afterwards shares a conflict
    play.prepared(minutes=20)
    play.signed()
    play.contributed(play.owner, play.supervisor)
    play.decided()
    play.answered()
    assert DrawState(play.draw.state) is DrawState.COMPLETE

    firms = [play.hall.bidder(number).organisation for number in (1, 2)]
    for one, firm in zip(seated(play)[:2], firms, strict=True):
        Expert.objects.filter(employer_key=one.employer_key).update(employer_code=firm.code)
    play.hall.bids(3)
    play.drive()
    assert not DrawAnswer.objects.filter(
        code="disqualified"
    ).exists()  # nothing is compared before the opening
    play.hall.opened()
    play.hall.end()
    play.drive()

    fallen = DrawAnswer.objects.filter(code="disqualified")
    assert [(one.own, one.reply.reason) for one in fallen] == [(False, "related")] * 2
    assert DrawState(play.draw.state) is DrawState.ANSWERED
    play.drive()
    assert (DrawState(play.draw.state), play.draw.rounds.count()) == (DrawState.CLOSED, 2)
    play.decided()
    play.answered()
    assert not {firm.code for firm in firms} & {one.employer_code for one in seated(play)}
    play.revealed()
    assert build.faults(play.judged(tmp_path)) == []


def test_without_an_opening_nothing_is_revealed():
    play = early()
    play.prepared(minutes=20)
    play.signed()
    play.contributed(play.owner, play.supervisor)
    play.decided()
    play.answered()
    with pytest.raises(StateConflict) as refused:
        draw_reveal(draw_id=play.draw_id, actor=SYSTEM, at=play.draw.reveal_at)
    assert refused.value.code == "draw_before_opening"
