"""The method as data before it is published: every defect named, the law's weights kept, nothing lost on the way."""

from datetime import date

import pytest

from tests.protocol.evaluation import methods
from tests.trading.test_publish_rules import METHOD, codes, lot, one, tender
from trading.forms import LotForm
from trading.models import Lot
from trading.rules import choose, load_packs
from trading.rules.schemes import scheme_findings

PROCUREMENT = choose(load_packs(), trade="CG", region="350100", on=date(2026, 11, 2), holds="methods")


def held(**changes):
    scheme = methods.scheme(**changes)
    return {"kind": "comprehensive", "candidates": scheme["candidates"], "scheme": scheme}


def weighed(price, flag):
    method = held(criteria=methods.criteria(most=price))
    return list(scheme_findings(method, frozenset({flag}), PROCUREMENT, field="method"))


def test_a_method_as_data_needs_no_ties_and_rounding_in_words():
    assert not {code for code in codes(tender(lot(method=held()))) if code.startswith("method")}


def test_every_defect_of_a_method_as_data_blocks_with_its_place():
    """条49: what is left open would be decided after the bids are known."""
    broken = held(ties=[])
    broken["scheme"]["criteria"][0]["max"] = "sixty"

    found = list(scheme_findings(broken, frozenset(), PROCUREMENT, field="lots[01].method"))

    assert [item.data["place"] for item in found] == ["method.criteria[0].max", "method.ties"]
    assert all(item.blocks and item.source for item in found)


def test_criteria_that_do_not_sum_block():
    short = held(
        criteria=[methods.node("price", "99", "price", formula=methods.FULL_MARKS)],
        ties=[{"rule": "seeds", "of": None}],
    )

    assert "100 points" in one(tender(lot(method=short)), "method_scheme").data["what"]


@pytest.mark.parametrize(
    "changed",
    [
        {"candidates": 2},
        {"kind": "lowest_evaluated"},
        {"coefficient": {"values": ["0.95", "0.96"], "draw": "derived"}},
    ],
)
def test_a_form_that_says_otherwise_than_the_data_blocks(changed):
    assert "method_scheme_differs" in codes(tender(lot(method=held() | changed)))


def test_more_than_three_candidates_block_in_data_too():
    """条53."""
    assert "candidates_max" in codes(tender(lot(method=held(candidates=4))))


@pytest.mark.parametrize(
    ("price", "flag", "blocked"),
    [
        ("29", "goods", True),
        ("30", "goods", False),
        ("11", "goods", True),
        ("11", "services", False),
        ("9", "services", True),
    ],
)
def test_the_price_has_the_weight_the_law_asks_for(price, flag, blocked):
    """财政部令第87号 55: goods at least 30 of 100 points, services at least 10."""
    found = [item.code for item in weighed(price, flag) if item.blocks]

    assert found == (["price_weight"] if blocked else [])


def test_saving_the_lots_form_keeps_the_method_given_as_data():
    """It was dropped without a word."""
    row = Lot(name="Lot", method={**METHOD, "scheme": methods.scheme()})
    kept = LotForm.of(row)
    sent = {name: value for name, value in kept.items() if value not in (None, False) and name != "scheme"}
    form = LotForm(sent, initial=kept)

    assert form.is_valid(), form.errors
    assert form.method()["scheme"] == methods.scheme()
