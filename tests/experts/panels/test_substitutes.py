"""替补代表: who follows a member of the owner's was named with him, before anybody was drawn; nobody chooses later (法37).

The attack: see whom lots drew, let the own member fall ill, and send somebody who knows them.
"""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.actors import SYSTEM
from accounts.services import membership_grant
from accounts.states import Role
from experts.models import OwnMandate, OwnMember, OwnSubstitution
from experts.rehearsal.letters import delegate
from experts.rules.own_members import Delegate
from experts.selectors.draw_record import lot_record
from experts.selectors.mandates import mandate_of, naming_open, own_request
from experts.selectors.panels import panel_body
from experts.services.draw_request import draw_withdraw
from experts.services.member_out import member_miss, member_recuse, member_replace
from experts.services.own_members import own_members_name
from experts.services.panels_drive import panels_drive
from kernel.errors import RuleBroken, StateConflict
from ledger.models import Entry
from tests import builders_bidding as build
from tests.experts import worlds
from tests.experts.draws import world as drawing
from tests.experts.draws.test_draw_guards import refused
from tests.experts.draws.test_invitations import at, client_of
from tests.experts.panels import scored, special
from tests.experts.panels import world as panels
from tests.experts.panels.test_mandates import fours, last_record, letter, person

pytestmark = pytest.mark.django_db
TWO = {"seats": {"A0301": 3, "A05": 2}, "own_members": 2}


@pytest.fixture
def play(kept):
    """Two members of the owner's own are asked for; nobody is named, nothing is drawn."""
    made = kept(drawing.play)
    made.asked(**TWO)
    return made


def given(*people):
    return [Delegate(who.person, paper) for who, paper in people]


def named(play, members, substitutes=()):
    return own_members_name(
        request_id=play.request.pk,
        members=given(*members),
        substitutes=given(*substitutes),
        actor=play.owner.actor,
        at=play.now,
    )


def against(play, members, substitutes):
    """What stands against naming these: code and field."""
    with pytest.raises(RuleBroken) as error:
        named(play, members, substitutes)
    return {(one.code, one.field) for one in error.value.findings}


def own_seat(world, **found):
    return world.panel.seats.get(kind="owner", **found)


def out(world, number=None):
    """The owner's member, or whoever sits for him, cannot go on."""
    seat = own_seat(world, left_at__isnull=True) if number is None else own_seat(world, seat=number)
    member_replace(seat_id=seat.pk, ground="ill", reason="突发疾病", actor=world.desk, at=world.at)
    return seat


def test_substitutes_are_named_in_order_each_by_a_letter_of_his_own(play):
    lin, wu, chen, he = (person(play, name) for name in ("林代表", "吴代表", "陈代表", "何代表"))
    members = (lin, letter("林")), (wu, letter("吴"))
    assert against(play, members, [(chen, None)]) == {("mandate", "substitute_letter_1")}
    assert against(play, members, [(chen, letter("林"))]) == {("mandate_other", "substitute_letter_1")}
    assert against(play, members, [(lin, letter("陈"))]) == {("own_twice", "substitute_1")}
    assert against(play, members, [(play.supervisor.actor, letter("陈"))]) == {
        ("own_stranger", "substitute_1")
    }
    many = [(one, letter(str(n))) for n, one in enumerate((chen, he, person(play, "多")))]
    assert against(play, members, many) == {("own_substitutes", "substitute_1")}
    assert not OwnMember.objects.exists()

    named(play, members, [(he, letter("何")), (chen, letter("陈"))])
    record = last_record().data
    assert record["members"] == 2
    assert record["mandates"] == sorted([letter("林").sha256, letter("吴").sha256])
    assert record["substitutes"] == [letter("何").sha256, letter("陈").sha256]  # their order, not sorted
    assert dict(OwnMember.objects.values_list("person__name", "rank")) == {
        "林代表": None,
        "吴代表": None,
        "何代表": 1,
        "陈代表": 2,
    }
    # named again: letters stay, the order and who is what may change while naming is open
    named(play, [(lin, None), (chen, None)], [(wu, None)])
    assert last_record().data["substitutes"] == [letter("吴").sha256]
    standing = OwnMember.objects.filter(left_at__isnull=True)
    assert dict(standing.values_list("person__name", "rank")) == {"林代表": None, "陈代表": None, "吴代表": 1}
    assert OwnMandate.objects.count() == 4


