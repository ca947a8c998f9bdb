"""What a lot waits for stands where each one begins: the bidder's list and tender, the owner's and supervisor's page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from kernel import clock
from portal import formats
from tests.bidding.results import world as worlds
from tests.web.test_result_pages import Seat, shown
from trading.models import Lot
from trading.rules.next_steps import STEPS
from trading.selectors.next_steps import awaited

pytestmark = pytest.mark.django_db
MORE_QUERIES = 16
"""What the awaited step of one lot may cost a page: state, report, holds, publicity, award, contract, pack."""


@pytest.fixture
def world(monkeypatch, kept):
    made = kept(worlds.opened)
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made


def beginnings(world):
    """Who begins where, with the page."""
    tender = world.lot.tender
    bidder = Seat(world, world.bidder(1))
    yield bidder, "/bids/"
    yield bidder, f"/bids/t/{tender.number}/"
    yield Seat(world, world.hall.one.owner), f"/tenders/{tender.pk}/"
    yield Seat(world, world.hall.one.supervisor), f"/tenders/{tender.pk}/"


def test_the_awaited_step_stands_where_each_one_begins_and_moves_with_the_lot(world):
    def says(code):
        for seat, place in beginnings(world):
            text = seat.read(base=place)
            assert escape(STEPS[code]) in text, (code, place)
            others = [one for one in STEPS if one != code and escape(STEPS[one]) in text]
            assert others == [], (code, place)

    says("evaluate")
    world.receive()
    says("receipt")
    Seat(world, world.hall.one.owner).post("report/receipt/")
    says("show")


def test_while_candidates_are_shown_the_moment_of_the_last_objection_stands_there(world):
    owner = Seat(world, world.hall.one.owner)
    until = shown(world, owner).until_at
    for seat, place in beginnings(world):
        text = seat.read(base=place)
        assert escape(STEPS["object"]) in text, place
        listed = formats.list_words(until, now=world.now, zh=False, end=True)
        told = listed if place == "/bids/" else formats.moment_words(until, zh=False, end=True)
        assert told in text, place
    assert "data-until" in Seat(world, world.bidder(1)).read(base=f"/bids/t/{world.lot.tender.number}/")


def test_the_step_costs_a_bounded_number_of_queries_for_each_lot(world):
    shown(world, Seat(world, world.hall.one.owner))
    lot = Lot.objects.select_related("tender__project").get(pk=world.lot.pk)
    with CaptureQueriesContext(connection) as asked:
        assert awaited(lot, world.now).code == "object"
    assert len(asked) <= MORE_QUERIES
