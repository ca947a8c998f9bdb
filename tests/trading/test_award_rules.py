"""条例 54-58 as pure rules: who may win, how long candidates are shown, what a contract may say."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from trading.rules import choose, load_calendar, load_packs
from trading.rules.awarding import award_ground, contract_findings, publicity_end, publicity_needed
from trading.rules.counting import local_day
from trading.rules.paper_sums import capitals, for_reading

STATE = frozenset({"mandatory", "state_funded"})
NONE = {"criteria": False, "minutes": False, "watched": False}
ALL = dict.fromkeys(NONE, True)


def rules(region="350100", trade="GC", holds="outcomes"):
    return choose(load_packs(), trade=trade, region=region, on=date(2026, 3, 2), holds=holds)


@pytest.mark.parametrize(
    ("rank", "out", "flags", "record", "ground", "codes"),
    [
        (1, {}, STATE, NONE, "first", []),
        (2, {}, STATE, ALL, "choice", ["award_order"]),
        (2, {1}, STATE, NONE, "next", []),
        (3, {1}, STATE, NONE, "choice", ["award_order"]),
        (3, {1, 2}, STATE, NONE, "next", []),
        (2, {}, frozenset({"mandatory"}), NONE, "choice", ["award_record"]),
        (2, {}, frozenset({"mandatory"}), ALL, "choice", []),
    ],
)
def test_who_may_win(rank, out, flags, record, ground, codes):
    """条例 55 binds where state funds control what the law makes tender; 法 40 elsewhere asks for reasons."""
    found, findings = award_ground(rank, out, rules(), flags, record)

    assert (found, [finding.code for finding in findings]) == (ground, codes)


def test_where_the_owner_chooses_every_part_of_the_record_is_asked_for():
    """评定分离: criteria, minutes, who watched; each missing part is named."""
    local = rules("410900")
    found, findings = award_ground(3, {}, local, STATE, {**ALL, "watched": False})
    assert found == "choice"
    assert [finding.field for finding in findings] == ["watched"]
    assert award_ground(3, {}, local, STATE, ALL) == ("choice", [])


def test_the_publicity_of_the_law_ends_on_a_worked_day():
    """条例 54, Civil Code 203: Qingming 2026 is 4 to 6 April; the last day of three moves to the 7th."""
    at = datetime(2026, 4, 3, 6, 0, tzinfo=UTC)
    end, findings = publicity_end(at, 3, rules(), STATE, load_calendar())
    assert findings == []
    assert local_day(end.moment) == date(2026, 4, 8)
    assert publicity_needed(rules(), STATE)
    assert not publicity_needed(rules(), frozenset())
    assert not publicity_needed(rules(trade="CG"), STATE)


@pytest.mark.parametrize(
    ("amount", "terms", "codes"),
    [
        ("100", ("90", Decimal(10), ""), []),
        ("101", ("90", Decimal(0), ""), ["contract_differs"]),
        ("101", ("90", Decimal(0), "税率调整"), []),
        ("100", ("95", Decimal(0), ""), ["contract_differs"]),
        ("100", ("90", Decimal("10.01"), ""), ["bond_cap"]),
    ],
)
def test_a_contract_says_what_the_bid_said(amount, terms, codes):
    found = contract_findings(
        price=Decimal(100), agreed="90", amount=Decimal(amount), terms=terms, rules=rules()
    )

    assert [finding.code for finding in found] == codes


def test_procurement_has_its_own_clocks():
    """政采法 52-55, 条例 43, 50: working days."""
    held = rules(trade="CG")
    assert [held.number(name) for name in ("objection_to_result", "objection_to_result_reply")] == [7, 7]
    assert (held.number("enquiry_reply"), held.number("contract_public")) == (3, 2)
    assert held["objection_to_result_reply"].calendar == "wd"


def test_sums_of_papers_are_grouped_and_in_capitals_for_readers_and_stay_as_signed_in_the_paper():
    """What is hashed keeps its plain figures; a reader compares 2,345,678.90 with 贰佰叁拾肆万… as on paper."""
    paper = [
        ["中标价（元）", "2345678.90"],
        ["Price (yuan)", "2345678.90"],
        ["合同金额（USD）", "10000.00"],
        ["第1名 投标报价（元）", "980000.00"],
        ["第1名 评标价或得分", "92.50"],
        ["招标编号", "202611270001"],
        ["中标价（元）", "见合同"],
    ]
    kept = [list(row) for row in paper]

    shown = [value for _label, value in for_reading(paper)]

    assert paper == kept
    assert shown == [
        "2,345,678.90（大写：贰佰叁拾肆万伍仟陆佰柒拾捌元玖角整）",
        "2,345,678.90 (贰佰叁拾肆万伍仟陆佰柒拾捌元玖角整)",
        "10,000.00",
        "980,000.00",
        "92.50",
        "202611270001",
        "见合同",
    ]


@pytest.mark.parametrize("text", ["12.345", "-5", "1e9", "99999999999999999", "", "一百"])
def test_nothing_that_is_no_sum_in_yuan_and_fen_is_written_in_capitals(text):
    assert capitals(text) == ""
