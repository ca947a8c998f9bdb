"""条例48: where no substitute is left the owner sends one more of its people in the open, and the supervisor decides.

The attack: name no substitute, see who was drawn, let the own member fall ill, and send somebody who suits.
"""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.actors import SYSTEM
from accounts.services import membership_grant
from accounts.states import OrganisationKind, Role
from experts.models import OwnMember, OwnReplacement, OwnSubstitution
from experts.rehearsal.letters import delegate
from experts.rules.own_members import Delegate
from experts.selectors.draw_pages import desk
from experts.selectors.draw_record import lot_record
from experts.selectors.mandates import mandate_of
from experts.selectors.own_replacements import empty_places
from experts.selectors.panels import panel_body
from experts.services.member_out import member_replace
from experts.services.own_replacement import (
    own_replacement_agree,
    own_replacement_refuse,
    own_replacement_withdraw,
)
from experts.services.panels_drive import panels_drive
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from tests import builders_bidding as build
from tests.experts import worlds
from tests.experts.draws.test_draw_guards import refused
from tests.experts.draws.test_invitations import at, client_of
from tests.experts.panels import replaced, scored, special
from tests.experts.panels import world as panels
from tests.experts.panels.test_mandates import letter

pytestmark = pytest.mark.django_db


def entry(name):
    return Entry.objects.get(body_text__contains=f'"{name}"')


def own_seat(world):
    return world.panel.seats.get(kind="owner", left_at__isnull=True)


def against(world, who, **changes):
    """What stands against sending him: code and field."""
    with pytest.raises(RuleBroken) as error:
        replaced.asked(world, who, **changes)
    return {(one.code, one.field) for one in error.value.findings}


def not_needed(world, who):
    with pytest.raises(StateConflict) as error:
        replaced.asked(world, who)
    return error.value.code == "replacement_not_needed"


def test_it_is_asked_only_while_a_place_is_empty_and_no_substitute_stands(kept):
    world = kept(panels.called, substitutes=1)
    who = replaced.other(world)
    assert not_needed(world, who)  # the member sits
    panels_drive(at=world.at, key=worlds.KEY)
    member = world.met(own_seat(world))
    world.sign_in(member)
    member_replace(seat_id=member.id, ground="ill", reason="突发疾病", actor=world.desk, at=world.at)
    assert not_needed(world, who)  # the substitute sits
    assert empty_places(world.panel) == 0


def test_who_is_agreed_to_steps_in_as_a_substitute_and_nobody_before(kept):
    world = kept(replaced.short, substitutes=1)
    who = replaced.other(world)
    row = replaced.asked(world, who)
    told = entry("own-replacement-asked")
    digest = delegate(who, world.lot).letter.sha256
    assert told.data == {"serial": 1, "cause": "ill", "mandate": digest}
    assert not [word for word in (who.name, str(who.person), replaced.REASON) if word in told.data_text]
    assert not_needed(world, replaced.other(world, "吴代表"))  # one waits
    world.form()
    panels_drive(at=world.at, key=worlds.KEY)
    assert not world.panel.seats.filter(person=who.person).exists()

    for other in (world.owner.actor, world.desk):
        with pytest.raises(NotPermitted):
            own_replacement_agree(replacement_id=row.pk, actor=other, at=world.at)
    own_replacement_agree(replacement_id=row.pk, actor=world.supervisor.actor, at=world.at)
    seat = own_seat(world)
    step = OwnSubstitution.objects.get(seat=seat)
    assert (seat.person_id, seat.state, step.follows.seat, step.rank) == (who.person, "expected", 6, 2)
    assert mandate_of(seat).sha256 == digest
    assert entry("own-replacement-agreed").data == {"serial": 1, "cause": "ill"}
    assert not_needed(world, replaced.other(world, "吴代表"))  # as many as are empty, and no more
    with pytest.raises(StateConflict):
        own_replacement_agree(replacement_id=row.pk, actor=world.supervisor.actor, at=world.at)
    world.arrived()
    assert [one["kind"] for one in panel_body(world.panel)["members"]] == ["expert"] * 4 + ["substitute"]


