"""休会 (条例 48; journeys 4, 22): nobody works at night, two people seal, and what comes in meanwhile waits unseen."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.actors import SYSTEM
from experts.models import Panel, Passage, Rest, RestStep, Sheet
from experts.rules.rests import MOST_DAYS, rest_state, stood
from experts.selectors.panel_pages import bid_page, panel_page
from experts.selectors.rests import anytime
from experts.selectors.sheet_page import sheet_page
from experts.services.evaluations_drive import evaluations_drive
from experts.services.member_out import member_recuse, member_replace
from experts.services.panel_form import panel_form
from experts.services.panel_rest import panel_adjourn, rest_seal
from experts.services.panels_drive import panels_drive
from experts.services.report_stand import report_silence, silence_at
from experts.services.time_ask import time_ask, time_extend
from experts.states.rest import RestState
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from tests.experts import worlds
from tests.experts.draws.test_draw_guards import refused
from tests.experts.panels import nights, scored
from tests.experts.panels import world as panels

pytestmark = pytest.mark.django_db
AT_REST = "The panel rests"


@pytest.fixture
def world(kept):
    """A panel at its review; what a test does to it is undone."""
    return kept(panels.reviewing)


def shut(*acts, match=AT_REST):
    """Each of these acts is refused as one of a panel that rests."""
    for act in acts:
        with pytest.raises(StateConflict, match=match), transaction.atomic():
            act()


def test_a_resting_panel_is_shut_to_every_member_and_opens_to_those_who_sign_in_again(world):
    member, bid = world.members[1], world.bids[0]
    planned = world.panel.until
    asked = world.ask(world.members[0], bid)
    rest = nights.sealed(world)

    assert Passage.objects.filter(seat=member.id).order_by("-at", "-id").first().way == "out"
    shut(
        lambda: world.mark(member, bid),
        lambda: world.move(member, bid),
        lambda: world.ask(member, bid),
        lambda: world.fact(bid),
        world.facts,
        lambda: time_ask(panel_id=world.panel.pk, actor=member.actor, at=world.at),
        lambda: bid_page(world.panel.pk, bid.ev, member.actor),
        lambda: panel_page(world.panel.pk, member.actor),
        lambda: nights.back(world, member),
        lambda: nights.adjourned(world),
    )
    seen = panel_page(world.panel.pk, member.actor, gate=anytime)
    assert (seen.members, seen.bids, seen.open) == ((), (), ())
    assert world.panel.until == planned + timedelta(hours=12)
    assert asked.state == "asked"

    world.later(hours=12)
    nights.unbroken(world, world.desk)
    shut(lambda: world.mark(member, bid))  # one of the two opens nothing
    nights.unbroken(world, world.supervisor.actor)
    shut(
        lambda: world.mark(member, bid),
        lambda: bid_page(world.panel.pk, bid.ev, member.actor),
        match="Sign in",
    )
    nights.back(world, member)
    world.mark(member, bid)
    assert world.panel.until == planned + (world.at - rest.at)


def test_only_the_chair_adjourns_and_the_desk_where_there_is_none(world):
    for actor in (world.desk, world.members[1].actor, world.owner.actor, world.supervisor.actor, SYSTEM):
        with pytest.raises(NotPermitted):
            nights.adjourned(world, actor=actor)
    member_replace(seat_id=world.chair.id, ground="ill", reason="急病", actor=world.desk, at=world.at)
    for actor in (world.members[1].actor, world.owner.actor, world.supervisor.actor):
        with pytest.raises(NotPermitted):
            nights.adjourned(world, actor=actor)
    assert nights.adjourned(world, actor=world.desk, cause="ill").number == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"cause": "tired"}, "cause"),
        ({"cause": "other"}, "reason"),
        ({"hours": 0}, "until"),
        ({"hours": 24 * MOST_DAYS + 1}, "until"),
    ],
)
def test_an_adjournment_names_its_cause_and_a_moment_that_comes_soon(world, wrong, field):
    with pytest.raises(RuleBroken) as broken:
        nights.adjourned(world, **wrong)
    assert [one.field for one in broken.value.findings] == [field]


def test_one_person_does_not_seal_for_both_and_owner_and_members_not_at_all(world):
    nights.adjourned(world)

    def seal(actor, seals=nights.SEALS):
        return rest_seal(panel_id=world.panel.pk, seals=seals, actor=actor, at=world.at)

    for actor in (world.owner.actor, world.chair.actor, world.members[1].actor, SYSTEM):
        with pytest.raises(NotPermitted):
            seal(actor)
    with pytest.raises(RuleBroken, match="numbers of the seals"):
        seal(world.desk, "")
    seal(world.desk)
    with pytest.raises(StateConflict, match="stated this already"):
        seal(world.desk)
    with pytest.raises(RuleBroken, match="not the numbers"):
        seal(world.supervisor.actor, "门 0417")
    world.later(hours=12)
    shut(lambda: nights.unbroken(world, world.desk), match="both have sealed")
    both = world.supervisor.actor.__class__(
        **{**vars_of(world.supervisor.actor), "person": world.desk.person}
    )
    with pytest.raises(NotPermitted, match="Two people"):
        seal(both)
    seal(world.supervisor.actor)
    assert RestStep.objects.count() == 2


def vars_of(actor):
    """The fields of an actor."""
    return {name: getattr(actor, name) for name in actor.__dataclass_fields__}


def test_nobody_opens_before_the_moment_that_was_set(world):
    nights.sealed(world, hours=10)
    world.later(hours=9)
    shut(lambda: nights.unbroken(world, world.desk), match="not before")
    nights.broken(world, world.desk)
    shut(lambda: nights.decided(world, world.supervisor.actor), match="not before")


def test_a_broken_seal_is_an_incident_with_a_code_and_the_supervisor_alone_decides(world):
    rest = nights.sealed(world)
    world.later(hours=13)
    nights.unbroken(world, world.supervisor.actor)
    code = nights.broken(world, world.desk).code
    assert code.startswith("SEAL-")
    assert world.lot.number not in code
    shut(lambda: world.mark(world.members[1], world.bids[0]))
    with pytest.raises(StateConflict):
        nights.unbroken(world, world.desk)
    for actor in (world.desk, world.owner.actor, world.chair.actor):
        with pytest.raises(NotPermitted):
            nights.decided(world, actor)
    with pytest.raises(RuleBroken):
        nights.decided(world, world.supervisor.actor, reason=" ")
    nights.decided(world, world.supervisor.actor)
    for member in world.members:
        nights.back(world, member)
    world.mark(world.members[1], world.bids[0])
    words = Entry.objects.filter(data_text__contains=code).values_list("body_text", flat=True)
    assert any("panel-rest-broken" in one for one in words)
    assert rest.panel.rests.count() == 1


def test_drafts_survive_the_night_and_locking_waits_for_the_morning(world):
    scored.facts(world)
    first, second = scored.sitting(world)[:2]
    scored.save(world, first)
    scored.save(world, second)
    marks = Sheet.objects.get(seat=first.id).marks
    rest = nights.sealed(world)
    shut(
        lambda: scored.save(world, first, scored.changes(world, {world.bids[0].ev: {"plan": "1"}})),
        lambda: scored.lock(world, first),
        lambda: sheet_page(world.panel.pk, first.actor),
    )
    evaluations_drive(at=world.at + timedelta(hours=1))
    assert Sheet.objects.get(seat=first.id).marks == marks
    nights.morning(world, rest, members=[first])
    scored.lock(world, first)
    shut(lambda: scored.lock(world, second), match="Sign in")
    nights.back(world, second)
    scored.lock(world, second)
    assert Sheet.objects.filter(state="locked").count() == 2


def test_an_answer_that_arrives_at_night_is_kept_and_unseen_until_the_morning(world):
    member, bid = world.members[0], world.bids[0]
    asked, late = world.ask(member, bid, minutes=180), world.ask(member, world.bids[1], minutes=180)
    rest = nights.sealed(world)
    world.later(hours=2)
    answer = world.answer(asked, text="工期按月分解，见附表。")
    shut(lambda: bid_page(world.panel.pk, bid.ev, member.actor))
    world.later(hours=2)
    panels_drive(at=world.at, key=worlds.KEY)  # the bidder's own time goes on: it does not sit on the panel
    late.refresh_from_db()
    assert late.state == "expired"
    nights.morning(world, rest)
    seen = bid_page(world.panel.pk, bid.ev, member.actor)
    assert answer.text in str([getattr(one, "answer", one) and one.answer.text for one in seen.questions])


def test_a_member_falls_out_at_night_another_is_called_and_reviews_from_the_morning_on(world):
    gone = world.members[1]
    rest = nights.sealed(world, cause="ill")
    member_recuse(seat_id=gone.id, reason="突发疾病", actor=gone.actor, at=world.at)
    assert (world.panel.state, world.panel.chair) == ("forming", None)
    panels_drive(at=world.at, key=worlds.KEY)
    panel_form(lot_id=world.lot.pk, actor=SYSTEM, at=world.at, key=worlds.KEY)
    assert gone.seat.drawn.code == "recused"
    shut(lambda: world.offer("更换一名成员"))
    nights.morning(world, rest, members=[one for one in world.members if one is not gone])
    with pytest.raises(RuleBroken):
        world.offer("更换一名成员")  # awake, and incomplete: another is drawn


def test_silence_about_the_report_is_not_counted_while_the_panel_rests(world):
    scored.shown(scored.facts(world))
    report = scored.report(world)
    due = silence_at(report)
    rest = nights.sealed(world, hours=72)
    shut(lambda: scored.sign(world, world.members[1]))
    world.later(seconds=(due - world.at).total_seconds() + 1)
    shut(lambda: report_silence(panel_id=world.panel.pk, actor=SYSTEM, at=world.at))
    nights.morning(world, rest)
    assert silence_at(report) == due + (world.at - rest.at)
    shut(lambda: report_silence(panel_id=world.panel.pk, actor=SYSTEM, at=world.at), match="still have time")


def test_the_report_tells_when_the_panel_sat_and_what_happened_to_the_seals(world):
    scored.facts(world)
    rest = nights.sealed(world, cause="other", reason="暴雨停电")
    nights.morning(world, rest)
    resumed = world.at
    scored.shown(world)
    content = scored.report(world).content
    assert content["rests"] == [
        {
            "number": 1,
            "cause": "other",
            "reason": "暴雨停电",
            "from": int(rest.at.timestamp()),
            "until": int(rest.until.timestamp()),
            "to": int(resumed.timestamp()),
            "seals": nights.SEALS,
            "incident": "",
            "decision": "",
        }
    ]


def test_the_owner_gives_no_time_to_a_panel_that_rests_and_a_handed_report_is_not_adjourned(world):
    scored.shown(scored.facts(world))
    rest = nights.sealed(world)
    later = rest.until + timedelta(days=1)
    shut(lambda: time_extend(panel_id=world.panel.pk, until=later, actor=world.owner.actor, at=world.at))
    nights.morning(world, rest)
    scored.report(world)
    chair = world.chair
    scored.handed(world)
    with pytest.raises((StateConflict, NotPermitted)):
        panel_adjourn(panel_id=world.panel.pk, cause="night", until=later, actor=chair.actor, at=world.at)


def test_rests_and_steps_are_written_once_and_the_database_holds_their_rules(world):
    rest = nights.sealed(world)
    for table in ("experts_rest", "experts_reststep"):
        refused(f"UPDATE {table} SET reason = 'x'")
        refused(f"DELETE FROM {table}")
    entry, person = rest.entry, rest.by
    base = {"panel": world.panel, "at": world.at, "by": person, "entry": entry, "cause": "night", "number": 2}
    for wrong in ({"until": world.at}, {"until": rest.until, "cause": "other"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Rest.objects.create(**{**base, **wrong})
    step = {"rest": rest, "at": world.at, "by": person, "entry": entry}
    for wrong in (
        {"word": "decided", "office": "desk", "reason": "x"},
        {"word": "broken", "office": "desk", "reason": "x"},
        {"word": "decided", "office": "supervisor"},
        {"word": "sealed", "office": "owner"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            RestStep.objects.create(**{**step, **wrong})
    assert Panel.objects.get(pk=world.panel.pk).rests.count() == 1


def test_the_state_follows_from_what_two_offices_stated():
    desk, supervisor = "desk", "supervisor"
    both = [("sealed", desk), ("sealed", supervisor)]
    assert rest_state([]) is RestState.CALLED
    assert rest_state(both[:1]) is RestState.CALLED
    assert rest_state(both) is RestState.SEALED
    assert rest_state([*both, ("unbroken", desk)]) is RestState.SEALED
    assert rest_state([*both, ("unbroken", desk), ("unbroken", supervisor)]) is RestState.OVER
    assert rest_state([("sealed", desk), ("broken", supervisor)]) is RestState.BROKEN
    assert rest_state([*both, ("broken", desk), ("decided", supervisor)]) is RestState.OVER
    with pytest.raises(StateConflict):
        rest_state([("unbroken", desk), ("unbroken", supervisor)])


def test_clocks_stand_only_for_what_of_a_rest_lies_after_they_began():
    at = panels.drawing.EARLY
    hour = timedelta(hours=1)
    rests = [(at, at + 2 * hour), (at + 4 * hour, at + 10 * hour)]
    assert stood(rests, at - hour) == 8 * hour
    assert stood(rests, at + hour) == 7 * hour
    assert stood(rests, at + 11 * hour) == timedelta()
