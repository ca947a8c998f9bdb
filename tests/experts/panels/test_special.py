"""条例46, 47; 87号令48: experts named where nothing is drawn - on which ground, by whom, and never beside a draw."""

import json
import logging
from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import translation

from accounts.actors import SYSTEM, Actor
from experts.models import (
    AwayPeriod,
    Draw,
    DrawCall,
    DrawRequest,
    Expert,
    NamedSeat,
    Naming,
    Panel,
    PanelSeat,
)
from experts.rehearsal.letters import delegate
from experts.selectors.draw_pages import desk, request_page
from experts.selectors.draw_record import has_record, lot_record
from experts.selectors.named import named_panel
from experts.selectors.naming import nameable, open_seats
from experts.selectors.own import as_expert
from experts.selectors.own_draws import own_invitations
from experts.selectors.panel_pages import page_of
from experts.selectors.panels import panel_body
from experts.selectors.report_page import report_page
from experts.services.draw_begin import draw_begin
from experts.services.draw_request import draw_confirm, draw_withdraw, exclusion_enter
from experts.services.draws_drive import draws_drive
from experts.services.expert_standing import expert_suspend
from experts.services.named_answer import named_answer
from experts.services.naming_decide import naming_refuse
from experts.services.own_members import own_members_name
from experts.services.panel_form import panel_form
from experts.services.panels_drive import panels_drive
from experts.states.draw import SeatAnswer
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from tests.experts import worlds
from tests.experts.draws.test_draw_guards import refused as refused_by_trigger
from tests.experts.draws.test_secrecy import Listening
from tests.experts.panels import named, scored, special
from tests.experts.panels.test_naming import counts, dump

pytestmark = pytest.mark.django_db


def found_in(error):
    return {one.code for one in error.value.findings}


def test_a_panel_without_a_draw_is_asked_for_after_the_opening_in_a_lawful_size(kept):
    play = kept(special.opened)
    for changes, code in (
        ({"seats": {"A05": 2}, "own_members": 1}, "panel_size"),
        ({"seats": {"A0301": 1, "A05": 2}, "own_members": 2}, "panel_experts"),  # two thirds are experts
        ({"seats": {"A0301": 2, "A05": 2}, "own_members": 2}, "panel_size"),  # odd
        ({"when": "before-opening"}, "when"),
    ):
        with pytest.raises(RuleBroken) as error:
            special.requested(play, **changes)
        assert code in found_in(error), code
    lot = play.hall.lot
    type(lot).objects.filter(pk=lot.pk).update(ceiling=10_000_000, estimate=None)
    type(lot.tender.project).objects.filter(pk=lot.tender.project_id).update(trade="CG")
    with pytest.raises(RuleBroken) as error:
        special.requested(play)
    assert "panel_size" in found_in(error)  # 87号令47: seven from ten million yuan
    type(lot.tender.project).objects.filter(pk=lot.tender.project_id).update(trade="QT")
    with pytest.raises(RuleBroken) as error:
        special.requested(play)
    assert "special_unknown" in found_in(error)
    assert not DrawRequest.objects.exists()


def test_before_the_opening_nobody_is_named_for_whom_that_bars_would_tell_who_bid(kept):
    play = kept(special.opened, bids_open=False)
    with pytest.raises(StateConflict) as error:
        special.requested(play)
    assert error.value.code == "special_before_opening"


def test_a_lot_whose_draw_was_asked_for_is_never_named_whole(kept):
    """Asked for and confirmed, or only waiting: who has asked for lots stays with them, also when he takes it back."""
    play = kept(special.opened)
    play.asked()
    draw_withdraw(request_id=play.request.pk, actor=play.owner.actor, at=play.now)
    with pytest.raises(StateConflict) as error:
        special.requested(play)
    assert error.value.code == "special_drawn"
    assert not request_page(play.hall.lot.pk, play.asker()).may_special


def test_a_request_nobody_confirmed_bars_nothing(kept):
    play = kept(special.opened)
    first = special.requested(play, named=False)
    draw_withdraw(request_id=first.pk, actor=play.asker(), at=play.now)
    assert request_page(play.hall.lot.pk, play.asker()).may_special
    assert special.requested(play).named


def test_a_lot_that_is_named_has_no_draw(kept):
    play = kept(special.asked)
    with pytest.raises(StateConflict) as error:
        draw_begin(request_id=play.request.pk, t=3, actor=play.operator, at=play.now)
    assert error.value.code == "named_not_drawn"
    with pytest.raises(StateConflict) as error:
        special.requested(play, named=False)
    assert error.value.code == "request_exists"
    [one] = special.free(play)
    special.accepted(play, one)
    with pytest.raises(StateConflict) as error:
        draw_withdraw(request_id=play.request.pk, actor=play.owner.actor, at=play.now)
    assert error.value.code == "naming_stands"
    assert not request_page(play.hall.lot.pk, play.owner.actor).may_withdraw
    assert not Draw.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        DrawRequest.objects.filter(pk=play.request.pk).update(owner_key="ab")  # no key: nobody contributes