def test_nobody_who_was_called_in_is_tied_or_of_another_body_and_nobody_without_a_letter(kept):
    world = kept(replaced.short)
    who, tied = replaced.other(world), replaced.other(world, "孙代表")
    of = {"roles": {Role.BIDDER}, "actor": SYSTEM, "at": world.at}
    membership_grant(organisation_id=panels.bidder(world, 1).id, person_id=tied.person, **of)
    assert against(world, world.own.actor, one=Delegate(world.own.actor.person, letter("再"))) == {
        ("own_barred", "person")
    }
    assert against(world, tied) == {("own_barred", "person")}
    assert against(world, world.supervisor.actor) == {("own_stranger", "person")}
    assert against(world, who, one=Delegate(who.person)) == {("mandate", "letter")}
    others = delegate(world.own.actor, world.lot).letter
    assert against(world, who, one=Delegate(who.person, others)) == {("mandate_other", "letter")}
    assert against(world, who, cause="other", reason=" ") == {("cause", "cause"), ("reason", "reason")}
    assert not OwnReplacement.objects.exists()
    for stranger in (world.supervisor.actor, world.desk):
        with pytest.raises(NotPermitted):
            replaced.asked(world, who, actor=stranger)

    row = replaced.asked(world, who)  # a tie that comes after it was asked is found before it is agreed to
    membership_grant(organisation_id=panels.bidder(world, 1).id, person_id=who.person, **of)
    with pytest.raises(StateConflict) as error:
        own_replacement_agree(replacement_id=row.pk, actor=world.supervisor.actor, at=world.at)
    assert error.value.code == "replacement_late"


def test_refused_with_a_reason_or_taken_back_nobody_is_called_and_it_is_asked_anew(kept):
    world = kept(replaced.short)
    who = replaced.other(world)
    row = replaced.asked(world, who)
    given = {"replacement_id": row.pk, "at": world.at}
    with pytest.raises(RuleBroken):
        own_replacement_refuse(reason=" ", actor=world.supervisor.actor, **given)
    own_replacement_refuse(reason="说明不足", actor=world.supervisor.actor, **given)
    second = replaced.asked(world, who)
    with pytest.raises(NotPermitted):
        own_replacement_withdraw(replacement_id=second.pk, actor=world.supervisor.actor, at=world.at)
    own_replacement_withdraw(replacement_id=second.pk, actor=world.owner.actor, at=world.at)
    panels_drive(at=world.at, key=worlds.KEY)
    assert not OwnSubstitution.objects.exists()
    assert not lot_record(world.lot).replaced
    assert not OwnMember.objects.filter(person=who.person, left_at__isnull=True).exists()
    assert replaced.agreed(world, who).serial == 3
    assert [one.serial for one in lot_record(world.lot).replaced] == [3]
    assert len(desk(world.supervisor.actor, world.at).exceptions.replaced) == 3


def test_where_nothing_is_drawn_it_is_just_so(kept):
    world = kept(special.called)
    seat = own_seat(world)
    world.sign_in(world.met(seat))
    member_replace(seat_id=seat.pk, ground="ill", reason="突发疾病", actor=world.desk, at=world.at)
    replaced.agreed(world, replaced.other(world))
    world.arrived()
    assert panel_body(world.panel)["members"][-1]["kind"] == "substitute"


