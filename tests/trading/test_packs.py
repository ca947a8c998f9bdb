"""Rule packs: complete, well formed, chosen by place and day; a bad pack names what is wrong."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from trading.rules import PackError, choose, load_calendar, load_packs
from trading.rules.holidays import merge_tables
from trading.rules.packs import parse_pack

PACKS = load_packs()
ON = date(2026, 11, 2)
HEAD = """
[pack]
id = "p"
version = "1"
trade = "GC"
regions = []
title_zh = "包"
title_en = "pack"
in_force_from = 2020-01-01
"""
RULE = """
[[rule]]
id = "r"
text_en = "r"
text_zh = "规则"
value = 5
unit = "day"
calendar = "cal"
direction = "after"
bound = "min"
article = "法1"
source = "read"
effect = "blocks"
in_force_from = 2020-01-01
"""


def national(region="110000", on=ON):
    return choose(PACKS, trade="GC", region=region, on=on)


def test_every_clock_of_works_tendering_is_data():
    """Law is data: the 29 clocks of the field's list, each with article, unit and source."""
    rules = national().rules.values()

    assert {rule.clock for rule in rules} >= set(range(1, 30))
    assert all(rule.article and rule.text_zh and rule.text_en for rule in rules)


@pytest.mark.parametrize(
    ("rule_id", "value", "article"),
    [
        ("document_window", 5, "招标投标法实施条例第十六条"),
        ("bid_preparation", 20, "招标投标法第二十四条"),
        ("addendum_lead", 15, "招标投标法第二十三条; 招标投标法实施条例第二十一条"),
        ("objection_lead", 10, "招标投标法实施条例第二十二条"),
        ("deposit_cap", 2, "招标投标法实施条例第二十六条"),
        ("bond_cap", 10, "招标投标法实施条例第五十八条"),
        ("candidates_max", 3, "招标投标法实施条例第五十三条"),
        ("contract", 30, "招标投标法第四十六条"),
    ],
)
def test_statutory_numbers_are_those_of_the_law(rule_id, value, article):
    rule = national()[rule_id]

    assert (rule.number, rule.article) == (value, article)


def test_choose_puts_the_local_rule_over_the_national_one_in_its_region():
    """Chongqing draws within 24 hours and blocks; elsewhere 48 hours and a warning."""
    local, elsewhere = national("500112"), national("350100")

    assert (local["draw_lead"].number, local["draw_lead"].blocks) == (24, True)
    assert (elsewhere["draw_lead"].number, elsewhere["draw_lead"].blocks) == (48, False)
    assert local.id == "cn-works@2026.1+cn-works-50@2026.1"
    assert "retender_min_bids" not in elsewhere.rules


def test_choose_leaves_out_rules_not_yet_in_force():
    """中小企业条例13 binds from 2025-06-01, not before."""
    assert "guarantee_accepted" in national(on=date(2025, 6, 1)).rules
    assert "guarantee_accepted" not in national(on=date(2025, 5, 31)).rules


def test_choose_lets_the_later_of_two_texts_win_and_ends_a_rule():
    newer = RULE.replace("value = 5", "value = 7").replace(
        "in_force_from = 2020-01-01", "in_force_from = 2024-01-01"
    )
    pack = parse_pack(HEAD + RULE + newer)
    ended = parse_pack(HEAD + RULE + "in_force_to = 2021-01-01\n")

    assert choose([pack], trade="GC", region="110000", on=date(2023, 1, 1))["r"].number == 5
    assert choose([pack], trade="GC", region="110000", on=ON)["r"].number == 7
    assert "r" in choose([ended], trade="GC", region="110000", on=date(2021, 1, 1)).rules
    assert "r" not in choose([ended], trade="GC", region="110000", on=ON).rules


@pytest.mark.parametrize(("trade", "on"), [("TD", ON), ("GC", date(1999, 1, 1))])
def test_choose_refuses_a_trade_or_day_without_national_pack(trade, on):
    with pytest.raises(PackError, match="0 national packs"):
        choose(PACKS, trade=trade, region="110000", on=on)


def test_a_rule_set_knows_only_its_rules():
    with pytest.raises(PackError, match="no rule nothing"):
        national()["nothing"]


