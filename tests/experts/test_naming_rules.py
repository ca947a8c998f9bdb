"""法37, 条例46, 47; 87号令48: what stands against experts named by the owner, as pure rules."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from experts.rules.draws import Unit
from experts.rules.eligibility import Standing
from experts.rules.naming import (
    Barring,
    Candidate,
    Named,
    NamingAsked,
    all_may_be_named,
    naming_findings,
)
from experts.rules.packs import FILE, PACKS_DIR, PackError, pack_read, pool_pack
from experts.states import ExpertState

DAY = date(2026, 3, 24)
LONG_AGO = DAY - timedelta(days=400)
ONE = Candidate(
    expert=UUID(int=1),
    person=UUID(int=11),
    name="甲",
    employer="甲院",
    employer_code="",
    region="350100",
    specialties=("A05",),
    standing=Standing(ExpertState.IN_POOL, LONG_AGO, LONG_AGO, DAY + timedelta(days=90)),
    organisations=(),
)
FREE = Barring(units=(), organisations=(), out=(), deciding=(), employers={}, cap=None, regions={}, bounds={})
ASKED = NamingAsked("specialised", "专业性强", "", [Named("A05", "甲", "E1")])


def may(one=ONE, against=FREE, *, full=True, specialty="A05", more=()):
    return all_may_be_named([(one, specialty), *more], against, pool_pack(), DAY, full=full)


def test_who_is_free_may_be_named():
    assert may()


@pytest.mark.parametrize(
    "standing",
    [
        replace(ONE.standing, state=ExpertState.SUSPENDED),
        replace(ONE.standing, state=ExpertState.REMOVED),
        replace(ONE.standing, in_pool_since=DAY - timedelta(days=3)),  # the waiting days hold for naming, too
        replace(ONE.standing, term_to=DAY - timedelta(days=1)),
    ],
)
def test_who_could_not_be_drawn_on_the_day_may_not_be_named(standing):
    assert not may(replace(ONE, standing=standing))


@pytest.mark.parametrize(
    "against",
    [
        {"units": [Unit("甲院", "", "related", "")]},
        {"out": {ONE.expert}},
        {"deciding": {ONE.person}},
        {"cap": 1, "employers": {"甲院": 1}},
        {"bounds": {"350100": (0, 1)}, "regions": {"350100": 1}},
        {"bounds": {"350200": (1, 3)}},  # the last open seat must meet the lower bound
    ],
)
def test_each_bar_holds_by_itself(against):
    assert not may(against=replace(FREE, **against))


def test_a_lower_bound_waits_for_the_last_open_seat_and_another_specialty_never_will_do():
    assert may(against=replace(FREE, bounds={"350200": (1, 3)}), full=False)
    assert not may(specialty="A0301")


def test_employers_and_logins_are_compared_by_code_too():
    coded = replace(ONE, employer_code="91350100E00000001X")
    assert not may(coded, replace(FREE, organisations={"91350100E00000001X"}))
    assert not may(replace(ONE, organisations={"B"}), replace(FREE, organisations={"B"}))


def test_two_of_one_employer_named_together_count_together():
    other = replace(ONE, expert=UUID(int=2), person=UUID(int=12))
    assert not may(against=replace(FREE, cap=1), more=[(other, "A05")])


def codes(asked, trade="GC", open_seats=None):
    rule = pool_pack().naming_rule(trade)
    return {one.code for one in naming_findings(asked, rule, open_seats or {"A05": 1})}


def test_procurement_asks_for_the_written_consent_and_knows_no_demands_of_the_state():
    assert codes(ASKED) == set()
    assert codes(ASKED, "CG") == {"consent"}
    assert codes(replace(ASKED, consent="ab" * 32), "CG") == set()
    assert codes(replace(ASKED, feature="state", consent="ab" * 32), "CG") == {"feature"}
    assert codes(replace(ASKED, feature="state")) == set()


def test_names_beyond_the_open_seats_twice_or_half_written_are_refused():
    twice = [Named("A05", "甲", "E1"), Named("A05", "甲", " e1")]
    assert codes(replace(ASKED, named=twice)) == {"named_many", "named_twice"}
    assert codes(replace(ASKED, named=[])) == {"named"}
    assert codes(replace(ASKED, named=[Named("A05", "甲", " ")])) == {"named_whole"}
    assert codes(ASKED, open_seats={"A0301": 2}) == {"named_many"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('grounds = ["short", "special"]', 'grounds = ["always"]'),
        ("tries = 5", "tries = 0"),
        ('"complex", ', '"easy", '),
    ],
)
def test_a_pack_with_another_ground_no_tries_or_an_unknown_feature_is_refused(before, after):
    text = (PACKS_DIR / FILE).read_text(encoding="utf-8")
    assert before in text
    with pytest.raises(PackError):
        pack_read(text.replace(before, after), FILE)