def test_the_panel_goes_on_everybody_reads_number_and_cause_and_the_bundle_verifies(
    kept, tmp_path, monkeypatch
):
    """While members score a member falls out: one is sent, the panel reviews anew, and nobody is sent after its report."""
    world = kept(scored.scoring)
    monkeypatch.setattr("kernel.clock.now", lambda: world.at)
    gone = own_seat(world)
    member_replace(seat_id=gone.pk, ground="ill", reason="突发疾病", actor=world.desk, at=world.at)
    who = replaced.other(world)
    replaced.agreed(world, who)
    world.arrived()
    said = {
        "en": ("sent by the owner later", "is an incident", "illness, or otherwise prevented"),
        "zh-hans": ("经监督部门同意另派", "属异常事项", "因病或者其他原因不能参加"),
    }
    supervisor = client_of(world.supervisor.actor.person)
    for language, (beside, incident, cause) in said.items():
        with translation.override(language):
            process = reverse("experts:panel-process", args=[world.panel.pk])
            assert beside in supervisor.get(process).content.decode()
            public = reverse("portal:draw", args=[world.lot.tender.number, world.lot.no])
            text = Client().get(public).content.decode()
            assert 'id="replaced-1"' in text
            assert incident in text
            assert cause in text
            assert 'id="stepped-in"' not in text  # nobody who was named beforehand
            assert not [word for word in (who.name, replaced.REASON) if word in text]
            listed = supervisor.get(reverse("experts:draws")).content.decode()
            assert at("panel-own-replace", world.panel.pk).split("/", 2)[-1] in listed
    world.seat("招标人代表因病更换")
    world.elect()
    scored.facts(world)
    scored.shown(world)
    assert scored.report(world).content["members"][-1]["follows"] == gone.seat
    scored.handed(world)
    assert empty_places(world.panel) == 0
    assert not_needed(world, replaced.other(world, "吴代表"))
    report, _path, _anchors = scored.judged(world, tmp_path)
    assert build.faults(report) == []


def test_its_pages_are_for_this_owner_and_this_supervisor_and_auditors(kept, monkeypatch):
    world = kept(replaced.short)
    monkeypatch.setattr("kernel.clock.now", lambda: world.at)
    who, paper = replaced.other(world), letter("周")
    page = at("panel-own-replace", world.panel.pk)
    owner, supervisor = (client_of(one.actor.person) for one in (world.owner, world.supervisor))
    assert page in owner.get(at("panel-own", world.play.request.pk)).content.decode()
    with translation.override("en"):
        process = reverse("experts:panel-process", args=[world.panel.pk])
        assert "(Tendering Law, article 37" in supervisor.get(process).content.decode()
    data = {"cause": "ill", "reason": replaced.REASON, "person": str(who.person)}
    answer = owner.post(page, data)
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"letter"})
    file = SimpleUploadedFile(paper.name, paper.content)
    assert owner.post(page, data | {"letter": file}).status_code == 302
    row = OwnReplacement.objects.get()
    auditor = world.hall.registry.party("审计机关", OrganisationKind.AUDIT, at=world.at).actor
    names = {"owner": owner, "supervisor": supervisor, "auditor": client_of(auditor.person)}
    for name, client in names.items():
        text = client.get(page).content.decode()
        assert replaced.REASON in text
        assert (who.name in text) is (name != "auditor"), name
    members = [world.met(seat).actor for seat in world.panel.seats.filter(kind="expert")[:1]]
    for other in (world.desk, panels.bidder(world, 1).actor, *members):
        client = client_of(other.person)
        assert client.get(page).status_code in {403, 404}
        assert client.post(at("panel-own-decide", row.pk, "agree")).status_code in {403, 404}

    def act(client, name, **given):
        return client.post(at("panel-own-decide", row.pk, name), given).status_code

    assert act(owner, "agree") in {403, 422}
    assert act(owner, "nothing") == 404
    assert act(supervisor, "refuse", reason="") == 422
    assert OwnReplacement.objects.get().state == "asked"
    assert act(supervisor, "agree") == 302
    assert own_seat(world).person_id == who.person
    assert who.name not in supervisor.get(page).content.decode()  # decided: nothing more to know


def test_requests_are_never_deleted_nor_decided_without_a_reader(kept):
    world = kept(replaced.short)
    row = replaced.asked(world, replaced.other(world))
    refused("DELETE FROM experts_ownreplacement")
    if connection.vendor == "sqlite":
        refused("INSERT OR REPLACE INTO experts_ownreplacement SELECT * FROM experts_ownreplacement")
    for wrong in ({"state": "agreed"}, {"reader": row.by_id}, {"reason": ""}, {"serial": 0}, {"cause": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            OwnReplacement.objects.filter(pk=row.pk).update(**wrong)
