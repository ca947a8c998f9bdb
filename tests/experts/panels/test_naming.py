"""法37, 条例46, 47: experts named for seats which lots left open - by whom, whom not, and that nobody else reads whom."""

import json
import logging
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from django.apps import apps
from django.core import mail, serializers
from django.db import IntegrityError, transaction
from django.utils import translation

from accounts.actors import SYSTEM, Actor
from accounts.states import Role
from experts.models import DrawCall, Expert, NamedSeat, Naming, PanelSeat
from experts.rules.packs import pool_pack
from experts.selectors.draw_record import lot_record
from experts.selectors.draws import draw_get
from experts.selectors.named import named_record
from experts.selectors.naming import nameable, open_seats
from experts.selectors.own import as_expert
from experts.selectors.own_draws import own_invitations
from experts.selectors.panel_pages import page_of
from experts.selectors.report_page import report_page
from experts.services.draw_begin import draw_begin
from experts.services.draw_request import draw_withdraw
from experts.services.draws_drive import draws_drive
from experts.services.expert_standing import expert_suspend
from experts.services.named_answer import named_answer
from experts.services.naming_decide import naming_refuse, naming_withdraw
from experts.states.draw import SeatAnswer
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from tests import builders_accounts as people
from tests.experts import worlds
from tests.experts.draws import world as drawing
from tests.experts.draws.test_draw_guards import refused as refused_by_trigger
from tests.experts.draws.test_secrecy import Listening
from tests.experts.panels import named as acts
from tests.experts.panels import scored, world

pytestmark = pytest.mark.django_db


def ended(declines=1, *, rounds=0, experts=14, **asked):
    """A draw of a lot that ended short, everybody of the pool with a login."""
    play = drawing.play(experts=experts)
    for number, one in enumerate(Expert.objects.order_by("code"), start=1):
        Expert.objects.filter(pk=one.pk).update(person=people.person(700 + number))
    play.ready(max_rounds=rounds, **asked)
    play.contributed()
    play.decided()
    play.answered(declines=declines)
    assert play.draw.end_entry.body["cause"] == "short"
    return play


def code_of(error):
    return error.value.code


def found_in(error):
    return {one.code for one in error.value.findings}


def test_experts_are_named_only_after_the_last_draw_ended_short_and_only_for_open_seats():
    play = drawing.play()
    play.ready(max_rounds=0)
    play.contributed()
    play.decided()
    assert nameable(play.draw) is None
    one = Expert.objects.all()[0]
    with pytest.raises(StateConflict) as error:
        acts.propose(play, one, specialty="A05")
    assert code_of(error) == "naming_not_open"

    play.answered(declines=1)
    assert sum(open_seats(play.draw).values()) == 1
    [first, second] = acts.free(play, 2)
    with pytest.raises(RuleBroken) as error:
        acts.propose(play, first, second)
    assert "named_many" in found_in(error)
    with pytest.raises(RuleBroken) as error:
        acts.propose(play, first, specialty="B0301")
    assert "named_many" in found_in(error)
    for changes, code in (
        ({"feature": "urgent"}, "feature"),
        ({"reason": " "}, "reason"),
        ({"reason": f"{first.name} 合适"}, "reason_names"),
    ):
        with pytest.raises(RuleBroken) as error:
            acts.propose(play, first, **changes)
        assert code in found_in(error)
    assert not Naming.objects.exists()


def test_a_draw_that_ended_because_somebody_stayed_away_lets_nobody_be_named(kept):
    """Otherwise an owner who wants to name would only have to hold back its own contribution."""
    play = kept(ended)
    for cause in ("officers", "contributors"):
        draw = draw_get(play.draw_id)
        text = draw.end_entry.body_text  # in memory alone: the row is append-only
        draw.end_entry.body_text = text.replace('"cause":"short"', f'"cause":"{cause}"')
        assert draw.end_entry.body["cause"] == cause
        assert nameable(draw) is None
    assert nameable(draw_get(play.draw_id)) is not None
    draw = draw_get(play.draw_id)
    draw.lot.tender.project.trade = "QT"  # a trade whose rules know no naming
    assert pool_pack().naming_rule("QT") is None
    assert nameable(draw) is None


