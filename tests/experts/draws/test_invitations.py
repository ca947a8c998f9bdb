"""The expert as a person: he reads five words, answers once, keeps a receipt; the caller sees one name at a time."""

import json
import logging
import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core import mail, serializers
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.actors import SYSTEM, Actor
from accounts.models import Outbox, Person
from accounts.states import Role
from experts.models import CallLook, CallTry, DrawAnswer, DrawCall, DrawnSeat, Expert
from experts.selectors.calls import calls_seen
from experts.selectors.left_out import seat_expert
from experts.selectors.own import as_expert
from experts.selectors.own_draws import own_invitations
from experts.services.answer_record import answer_record
from experts.services.call_look import call_look, call_outcome
from experts.services.call_remind import reminders_hand
from experts.services.expert_register import expert_link
from experts.states.calls import TryOutcome
from experts.states.draw import DrawState, SeatAnswer
from kernel.errors import NotPermitted, RuleBroken, StateConflict, Unavailable
from ledger.models import Entry
from protocol import canonical, hashing
from tests.experts import worlds
from tests.experts.draws import world
from tests.web.test_leak_walk import addresses

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def reader():
    """Nobody's language lingers from the request before."""
    translation.activate("zh-hans")


def called():
    """Four experts are drawn and called; everybody has a login."""
    made = world.play()
    made.ready()
    made.contributed()
    made.decided()
    made.called()
    for number, expert in enumerate(Expert.objects.order_by("code")):
        person = worlds.people.person(700 + number)
        expert_link(expert_id=expert.pk, email=person.email, actor=made.pool.keeper, at=made.now)
    return made


@pytest.fixture
def play(monkeypatch, settings, kept):
    settings.ALLOWED_HOSTS = ["*"]
    made = kept(called)
    monkeypatch.setattr("kernel.clock.now", lambda: made.now)
    return made


def calls():
    return list(DrawCall.objects.select_related("seat__round").order_by("seat__seat"))


def drawn(play):
    """The drawn as actors, by seat."""
    found = {}
    for row in calls():
        expert = Expert.objects.get(pk=seat_expert(row, worlds.KEY))
        found[row.seat.seat] = as_expert(Actor(person=expert.person_id, name="expert"))
    return found


def caller(play, name="专家通知员"):
    return play.staff(Role.CALLER, name).actor


def client_of(person, *, proven=True):
    client = Client()
    client.force_login(Person.objects.get(pk=person))
    if proven:
        prove(client)
    return client


def prove(client):
    """As after a password given this minute."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 4_000_000_000}]
    session.save()


def at(name, *args):
    with translation.override("en"):
        return reverse(f"experts:{name}", args=args)


def test_an_invitation_says_five_things_and_the_answer_stands_with_its_receipt(play):
    seat, person = next(iter(drawn(play).items()))
    client = client_of(person.person)
    page = client.get(at("invitations")).content.decode()
    for word in ("市政工程", "福州", "800 元", 'data-until="'):
        assert word in page
    hall = play.hall
    for word in (hall.one.plan.title, hall.lot.number, play.owner.organisation.name, "评标室三"):
        assert word not in page

    refused = client.post(at("invitation-answer"), {"seat": seat, "answer": "decline", "reason": ""})
    assert refused.status_code == 422
    assert "Choose one of the reasons" in refused.content.decode()
    sent = client.post(at("invitation-answer"), {"seat": seat, "answer": "decline", "reason": "ill"})
    assert (sent.status_code, sent["Location"]) == (302, at("invitations"))

    kept = json.loads(client.get(at("own-answers")).content)["answers"]
    [said] = kept
    line = {name: said[name] for name in ("seat", "code", "own", "note", "at")}
    assert (said["code"], said["own"], said["note"]) == ("declined", True, "ill")
    assert said["record"] == hashing.sha256(canonical.encode(line)).hex()
    [event] = Entry.objects.filter(kind="draw-event")
    assert (event.ev, event.body["record"]) == (said["entry"], said["record"])
    with pytest.raises(StateConflict):
        answer_record(seat=seat, answer=SeatAnswer.ACCEPT, actor=person, at=play.now, key=worlds.KEY)


def test_who_accepted_reads_what_comes_next_and_can_fall_out_with_a_reason(play):
    people = drawn(play)
    for seat, person in people.items():
        answer_record(seat=seat, answer=SeatAnswer.ACCEPT, actor=person, at=play.now, key=worlds.KEY)
    play.hall.cut()
    play.drive()
    assert DrawState(play.draw.state) is DrawState.COMPLETE
    seat, person = next(iter(people.items()))
    client = client_of(person.person)
    page = client.get(at("invitations")).content.decode()
    assert "What happens next" in page
    assert "identity card" in page
    assert "评标室三" not in page
    assert client.post(at("invitation-answer"), {"seat": seat, "answer": "excuse"}).status_code == 422
    given = {"seat": seat, "answer": "recuse", "reason": "relative"}
    assert client.post(at("invitation-answer"), given).status_code == 302
    assert DrawAnswer.objects.filter(seat__seat=seat, own=True, code="recused").exists()
    assert DrawState(play.draw.state) is DrawState.ANSWERED
    play.hall.cut()
    play.drive()
    assert DrawState(play.draw.state) is DrawState.CLOSED  # a further round, unforeseeable as the first
    [mine, *_] = own_invitations(person, worlds.KEY, play.now)
    assert (mine.leaves, [one.code.value for one in mine.answers]) == (False, ["accepted", "recused"])


def test_another_seat_is_nobodys_to_answer(play):
    people = drawn(play)
    (one, _person), (_other, stranger) = list(people.items())[:2]
    client = client_of(stranger.person)
    given = {"seat": one, "answer": "accept", "reason": ""}
    assert client.post(at("invitation-answer"), given).status_code == 403
    assert one not in client.get(at("invitations")).content.decode()
    assert not DrawAnswer.objects.exists()


def test_a_post_that_must_wait_for_a_password_is_kept_nowhere(play):
    """A session's row with a seat in it would name who was drawn."""
    seat, person = next(iter(drawn(play).items()))
    login = Person.objects.get(pk=person.person)
    login.set_password("correct horse battery staple")
    login.save()
    client = client_of(person.person, proven=False)
    answer = client.post(at("invitation-answer"), {"seat": seat, "answer": "accept", "reason": ""})
    assert answer.status_code == 302
    assert "reauthenticate" in answer["Location"]
    assert seat not in str([row.get_decoded() for row in Session.objects.all()])
    assert not DrawAnswer.objects.exists()


