"""O13: the report reaches the owner whole or not at all; what it says can be rewritten by nobody."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Outbox
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from tests.bidding.results import world as worlds
from trading.models import Candidate, EvaluationReport, Notice, RankedBid, RejectedBid

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(kept):
    return kept(worlds.opened)


def test_the_report_moves_the_lot_and_tells_the_owner_alone(world):
    made = world.receive()

    assert world.lot.state == "reported"
    assert [row.rank for row in Candidate.objects.filter(report=made)] == [1, 2, 3]
    assert RejectedBid.objects.get(report=made).article == "51(6)"
    assert RankedBid.objects.get(report=made).rank == 4
    told = set(Outbox.objects.filter(event="report_handed").values_list("organisation", flat=True))
    assert told == {world.hall.one.owner.organisation.pk}
    assert not Notice.objects.filter(lot=world.lot, kind="publicity").exists()


def test_no_person_hands_over_a_report(world):
    with pytest.raises(NotPermitted):
        world.receive(actor=world.owner)


@pytest.mark.parametrize("case", ["gap", "twice", "many", "none", "failed with candidates", "loser ahead"])
def test_rows_that_do_not_fit_together_are_refused(world, case):
    """条例 53: at most three candidates, ranked; nobody is both ranked and rejected."""
    one, two, three = (world.candidate(number, number) for number in (1, 2, 3))
    wrong = {
        "gap": {"candidates": [one, three]},
        "twice": {"candidates": [one, two, three], "rejected": [world.rejected(1)]},
        "many": {"candidates": [one, two, three, world.candidate(4, 4)], "losers": []},
        "none": {"candidates": []},
        "failed with candidates": {"failed": True},
        "loser ahead": {"losers": [replace(world.loser(4, 4), rank=2)]},
    }[case]

    with pytest.raises(RuleBroken) as caught:
        world.receive(**wrong)

    assert caught.value.code == "report_rows"
    assert world.lot.state == "evaluating"


def test_all_rejected_ends_the_lot_with_its_reason_and_no_names(world):
    """Scenario 34: each rejected by article, 流标; the notice names nobody."""
    rows = [world.rejected(number) for number in (1, 2, 3, 4, 5)]

    world.receive(candidates=[], losers=[], rejected=rows, failed=True)

    assert world.lot.state == "unsuccessful"
    assert world.lot.failure.reason == "all-rejected"
    said = str(Notice.objects.get(lot=world.lot, kind="failure").content)
    assert not [n for n in range(1, 6) if world.bidder(n).organisation.name in said]


def test_too_little_competition_is_told_apart(world):
    """12号令 27: fewer than three valid bids left, and the panel finds no competition."""
    rows = [world.rejected(number) for number in (1, 2, 3)]
    left = [world.loser(4, 1), world.loser(5, 2)]

    world.receive(candidates=[], losers=left, rejected=rows, failed=True)

    assert world.lot.failure.reason == "no-competition"
    with pytest.raises(StateConflict):
        world.receive()


def test_a_later_report_takes_the_place_of_the_first(world):
    first = world.receive()
    world.later(hours=1)
    second = world.receive(candidates=[world.candidate(2, 1)], rejected=[], losers=[world.loser(1, 2)])

    first.refresh_from_db()
    assert first.superseded_at == second.handed_at
    assert world.report == second


def test_the_database_keeps_what_the_report_says(world):
    made = world.receive()
    for table, change in (
        (Candidate, {"price": 1}),
        (RejectedBid, {"reason": "x"}),
        (RankedBid, {"value": "99"}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            table.objects.filter(report=made).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        EvaluationReport.objects.filter(pk=made.pk).update(number="x")
