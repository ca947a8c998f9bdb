"""大写 amounts: 支付结算办法, annex 1, and the comparison with the figures (12号令19)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.amounts import amount_in_words, parse_words


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("1.05", "壹元零伍分"),
        ("10.50", "壹拾元零伍角整"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元零叁角贰分"),
        ("107000.53", "壹拾万柒仟元零伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("9180000", "玖佰壹拾捌万元整"),
        ("100000001", "壹亿零壹元整"),
        ("1000100000000", "壹万零壹亿元整"),
    ],
)
def test_amount_in_words_writes_as_the_bank_rules_say(amount, words):
    assert amount_in_words(Decimal(amount)) == words
    assert parse_words(words) == Decimal(amount)


@given(st.decimals(min_value=0, max_value=Decimal("9999999999999999.99"), places=2))
def test_parse_words_reads_back_every_amount(amount):
    assert parse_words(amount_in_words(amount)) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("九百八十一万", "9810000"),
        ("十万元", "100000"),
        ("人民币壹佰廿元正", "120"),
        ("人民币 壹万 圆整", "10000"),
        ("两千元", "2000"),
        ("五角", "0.5"),
        ("壹拾万零柒仟元伍角叁分", "107000.53"),
    ],
)
def test_parse_words_reads_what_people_write(text, amount):
    assert parse_words(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "整", "abc元", "壹贰元", "壹元贰", "九千元陆", "壹元伍陆角", "12元"])
def test_parse_words_refuses_what_is_no_amount(text):
    with pytest.raises(ValueError):
        parse_words(text)


@pytest.mark.parametrize("amount", ["-1", "0.001", "NaN", "Infinity", "10000000000000000"])
def test_amount_in_words_refuses_what_cannot_be_written(amount):
    with pytest.raises(ValueError):
        amount_in_words(Decimal(amount))