def test_the_page_takes_substitutes_and_says_at_the_field_what_is_wrong(play, monkeypatch):
    monkeypatch.setattr("kernel.clock.now", lambda: play.now)
    people = [person(play, name) for name in ("林代表", "吴代表", "陈代表", "何代表")]
    client, path = client_of(play.owner.actor.person), at("panel-own", play.request.pk)
    data = {"member_1": str(people[0].person), "member_2": str(people[1].person)}

    def papers(**texts):
        return {
            name: SimpleUploadedFile(letter(text).name, letter(text).content) for name, text in texts.items()
        }

    both = {"letter_1": "林", "letter_2": "吴"}
    second = {"substitute_2": str(people[2].person)}
    answer = client.post(path, data | second | papers(**both, substitute_letter_2="陈"))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"substitute_1"}  # no second without a first
    answer = client.post(path, data | papers(**both, substitute_letter_1="陈"))
    assert set(answer.context["form"].errors) == {"substitute_1"}  # a letter without its person
    first = {"substitute_1": str(people[2].person)}
    assert client.post(path, data | first | papers(**both, substitute_letter_1="陈")).status_code == 302
    page = client.get(path).content.decode()
    assert fours(letter("陈").sha256) in page
    assert client.post(path, data).status_code == 302  # left empty: the substitute is taken back
    assert not OwnMember.objects.filter(left_at__isnull=True, rank__isnull=False).exists()


def test_a_substitute_is_not_called_in_while_the_member_sits(kept):
    world = kept(panels.called, substitutes=2)
    assert world.panel.seats.count() == 5
    panels_drive(at=world.at, key=worlds.KEY)
    assert world.panel.seats.count() == 5
    assert not OwnSubstitution.objects.exists()


def test_the_first_steps_in_at_once_then_the_second_then_nobody(kept):
    """By no choice: in the order whose digests stand in the ledger since before the draw."""
    world = kept(panels.called, substitutes=2)
    before = Entry.objects.filter(body_text__contains='"panel-own-named"').get().data["substitutes"]
    first = own_seat(world)
    member_miss(seat_id=first.pk, reason="未到", actor=world.desk, at=world.at)
    one = own_seat(world, left_at__isnull=True)
    assert (one.seat, one.state, one.person.name) == (6, "expected", "替补代表 1")
    assert OwnSubstitution.objects.get().follows == first
    entry = Entry.objects.get(body_text__contains='"panel-own-follows"')
    assert entry.data == {"for": first.seat, "place": 1, "mandate": before[0]}
    assert one.person.name not in entry.body_text + entry.data_text
    assert mandate_of(one).sha256 == before[0]

    member = world.met(one)
    world.sign_in(member)
    member_recuse(seat_id=one.pk, reason="与投标单位同学", actor=member.actor, at=world.at)
    two = own_seat(world, left_at__isnull=True)
    assert (two.seat, mandate_of(two).sha256) == (7, before[1])
    member_miss(seat_id=two.pk, reason="未到", actor=world.desk, at=world.at)
    assert not world.panel.seats.filter(kind="owner", left_at__isnull=True).exists()
    panels_drive(at=world.at, key=worlds.KEY)
    assert world.panel.seats.count() == 7


def test_a_substitute_who_is_tied_is_passed_over_by_the_log_and_the_next_follows():
    """Somebody tied to a bidder is called in and out in one act, so that the record has him; nobody waits for him."""

    def joins(made):
        row = OwnMember.objects.get(rank=1)
        membership_grant(
            organisation_id=panels.bidder(made, 1).id,
            person_id=row.person_id,
            roles={Role.BIDDER},
            actor=SYSTEM,
            at=made.at,
        )

    world = panels.called(substitutes=2, before=joins)
    out_of = own_seat(world)
    member_miss(seat_id=out_of.pk, reason="未到", actor=world.desk, at=world.at)
    rows = list(OwnSubstitution.objects.values_list("seat__seat", "follows__seat", "seat__state"))
    assert rows == [(6, out_of.seat, "recused"), (7, 6, "expected")]


def test_nobody_else_can_be_named_after_the_draw(kept):
    world = kept(panels.called, substitutes=1)
    member_miss(seat_id=own_seat(world).pk, reason="未到", actor=world.desk, at=world.at)
    other = panels.substitute(world.play, 9).actor
    for substitutes in ([], [delegate(other, world.lot)]):
        with pytest.raises(StateConflict) as error:
            own_members_name(
                request_id=world.play.request.pk,
                members=[delegate(world.own.actor, world.lot)],
                substitutes=substitutes,
                actor=world.owner.actor,
                at=world.at,
            )
        assert error.value.code == "named_late"


def test_a_request_made_anew_names_its_own_while_nobody_can_see_who_is_kept(kept):
    """A draw that ended short closes nothing for the next request until who accepted in it is opened to everybody."""
    play = kept(drawing.play)
    play.ready(max_rounds=0, own_members=1)
    play.contributed()
    play.decided()
    assert not naming_open(play.request)  # this request's own draw
    play.answered(declines=1)
    draw_withdraw(request_id=play.request.pk, actor=play.owner.actor, at=play.now)
    assert not naming_open(play.request)
    play.asked(own_members=1)
    assert naming_open(play.request)
    page = client_of(play.owner.actor.person).get(at("draw-request", play.hall.lot.pk)).content.decode()
    assert at("panel-own", play.request.pk) in page
    lin, chen = person(play, "林代表"), person(play, "陈代表")
    named(play, [(lin, letter("林"))], [(chen, letter("陈"))])
    assert OwnMember.objects.filter(request=play.request).count() == 2

    play.revealed()  # the attack: to ask anew, read who accepted and is kept, and choose whom to send
    assert not naming_open(play.request)
    with pytest.raises(StateConflict) as error:
        named(play, [(chen, letter("陈"))])
    assert error.value.code == "named_late"


