"""A panel is called in, signs in, declares, takes its seats and elects a chair (法37, 条例 46-48, 12号令 9)."""

import pytest

from accounts.actors import ANONYMOUS, SYSTEM
from accounts.services import membership_grant
from accounts.states import Role
from experts.models import Expert, Passage, UnitAnswer
from experts.rehearsal.letters import delegate
from experts.rules.panels import Bidder, tie_of
from experts.selectors.panels import DECLARATION_KIND, KEY_KIND, declaration_body, key_body, panel_body, units
from experts.services.chair_vote import chair_vote
from experts.services.member_out import member_miss, member_recuse, member_replace
from experts.services.member_sign_in import member_sign_in, passage_log
from experts.services.own_members import own_members_name
from experts.services.panel_form import panel_form
from experts.services.panel_seat import panel_offer, panel_seat
from experts.services.unit_answer import unit_answer
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from ledger import selectors as ledger
from protocol import canonical, dsse
from tests.experts import worlds
from tests.experts.draws import world as drawing
from tests.experts.panels import world as panels

pytestmark = pytest.mark.django_db


def test_the_panel_of_a_draw_takes_its_seats_under_two_signatures(kept):
    world = kept(panels.called)
    assert [one.kind for one in world.panel.seats.all()] == ["expert"] * 4 + ["owner"]
    world.arrived()
    world.seat()

    entry = world.panel.seated
    event = next(iter(ledger.chain_entries(world.panel.chain)))
    assert (event.kind, event.ev, event.leaf_index is not None) == ("panel", entry.ev, True)
    assert [row["sig_key"] for row in event.body["members"]] == [
        one.signer.spki.hex() for one in sorted(world.members, key=lambda one: one.number)
    ]
    signers = {dsse.verify_one("panel", canonical.encode(event.body), one).hex() for one in event.signatures}
    assert signers == {world.owner.signer.spki.hex(), world.supervisor.signer.spki.hex()}
    assert not any(str(one.seat.person_id) in canonical.encode(event.body).decode() for one in world.members)

    panel = world.elect(choice=2)
    assert (panel.state, panel.chair.seat) == ("reviewing", 2)


def test_an_expert_without_a_login_is_called_in_once_he_has_one():
    logins = {}

    def without(_made):
        logins.update(Expert.objects.values_list("pk", "person"))
        Expert.objects.update(person=None)

    world = panels.called(before=without)
    assert [one.kind for one in world.panel.seats.all()] == ["owner"]
    for expert, person in logins.items():
        Expert.objects.filter(pk=expert).update(person=person)

    assert world.form().seats.count() == 5
    assert world.form().seats.count() == 5  # nobody twice


def test_a_key_is_of_one_seat_and_shown_by_its_own_signature(kept):
    world = kept(panels.called)
    first, second = (world.met(seat) for seat in world.panel.seats.order_by("seat")[:2])
    world.sign_in(first)
    spki = first.signer.spki.hex()
    given = {"spki": spki, "place": "福州", "actor": second.actor, "at": world.at, "seat_id": second.id}
    with pytest.raises(RuleBroken, match="Another member"):
        member_sign_in(signatures=[first.signer.sign(KEY_KIND, key_body(second.seat, spki))], **given)
    with pytest.raises(NotPermitted):  # a signature made for another seat does not move here
        member_sign_in(
            signatures=[second.signer.sign(KEY_KIND, key_body(first.seat, second.signer.spki.hex()))],
            **{**given, "spki": second.signer.spki.hex()},
        )
    with pytest.raises(NotPermitted):
        member_sign_in(
            signatures=[first.signer.sign(KEY_KIND, key_body(second.seat, spki))],
            **{**given, "actor": first.actor},
        )
    assert second.seat.state == "expected"
    assert Passage.objects.filter(seat=first.id).get().way == "in"


def test_each_unit_must_be_answered_and_a_tie_leads_out(kept):
    world = kept(panels.called)
    member = world.met(world.panel.seats.order_by("seat")[0])
    world.sign_in(member)
    firms = units(world.lot)
    some = [(firms[0].code, False, "")]
    with pytest.raises(RuleBroken) as refusal:
        unit_answer(
            seat_id=member.id,
            answers=some,
            signatures=[member.signer.sign(DECLARATION_KIND, declaration_body(member.seat, some))],
            actor=member.actor,
            at=world.at,
        )
    assert [one.data["unit"] for one in refusal.value.findings] == sorted(one.code for one in firms[1:])

    world.declare(member, tied=firms[1].code)

    assert (member.seat.state, member.seat.reason) == ("recused", f"{firms[1].code}: 同学")
    assert UnitAnswer.objects.filter(seat=member.id, tied=True).get().organisation == firms[1]
    # the panel cannot be seated with four, and nobody is named in the place of who left
    for seat in world.panel.seats.filter(state="expected"):
        other = world.met(seat)
        world.sign_in(other)
        world.declare(other)
    with pytest.raises(RuleBroken) as refusal:
        world.offer()
    assert {one.code for one in refusal.value.findings} >= {"panel_open", "panel_size"}


