"""An officer changed before the header: by two, for a cause everybody reads, the old key void, the new one proven (A9, A10)."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Outbox
from accounts.states import OrganisationKind, Role
from experts.models import DrawOfficer, OfficerExchange, OfficerExchanged, OfficerExchangeRefused
from experts.selectors.draw_officer import officer_page
from experts.selectors.draw_record import lot_record
from experts.selectors.draw_state import draw_page
from experts.selectors.exchanges import exchange_page, pending_of
from experts.services.draw_begin import draw_cert_body, draw_officer_register
from experts.services.draw_seat import draw_key_ask, draw_seat_accept
from experts.services.officer_exchange import (
    officer_exchange_agree,
    officer_exchange_propose,
    officer_exchange_refuse,
)
from experts.states.draw import DrawState
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from protocol import officer
from tests.experts.draws import world
from tests.experts.draws.test_draw_guards import refused as refused_by_trigger
from tests.experts.draws.test_seats import key

pytestmark = pytest.mark.django_db
REASON = "持钥人无法按时到场"


@pytest.fixture
def play(kept):
    made = kept(world.play)
    made.asked()
    made.begun()
    return made


def member(play, name="律师协会"):
    """Somebody who works as an officer of a body that has no seat yet."""
    body = play.hall.registry.party(name, OrganisationKind.OFFICER_BODY, at=play.now)
    return body, play.hall.registry.staff(body, Role.OFFICER, f"{name}持钥人", at=play.now)


def propose(play, new, i=2, **changes):
    body, person = new
    given = {"organisation_id": body.id, "person_id": person.actor.person, "role": "notary"}
    given |= {"cause": "prevented", "reason": REASON, "actor": play.operator} | changes
    return officer_exchange_propose(draw_id=play.draw_id, i=i, at=play.now, **given)


def agree(play, asked, actor=None):
    who = actor or play.supervisor.actor
    return officer_exchange_agree(draw_id=play.draw_id, exchange_id=asked.pk, actor=who, at=play.now)


def registered(play, new, i=2):
    """The new officer's device: accepted, key made, certified, tried."""
    body, person = new
    play.hall.cut()
    draw_seat_accept(draw_id=play.draw_id, i=i, actor=person.actor, at=play.now)
    signer = world.Signer.generate()
    secret, public = officer.generate_key(world.secrets.token_bytes)
    seat = DrawOfficer.objects.get(draw=play.draw_id, i=i)
    signed = key(play, i, signer=signer, pk=public.hex())
    seat = draw_officer_register(
        draw_id=play.draw_id,
        i=i,
        signed=signed,
        certificate=body.signer.sign("officer-cert", draw_cert_body(seat, signer.spki.hex())),
        actor=person.actor,
        at=play.now,
    )
    return world.Device(seat, person.actor, signer, secret)


def records(name):
    return [row.data for row in Entry.objects.filter(kind="record") if row.body["name"] == name]


def code_of(error):
    return error.value.code


def test_an_officer_is_changed_by_two_and_the_draw_verifies(play, tmp_path):
    """The header that named the old officer is made anew, and waits for the new one's dry run as for any other."""
    play.prepared()
    old, new = play.devices[1], member(play)
    before = old.seat.organisation
    asked = propose(play, new)
    assert DrawState(play.draw.state) is DrawState.PREPARED

    seat = agree(play, asked)
    agree(play, asked)

    assert (play.draw.state, play.draw.header) == (DrawState.BEGUN.value, {})
    assert (seat.person_id, seat.sig_key, seat.proven_at) == (new[1].actor.person, "", None)
    assert Outbox.objects.filter(event="draw_seat_offered", person=new[1].actor.person).exists()
    assert {row.person_id for row in Outbox.objects.filter(event="draw_seat_ended")} == {old.actor.person}
    [said] = records("draw-officer-changed")
    assert (said["cause"], said["reason"]) == ("prevented", REASON)
    assert said["was"] == {"organisation": before.code, "role": "notary", "sig_key": old.seat.sig_key}
    with pytest.raises(RuleBroken) as refused:
        play.prepared()
    assert code_of(refused) == "officer_dryrun_missing"
    play.devices[1] = registered(play, new)
    with pytest.raises(RuleBroken) as refused:
        play.prepared()
    assert code_of(refused) == "officer_dryrun_missing"
    play.dry_run(play.devices[1])
    play.hall.cut()
    play.prepared()
    play.signed()
    play.contributed()
    play.decided()
    play.answered()
    play.revealed()
    assert play.judged(tmp_path).ok
    [change] = lot_record(play.hall.lot).serials[0].changes
    assert (change.i, change.before, change.after) == (2, before.name, new[0].organisation.name)
    assert change.reason == REASON
    lot = play.hall.lot
    page = Client().get(reverse("portal:draw", args=[lot.tender.number, lot.no])).content.decode()
    assert REASON in page
    assert "律师协会" in page
    assert any(REASON in text for _at, text in draw_page(play.draw_id, play.operator, play.now).incidents)


