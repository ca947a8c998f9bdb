"""What surrounds a real draw, as rows: how soon a refusal was written down, who left units out late, what was changed."""

from datetime import timedelta

import pytest

from accounts.actors import SYSTEM
from accounts.states import Role
from experts.models import CallTry, DrawnSeat, Expert
from experts.rules.analytics import thresholds
from experts.selectors.draws import revealed
from experts.selectors.lead_draws import worked_out
from experts.selectors.leads_around import answer_rows, barred_rows, edit_rows, exclusion_rows
from experts.services.answer_record import answer_record
from experts.services.call_look import call_look, call_outcome
from experts.services.draw_request import draw_withdraw
from experts.states.calls import TryOutcome
from experts.states.draw import SeatAnswer, SeatCode
from tests.experts import worlds
from tests.experts.draws import world

pytestmark = pytest.mark.django_db
DAY = timedelta(hours=24)


@pytest.fixture
def play(kept):
    return kept(world.play)


def draws(play):
    rows = revealed([play.hall.lot])
    return list(rows.select_related("lot__tender__project__owner", "request", "header_entry"))


def drawn(play):
    play.contributed()
    play.decided()
    return play


def test_seconds_between_the_look_and_the_refusal_are_those_of_the_caller_himself(play):
    play.ready()
    drawn(play).called()
    slow, fast = (play.staff(Role.CALLER, name).actor for name in ("通知员甲", "通知员乙"))
    for who, seconds in ((slow, 90), (fast, 4)):
        shown = call_look(actor=who, at=play.now, key=worlds.KEY)
        call_outcome(
            call_id=shown.id,
            outcome=TryOutcome.DECLINED,
            reason="other",
            actor=who,
            at=play.now + timedelta(seconds=seconds),
        )
    for row in DrawnSeat.objects.filter(code=SeatCode.OPEN.value):
        answer_record(seat=row.seat, answer=SeatAnswer.ACCEPT, actor=SYSTEM, at=play.now, receipt="call")
    play.hall.cut()
    play.drive()
    play.decided()
    play.answered()
    assert draws(play) == []
    play.revealed()

    rows = list(answer_rows(draws(play)))

    assert CallTry.objects.count() == 2
    assert {(row.caller, row.seconds, row.refused) for row in rows} == {
        ("通知员甲", 90.0, True),
        ("通知员乙", 4.0, True),
    }


def test_late_exclusions_carry_what_they_did_and_early_ones_nothing(play):
    play.asked()
    play.exclude(worlds.employer(1)[0])
    play.hall.clock.to(play.now + timedelta(hours=26))
    play.exclude(worlds.employer(2)[0])
    play.begun()
    play.request.begins_at = play.now + timedelta(days=1)
    play.request.save()
    play.prepared()
    play.signed()
    drawn(play)
    play.answered()
    play.revealed()

    kept = list(worked_out(draws(play), thresholds(), worlds.KEY))
    early, late = exclusion_rows(kept)

    assert early.hours > 24
    assert early.raised is None
    assert late.hours < 24
    assert late.raised > 0
    assert [row.edits for row in edit_rows(draws(play), DAY)] == [0]
    barred = {row.expert for row in barred_rows(kept, "first")}
    units = [worlds.employer(1)[0], worlds.employer(2)[0]]
    people = Expert.objects.filter(employer__in=units)
    assert barred
    assert barred <= {worlds.KEY.lead_code(one.pk.bytes) for one in people}


def test_a_request_made_anew_before_the_header_is_a_change(play):
    play.asked()
    draw_withdraw(request_id=play.request.pk, actor=play.owner.actor, at=play.now)
    play.ready()
    drawn(play)
    play.answered()
    play.revealed()

    assert [row.edits for row in edit_rows(draws(play), DAY)] == [1]
    assert [row.edits for row in edit_rows(draws(play), timedelta(0))] == [0]