def test_after_they_were_called_in_the_request_stands_even_when_everybody_has_left(kept):
    made = kept(special.called)
    with pytest.raises(StateConflict) as error:
        own_members_name(
            request_id=made.play.request.pk,
            members=[delegate(made.own.actor, made.lot)],
            actor=made.owner.actor,
            at=made.at,
        )
    assert error.value.code == "named_late"
    NamedSeat.objects.update(code="unavailable")
    with pytest.raises(StateConflict) as error:
        draw_withdraw(request_id=made.play.request.pk, actor=made.owner.actor, at=made.at)
    assert error.value.code == "named_called"


def test_ground_facts_and_paper_are_needed_and_the_request_is_confirmed_first(kept):
    play = kept(special.opened)
    special.requested(play)
    [one] = special.free(play)
    with pytest.raises(StateConflict):
        special.propose(play, one)  # one person of the owner alone asks for nothing
    with pytest.raises(NotPermitted):
        draw_confirm(request_id=play.request.pk, actor=play.asker(), at=play.now)
    play.request = draw_confirm(request_id=play.request.pk, actor=play.owner.actor, at=play.now)
    assert nameable(play.request) is not None
    for changes, code in (
        ({"consent": ""}, "consent"),  # in works, too: the supervisor's paper
        ({"feature": "urgent"}, "feature"),
        ({"reason": ""}, "reason"),
        ({"specialty": "B0301"}, "named_many"),
    ):
        with pytest.raises(RuleBroken) as error:
            special.propose(play, one, **changes)
        assert code in found_in(error), code
    with pytest.raises(RuleBroken) as error:
        special.propose(play, *special.free(play, 3))
    assert "named_many" in found_in(error)
    naming = special.propose(play, one)
    assert (naming.ground, naming.draw, naming.request) == ("special", None, play.request)
    told = [row.data for row in Entry.objects.filter(kind="record") if row.body["name"] == "naming-proposed"]
    assert [(row["ground"], row["consent"]) for row in told] == [("special", special.PAPER)]
    for changes in ({"consent": ""}, {"ground": "short"}, {"request": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Naming.objects.filter(pk=naming.pk).update(**changes)


def test_three_different_people_decide_as_for_seats_a_draw_left_open(kept):
    play = kept(special.asked)
    [one] = special.free(play)
    for stranger in (play.operator, play.supervisor.actor, play.hall.bidder(1).actor):
        with pytest.raises(NotPermitted):
            special.propose(play, one, actor=stranger)
    with pytest.raises(RuleBroken):
        special.propose(play, one, second=play.asker().person)
    naming = special.propose(play, one)
    with pytest.raises(NotPermitted):
        named.confirm(play, naming, play.asker())
    named.confirm(play, naming)
    with pytest.raises(StateConflict):
        named.agree(play, naming)  # nobody agrees unread
    named.take(play, naming)
    with pytest.raises(NotPermitted):
        named.agree(play, naming, named.other(play, play.supervisor))
    assert not DrawCall.objects.exists()
    refused = naming_refuse(naming_id=naming.pk, reason="理由不足", actor=play.supervisor.actor, at=play.now)
    assert refused.state == "refused"
    assert sum(open_seats(play.request).values()) == 4
    again = special.agreed(play, one)
    assert DrawCall.objects.get().named.naming == again


def test_who_may_not_sit_bars_the_naming_as_after_a_draw(kept):
    """Each cause by itself, tried in a savepoint since tries are counted; the answer is one word for all of them."""
    play = kept(special.asked)
    one, other = special.free(play, 2)
    rows, day = Expert.objects.filter(pk=one.pk), play.request.begins_at.date()
    order = {"reason": "审查", "decision_no": "1", "actor": play.pool.keeper, "at": play.now}
    exclude = {
        "code": "",
        "reason": "related",
        "evidence": "cd" * 32,
        "actor": play.exclusions,
        "at": play.now,
    }
    causes = {
        "own employer": lambda: rows.update(employer_code=play.owner.organisation.code),
        "supervisor": lambda: rows.update(employer_code=play.supervisor.organisation.code),
        "bidder": lambda: rows.update(employer_code=play.hall.bidder(1).organisation.code),
        "decides himself": lambda: rows.update(person=play.owner.actor.person),
        "not admitted": lambda: rows.update(in_pool_since=play.now.date()),
        "suspended": lambda: expert_suspend(expert_id=one.pk, **order),
        "left out": lambda: exclusion_enter(request_id=play.request.pk, unit=one.employer, **exclude),
        "away": lambda: AwayPeriod.objects.create(expert=one, first=day, last=day, at=play.now),
    }
    for cause, make in causes.items():
        mark = transaction.savepoint()
        make()
        naming = special.propose(play, Expert.objects.get(pk=one.pk))
        assert (naming.state, naming.answer, naming.seats.count()) == ("barred", "", 0), cause
        transaction.savepoint_rollback(mark)
    mark = transaction.savepoint()
    Expert.objects.filter(pk=other.pk).update(employer_key=one.employer_key)
    assert special.propose(play, one, Expert.objects.get(pk=other.pk)).state == "barred"  # cap by employer
    transaction.savepoint_rollback(mark)
    assert special.propose(play, one, other).state == "proposed"


def test_who_was_left_out_later_bars_a_naming_that_waits_and_nobody_is_left_out_once_they_are_asked(kept):
    play = kept(special.asked)
    [one, other] = special.free(play, 2)
    exclude = {
        "code": "",
        "reason": "related",
        "evidence": "cd" * 32,
        "actor": play.exclusions,
        "at": play.now,
    }
    naming = special.propose(play, one)
    exclusion_enter(request_id=play.request.pk, unit=one.employer, **exclude)
    assert named.confirm(play, naming).state == "barred"
    special.agreed(play, other)
    with pytest.raises(StateConflict) as error:
        exclusion_enter(request_id=play.request.pk, unit=other.employer, **exclude)
    assert error.value.code == "named_asked"


def test_a_seat_that_was_declined_is_named_anew_and_never_for_him(kept):
    play = kept(special.asked)
    [one, other] = special.free(play, 2)
    row = special.agreed(play, one).seats.get()
    me = as_expert(Actor(person=one.person_id, name="expert"))
    [invitation] = own_invitations(me, worlds.KEY, play.now)
    assert (invitation.open, invitation.named, invitation.lot) == (True, True, "")
    named_answer(seat=row.seat, answer=SeatAnswer.DECLINE, reason="ill", actor=me, at=play.now)
    assert special.propose(play, one).state == "barred"
    again = special.agreed(play, other)
    play.hall.clock.to(again.answer_until + timedelta(seconds=1))
    draws_drive(at=play.now, key=worlds.KEY)
    assert again.seats.get().code == "no-answer"
    assert sum(open_seats(play.request).values()) == 4


def test_names_are_kept_as_secret_as_those_of_a_draw_and_the_lot_until_they_are_called_in(kept, caplog):
    """法37: in tables, ledger, log lines, mails and messages, and to everybody before the members are called in."""
    play = kept(special.asked)
    [one] = special.free(play)
    caplog.set_level(logging.DEBUG)
    before = counts(one)
    special.accepted(play, one)
    draws_drive(at=play.now, key=worlds.KEY, gateway=Listening())
    assert counts(one) == before
    said = caplog.text + json.dumps([message.body for message in mail.outbox])
    phone = worlds.KEY.open_phone(one.phone_sealed)
    assert not [
        word for word in (phone, one.name, str(one.pk), one.pk.hex, one.identity_hash) if word in said
    ]
    assert phone not in "\n".join(dump())
    lot = play.hall.lot
    assert named_panel(lot) is None
    assert not has_record(lot.number)
    with pytest.raises(NotFound):
        lot_record(lot)
    with pytest.raises(StateConflict) as error:
        panel_form(lot_id=lot.pk, actor=SYSTEM, at=play.now, key=worlds.KEY)
    assert error.value.code == "not_called"
    panels_drive(at=play.now, key=worlds.KEY)
    assert not Panel.objects.exists()
    panels_drive(at=play.request.begins_at - timedelta(hours=1), key=worlds.KEY)
    assert PanelSeat.objects.get().named is not None
    me = as_expert(Actor(person=one.person_id, name="expert"))
    assert [row.lot for row in own_invitations(me, worlds.KEY, play.now)] == [lot.number]
    refused_by_trigger("DELETE FROM experts_naming")
    refused_by_trigger("DELETE FROM experts_drawrequest")


def test_a_supervisor_reads_how_often_an_owner_names_as_a_count(kept):
    play = kept(special.asked)
    seen = desk(play.supervisor.actor, play.now).exceptions.named
    assert [(one.name, one.named, one.panels) for one in seen] == [(play.owner.organisation.name, 1, 1)]
    assert [row.pk for row in seen[0].lots] == [play.request.pk]


def test_a_panel_named_whole_sits_scores_and_its_bundle_says_so(tmp_path, kept):
    """The signed panel says "special" of each; report, panel page and public record say named, ground and article."""
    made = kept(special.called)
    lot = made.lot
    assert made.panel.draw is None
    assert sorted(made.panel.seats.values_list("kind", flat=True)) == ["expert"] * 4 + ["owner"]
    made.arrived()
    kinds = sorted(row["kind"] for row in panel_body(made.panel)["members"])
    assert kinds == ["owner", *["special"] * 4]
    made.seat()
    made.elect()
    scored.shown(scored.facts(made))
    scored.report(made)
    made = scored.handed(made)
    rows = [row for row in made.panel.reports.get().content["members"] if row.get("named")]
    assert [row["named"]["ground"] for row in rows] == ["special"] * 4
    assert scored.judged(made, tmp_path)[0].ok
    with translation.override("en"):
        words = [row["word"] for row in report_page(made.panel.pk, made.chair.actor, made.at).members]
        page = [row.named for row in page_of(made.panel, None).members]
        record = lot_record(lot)
    assert sum("no draw was asked for" in word and "article 47" in word for word in words) == 4
    assert sum("no draw was asked for" in word for word in page) == 4
    assert (record.serials, record.panel, sum(one.number for one in record.named_directly)) == ((), (), 4)
    assert has_record(lot.number)
    assert not [name for one in record.named_directly for name in one.names]
