"""Methods where nothing is judged, and where the panel votes on a tie (protocol 16.6)."""

from dataclasses import replace

import pytest

from experts.models import Sheet
from experts.selectors.evaluation import evaluation_of
from experts.selectors.ties import tie_waiting, turn_of
from experts.services.evaluations_drive import evaluations_drive
from experts.services.member_out import member_recuse
from experts.services.tie_vote import tie_vote
from kernel.errors import RuleBroken, StateConflict
from tests.experts.panels import scored
from tests.experts.panels.world import PLAN
from tests.protocol.evaluation import methods
from trading.models import Lot

pytestmark = pytest.mark.django_db


def test_the_lowest_price_needs_no_sheets(tmp_path):
    """经评审的最低投标价法: nothing to mark; the clock goes on, the report follows from prices alone."""
    scheme = methods.lowest(ties=[{"rule": "price-lower", "of": None}, {"rule": "seeds", "of": None}])
    made = scored.scoring(plan=replace(PLAN, scheme=scheme), prices=[9_000_000, 8_800_000, 9_100_000])
    scored.save(made, made.members[0], [])
    with pytest.raises(StateConflict) as refused:
        scored.lock(made, made.members[0])
    assert refused.value.code == "nothing_judged"
    assert evaluations_drive(at=made.at) == []
    assert made.panel.state == "shown"

    report = scored.report(made)
    scored.handed(made)

    assert [row["value"] for row in report.body["ranking"]] == ["8800000.00", "9000000.00", "9100000.00"]
    assert report.body["sheets"] == []
    found, _path, _anchors = scored.judged(made, tmp_path)
    assert found.ok, [row for row in found.checks if row.status == "failed"]


def test_a_tie_is_voted_on_where_the_method_says_so(tmp_path):
    """More than half of the members decide the order; until then there is no report."""
    scheme = methods.scheme(
        criteria=[
            methods.node("price", "60", "price", formula=methods.FULL_MARKS),
            methods.node("plan", "40", "judged", step="0.5"),
        ],
        ties=[{"rule": "price-lower", "of": None}, {"rule": "panel-vote", "of": None}],
        flags={"below_mean": None, "below_ceiling": None},
    )
    made = scored.scoring(plan=replace(PLAN, scheme=scheme), prices=[9_000_000, 9_000_000, 9_400_000])
    for member in made.members:
        scored.save(made, member, [scored.Change(bid.ev, "plan", "30") for bid in made.bids])
        scored.lock(made, member)
    made.hall.cut()
    tied = tie_waiting(evaluation_of(made.panel))
    assert tied is not None
    assert len(tied) == 2
    with pytest.raises(RuleBroken) as refused:
        scored.report(made)
    assert (refused.value.code, refused.value.data) == ("tie_vote", {"step": 2})

    def vote(member, order):
        return tie_vote(panel_id=made.panel.pk, order=order, actor=member.actor, at=made.at)

    with pytest.raises(RuleBroken):
        vote(made.members[0], tied[:1])
    for member in made.members[:2]:
        vote(member, tied)
    assert tie_waiting(evaluation_of(made.panel)) == tied
    with pytest.raises(StateConflict):
        vote(made.members[0], tied[::-1])
    vote(made.members[2], tied[::-1])
    assert turn_of(evaluation_of(made.panel), tied) == 1
    vote(made.members[3], tied)
    assert tie_waiting(evaluation_of(made.panel)) is None

    report = scored.report(made)
    scored.handed(made)

    assert report.body["votes"] == [tied]
    assert report.body["candidates"][:2] == tied
    assert len(report.content["votes"]) == 4
    found, _path, _anchors = scored.judged(made, tmp_path)
    assert found.ok, [row for row in found.checks if row.status == "failed"]


def test_every_bid_rejected_ends_the_lot_without_result(tmp_path):
    """法 42, scenario 34: each by its article, no sheets, a report without candidates, 流标."""
    made = scored.reviewing()
    made.marked()
    for bid in made.bids:
        made.reject(bid, "not-responsive")
    made.facts()
    assert evaluations_drive(at=made.at) == []

    report = scored.report(made, matters="")
    scored.handed(made)

    assert (report.body["candidates"], report.body["sheets"]) == ([], [])
    assert len(report.content["rejected"]) == len(made.bids)
    assert {row["article"] for row in report.content["rejected"]} != {""}
    assert Lot.objects.get(pk=made.lot.pk).state == "unsuccessful"
    found, _path, _anchors = scored.judged(made, tmp_path)
    assert found.ok, [row for row in found.checks if row.status == "failed"]


def test_a_substitute_scores_anew_and_the_others_on_what_is_in_force(tmp_path, kept):
    """条例 48: a member falls out after locking; his marks are void, and the bundle verifies."""
    made = kept(scored.scoring)
    first = next(one for one in made.members if one.id != made.panel.chair_id and one.seat.kind == "expert")
    scored.marked(made, first)
    member_recuse(seat_id=first.id, reason="与投标人有利害关系", actor=first.actor, at=made.at)

    assert made.panel.state == "forming"
    assert Sheet.objects.get(seat=first.id).state == "void"