def test_nobody_changes_an_officer_alone(play):
    new = member(play)
    for actor in (play.supervisor.actor, play.owner.actor, play.exclusions, new[1].actor):
        with pytest.raises(NotPermitted):
            propose(play, new, actor=actor)
    asked = propose(play, new)
    other = play.hall.registry.party("另一监督部门", OrganisationKind.SUPERVISOR, at=play.now)

    for actor in (play.operator, play.owner.actor, other.actor, new[1].actor):
        with pytest.raises(NotPermitted):
            agree(play, asked, actor)

    both = world.replace(play.supervisor.actor, person=play.operator.person)
    with pytest.raises(NotPermitted):
        agree(play, asked, both)
    assert not OfficerExchanged.objects.exists()


def test_after_the_header_it_is_refused_by_name(play):
    new = member(play)
    asked = propose(play, new)
    play.prepared()
    play.signed()

    for act in (lambda: propose(play, new), lambda: agree(play, asked)):
        with pytest.raises(StateConflict) as refused:
            act()
        assert code_of(refused) == "officers_fixed"
    with pytest.raises(StateConflict) as refused:
        exchange_page(play.draw_id, play.operator)
    assert code_of(refused) == "officers_fixed"


def test_the_rules_of_independence_are_checked_at_both_acts(play):
    """A9: no body gets t officers by exchanging them one after the other, not even between proposal and agreement."""
    body, first = member(play)
    second, third = (
        play.hall.registry.staff(body, Role.OFFICER, f"律师协会持钥人{n}", at=play.now) for n in "二三"
    )
    late = propose(play, (body, third), i=4)
    for i, person in ((1, first), (2, second)):
        agree(play, propose(play, (body, person), i=i))

    with pytest.raises(RuleBroken) as refused:
        propose(play, (body, third), i=4)

    assert code_of(refused) == "officers_org"
    with pytest.raises(StateConflict) as refused:
        agree(play, late)
    assert code_of(refused) == "exchange_changed"
    with pytest.raises(RuleBroken) as refused:
        propose(play, (body, first), i=5)
    assert code_of(refused) == "officer_twice"
    for party in (play.owner, play.hall.bidder(1)):
        with pytest.raises(RuleBroken) as refused:
            propose(play, (party, party), i=5)
        assert code_of(refused) == "officer_stranger"


def test_the_old_key_is_void_for_the_seat_and_for_every_other(play):
    """Whoever lost a key makes a new one: the old one is taken neither from him nor from anybody else."""
    old = play.devices[1]
    draw_seat_accept(draw_id=play.draw_id, i=2, actor=old.actor, at=play.now)
    party = play.hall.registry.party(world.UNITS[1], OrganisationKind.OFFICER_BODY, at=play.now)
    same = {"organisation_id": party.id, "person_id": old.actor.person}
    with pytest.raises(RuleBroken) as refused:
        propose(play, member(play), **same)
    assert code_of(refused) == "officer_same"

    agree(play, propose(play, member(play), **same, cause="key-lost"))

    assert not Outbox.objects.filter(event="draw_seat_ended").exists()
    assert officer_page(play.draw_id, old.actor).step == "accept"
    again = key(play, 2, signer=old.signer, pk=old.seat.kem_key)
    with pytest.raises(StateConflict) as refused:
        draw_key_ask(draw_id=play.draw_id, i=2, signed=again, actor=old.actor, at=play.now)
    assert code_of(refused) == "seat_not_accepted"
    play.hall.cut()
    draw_seat_accept(draw_id=play.draw_id, i=2, actor=old.actor, at=play.now)
    for signed in (again, key(play, 2, pk=old.seat.kem_key)):
        with pytest.raises(RuleBroken) as refused:
            draw_key_ask(draw_id=play.draw_id, i=2, signed=signed, actor=old.actor, at=play.now)
        assert code_of(refused) == "officer_key_void"