def test_three_different_people_decide_and_nobody_else(kept):
    play = kept(ended)
    [one] = acts.free(play)
    asker, owner, supervisor = play.asker(), play.owner.actor, play.supervisor.actor
    for stranger in (play.operator, supervisor, play.hall.bidder(1).actor):
        with pytest.raises(NotPermitted):
            acts.propose(play, one, actor=stranger)
    for wrong in (asker.person, supervisor.person):
        with pytest.raises(RuleBroken) as error:
            acts.propose(play, one, second=wrong)
        assert "naming_second" in found_in(error)

    naming = acts.propose(play, one)
    for stranger in (asker, acts.other(play, play.owner, role=Role.OWNER, name="业主三"), supervisor):
        with pytest.raises(NotPermitted):
            acts.confirm(play, naming, stranger)
    with pytest.raises(StateConflict):
        acts.take(play, naming)  # nothing to read before it is confirmed
    acts.confirm(play, naming, owner)
    with pytest.raises(StateConflict):
        acts.agree(play, naming)  # nobody agrees unread
    for stranger in (asker, owner, play.operator, replace(supervisor, person=asker.person)):
        with pytest.raises(NotPermitted):
            acts.take(play, naming, stranger)
    acts.take(play, naming)
    with pytest.raises(NotPermitted):
        acts.agree(play, naming, acts.other(play, play.supervisor))
    with pytest.raises(RuleBroken):
        naming_refuse(naming_id=naming.pk, reason="", actor=supervisor, at=play.now)
    with pytest.raises(NotPermitted):
        naming_withdraw(naming_id=naming.pk, actor=supervisor, at=play.now)
    assert not DrawCall.objects.filter(named__isnull=False).exists()  # nobody was asked meanwhile
    with pytest.raises(IntegrityError), transaction.atomic():
        Naming.objects.filter(pk=naming.pk).update(second=asker.person)
    acts.agree(play, naming)
    assert DrawCall.objects.filter(named__isnull=False).count() == 1


def test_who_may_not_sit_bars_the_naming_and_the_answer_does_not_tell_why(kept):
    """Another answer for each cause would tell an owner who was drawn: it is one word for all, and tries are counted."""
    play = kept(ended)
    asker = play.asker()
    tries = pool_pack().naming_rule("GC").tries
    people_now = acts.free(play, 3)
    tied, suspended, free = people_now
    order = {"reason": "审查", "decision_no": "1", "actor": play.pool.keeper, "at": play.now}
    expert_suspend(expert_id=suspended.pk, **order)
    bidder = play.hall.bidder(1).organisation
    Expert.objects.filter(pk=tied.pk).update(employer_code=bidder.code)
    same_employer = Expert.objects.filter(
        employer_key=acts.drawn_with(play, "accepted").employer_key
    ).exclude(pk__in=acts.seated(play))
    barred = [
        acts.drawn_with(play, "accepted"),  # on the panel already
        acts.drawn_with(play, "declined"),
        Expert.objects.get(pk=tied.pk),  # a bidder's employee
        Expert.objects.get(pk=suspended.pk),
        *same_employer[:1],  # beyond the cap by employer
    ]
    answers = set()
    for one in barred[:tries]:
        naming = acts.propose(play, one, actor=asker)
        answers.add((naming.state, naming.answer, naming.seats.count()))
    assert answers == {("barred", "", 0)}
    told = [row.data for row in Entry.objects.filter(kind="record") if row.body["name"] == "naming-proposed"]
    assert len({json.dumps(row, sort_keys=True) for row in told}) == 1  # nor does the ledger
    with pytest.raises(StateConflict) as error:
        acts.propose(play, free)
    assert code_of(error) == "naming_tries"


def test_excluded_by_the_desk_gone_wrong_name_deciders_and_owners_people_are_barred_too(kept):
    play = kept(ended)
    [one, other] = acts.free(play, 2)
    assert acts.propose(play, replace_name(one, "某人")).state == "barred"
    Expert.objects.filter(pk=one.pk).update(person=play.owner.actor.person)
    assert acts.propose(play, Expert.objects.get(pk=one.pk)).state == "barred"
    Expert.objects.filter(pk=one.pk).update(
        person=people.person(990), employer_code=play.owner.organisation.code
    )
    assert acts.propose(play, Expert.objects.get(pk=one.pk)).state == "barred"
    naming = acts.propose(play, other)
    Expert.objects.filter(pk=other.pk).update(employer_code=play.supervisor.organisation.code)
    assert acts.confirm(play, naming).state == "barred"  # looked at again at each act
    assert not DrawCall.objects.filter(named__isnull=False).exists()


def replace_name(expert, name):
    expert.name = name
    return expert


