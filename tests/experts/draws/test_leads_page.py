"""Leads out of a real draw: the plan's own probabilities, after the reveal, under codes; a sheet out of the log."""

from itertools import combinations

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.actors import Actor
from accounts.models import Person
from accounts.states import Role
from experts.models import Expert, LeadDraw
from experts.rules.analytics import thresholds
from experts.selectors.lead_draws import opened_draws, worked_out
from experts.selectors.lead_runs import leads_page
from experts.selectors.leads import call_rows
from experts.services.lead_run import leads_drive
from kernel.errors import NotPermitted
from tests.experts import worlds
from tests.experts.draws import world
from tests.web.test_pages import whole
from trading.models import Lot

pytestmark = pytest.mark.django_db


def replaced():
    """A draw with a replacement round, complete, not yet opened."""
    play = world.play()
    play.ready()
    play.contributed()
    play.decided()
    play.answered(declines=2)
    play.decided()
    play.answered()
    return play


@pytest.fixture
def played(kept):
    return kept(replaced)


def rows_of(play):
    return [row for one in rounds_of(play) for row in one.rows()]


def rounds_of(play):
    serials = opened_draws([play.hall.lot])
    return [one for _draw, kept in worked_out(serials, thresholds(), worlds.KEY) for one in kept.rounds]


def driven(play):
    return leads_drive(at=play.now, key=worlds.KEY)


def test_nothing_goes_in_before_the_reveal_and_the_plan_after_it(played):
    assert rows_of(played) == []
    assert driven(played) == 0
    assert leads_page(played.supervisor.actor).run is None
    assert not LeadDraw.objects.exists()

    played.revealed()
    rows = rows_of(played)

    rounds = {row.draw for row in rows}
    assert len(rounds) == 2
    first, second = sorted(rounds)
    assert sum(row.drawn for row in rows if row.draw == first) == 4
    assert sum(row.drawn for row in rows if row.draw == second) == 2
    assert sum(row.p for row in rows if row.draw == first) == pytest.approx(4)
    assert sum(row.p for row in rows if row.draw == second) == pytest.approx(2)
    drawn_first = {row.person for row in rows if row.draw == first and row.drawn}
    left = {row.person for row in rows if row.draw == second and row.p > 0}
    assert not drawn_first & left


def test_chances_of_two_together_add_up_to_the_couples_of_a_panel(played):
    """Four seats hold six couples; each couple's chance is that of the plan, not the product of two."""
    played.revealed()
    rows = [row for row in rows_of(played) if row.p > 0]
    name = min(row.draw for row in rows)
    people = sorted(row.person for row in rows if row.draw == name)
    (one,) = [one for one in rounds_of(played) if one.name == name]
    chances = one.joint(list(combinations(people, 2)))

    assert len(chances) == len(people) * (len(people) - 1) / 2
    assert sum(chances.values()) == pytest.approx(6, rel=0.1)
    (again,) = [one for one in rounds_of(played) if one.name == name]
    assert chances == again.joint(list(combinations(people, 2)))


def test_people_keep_their_code_over_draws_and_no_name_or_record_number_is_told(played):
    played.revealed()
    rows = rows_of(played)
    codes = {worlds.KEY.lead_code(one.pk.bytes) for one in Expert.objects.all()}

    assert {row.person for row in rows} <= codes
    text = repr(rows)
    for expert in Expert.objects.all():
        assert expert.name not in text
        assert expert.code not in text


def test_the_operator_is_who_began_the_draw(played):
    played.revealed()

    (row,) = call_rows(opened_draws([played.hall.lot]))
    assert (row.operator, row.seats, row.replaced) == ("抽取操作员", 6, 2)


def test_leads_are_for_supervisors_of_the_lot_and_auditors(played):
    played.revealed()
    auditor = Actor(person=played.owner.actor.person, roles=frozenset({Role.AUDITOR}))
    elsewhere = Actor(
        person=auditor.person, organisation=played.owner.actor.organisation, roles={Role.SUPERVISOR}
    )

    assert driven(played) == 2
    assert leads_page(played.supervisor.actor).counts["rounds"] == 2
    assert leads_page(auditor).counts["rounds"] == 2
    assert leads_page(elsewhere).run is None
    for role in set(Role) - {Role.SUPERVISOR, Role.AUDITOR}:
        with pytest.raises(NotPermitted):
            leads_page(Actor(person=auditor.person, roles=frozenset({role})))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_states_its_tests_and_is_no_verdict(played, client, language, monkeypatch):
    played.revealed()
    driven(played)
    monkeypatch.setattr("kernel.clock.now", lambda: played.now)
    client.force_login(Person.objects.get(pk=played.supervisor.actor.person))
    with translation.override(language):
        answer = client.get(reverse("experts:leads"))

    assert answer.status_code == 200
    text = whole(answer, language).text
    said = {"en": ("no finding", "2 rounds of draws", "tests"), "zh-hans": ("不是结论", "2 轮抽取", "次检验")}
    for words in said[language]:
        assert words in text
    assert not any(expert.name in text for expert in Expert.objects.all())
    assert Lot.objects.exists()