def test_somebody_of_a_bidder_is_out_as_soon_as_he_is_called_in():
    """One of the owner's staff who has joined a bidder since, and one who works for a bidder (条例 46)."""

    def joins(made):
        bidder = panels.bidder(made, 1)
        person = made.own.actor.person
        membership_grant(
            organisation_id=bidder.id, person_id=person, roles={Role.BIDDER}, actor=SYSTEM, at=made.at
        )

    world = panels.called(before=joins)

    out = world.panel.seats.get(kind="owner")
    assert (out.state, out.reason) == ("recused", "own-employer")
    firm = Bidder("91350100R00000009X", "示例设计院（集团）")
    assert tie_of("示例设计院(集团)", "", [], [firm], "") == "own-employer"
    assert tie_of("别家", firm.code, [], [firm], "") == "own-employer"
    assert tie_of("别家", "", ["S1"], [firm], "S1") == "supervisor-staff"
    assert tie_of("别家", "", ["O1"], [firm], "S1") == ""


def test_the_owner_alone_names_its_members_and_only_before_the_draw(kept):
    world = kept(panels.called)
    with pytest.raises(StateConflict, match="before anybody is drawn"):
        own_members_name(
            request_id=world.play.request.pk,
            members=[delegate(world.own.actor, world.lot)],
            actor=world.owner.actor,
            at=world.at,
        )
    with pytest.raises(NotPermitted):
        own_members_name(
            request_id=world.play.request.pk, members=[], actor=world.supervisor.actor, at=world.at
        )


def test_only_owner_and_supervisor_sign_and_only_what_stands(kept):
    world = kept(panels.called)
    world.arrived()
    body = panel_body(world.panel)
    for actor, party in ((world.supervisor.actor, world.supervisor), (ANONYMOUS, world.owner)):
        with pytest.raises(NotPermitted):
            panel_offer(
                panel_id=world.panel.pk,
                signatures=[party.signer.sign("panel", body)],
                actor=actor,
                at=world.at,
            )
    with pytest.raises(NotPermitted):  # the owner's person with the supervisor's key
        panel_offer(
            panel_id=world.panel.pk,
            signatures=[world.supervisor.signer.sign("panel", body)],
            actor=world.owner.actor,
            at=world.at,
        )
    signature = [world.supervisor.signer.sign("panel", body)]
    given = {"panel_id": world.panel.pk, "signatures": signature, "at": world.at}
    with pytest.raises(StateConflict, match="owner signs the panel first"):
        panel_seat(actor=world.supervisor.actor, **given)
    world.offer()
    member = world.members[0]
    member_recuse(seat_id=member.id, reason="亲属", actor=member.actor, at=world.at)
    with pytest.raises(StateConflict, match="owner signs the panel first"):
        panel_seat(actor=world.supervisor.actor, **given)


def test_a_tied_vote_for_the_chair_opens_a_new_turn(kept):
    world = kept(panels.called)
    world.arrived()
    world.seat()
    for member, choice in zip(world.members, (1, 1, 2, 2, 3), strict=True):
        chair_vote(seat_id=member.id, choice=choice, actor=member.actor, at=world.at)
        if choice == 1:
            with pytest.raises(StateConflict, match="have voted"):
                chair_vote(seat_id=member.id, choice=3, actor=member.actor, at=world.at)
    assert world.panel.state == "seated"
    for member in world.members[:3]:
        chair_vote(seat_id=member.id, choice=3, actor=member.actor, at=world.at)

    assert (world.panel.state, world.panel.chair.seat) == ("reviewing", 3)
    assert world.panel.seats.get(seat=3).chaired.get() == world.panel


def test_a_member_who_falls_out_sends_the_panel_back_and_leaves_no_opinion(kept):
    world = kept(panels.reviewing)
    member = world.members[2]
    with pytest.raises(NotPermitted):
        member_replace(
            seat_id=member.id, ground="ill", reason="突发疾病", actor=world.owner.actor, at=world.at
        )
    with pytest.raises(RuleBroken):
        member_replace(seat_id=member.id, ground="dislike", reason="x", actor=world.desk, at=world.at)
    member_replace(seat_id=member.id, ground="ill", reason="突发疾病", actor=world.desk, at=world.at)

    assert (member.seat.state, world.panel.state, world.panel.chair) == ("replaced", "forming", None)
    with pytest.raises(RuleBroken):
        world.offer("成员更换")
    record = list(ledger.chain_entries(world.panel.chain))
    assert [one.kind for one in record] == ["panel"]


def test_the_desk_notes_who_did_not_come_and_who_went_out(kept):
    world = kept(panels.called)
    late, other = (world.met(seat) for seat in world.panel.seats.order_by("seat")[:2])
    with pytest.raises(NotPermitted):
        member_miss(seat_id=late.id, reason="迟到", actor=world.owner.actor, at=world.at)
    member_miss(seat_id=late.id, reason="九时未到，电话不通", actor=world.desk, at=world.at)
    assert late.seat.state == "absent"
    with pytest.raises(StateConflict):
        world.sign_in(late)

    world.sign_in(other)
    with pytest.raises(RuleBroken):
        passage_log(seat_id=other.id, way="in", place="评标室三", actor=world.desk, at=world.at)
    passage_log(seat_id=other.id, way="out", place="评标室三", note="就医", actor=world.desk, at=world.at)
    passage_log(seat_id=other.id, way="in", place="福州, 笔记本", actor=other.actor, at=world.at)
    assert [one.way for one in Passage.objects.filter(seat=other.id)] == ["in", "out", "in"]


def test_a_panel_is_not_called_in_before_its_draw_is_open():
    play = drawing.play()
    play.ready()
    with pytest.raises(StateConflict, match="not opened to everybody"):
        panel_form(lot_id=play.hall.lot.pk, actor=SYSTEM, at=play.now, key=worlds.KEY)