def test_those_named_for_a_request_made_anew_are_called_in_and_not_those_of_before():
    """Before its draw has begun, too: the panel is called together from the draw that ended short."""
    world = panels.called(short=asked_anew, declines=1)
    own = own_seat(world)
    assert (own.person.name, own_request(world.lot)) == ("王代表", world.play.request)
    member_miss(seat_id=own.pk, reason="未到", actor=world.desk, at=world.at)
    assert own_seat(world, left_at__isnull=True).person.name == "替补代表 2"


def asked_anew(play):
    """The request of a draw that ended short is taken back; the next one sends others."""
    draw_withdraw(request_id=play.request.pk, actor=play.owner.actor, at=play.now)
    play.asked(own_members=1)
    named(play, [(person(play, "王代表"), letter("王"))], [(panels.substitute(play, 2).actor, letter("替"))])


def test_the_signed_panel_the_report_and_the_public_record_say_that_he_steps_in(kept, tmp_path, monkeypatch):
    """While members score, the law's path is the one for every member who is replaced: the panel reviews anew."""
    world = kept(scored.scoring, substitutes=1)
    monkeypatch.setattr("kernel.clock.now", lambda: world.at)
    gone = out(world)
    world.arrived()
    assert [row["kind"] for row in panel_body(world.panel)["members"]][-1] == "substitute"
    digest = OwnMandate.objects.get(member__rank=1).sha256
    said = {"en": f"Steps in for seat {gone.seat}", "zh-hans": f"递补第 {gone.seat} 席"}
    for who, name in ((world.supervisor.actor, "panel-process"), (world.desk, "panel-door")):
        for language, words in said.items():
            with translation.override(language):
                page = client_of(who.person).get(reverse(f"experts:{name}", args=[world.panel.pk]))
                assert words in page.content.decode()
                assert fours(digest) in page.content.decode()
    world.seat("招标人代表因病更换")
    world.elect()
    scored.facts(world)
    scored.shown(world)
    content = scored.report(world).content
    row = content["members"][-1]
    assert (row["kind"], row["follows"], row["mandate"]) == ("owner", gone.seat, digest)
    scored.handed(world)
    with translation.override("en"):
        page = client_of(world.supervisor.actor.person).get(reverse("experts:report", args=[world.panel.pk]))
        assert f"a substitute for seat {gone.seat}" in page.content.decode()
        assert lot_record(world.lot).stepped_in == 1
        public = reverse("portal:draw", args=[world.lot.tender.number, world.lot.no])
        text = Client().get(public).content.decode()
    assert "1 substitute of the owner sits" in text
    assert own_seat(world, left_at__isnull=True).person.name not in text
    report, _path, _anchors = scored.judged(world, tmp_path)
    assert build.faults(report) == []


def test_where_nothing_is_drawn_a_substitute_steps_in_just_so(kept):
    world = kept(special.called, substitutes=1)
    member_miss(seat_id=own_seat(world).pk, reason="未到", actor=world.desk, at=world.at)
    assert own_seat(world, left_at__isnull=True).state == "expected"
    world.arrived()
    kinds = [row["kind"] for row in panel_body(world.panel)["members"]]
    assert kinds == ["special"] * 4 + ["substitute"]
    assert lot_record(world.lot).stepped_in == 1


def test_a_member_may_leave_when_all_seat_numbers_are_used(kept, monkeypatch):
    """No substitute then; but nobody is held on a panel for it."""
    world = kept(panels.called, substitutes=1)
    monkeypatch.setattr("experts.services.own_follow.MOST", 5)
    member_miss(seat_id=own_seat(world).pk, reason="未到", actor=world.desk, at=world.at)
    assert not OwnSubstitution.objects.exists()


def test_who_stepped_in_is_written_once(kept):
    world = kept(panels.called, substitutes=1)
    member_miss(seat_id=own_seat(world).pk, reason="未到", actor=world.desk, at=world.at)
    refused("DELETE FROM experts_ownsubstitution")
    refused("UPDATE experts_ownsubstitution SET id = id")
    refused("DELETE FROM experts_ownmember")  # its guard outlives the new column
    if connection.vendor == "sqlite":
        refused("INSERT OR REPLACE INTO experts_ownsubstitution SELECT * FROM experts_ownsubstitution")
