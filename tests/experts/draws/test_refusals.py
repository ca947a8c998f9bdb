"""What the doors of a draw refuse: late, foreign, second and broken promises; and who may not act."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.actors import SYSTEM
from experts.models import Contribution, Draw, DrawnSeat, DrawRound
from experts.rules.draws import request_findings
from experts.rules.packs import pool_pack
from experts.selectors import panels
from experts.selectors.draws import posed
from experts.services.answer_record import acceptance_end, answer_record
from experts.services.contribution_give import contribution_give
from experts.services.draw_begin import draw_begin
from experts.services.draw_prepare import Times, draw_prepare
from experts.services.draw_request import draw_confirm, draw_request, exclusion_enter
from experts.services.header_sign import draw_postpone, header_sign, postpone_body
from experts.services.round_decide import round_decide
from experts.states.draw import DrawState, SeatAnswer
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry, Incident
from tests import builders_bidding as build
from tests.experts import worlds
from tests.experts.draws import world

pytestmark = pytest.mark.django_db
SHA = "ab" * 32


@pytest.fixture
def play(kept):
    return kept(world.play)


def records(name):
    return [entry.data for entry in Entry.objects.filter(kind="record") if entry.body["name"] == name]


def test_a_panel_is_odd_five_at_least_and_two_thirds_drawn(play):
    """法37: five or more, odd, at least two thirds experts; every fault is named at once."""
    for changes, code in (
        ({"own_members": 0}, "panel_size"),
        ({"own_members": 3}, "panel_experts"),
        ({"seats": {"A0301": 1}, "own_members": 0}, "panel_size"),
        ({"seats": {"no-such": 4}}, "specialty"),
        ({"fee": ""}, "empty"),
    ):
        with pytest.raises(RuleBroken) as refused:
            draw_request(
                lot_id=play.hall.lot.pk, fields=play.fields(**changes), actor=play.asker(), at=play.now
            )
        assert code in [finding.code for finding in refused.value.findings]


def test_a_large_purchase_has_seven_members_at_least(play):
    """87号令 47: from ten million yuan on, in government procurement alone; one fen below, five do."""
    lot = play.hall.lot
    lot.estimate = Decimal("10000000.00")
    lot.save(update_fields=["estimate"])
    assert panels.size_of(lot)[0] == 5
    lot.tender.project.trade = "CG"
    least, article = panels.size_of(lot)
    assert (least, article) == (7, "政府采购货物和服务招标投标管理办法第四十七条")
    asked = play.fields(own_members=1, seats={"A0301": 4}).asked
    found = request_findings(asked, pool_pack(), {"A0301"}, play.now, size=(least, article))
    assert [(one.code, one.source) for one in found] == [("panel_size", article)]
    lot.estimate -= Decimal("0.01")
    assert panels.size_of(lot)[0] == 5


def test_nobody_confirms_his_own_request_and_offices_stay_apart(play):
    request = draw_request(lot_id=play.hall.lot.pk, fields=play.fields(), actor=play.asker(), at=play.now)
    key = play.owner.signer.spki.hex()
    with pytest.raises(NotPermitted):
        draw_confirm(request_id=request.pk, owner_key=key, actor=play.asker(), at=play.now)
    unit = {"request_id": request.pk, "unit": "某院", "code": "", "reason": "related", "evidence": SHA}
    with pytest.raises(NotPermitted):
        exclusion_enter(**unit, actor=play.operator, at=play.now)
    draw_confirm(request_id=request.pk, owner_key=key, actor=play.owner.actor, at=play.now)
    for stranger in (play.exclusions, play.owner.actor, play.pool.keeper):
        with pytest.raises(NotPermitted):
            draw_begin(request_id=request.pk, t=3, actor=stranger, at=play.now)


def test_an_impossible_panel_is_no_draw_and_nothing_is_written(play):
    """Infeasible = no draw, the reason in words; the epoch made for it is gone, too."""
    play.asked(seats={"A0301": 14, "A05": 2}, own_members=1)
    play.begun()
    with pytest.raises(RuleBroken) as refused:
        play.prepared()
    assert refused.value.code == "draw_infeasible"
    assert refused.value.data["reasons"]["en"]
    assert (DrawState(play.draw.state), play.draw.header) == (DrawState.BEGUN, {})


def test_excluded_units_and_those_away_cannot_be_drawn(play):
    """实施条例 46, 12号令 12: the people of an excluded unit have probability nought."""
    play.asked()
    play.begun()
    play.prepared()
    play.exclude(worlds.employer(1)[0])  # before anybody has signed: the header is made anew
    assert (DrawState(play.draw.state), play.draw.header) == (DrawState.BEGUN, {})
    play.prepared()
    employers = {one.employer for one in posed(play.draw).experts}
    assert len(employers) == 6
    assert play.draw.header["exclusions"]["count"] == 2
    play.signed()
    with pytest.raises(StateConflict):
        play.exclude(worlds.employer(2)[0])


def test_a_header_needs_the_supervisor_and_is_signed_once(play):
    play.asked()
    play.begun()
    play.prepared()
    header = play.draw.header
    for signer in (play.owner.signer, play.devices[0].signer):
        with pytest.raises(NotPermitted):
            header_sign(
                draw_id=play.draw_id,
                signatures=[signer.sign("draw-header", header)],
                actor=play.supervisor.actor,
                at=play.now,
            )
    play.signed()
    first = play.draw.t_d
    play.signed()
    assert (play.draw.t_d, DrawRound.objects.count()) == (first, 1)
    with pytest.raises(StateConflict):
        play.prepared()
    with pytest.raises(StateConflict):  # a second serial while the first is not ended
        draw_begin(request_id=play.request.pk, t=3, cause="short", actor=play.operator, at=play.now)


def test_a_contribution_is_own_on_time_conforming_and_never_replaced(play):
    play.ready()
    made = play.contribution(play.owner)
    body, signatures = made["body"], made["signatures"]
    given = {"draw_id": play.draw_id, "at": play.now}
    with pytest.raises(NotPermitted):  # another organisation's
        contribution_give(body=body, signatures=signatures, actor=play.supervisor.actor, **given)
    broken = {**body, "rounds": body["rounds"][:1]}
    signed = [play.owner.signer.sign("contribution", broken)]
    with pytest.raises(RuleBroken):
        contribution_give(body=broken, signatures=signed, actor=play.owner.actor, **given)
    stranger = play.hall.bidder(9)
    with pytest.raises(NotPermitted):  # who has not bid
        play.contribute(stranger)
    one = contribution_give(body=body, signatures=signatures, actor=play.owner.actor, **given)
    assert contribution_give(body=body, signatures=signatures, actor=play.owner.actor, **given) == one
    with pytest.raises(StateConflict):
        play.contribute(play.owner)
    play.hall.clock.to(play.draw.close_at)
    with pytest.raises(StateConflict):
        play.contribute(play.supervisor)
    assert Contribution.objects.count() == 1


def test_without_a_required_contribution_there_is_no_draw_until_it_is_postponed(play, tmp_path):
    """A20: T_close moves by a signed event; what was sealed stays."""
    play.ready()
    play.contributed(play.owner, play.hall.bidder(1))
    assert DrawState(play.draw.state) is DrawState.OPEN
    later = play.now.replace(microsecond=0) + timedelta(minutes=20)
    body = postpone_body(play.draw, later, "监督部门网络中断")
    draw_postpone(
        draw_id=play.draw_id,
        close_at=later,
        reason="监督部门网络中断",
        signatures=[play.supervisor.signer.sign("draw-postpone", body)],
        actor=play.supervisor.actor,
        at=play.now,
    )
    play.hall.cut()
    play.contributed(play.supervisor)
    assert DrawState(play.draw.state) is DrawState.CLOSED
    play.decided()
    play.answered()
    play.revealed()
    assert build.faults(play.judged(tmp_path)) == []


def test_a_release_not_as_committed_is_refused_and_named(play):
    play.ready()
    play.contributed()
    pairs = [(one, play.pair(one)) for one in play.devices[:4]]
    for one, (commit, _release) in pairs[:3]:
        play.commit(one, commit)
    play.hall.cut()
    with pytest.raises(StateConflict):  # t + 1 commits first
        play.release(pairs[0][0], pairs[0][1][1])
    play.commit(pairs[3][0], pairs[3][1][0])
    play.hall.cut()
    with pytest.raises(StateConflict):
        round_decide(draw_id=play.draw_id, actor=SYSTEM, at=play.now)
    another = dict(pairs[0][1][1]["body"], sealed=pairs[1][1][1]["body"]["sealed"])
    forged = {"body": another, "signatures": [pairs[0][0].signer.sign("draw-release", another)]}
    with pytest.raises(RuleBroken) as refused:
        play.release(pairs[0][0], forged)
    assert refused.value.data["officer"] == 1
    assert [row["officer"] for row in records("draw-release-refused")] == [1]
    with pytest.raises(NotPermitted):  # another person's seat
        play.release(replace(pairs[0][0], actor=pairs[1][0].actor), pairs[0][1][1])
    other = dict(pairs[0][1][0]["body"], hash="00" * 32)
    with pytest.raises(StateConflict):  # a second promise
        play.commit(
            pairs[0][0], {"body": other, "signatures": [pairs[0][0].signer.sign("draw-commit", other)]}
        )


def test_no_answer_in_the_window_is_a_code_and_rounds_end_short_with_the_fallback(play, tmp_path):
    """A25, 法37: after the last round the draw ends short; another serial keeps who accepted and is an incident."""
    play.ready(max_rounds=0)
    play.contributed()
    play.decided()
    rows = play.called()
    answer_record(seat=rows[0].seat, answer=SeatAnswer.ACCEPT, actor=SYSTEM, at=play.now)
    with pytest.raises(StateConflict):
        answer_record(seat=rows[0].seat, answer=SeatAnswer.DECLINE, actor=SYSTEM, at=play.now)
    play.past(play.now + timedelta(seconds=600))
    play.drive()
    assert sorted(DrawnSeat.objects.values_list("code", flat=True)) == ["accepted", *["no-answer"] * 3]
    play.drive()
    assert DrawState(play.draw.state) is DrawState.SHORT
    assert [(row["cause"], row["kept"]) for row in records("draw-short")] == [("short", 1)]
    first = play.draw_id

    play.begun(cause="short")
    assert [row.code for row in Incident.objects.filter(code="second-draw")] == ["second-draw"]
    play.prepared()
    assert play.draw.header["kept"] == [rows[0].seat]
    play.signed()
    play.contributed()
    play.decided()
    play.answered()
    assert DrawState(play.draw.state) is DrawState.COMPLETE
    play.hall.clock.to(Draw.objects.get(pk=first).reveal_at)
    play.hall.cut()
    assert "later_runs" in play.drive()  # the panel to come keeps a seat of the first serial
    play.revealed()
    with pytest.raises(StateConflict):  # a complete panel is not drawn again
        draw_begin(request_id=play.request.pk, t=3, cause="order", actor=play.operator, at=play.now)
    assert build.faults(play.judged(tmp_path)) == []


def test_who_accepted_and_falls_out_makes_another_round(play, tmp_path):
    """A24: a conflict found later is an event with evidence, and a round of its own."""
    play.ready()
    play.contributed()
    play.decided()
    play.answered()
    assert DrawState(play.draw.state) is DrawState.COMPLETE
    seat = DrawnSeat.objects.order_by("seat")[0].seat
    with pytest.raises(NotPermitted):
        acceptance_end(
            seat=seat, answer=SeatAnswer.DISQUALIFY, evidence=SHA, actor=play.operator, at=play.now
        )
    acceptance_end(
        seat=seat, answer=SeatAnswer.DISQUALIFY, evidence=SHA, actor=play.supervisor.actor, at=play.now
    )
    play.hall.cut()
    play.drive()
    play.decided()
    play.answered()
    play.revealed()
    assert build.faults(play.judged(tmp_path)) == []


def test_times_of_a_header_lie_ahead(play):
    play.asked()
    play.begun()
    with pytest.raises(RuleBroken):
        draw_prepare(
            draw_id=play.draw_id,
            supervisor_key=play.supervisor.signer.spki.hex(),
            times=Times(play.now, play.now),
            actor=play.operator,
            at=play.now,
            key=worlds.KEY,
        )