def test_the_caller_sees_one_name_at_a_time_and_each_look_is_recorded(play):
    who, key = caller(play), worlds.KEY
    first = call_look(actor=who, at=play.now, key=key)
    assert (first.name, first.phone) == (
        Expert.objects.get(pk=seat_expert(DrawCall.objects.get(pk=first.id), key)).name,
        "0591-00001234",
    )
    again = call_look(actor=who, at=play.now, key=key)
    assert again.id == first.id  # until it is written down how the call ended
    second = call_look(actor=caller(play, "通知员乙"), at=play.now, key=key)
    assert second.id != first.id  # two callers never ring the same expert
    with pytest.raises(RuleBroken):
        call_outcome(call_id=second.id, outcome=TryOutcome.ACCEPTED, reason="", actor=who, at=play.now)
    call_outcome(call_id=first.id, outcome=TryOutcome.NO_ANSWER, reason="", actor=who, at=play.now)
    third = call_look(actor=who, at=play.now, key=key)
    assert third.id not in {first.id, second.id}
    with pytest.raises(RuleBroken):
        call_outcome(call_id=third.id, outcome=TryOutcome.DECLINED, reason="", actor=who, at=play.now)
    made = call_outcome(
        call_id=third.id, outcome=TryOutcome.DECLINED, reason="engaged", actor=who, at=play.now
    )
    answer = DrawAnswer.objects.get(seat__call=third.id)
    assert (answer.own, answer.code, answer.reply.note) == (False, "declined", made.record)

    assert CallLook.objects.count() == 4
    looked = [
        entry for entry in Entry.objects.filter(kind="record") if entry.body["name"] == "draw-call-looked"
    ]
    assert len(looked) == 4
    seen = calls_seen(play.draw_id, play.supervisor.actor)
    assert (seen.looks, seen.tries, seen.own, seen.told) == (4, {"declined": 1, "no-answer": 1}, 0, 1)


def test_names_are_shown_inside_the_window_and_to_no_other_office(play):
    key = worlds.KEY
    for stranger in (
        play.operator,
        play.pool.keeper,
        play.exclusions,
        play.owner.actor,
        play.supervisor.actor,
        SYSTEM,
        next(iter(drawn(play).values())),
    ):
        with pytest.raises(NotPermitted):
            call_look(actor=stranger, at=play.now, key=key)
    call = DrawCall.objects.all()[0]
    late = call.seat.round.answer_until
    assert call_look(actor=caller(play), at=late, key=key) is None
    with pytest.raises(StateConflict):
        call_look(actor=caller(play), at=late, key=key, call_id=call.pk)


def test_the_desk_shows_nothing_before_it_is_asked_and_takes_an_outcome(play):
    client = client_of(caller(play).person)
    names = set(Expert.objects.values_list("name", flat=True))
    quiet = client.get(at("gateway")).content.decode()
    assert not [name for name in names if name in quiet]
    assert "Show whom to call" in quiet
    shown = client.post(at("gateway"))
    assert "no-store" in shown["Cache-Control"]
    text = shown.content.decode()
    assert len([name for name in names if name in text]) == 1
    assert "市政工程" in text
    call = re.search(r'name="call" value="([^"]+)"', text)[1]
    missing = client.post(at("gateway-outcome"), {"call": call, "outcome": "declined", "reason": ""})
    assert missing.status_code == 422
    told = client.post(at("gateway-outcome"), {"call": call, "outcome": "accepted", "reason": ""})
    assert told.status_code == 302
    assert CallTry.objects.get().outcome == "accepted"
    assert DrawnSeat.objects.get(call=call).code == "accepted"


