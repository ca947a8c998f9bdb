"""条例47: somebody outside the pool is named for one lot, with the supervisor's agreement; in no epoch, never drawn."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import translation

from accounts.actors import Actor
from experts.models import DrawRequest, Epoch, EpochMember, Expert, PanelSeat
from experts.rules.eligibility import Standing
from experts.rules.naming import may_be_named
from experts.rules.packs import pool_pack
from experts.selectors.left_out import panels_about
from experts.selectors.naming import candidate_of
from experts.selectors.naming_page import naming_page
from experts.selectors.own import as_expert
from experts.selectors.own_draws import own_invitations
from experts.services.epoch_cut import epoch_cut
from experts.services.expert_examine import expert_admit, expert_examine, expert_leave_outside
from experts.services.expert_register import expert_link
from experts.services.interest_declare import interest_declare
from experts.services.panels_drive import panels_drive
from experts.states import ExpertState
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from tests import builders_accounts as people
from tests.experts import worlds
from tests.experts.draws import world as drawing
from tests.experts.panels import special
from tests.experts.test_naming_rules import FREE, ONE
from trading.models import Lot

pytestmark = pytest.mark.django_db


def outsider(play, number=61, **facts):
    """Somebody the pool does not hold, recorded, examined, left outside by a second keeper, with a login."""
    one = play.pool.register(number, **(drawing.TERM | facts))
    expert_examine(expert_id=one.pk, reason="同等水平", actor=play.pool.keeper, at=play.now)
    expert_leave_outside(expert_id=one.pk, reason="罕见专业", actor=play.pool.second, at=play.now)
    person = people.person(700 + number)
    expert_link(expert_id=one.pk, email=person.email, actor=play.pool.keeper, at=play.now)
    return Expert.objects.get(pk=one.pk)


def test_somebody_outside_the_pool_is_left_there_by_a_second_keeper_and_is_in_no_epoch(kept):
    play = kept(special.asked)
    one = play.pool.register(61, **drawing.TERM)
    with pytest.raises(StateConflict):
        expert_leave_outside(
            expert_id=one.pk, reason="罕见专业", actor=play.pool.second, at=play.now
        )  # not examined
    expert_examine(expert_id=one.pk, reason="同等水平", actor=play.pool.keeper, at=play.now)
    with pytest.raises(NotPermitted):
        expert_leave_outside(expert_id=one.pk, reason="罕见专业", actor=play.pool.keeper, at=play.now)
    with pytest.raises(RuleBroken):
        expert_leave_outside(expert_id=one.pk, reason=" ", actor=play.pool.second, at=play.now)
    expert_leave_outside(expert_id=one.pk, reason="罕见专业", actor=play.pool.second, at=play.now)
    with pytest.raises(StateConflict):
        expert_admit(expert_id=one.pk, admit=True, actor=play.pool.second, at=play.now)
    epoch_cut(actor=play.pool.keeper, at=play.now, key=worlds.KEY)
    held = EpochMember.objects.filter(epoch=Epoch.objects.latest("number"))
    assert held.count() == Expert.objects.filter(state="in_pool").count() > 0
    assert not held.filter(expert=one).exists()
    row = Expert.objects.get(pk=one.pk)
    assert len(row.identity_hash) == 64
    assert row.phone_sealed
    expert_examine(
        expert_id=one.pk, reason="", actor=play.pool.keeper, at=play.now
    )  # the way into the pool stays
    assert expert_admit(expert_id=one.pk, admit=True, actor=play.pool.second, at=play.now).state == "in_pool"


def test_he_is_named_for_one_lot_and_asked_and_seated_as_the_others(kept):
    play = kept(special.asked)
    one = outsider(play)
    naming = special.accepted(play, one)
    with translation.override("en"):
        seen = naming_page(play.request.pk, play.supervisor.actor, play.now, worlds.KEY)
    [(name, word)] = seen.rows[0].names
    assert (name, "outside the pool" in word) == (one.name, True)  # the supervisor agreed knowing it
    me = as_expert(Actor(person=one.person_id, name="expert"))
    assert [row.seat for row in own_invitations(me, worlds.KEY, play.now)] == [naming.seats.get().seat]
    panels_drive(at=play.request.begins_at - timedelta(hours=1), key=worlds.KEY)
    assert PanelSeat.objects.get().person_id == one.person_id


@pytest.mark.parametrize(
    "change",
    [
        {"state": "examined"},  # recorded for the pool, not admitted yet
        {"state": "removed"},
        {"term_from": date(2026, 1, 1), "term_to": date(2026, 1, 2)},
        {"employer_code": "owner"},
    ],
)
def test_bars_hold_for_him_too(kept, change):
    play = kept(special.asked)
    one = outsider(play)
    if "employer_code" in change:
        change = {"employer_code": play.owner.organisation.code}
    Expert.objects.filter(pk=one.pk).update(**change)
    assert special.propose(play, Expert.objects.get(pk=one.pk)).state == "barred"


def test_he_declares_interests_like_the_others(kept):
    play = kept(special.asked)
    one = outsider(play)
    bidder = play.hall.bidder(1).organisation
    me = as_expert(Actor(person=one.person_id, name="expert"))
    given = {"unit": bidder.name, "code": bidder.code, "relation": "share", "until": None}
    interest_declare(expert_id=one.pk, actor=me, at=play.now, **given)
    assert special.propose(play, one).state == "barred"


def test_outside_the_pool_is_nobody_where_a_draw_left_seats_open_and_nobody_twice():
    """Rules alone: a candidate outside counts where nothing is drawn, in his one lot."""
    standing = Standing(ExpertState.OUTSIDE, None, date(2026, 1, 1), date(2028, 1, 1))
    one, day = replace(ONE, standing=standing), date(2026, 3, 24)
    for against, elsewhere, free in (
        (replace(FREE, special=True), False, True),
        (replace(FREE, special=True), True, False),
        (FREE, False, False),
    ):
        found = may_be_named(replace(one, elsewhere=elsewhere), "A05", against, pool_pack(), day)
        assert found is free


def test_who_was_asked_in_another_lot_is_not_asked_in_this_one(kept):
    """The lots are compared by opening the invitations in memory; nothing in clear ties him to a lot."""
    play = kept(special.asked)
    one = outsider(play)
    special.accepted(play, one)
    other = Lot(pk=uuid4(), tender=play.hall.lot.tender)
    assert candidate_of(one, other, play.now, worlds.KEY).elsewhere
    assert not candidate_of(one, play.hall.lot, play.now, worlds.KEY).elsewhere


def test_a_panel_one_was_named_for_counts_among_recent_panels_once_called_in(kept):
    """panels_about: who sat lately for this owner, by lot or by name, stays out of the next panel (12号令 and the pack)."""
    play = kept(special.asked)
    [one] = special.free(play)
    special.accepted(play, one)
    other = DrawRequest(lot=Lot(pk=uuid4(), tender=play.hall.lot.tender), begins_at=play.request.begins_at)
    assert one.pk not in panels_about(other, worlds.KEY)
    panels_drive(at=play.request.begins_at - timedelta(hours=1), key=worlds.KEY)
    assert [row.owner for row in panels_about(other, worlds.KEY)[one.pk]] == [play.owner.organisation.code]
    assert one.pk not in panels_about(play.request, worlds.KEY)
