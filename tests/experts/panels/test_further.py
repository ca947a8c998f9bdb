"""条例46-48: a panel named whole that comes apart goes on by a further request, which is counted and read by everybody.

The attack: name friends, have the others fall out, and go on naming in silence until the panel pleases.
"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from experts.models import Expert, FurtherNaming, NamedSeat
from experts.selectors.draw_pages import desk
from experts.selectors.draw_record import lot_record
from experts.selectors.further import further_needed
from experts.selectors.naming import rule_of, tries_used
from experts.selectors.panels import panel_body
from experts.services.further_naming import (
    further_agree,
    further_confirm,
    further_refuse,
    further_withdraw,
)
from experts.services.panels_drive import panels_drive
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from tests.experts import worlds
from tests.experts.draws.test_draw_guards import refused
from tests.experts.draws.test_invitations import at, client_of
from tests.experts.panels import special
from tests.web.test_draw_pages import everybody

pytestmark = pytest.mark.django_db


def confirmed(made, **changes):
    asked = special.further(made, **changes)
    return further_confirm(further_id=asked.pk, actor=made.owner.actor, at=made.at)


def agreed(made, **changes):
    return further_agree(further_id=confirmed(made, **changes).pk, actor=made.supervisor.actor, at=made.at)


def gone(made):
    """Who did not come, and the specialty of his seat."""
    seat = made.panel.seats.get(state="absent")
    return Expert.objects.get(person=seat.person_id), seat.specialty


def test_it_is_asked_only_where_nothing_else_leads_on(kept):
    """Not while namings are left, nor while every seat is held, nor while the request can be taken back."""
    made = kept(special.called)
    with pytest.raises(StateConflict) as error:
        special.further(made)
    assert error.value.code == "further_not_needed"
    NamedSeat.objects.update(code="unavailable")  # every seat is open, and tries are left
    assert not further_needed(made.play.request)


def test_before_anybody_accepted_the_request_is_taken_back_instead(kept):
    play = kept(special.asked)
    [one] = special.free(play)
    Expert.objects.filter(pk=one.pk).update(employer_code=play.owner.organisation.code)
    while tries_used(play.hall.lot) < rule_of(play.hall.lot).tries:
        assert special.propose(play, Expert.objects.get(pk=one.pk)).state == "barred"
    assert not further_needed(play.request)


def test_two_of_the_owner_and_one_of_the_supervisor_and_then_it_goes_on_without_who_fell_away(kept):
    made = kept(special.apart)
    play, (one, specialty) = made.play, gone(made)
    with pytest.raises(StateConflict) as error:
        special.propose(play, one, specialty=specialty)
    assert error.value.code == "naming_tries"
    for who in (made.supervisor.actor, made.desk, play.operator):
        with pytest.raises(NotPermitted):
            special.further(made, actor=who)
    asker, then = play.asker(), made.at + timedelta(days=1)
    asked = special.further(made, actor=asker)
    assert (asked.serial, asked.state) == (2, "proposed")
    with pytest.raises(StateConflict):
        special.further(made, actor=asker)  # one waits
    for who in (asker, made.supervisor.actor):
        with pytest.raises(NotPermitted):
            further_confirm(further_id=asked.pk, actor=who, at=made.at)
    with pytest.raises(StateConflict):
        further_agree(further_id=asked.pk, actor=made.supervisor.actor, at=made.at)  # nobody has confirmed
    further_confirm(further_id=asked.pk, actor=made.owner.actor, at=made.at)
    with pytest.raises(NotPermitted):
        further_agree(further_id=asked.pk, actor=made.owner.actor, at=made.at)
    assert not lot_record(made.lot).further
    further_agree(further_id=asked.pk, actor=made.supervisor.actor, at=made.at)
    play.request.refresh_from_db()
    assert play.request.begins_at == then
    entry = Entry.objects.get(body_text__contains='"further-proposed"')
    assert entry.data["cause"] == "fell-out"
    assert entry.data["open"] == {specialty: 1}

    assert tries_used(made.lot) == 0
    assert special.propose(play, one, specialty=specialty).state == "barred"  # who fell away stays away
    there = {row.person_id for row in made.panel.seats.all()}
    other = next(
        free
        for free in special.free(play, 99, specialty)
        if free.person_id not in there
        and not Expert.objects.filter(person__in=there, employer_key=free.employer_key).exists()
    )
    special.accepted(play, other, specialty=specialty)
    panels_drive(at=made.at, key=worlds.KEY)
    assert not made.panel.seats.filter(person=other.person_id).exists()  # not before its time
    panels_drive(at=then - timedelta(hours=1), key=worlds.KEY)
    assert made.panel.seats.get(person=other.person_id).state == "expected"
    made.arrived()
    assert [row["kind"] for row in panel_body(made.panel)["members"]].count("special") == 4


def test_everybody_reads_it_as_an_incident_and_the_supervisor_counts_it(kept, monkeypatch):
    made = kept(special.apart)
    monkeypatch.setattr("kernel.clock.now", lambda: made.at)
    public = reverse("portal:draw", args=[made.lot.tender.number, made.lot.no])
    waiting = confirmed(made)
    assert special.AGAIN not in Client().get(public).content.decode()
    further_agree(further_id=waiting.pk, actor=made.supervisor.actor, at=made.at)
    names = [seat.person.name for seat in made.panel.seats.select_related("person")]
    for language, words in (
        ("en", "A further request to name is an incident."),
        ("zh-hans", "再次申请直接确定"),
    ):
        with translation.override(language):
            path = reverse("portal:draw", args=[made.lot.tender.number, made.lot.no])
            text = Client().get(path).content.decode()
            assert words in text
            assert special.AGAIN in text
            assert not [name for name in names if name in text]
            rows = desk(made.supervisor.actor, made.at).exceptions.further
            assert [(row.further.serial, row.further.request.lot_id) for row in rows] == [(2, made.lot.pk)]
            page = client_of(made.supervisor.actor.person).get(reverse("experts:draws")).content.decode()
            assert reverse("experts:draw-further", args=[made.play.request.pk]) in page


def test_a_reason_names_nobody_a_cause_is_of_the_list_and_the_time_is_to_come(kept):
    made = kept(special.apart)
    one, _specialty = gone(made)
    for changes, code in (
        ({"reason": f"{one.name} 未到场"}, "reason_names"),
        ({"reason": "林代表推荐的专家未到场"}, "reason_names"),  # the owner's member is as secret
        ({"reason": " "}, "reason"),
        ({"cause": "other"}, "cause"),
        ({"begins_at": made.at}, "begins_at"),
    ):
        with pytest.raises(RuleBroken) as error:
            special.further(made, **changes)
        assert {row.code for row in error.value.findings} == {code}
    assert not FurtherNaming.objects.exists()


def test_refused_with_a_reason_it_may_be_asked_again_and_both_are_counted(kept):
    made = kept(special.apart)
    waiting = confirmed(made)
    with pytest.raises(RuleBroken):
        further_refuse(further_id=waiting.pk, reason="", actor=made.supervisor.actor, at=made.at)
    further_refuse(further_id=waiting.pk, reason="原因不足", actor=made.supervisor.actor, at=made.at)
    assert further_needed(made.play.request)
    asker = made.play.asker()
    taken = special.further(made, actor=asker)
    further_withdraw(further_id=taken.pk, actor=asker, at=made.at)
    again = agreed(made, cause="not-found")
    assert again.serial == 4
    assert [row.serial for row in lot_record(made.lot).further] == [4]
    assert len(desk(made.supervisor.actor, made.at).exceptions.further) == 3


def test_what_was_asked_for_a_time_that_is_past_is_not_agreed_to(kept):
    made = kept(special.apart)
    waiting = confirmed(made)
    with pytest.raises(StateConflict) as error:
        further_agree(further_id=waiting.pk, actor=made.supervisor.actor, at=waiting.begins_at)
    assert error.value.code == "further_late"


def test_its_pages_are_for_this_owner_and_this_supervisor(kept, monkeypatch):
    made = kept(special.apart)
    monkeypatch.setattr("kernel.clock.now", lambda: made.at)
    page = at("draw-further", made.play.request.pk)
    naming = at("draw-naming", made.play.request.pk)
    asker = client_of(made.play.asker().person)
    assert page in asker.get(naming).content.decode()
    data = {"cause": "fell-out", "reason": special.AGAIN, "begins_at": "2000-01-01T09:00"}
    answer = asker.post(page, data)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"begins_at"}
    local = (made.at + timedelta(days=1, hours=8)).strftime("%Y-%m-%dT%H:%M")
    assert asker.post(page, data | {"begins_at": local}).status_code == 302
    row = FurtherNaming.objects.get()
    clients = everybody(made.play)
    seen = {who for who, client in clients.items() if client.get(page).status_code == 200}
    assert seen == {"owner", "asker", "supervisor"}
    names = [seat.person.name for seat in made.panel.seats.select_related("person")]
    for who in seen:
        text = clients[who].get(page).content.decode()
        assert special.AGAIN in text
        assert not [name for name in names if name in text]

    def act(client, name, **given):
        return client.post(at("draw-further-decide", made.play.request.pk, row.pk, name), given).status_code

    assert act(asker, "confirm") == 403
    assert act(asker, "nothing") == 404
    assert act(client_of(made.owner.actor.person), "confirm") == 302
    assert act(clients["supervisor"], "refuse", reason="") == 422
    assert act(clients["supervisor"], "agree") == 302
    assert FurtherNaming.objects.get().state == "agreed"
    assert (
        "Name experts" in asker.get(naming).content.decode()
        or "提名专家" in asker.get(naming).content.decode()
    )


def test_further_requests_are_never_deleted_nor_without_their_people(kept):
    made = kept(special.apart)
    asked = special.further(made)
    refused("DELETE FROM experts_furthernaming")
    for wrong in ({"state": "agreed"}, {"second": asked.by_id}, {"reason": ""}, {"serial": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            FurtherNaming.objects.filter(pk=asked.pk).update(**wrong)