def test_who_was_changed_acts_in_the_seat_no_more(play):
    old, new = play.devices[1], member(play)
    agree(play, propose(play, new))

    with pytest.raises(NotPermitted):
        play.dry_run(old)
    with pytest.raises(NotPermitted):
        officer_page(play.draw_id, old.actor)


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"cause": "because"}, "cause"), ({"reason": " "}, "reason"), ({"reason": "长" * 501}, "reason")],
)
def test_a_change_has_a_cause_and_a_reason(play, changes, code):
    with pytest.raises(RuleBroken) as refused:
        propose(play, member(play), **changes)

    assert [one.field for one in refused.value.findings] == [code]


def test_the_body_that_withdrew_sends_nobody_else(play):
    party = play.hall.registry.party(world.UNITS[1], OrganisationKind.OFFICER_BODY, at=play.now)
    other = play.hall.registry.staff(party, Role.OFFICER, "同单位另一人", at=play.now)

    with pytest.raises(RuleBroken) as refused:
        propose(play, (party, other), cause="body-left")

    assert code_of(refused) == "officer_same_body"


def test_the_newest_proposal_counts_and_what_was_read_is_what_is_agreed_to(play):
    first, second = propose(play, member(play)), propose(play, member(play, "行政监察"), i=3)
    assert pending_of(play.draw) == second

    with pytest.raises(StateConflict) as refused:
        agree(play, first)

    assert code_of(refused) == "exchange_changed"
    agree(play, second)
    assert pending_of(play.draw) is None


def refuse(play, asked, actor=None, reason="原持钥人仍可到场"):
    who = {"actor": actor or play.supervisor.actor, "reason": reason}
    return officer_exchange_refuse(draw_id=play.draw_id, exchange_id=asked.pk, at=play.now, **who)


def test_what_the_supervisor_refuses_changes_nothing_and_says_why(play):
    """Refused is answered: nobody agrees to it later, the officer keeps seat and key, and another may be proposed."""
    before = DrawOfficer.objects.get(draw=play.draw_id, i=2)
    asked = propose(play, member(play))

    refusal = refuse(play, asked)

    assert refuse(play, asked, reason="别的理由") == refusal
    assert pending_of(play.draw) is None
    after = DrawOfficer.objects.get(pk=before.pk)
    assert (after.person_id, after.sig_key) == (before.person_id, before.sig_key)
    [said] = records("draw-officer-refused")
    assert said["reason"] == "原持钥人仍可到场"
    told = Outbox.objects.filter(event="draw_officer_refused")
    assert {row.person_id for row in told} == {play.operator.person}
    with pytest.raises(StateConflict) as late:
        agree(play, asked)
    assert code_of(late) == "exchange_changed"
    [shown] = exchange_page(play.draw_id, play.operator).refusals
    assert shown.reason == "原持钥人仍可到场"
    agree(play, propose(play, member(play, "行政监察")))
    assert OfficerExchanged.objects.count() == 1


def test_nobody_but_the_supervisor_refuses_a_change_and_not_without_a_reason(play):
    asked = propose(play, member(play))
    other = play.hall.registry.party("另一监督部门", OrganisationKind.SUPERVISOR, at=play.now)
    for actor in (play.operator, play.owner.actor, other.actor):
        with pytest.raises(NotPermitted):
            refuse(play, asked, actor)
    for reason in ("", "  ", "长" * 501):
        with pytest.raises(RuleBroken) as refused:
            refuse(play, asked, reason=reason)
        assert code_of(refused) == "reason"

    newer = propose(play, member(play, "行政监察"))
    with pytest.raises(StateConflict) as refused:
        refuse(play, asked)

    assert code_of(refused) == "exchange_changed"
    assert pending_of(play.draw) == newer
    assert not OfficerExchangeRefused.objects.exists()


def test_a_change_is_neither_rewritten_nor_taken_away(play):
    refuse(play, propose(play, member(play)))
    agree(play, propose(play, member(play, "行政监察")))

    for model in (OfficerExchange, OfficerExchanged, OfficerExchangeRefused):
        table = model._meta.db_table
        refused_by_trigger(f"DELETE FROM {table}")
        refused_by_trigger(f"UPDATE {table} SET id = id")