def test_canonical_is_the_same_for_the_same_law():
    assert national().canonical() == national("440000").canonical()
    assert national().canonical() != national("500112").canonical()


def test_count_follows_unit_calendar_and_direction():
    rules, calendar = national(), load_calendar()
    start = datetime(2026, 11, 5, 1, 0, tzinfo=UTC)

    assert rules["objection_reply"].count(start, calendar).last_day == date(2026, 11, 9)
    assert rules["complaint_acceptance"].count(start, calendar).last_day == date(2026, 11, 10)
    assert rules["objection_lead"].count(start, calendar).moment == start - timedelta(days=10)
    assert rules["check_window"].count(start, calendar).moment == start + timedelta(minutes=5)
    assert rules["draw_lead"].count(start, calendar).moment == start - timedelta(hours=48)
    with pytest.raises(PackError, match="not a clock"):
        rules["deposit_cap"].count(start, calendar)


def test_a_share_is_exact_and_no_whole_number():
    """条48: more than a third, exactly."""
    rule = national()["more_time_share"]

    assert rule.value == Fraction(1, 3)
    with pytest.raises(PackError, match="no whole number"):
        _ = rule.number


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[pack", "x:"),
        ("[other]\n", r"\[pack\]"),
        (HEAD + "[extra]\n", "nothing else"),
        (HEAD.replace('id = "p"\n', "") + RULE, "lacks id"),
        (HEAD.replace("2020-01-01", "2020-01-01T00:00:00") + RULE, "must be a date"),
        (HEAD + RULE + RULE, "twice"),
        (HEAD + RULE + 'colour = "red"\n', "unknown field colour"),
        (HEAD + RULE.replace('article = "法1"', 'article = ""'), "article is missing"),
        (HEAD + RULE + 'applies_if = ["rich"]\n', "unknown flag rich"),
        (HEAD + RULE.replace("value = 5", 'value = "many"'), "must be a number"),
        (HEAD + RULE.replace("value = 5", 'value = "1/0"'), "must be a number"),
        (HEAD + RULE.replace("value = 5", "value = -1"), "negative"),
        (HEAD + RULE + "in_force_to = 2019-01-01\n", "negative"),
        (HEAD + RULE.replace('unit = "day"', 'unit = "moon"'), "unit must be one of"),
        (HEAD + RULE.replace('source = "read"', 'source = "dream"'), "source must be one of"),
    ],
)
def test_parse_pack_names_what_is_wrong(text, said):
    with pytest.raises(PackError, match=said):
        parse_pack(text, "x")


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        (["[table]\nyear = 'x'"], "a year of its own"),
        (["[table]\nyear = 2026", "[table]\nyear = 2026"], "a year of its own"),
        (
            ["[table]\nyear = 2026\n[[off]]\nname_zh='a'\nname_en='a'\nfrom=2026-01-02\nto=2026-01-01"],
            "not a span",
        ),
        (
            ["[table]\nyear = 2026\n[[off]]\nname_zh='a'\nname_en='a'\nfrom=2025-01-02\nto=2026-01-01"],
            "not a span",
        ),
        (["[table]\nyear = 2026\n[[off]]\nname_zh='a'\nname_en='a'\nto=2026-01-01"], "must be a date"),
        (
            [
                "[table]\nyear = 2026\n[[off]]\nname_zh='a'\nname_en='a'\nfrom=2026-01-01\nto=2026-01-01\n[working]\ndays=[2026-01-01]"
            ],
            "both off and worked",
        ),
    ],
)
def test_merge_tables_names_what_is_wrong(tables, said):
    with pytest.raises(PackError, match=said):
        merge_tables((text, f"t{number}") for number, text in enumerate(tables))


def test_the_table_of_2026_has_thirty_three_days_off_and_six_exchanged():
    """国办 2025-11-04: 元旦 3, 春节 9, 清明 3, 劳动节 5, 端午 3, 中秋 3, 国庆 7; six weekend days worked."""
    calendar = load_calendar()

    assert sum(day.year == 2026 for day in calendar.off) == 33
    assert sum(day.year == 2026 for day in calendar.working) == 6
    assert all(day.weekday() >= 5 for day in calendar.working)