class Deaf:
    """A provider that takes nothing at first."""

    def __init__(self):
        self.heard, self.deaf = [], True

    def call(self, one):
        if self.deaf:
            raise Unavailable("gateway", "not now")
        self.heard.append(one)
        return "ok"


def test_who_accepted_is_reminded_once_and_nobody_else(play):
    rows = calls()
    for row in rows[:3]:
        answer_record(seat=row.seat.seat, answer=SeatAnswer.ACCEPT, actor=SYSTEM, at=play.now)
    answer_record(seat=rows[3].seat.seat, answer=SeatAnswer.DECLINE, actor=SYSTEM, at=play.now)
    gateway, begins = Deaf(), play.request.begins_at
    given = {"draw_id": play.draw_id, "actor": SYSTEM, "key": worlds.KEY, "gateway": gateway}
    assert reminders_hand(at=begins - timedelta(hours=4), **given) == 0
    assert reminders_hand(at=begins - timedelta(hours=2), **given) == 0
    gateway.deaf = False
    assert reminders_hand(at=begins - timedelta(hours=2), **given) == 3
    assert reminders_hand(at=begins - timedelta(hours=1), **given) == 0
    assert {one.reminder for one in gateway.heard} == {True}
    assert len({one.whom.name for one in gateway.heard}) == 3
    assert reminders_hand(at=begins, **given) == 0


def strangers(play):
    """Everybody near a draw but the caller and the experts."""
    people = {
        "public": Client(),
        "owner": client_of(play.owner.actor.person),
        "supervisor": client_of(play.supervisor.actor.person),
        "bidder": client_of(play.hall.bidder(1).actor.person),
        "officer": client_of(play.devices[0].actor.person),
        "operator": client_of(play.operator.person),
        "exclusions": client_of(play.exclusions.person),
    }
    for role in (Role.FINANCE, Role.SYSADMIN):
        people[role.value] = client_of(play.staff(role, f"中心 {role.value}").actor.person)
    return people


def test_until_the_reveal_no_page_mail_log_or_message_names_who_was_drawn(play, caplog):
    """法37, journeys 30: every address, for everybody; after experts and the caller have done what they can."""
    caplog.set_level(logging.DEBUG)
    people, who = drawn(play), caller(play)
    names = set(Expert.objects.values_list("name", flat=True))
    (seat, one), *_ = people.items()
    client_of(one.person).post(at("invitation-answer"), {"seat": seat, "answer": "accept", "reason": ""})
    client_of(who.person).post(at("gateway"))
    before = Outbox.objects.count()
    play.hall.cut()
    play.drive()
    assert (
        Outbox.objects.count() == before
    )  # nobody is told anything by the accounts' outbox: its rows name a person
    assert not [row for row in Outbox.objects.all() if "invitation" in row.event]
    drawn_people = {one.person for one in people.values()}
    assert not Outbox.objects.filter(person__in=drawn_people, event__startswith="draw").exists()
    assert not mail.outbox

    translation.activate("zh-hans")
    routes = [f"/{route}" for route in addresses() if not set("<^(") & set(route)]
    assert {"/invitations/", "/gateway/"} <= set(routes)
    for name, client in strangers(play).items():
        for route in routes:
            answer = client.get(route)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            leaked = [word for word in names if word in body.decode("utf-8", "replace")]
            assert not leaked, (name, route)
    for route in ("/gateway/", "/gateway/outcome/"):
        for name, client in strangers(play).items():
            assert client.post(route).status_code in {302, 403, 422}, (name, route)
    assert not [name for name in names if name in caplog.text]
    assert not [seat for seat in people if seat in caplog.text]


def test_rows_of_calls_and_sessions_do_not_tell_the_drawn_from_the_others(play):
    """A dump of every table, with the sessions opened: no seat stands beside a person."""
    people, who = drawn(play), caller(play)
    for seat, person in list(people.items())[:2]:
        client = client_of(person.person)
        client.get(at("invitations"))
        client.post(at("invitation-answer"), {"seat": seat, "answer": "accept", "reason": ""})
    other = Expert.objects.exclude(person__in=[one.person for one in people.values()])[0]
    client_of(other.person_id).get(at("invitations"))
    found = call_look(actor=who, at=play.now, key=worlds.KEY)
    call_outcome(call_id=found.id, outcome=TryOutcome.ACCEPTED, reason="", actor=who, at=play.now)

    sessions = str([row.get_decoded() for row in Session.objects.all()])
    assert not [seat for seat in people if seat in sessions]
    rows = [
        *CallLook.objects.all(),
        *CallTry.objects.all(),
        *DrawAnswer.objects.all(),
        *DrawCall.objects.all(),
    ]
    text = serializers.serialize("json", rows)
    for expert in Expert.objects.all():
        for word in (str(expert.pk), str(expert.person_id), expert.name, expert.code):
            assert word not in text