def test_while_somebody_is_named_nothing_is_drawn_and_a_declined_seat_is_named_anew(kept):
    play = kept(ended)
    [one, other] = acts.free(play, 2)
    naming = acts.agreed(play, one)
    assert open_seats(play.draw) == {}
    with pytest.raises(StateConflict) as error:
        draw_begin(request_id=play.request.pk, t=3, cause="short", actor=play.operator, at=play.now)
    assert code_of(error) == "naming_stands"
    with pytest.raises(StateConflict):
        draw_withdraw(request_id=play.request.pk, actor=play.owner.actor, at=play.now)
    row = naming.seats.get()
    me, stranger = (as_expert(people_actor(x)) for x in (one, other))
    [invitation] = own_invitations(me, worlds.KEY, play.now)
    assert (invitation.seat, invitation.open, invitation.named, invitation.lot) == (row.seat, True, True, "")
    assert own_invitations(stranger, worlds.KEY, play.now) == []
    with pytest.raises(NotPermitted):
        named_answer(seat=row.seat, answer=SeatAnswer.ACCEPT, actor=stranger, at=play.now)
    with pytest.raises(RuleBroken):
        named_answer(seat=row.seat, answer=SeatAnswer.DECLINE, actor=me, at=play.now)
    named_answer(seat=row.seat, answer=SeatAnswer.DECLINE, reason="ill", actor=me, at=play.now)
    assert sum(open_seats(play.draw).values()) == 1
    assert acts.propose(play, one).state == "barred"  # who declined is not asked again
    again = acts.agreed(play, other)
    play.hall.clock.to(again.answer_until + timedelta(seconds=1))
    draws_drive(at=play.now, key=worlds.KEY)
    assert again.seats.get().code == "no-answer"
    with pytest.raises(StateConflict):
        named_answer(seat=again.seats.get().seat, answer=SeatAnswer.ACCEPT, actor=stranger, at=play.now)


def people_actor(expert):
    return Actor(person=Expert.objects.get(pk=expert.pk).person_id, name="expert")


def test_nothing_kept_or_said_tells_the_named_from_the_others(caplog):
    """法37: who is named is as secret as who was drawn: in tables, ledger, log lines, mails and messages."""
    caplog.set_level(logging.DEBUG)
    play = ended()
    [one] = acts.free(play)
    before = counts(one)
    naming = acts.agreed(play, one)
    gateway = Listening()
    draws_drive(at=play.now, key=worlds.KEY, gateway=gateway)
    [call] = [row for row in gateway.calls if row.whom.expert == str(one.pk)]  # somebody was asked
    assert set(call.words) == {"category", "time", "city", "hours", "fee"}
    named_answer(seat=naming.seats.get().seat, answer=SeatAnswer.ACCEPT, actor=SYSTEM, at=play.now)
    assert counts(one) == before
    said = caplog.text + json.dumps([message.body for message in mail.outbox])
    phone = worlds.KEY.open_phone(one.phone_sealed)
    assert not [
        secret for secret in (phone, one.name, str(one.pk), one.pk.hex, one.identity_hash) if secret in said
    ]
    whole = "\n".join(dump())
    assert phone not in whole
    refused_by_trigger("DELETE FROM experts_namedseat")
    refused_by_trigger("UPDATE experts_namedanswer SET code = 'declined'")
    refused_by_trigger("DELETE FROM experts_naming")


def dump():
    rows = [serializers.serialize("json", list(model._default_manager.all())) for model in apps.get_models()]
    return [*rows, *(entry.body_text + entry.data_text for entry in Entry.objects.all())]


def counts(one):
    """How often rows of tables and ledger hold what names this expert: naming him adds nothing."""
    text = "\n".join(dump())
    found = Expert.objects.get(pk=one.pk)
    terms = (found.name, found.code, str(found.pk), found.pk.hex, found.identity_hash, str(found.person_id))
    return Counter({term: text.count(term) for term in terms})


def test_a_panel_with_a_named_expert_is_seated_scores_and_its_bundle_verifies(tmp_path):
    """V25 knows the kind "expert"; that he was named and not drawn stands in the report, beside his seat."""
    made = world.called(declines=1, short=acts.accepted)
    seat = PanelSeat.objects.get(named__isnull=False)
    assert (seat.kind, seat.drawn, seat.state) == ("expert", None, "expected")
    assert seat.specialty == NamedSeat.objects.get().specialty
    made.arrived()
    made.seat()
    made.elect()
    scored.shown(scored.facts(made))
    scored.report(made)
    made = scored.handed(made)
    content = made.panel.reports.get().content
    named = [row for row in content["members"] if row.get("named")]
    assert [row["seat"] for row in named] == [seat.seat]
    assert named[0]["named"]["feature"] == "specialised"
    assert scored.judged(made, tmp_path)[0].ok
    shown = report_page(made.panel.pk, made.chair.actor, made.at)
    words = {row["seat"]: row["word"] for row in shown.members}
    assert [number for number, word in words.items() if "条例" in word] == [seat.seat]
    rows = page_of(made.panel, None).members
    assert [row.seat.seat for row in rows if row.named == words[seat.seat]] == [seat.seat]
    with translation.override("en"):
        [record] = lot_record(made.lot).named_directly
    assert (record.number, record.names) == (1, ())
    assert "Implementing Regulation, article 47" in record.article
    made.lot.tender.project.trade = "CG"
    assert named_record(made.lot, worlds.KEY)[0].names == [Expert.objects.get(person=seat.person).name]
