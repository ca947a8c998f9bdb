"""12号令 27: fewer than three valid bids, and the panel either finds competition lacking, or says why it is enough."""

from dataclasses import replace

import pytest
from django.db import connection

from accounts.actors import SYSTEM
from experts.models import CompetitionVote
from experts.rules.competition import competition_findings
from experts.rules.packs import pool_pack
from experts.services.competition_state import competition_state
from experts.services.sheet_lock import sheets_show
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from tests.experts.draws.test_draw_guards import refused
from tests.experts.panels import scored
from tests.experts.panels import world as panels

pytestmark = pytest.mark.django_db


def state(world, member, reason="两家报价接近，均低于限价"):
    return competition_state(seat_id=member.id, reason=reason, actor=member.actor, at=world.at)


def codes(world):
    with pytest.raises(RuleBroken) as refusal:
        panels.facts_make(seat_id=world.chair.id, actor=world.chair.actor, at=world.at)
    return {one.code for one in refusal.value.findings}


def two_left():
    """Two of three bids are left, and everybody has looked at everything."""
    world = panels.reviewing()
    world.marked()
    for number, bid in enumerate(world.bids):
        world.fact(bid, value=str(number + 1))
    world.reject(world.bids[0])
    return world


@pytest.fixture
def few(kept):
    return kept(two_left)


def test_the_review_does_not_end_while_nobody_has_answered_whether_two_bids_compete(few):
    assert codes(few) == {"competition_open"}
    state(few, few.members[0])
    state(few, few.members[1])
    assert codes(few) == {"competition_open"}
    with pytest.raises(StateConflict, match="stated this"):
        state(few, few.members[1])
    state(few, few.members[2])

    few.facts()

    scored.shown(few)
    made = scored.report(few)
    assert [row["seat"] for row in made.content["competition"]] == [1, 2, 3]
    assert made.content["result"]["candidates"]


def test_all_bids_are_rejected_for_want_of_competition_or_none_and_the_lot_fails_by_name(few):
    """A panel cannot take out one of two rivals by calling competition too small (否决全部投标)."""
    first, second = few.bids[1:]
    few.want(few.members[0], first)
    assert codes(few) == {"competition_half"}
    with pytest.raises(StateConflict, match="Nothing is to be stated"):
        state(few, few.members[1])
    few.want(few.members[0], second)

    few.facts()
    sheets_show(panel_id=few.panel.pk, actor=SYSTEM, at=few.at)
    scored.report(few)
    scored.handed(few)

    lot = few.panel.lot
    lot.refresh_from_db()
    assert (lot.state, lot.failure.reason) == ("unsuccessful", "no-competition")


def test_want_of_competition_is_no_ground_while_three_bids_are_valid(kept):
    world = kept(panels.reviewing)
    code = panels.competition_rule(world.lot).code
    with pytest.raises(RuleBroken) as refusal:
        world.move(world.members[0], world.bids[0], "document", article=code)
    assert {one.code for one in refusal.value.findings} == {"competition"}
    with pytest.raises(StateConflict, match="Nothing is to be stated"):
        state(world, world.members[0])


def test_a_statement_is_for_the_bids_it_was_made_on_and_by_a_member(few):
    for member in few.members[:3]:
        state(few, member)
    few.reject(few.bids[1])
    assert "competition_open" in codes(few)
    stranger = replace(few.members[3], actor=few.owner.actor)
    with pytest.raises(NotPermitted):
        state(few, stranger)
    with pytest.raises(RuleBroken):
        state(few, few.members[3], reason="  ")


def test_fewer_than_three_suppliers_end_a_procurement_whatever_the_panel_says(few, monkeypatch):
    """政府采购法 36: the panel has no choice."""
    project = few.panel.lot.tender.project
    type(project).objects.filter(pk=project.pk).update(trade="CG")
    assert codes(few) == {"competition_ends"}
    with pytest.raises(RuleBroken, match="fewer than"):
        state(few, few.members[0])


@pytest.mark.parametrize(
    ("left", "lacking", "stated", "code"),
    [
        (3, 0, False, None),
        (0, 0, False, None),
        (2, 0, True, None),
        (2, 0, False, "competition_open"),
        (2, 1, True, "competition_half"),
        (2, 2, False, None),
        (3, 1, False, "competition_back"),
    ],
)
def test_what_keeps_a_review_open(left, lacking, stated, code):
    rule = pool_pack().competition_rule("GC")

    found = competition_findings(rule, left=left, lacking=lacking, stated=stated)

    assert [one.code for one in found] == ([code] if code else [])
    strict = replace(rule, panel_decides=False)
    if code == "competition_open":
        again = competition_findings(strict, left=left, lacking=lacking, stated=True)
        assert [one.code for one in again] == ["competition_ends"]


def test_a_statement_is_neither_changed_nor_deleted(few):
    state(few, few.members[0])
    table = CompetitionVote._meta.db_table
    refused(f"UPDATE {table} SET id = id")
    refused(f"DELETE FROM {table}")
    if connection.vendor == "sqlite":
        refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
