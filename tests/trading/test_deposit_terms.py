"""Deposit terms as data of each trade: caps, forms, clocks and interest with their articles (law-and-peers 3.1-3.7)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bidding.rules.refund_causes import Cause, due_of, end_to_end_id
from trading.rules import LotFacts, PackError, choose, load_calendar, load_packs
from trading.rules.deposits import deposit_findings, deposit_limits, deposit_words
from trading.rules.packs import PACKS_DIR, parse_pack

PACKS, CALENDAR = load_packs(), load_calendar()
ON = date(2026, 11, 2)
MONDAY = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
PUBLIC = frozenset({"public_owner"})


def rules(trade, region="350100", on=ON):
    """The deposit rules of a trade."""
    return choose(PACKS, trade=trade, region=region, on=on, holds="deposits")


def found(trade="GC", flags=frozenset(), **facts):
    """Codes of what stands against these terms, with their articles."""
    given = {"code": "01", "deposit_amount": Decimal(100), "validity_days": 90, **facts}
    return {item.code: item.source for item in deposit_findings(LotFacts(**given), flags, rules(trade))}


@pytest.mark.parametrize(
    ("trade", "base", "limits"),
    [
        ("GC", "5000000", (None, "100000.00")),
        ("CG", "1234567.89", (None, "24691.35")),
        ("TD", "1000000.01", ("200000.01", None)),
        ("CQ", "10", (None, "3.00")),
    ],
)
def test_the_cap_or_floor_is_that_of_the_trade_and_never_above_it_by_a_cent(trade, base, limits):
    """条例26 and 政采条例33: 2 %; land: at least 20 % of the minimum price; property: at most 30 %."""
    least, most = deposit_limits(Decimal(base), rules(trade))

    assert (least and str(least), most and str(most)) == limits


def test_procurement_never_takes_cash():
    """政府采购法实施条例33: non-cash forms only."""
    assert found("CG", deposit_forms=frozenset({"cash", "guarantee"})) == {
        "deposit_forms": "政府采购法实施条例第三十三条"
    }
    assert found("CG", deposit_forms=frozenset({"transfer", "guarantee"})) == {}
    assert found("GC", deposit_forms=frozenset({"cash", "guarantee"})) == {}


@pytest.mark.parametrize("forms", [{"transfer"}, {"cash", "cheque", "draft"}, {"transfer", "insurance"}])
def test_a_public_owner_that_limits_to_money_or_refuses_guarantees_is_stopped(forms):
    """保障中小企业款项支付条例13: neither cash only, nor without guarantees of financial institutions."""
    bad = found(flags=PUBLIC, deposit_forms=frozenset(forms))

    assert bad == {"guarantee_accepted": "保障中小企业款项支付条例第十三条"}
    assert found(flags=PUBLIC, deposit_forms=frozenset({*forms, "e_guarantee"})) == {}
    assert found(deposit_forms=frozenset(forms)) == {}


def test_a_deposit_without_a_form_and_one_of_another_validity_than_the_bid_are_stopped():
    assert set(found(deposit_forms=frozenset())) == {"deposit_forms_missing"}
    other = found(deposit_forms=frozenset({"guarantee"}), deposit_validity_days=60)
    assert other == {"deposit_validity": "招标投标法实施条例第二十六条"}
    assert found(deposit_amount=Decimal(0)) == {}


@pytest.mark.parametrize(
    ("trade", "cause", "last", "interest", "article"),
    [
        ("GC", Cause.WITHDRAWN, "2026-11-09", False, "招标投标法实施条例第三十五条"),
        ("GC", Cause.CONTRACT, "2026-11-09", True, "招标投标法实施条例第五十七条"),
        ("GC", Cause.TERMINATED, "2026-11-09", True, "招标投标法实施条例第三十一条"),
        ("CG", Cause.AWARD, "2026-11-09", False, "政府采购法实施条例第三十三条"),
        ("CG", Cause.CONTRACT, "2026-11-09", False, "政府采购法实施条例第三十三条"),
        ("TD", Cause.AWARD, "2026-11-09", False, "招标拍卖挂牌出让国有建设用地使用权规定（39号令）"),
        ("GC", Cause.STRAY, "2026-11-03", False, "platform rule"),
    ],
)
def test_the_clock_of_each_cause_has_its_days_its_interest_and_its_article(
    trade, cause, last, interest, article
):
    """Five days that roll off a Saturday in works, five working days elsewhere: all end on Monday the ninth."""
    due = due_of(cause, MONDAY, rules(trade), CALENDAR)

    assert (due.until.astimezone(UTC).date().isoformat(), due.interest, due.article) == (
        last,
        interest,
        article,
    )


def test_a_trade_without_a_clock_for_a_cause_pays_back_as_fast_as_what_is_nobodys():
    assert due_of(Cause.FAILED, MONDAY, rules("CQ"), CALENDAR).rule == "deposit_back_stray"


def test_what_stops_a_refund_is_data_and_after_a_withdrawal_an_order_alone_does():
    works = rules("GC")

    assert works["deposit_back_withdrawn"].held_by == {"order"}
    assert works["deposit_back_contract"].held_by == {"order", "objection", "complaint"}


def test_chongqing_gives_losers_their_deposit_after_the_award_notice():
    """A local rule: five days after the award notice; elsewhere the contract is waited for."""
    assert rules("GC", "500112")["deposit_back_award"].number == 5
    assert "deposit_back_award" not in rules("GC").rules


@pytest.mark.parametrize("trade", ["CG", "TD", "CQ"])
def test_a_pack_of_deposits_alone_opens_no_trade(trade):
    with pytest.raises(PackError, match="0 national packs"):
        choose(PACKS, trade=trade, region="350100", on=ON)


def test_the_notice_names_forms_account_and_clocks_with_articles_in_both_languages():
    zh, en = deposit_words(
        amount=Decimal(1),
        forms=frozenset({"transfer", "e_guarantee"}),
        flags=frozenset({"mandatory"}),
        rules=rules("GC"),
    )

    assert zh.startswith("形式：转账、电子保函；投标截止前到账")
    assert "从基本账户转出（《招标投标法实施条例》第二十六条）" in zh
    assert "合同签订后 5 日内退还并付银行利息（《招标投标法实施条例》第五十七条）" in zh
    assert "with bank interest (Implementing Regulation, article 57)" in en
    free = deposit_words(
        amount=Decimal(1), forms=frozenset({"transfer"}), flags=frozenset(), rules=rules("GC")
    )
    assert "基本账户" not in free[0]
    assert deposit_words(amount=Decimal(0), forms=frozenset(), flags=frozenset(), rules=rules("GC")) == (
        "",
        "",
    )


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ('forms = ["gold"]', "unknown form gold"),
        ('interest = "much"', "interest must be one of"),
    ],
)
def test_a_deposit_rule_with_an_unknown_word_cannot_be_read(field, message):
    shipped = (PACKS_DIR / "cn-land-deposits.toml").read_text(encoding="utf-8")
    text = shipped.replace('interest = "none"', field, 1)
    assert text != shipped
    with pytest.raises(PackError, match=message):
        parse_pack(text)


def test_a_hold_the_field_does_not_know_cannot_be_read():
    shipped = (PACKS_DIR / "cn-land-deposits.toml").read_text(encoding="utf-8")
    with pytest.raises(PackError, match="unknown hold rumour"):
        parse_pack(shipped.replace('held_by = ["order"]', 'held_by = ["rumour"]'))


def test_an_end_to_end_id_is_random_and_fits_every_bank():
    ids = {end_to_end_id(lambda size, n=n: n.to_bytes(size, "big")) for n in range(200)}

    assert len(ids) == 200
    assert all(len(one) == 24 and one.isascii() and one.isalnum() for one in ids)
