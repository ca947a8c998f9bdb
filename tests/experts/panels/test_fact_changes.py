"""Facts are written anew only where they differ, and a change says what was, what is, and why (12号令 19)."""

import pytest

from experts.models import FactItem, Facts
from experts.rules.fact_changes import FactChange, fact_changes, same_facts
from experts.selectors.evaluated import last_items
from experts.selectors.fact_changes import changed_facts
from experts.services.member_out import member_replace
from experts.services.panel_recall import panel_recall
from experts.states.recall import RecallGround
from kernel.errors import RuleBroken, StateConflict
from ledger import selectors as ledger
from tests.experts.panels import scored
from tests.experts.panels import world as panels
from tests.experts.panels.test_review import substitute


def body(price="10.00", works="2", coefficient=None):
    row = {"bid": "b1", "price": price, "quantities": [["works", works]] if works else [], "adjustments": []}
    return {"bids": [row], "coefficient": coefficient}


def test_only_what_differs_is_a_change():
    old = body()

    assert same_facts(old, body()["bids"], None)
    assert not same_facts(old, body(works="3")["bids"], None)
    assert not same_facts(old, old["bids"], "0.97")
    assert fact_changes(old, old) == []
    assert fact_changes(old, body("9.00", "")) == [
        FactChange("b1", "price", "", "10.00", "9.00"),
        FactChange("b1", "quantity", "works", "2", ""),
    ]


@pytest.mark.django_db
def test_the_same_value_is_not_entered_twice_and_another_one_says_why(kept):
    world = kept(panels.reviewing)
    bid = world.bids[0]
    world.fact(bid, value="2")
    with pytest.raises(StateConflict) as refused:
        world.fact(bid, value="2")
    assert refused.value.code == "fact_same"
    with pytest.raises(RuleBroken) as refused:
        world.fact(bid, value="3", reason="")
    assert [one.field for one in refused.value.findings] == ["reason"]

    world.fact(bid, value="3", reason="第 12 页另有一份合同")

    assert FactItem.objects.filter(bid=bid).count() == 2


@pytest.mark.django_db
def test_a_panel_formed_anew_that_comes_to_the_same_facts_keeps_those_in_the_log(kept):
    """条例 48: the substitute reviews afresh; the sheets the others made on the same facts need no further look."""
    world = kept(scored.scoring)
    kept = Facts.objects.get()
    member_replace(seat_id=world.members[4].id, ground="ill", reason="住院", actor=world.desk, at=world.at)
    substitute(world)
    world.seat("更换一名成员")
    world.elect()
    for bid in world.bids:
        world.mark(world.members[-1], bid)
        item = last_items(world.panel)[bid.pk, "quantity", "works"]
        assert item.votes.exists()

    again = world.facts()

    assert (again.pk, Facts.objects.count(), world.panel.state) == (kept.pk, 1, "scoring")
    logged = [row.kind for row in ledger.chain_entries(world.panel.chain)]
    assert logged.count("evaluation-facts") == 1


@pytest.mark.django_db
def test_a_panel_called_back_shows_what_it_changed_and_the_report_keeps_it(kept):
    world = kept(scored.scoring)
    first = Facts.objects.get()
    scored.shown(world)
    scored.report(world)
    scored.handed(world)
    given = {"panel_id": world.panel.pk, "evidence": "", "at": world.at}
    panel_recall(ground=RecallGround.ERROR, reason="业绩计数有误", actor=world.owner.actor, **given)
    bid = world.bids[0]
    world.fact(bid, value="7", reason="第 12 页另有一份合同")

    world.facts()

    assert Facts.objects.count() == 2
    assert first.entry.ev == Facts.objects.get(number=2).body["replaces"]
    changed = changed_facts(world.panel)
    assert [(one["before"], one["after"], one["reason"]) for one in changed] == [
        ("1", "7", "第 12 页另有一份合同")
    ]
    for member in scored.sitting(world):
        scored.save(world, member, [])
        scored.lock(world, member)
    world.hall.cut()
    assert scored.report(world).content["changes"] == changed
