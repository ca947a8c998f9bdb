"""实施条例46, 12号令12: who says he has an interest, or sat for this owner just now, cannot be drawn; only the reason shows."""

from datetime import date, timedelta

import pytest

from accounts.actors import SYSTEM, Actor
from experts.models import Expert, InterestDeclaration
from experts.rules.interests import Interest, Party, Sat, counts_on, declared_against, sat_too_recently
from experts.rules.packs import pool_pack
from experts.selectors.draw_seen import exclusions_counted
from experts.selectors.draws import posed
from experts.selectors.left_out import own_reasons
from experts.selectors.own import as_expert, interests_of
from experts.selectors.own_draws import own_eid
from experts.services.expert_register import expert_link
from experts.services.interest_declare import interest_back, interest_declare
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from tests.experts import worlds
from tests.experts.draws import world

PACK = pool_pack()


@pytest.fixture
def pool(kept):
    return kept(worlds.Pool)


def declared(pool, number=1, **changes):
    one, herself = pool.linked(number)
    given = {"unit": "某建设集团", "code": "", "relation": "relative", "until": None, **changes}
    made = interest_declare(expert_id=one.pk, actor=herself, at=pool.now, **given)
    return one, herself, made


@pytest.mark.django_db
def test_an_expert_declares_and_takes_back_alone_and_the_ledger_names_neither(pool):
    one, herself, made = declared(pool)
    assert [row.unit for row in interests_of(one, herself)] == ["某建设集团"]
    for stranger in (pool.keeper, SYSTEM):
        with pytest.raises(NotPermitted):
            interests_of(one, stranger)
        with pytest.raises(NotPermitted):
            interest_declare(
                expert_id=one.pk, unit="x", code="", relation="share", until=None, actor=stranger, at=pool.now
            )
        with pytest.raises(NotFound):
            interest_back(interest_id=made.pk, actor=stranger, at=pool.now)
    written = [entry.body_text + entry.data_text for entry in Entry.objects.all()]
    assert not [text for text in written if "某建设集团" in text or str(one.pk) in text]
    interest_back(interest_id=made.pk, actor=herself, at=pool.now)
    with pytest.raises(StateConflict):
        interest_back(interest_id=made.pk, actor=herself, at=pool.now)
    assert InterestDeclaration.objects.count() == 1  # taken back, never deleted


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"unit": " "}, "unit"),
        ({"relation": "friend"}, "relation"),
        ({"relation": "relative", "until": date(2026, 1, 1)}, "until"),
        ({"code": "1"}, "uscc"),
        ({}, "interest_exists"),
    ],
)
def test_a_declaration_that_says_nothing_is_refused_at_its_field(pool, changes, code):
    one, herself, _made = declared(pool)
    given = {"unit": "某建设集团", "code": "", "relation": "relative", "until": None, **changes}
    with pytest.raises(RuleBroken) as refused:
        interest_declare(expert_id=one.pk, actor=herself, at=pool.now, **given)
    assert refused.value.findings[0].code.startswith(code)


def test_a_former_employer_counts_for_the_years_of_the_pack():
    left = Interest("某院", "", date(2023, 3, 2))
    assert counts_on(left, date(2026, 3, 1), PACK)
    assert not counts_on(left, date(2026, 3, 2), PACK)
    assert counts_on(Interest("某院", "", date(2024, 2, 29)), date(2027, 2, 28), PACK)
    assert declared_against([Interest("某院", "", None)], [Party("某院", "C1")], date(2026, 1, 1), PACK)
    assert declared_against([Interest("旧名", "C1", None)], [Party("某院", "C1")], date(2026, 1, 1), PACK)
    assert not declared_against([Interest("旧名", "", None)], [Party("某院", "")], date(2026, 1, 1), PACK)


def test_recent_panels_by_owner_and_by_month():
    day = date(2026, 3, 30)
    same, other = Sat("OWNER", day - timedelta(days=29)), Sat("ELSE", day - timedelta(days=29))
    assert sat_too_recently([same], "OWNER", day, PACK)
    assert not sat_too_recently([Sat("OWNER", day - timedelta(days=30))], "OWNER", day, PACK)
    assert not sat_too_recently([other] * 7, "OWNER", day, PACK)
    assert sat_too_recently([other] * 8, "OWNER", day, PACK)


@pytest.mark.django_db
def test_who_declared_the_owner_or_a_bidder_cannot_be_drawn_and_only_the_reason_shows(kept):
    play = kept(world.play)
    firm = play.hall.bidder(2).organisation
    people = list(Expert.objects.order_by("code")[:2])
    for number, (expert, unit) in enumerate(
        zip(people, ((play.owner.organisation.name, ""), ("旧名称公司", firm.code)), strict=True)
    ):
        person = worlds.people.person(720 + number)
        expert_link(expert_id=expert.pk, email=person.email, actor=play.pool.keeper, at=play.now)
        herself = as_expert(Actor(person=person.pk, name="expert"))
        interest_declare(
            expert_id=expert.pk,
            unit=unit[0],
            code=unit[1],
            relation="share",
            until=None,
            actor=herself,
            at=play.now,
        )
    play.asked()
    play.begun()
    play.prepared()

    draw = play.draw
    out = {own_eid(draw.epoch, expert, worlds.KEY) for expert in people}
    assert not out & {one.id for one in posed(draw).experts}
    assert exclusions_counted(draw.pk, play.supervisor.actor) == {"declared": 2}
    with pytest.raises(NotPermitted):
        exclusions_counted(draw.pk, play.hall.bidder(1).actor)


@pytest.mark.django_db
def test_who_sat_for_this_owner_just_now_is_left_out_of_its_next_draw(kept):
    play = kept(world.play)
    play.ready()
    play.contributed()
    play.decided()
    play.answered()
    play.revealed()
    draw = play.draw
    everybody = list(Expert.objects.values_list("pk", flat=True))
    assert own_reasons(draw, everybody, worlds.KEY) == {}  # its own panel is no earlier one
    second = play.hall
    next_hall = world.build.hall(beside=second)
    draw.lot = next_hall.lot
    found = own_reasons(draw, everybody, worlds.KEY)
    same_owner = next_hall.lot.tender.project.owner_id == second.lot.tender.project.owner_id
    assert same_owner
    assert sorted(found.values()) == ["recent"] * 4
