"""Interest by numbers computed by hand, and guarantees against the tender's terms."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidding.rules.bank import guarantees
from bidding.rules.bank.interest import PackError, Rate, interest, load_rates, read_rates

FLAT = [Rate(date(2020, 1, 1), Decimal("0.35"))]
TWO = [*FLAT, Rate(date(2026, 2, 1), Decimal("0.20"))]


@pytest.mark.parametrize(
    ("principal", "first", "last", "rates", "basis", "amount"),
    [
        ("200000.00", date(2026, 1, 1), date(2026, 4, 1), FLAT, 360, "175.00"),  # 90 days
        ("200000.00", date(2026, 1, 1), date(2026, 4, 1), FLAT, 365, "172.60"),  # 172.6027
        (
            "200000.00",
            date(2026, 1, 1),
            date(2026, 3, 3),
            TWO,
            360,
            "93.61",
        ),  # 31 days 60.2778 + 30 days 33.3333
        (
            "200000.00",
            date(2024, 2, 28),
            date(2024, 3, 1),
            FLAT,
            360,
            "3.89",
        ),  # 2 days in a leap year: 3.8889
        ("200000.00", date(2026, 2, 28), date(2026, 3, 1), FLAT, 360, "1.94"),  # 1 day: 1.9444
        ("200000.00", date(2026, 1, 1), date(2026, 1, 1), FLAT, 360, "0.00"),
        ("0.00", date(2026, 1, 1), date(2026, 4, 1), FLAT, 360, "0.00"),
        (
            "1800.00",
            date(2026, 1, 1),
            date(2026, 1, 2),
            [Rate(date(2020, 1, 1), Decimal("0.10"))],
            360,
            "0.01",
        ),  # 0.005
        (
            "1799.99",
            date(2026, 1, 1),
            date(2026, 1, 2),
            [Rate(date(2020, 1, 1), Decimal("0.10"))],
            360,
            "0.00",
        ),
    ],
)
def test_interest_is_what_a_hand_computes(principal, first, last, rates, basis, amount):
    assert interest(Decimal(principal), first, last, rates, basis).amount == Decimal(amount)


def test_interest_can_be_cut_instead_of_rounded():
    found = interest(
        Decimal("1800.00"),
        date(2026, 1, 1),
        date(2026, 1, 2),
        [Rate(date(2020, 1, 1), Decimal("0.10"))],
        360,
        "down",
    )

    assert found.amount == 0


def test_formula_names_every_number():
    found = interest(Decimal("200000.00"), date(2026, 1, 1), date(2026, 3, 3), TWO)

    assert found.formula == "200000.00 × 0.35% × 31 ÷ 360 + 200000.00 × 0.20% × 30 ÷ 360 = 93.61"
    assert "2026-02-01 至 2026-03-03（不含）30 天" in found.formula_zh
    assert "30 days at 0.20 % a year" in found.formula_en


@pytest.mark.parametrize(
    ("principal", "first", "last", "message"),
    [
        ("-1", date(2026, 1, 1), date(2026, 1, 2), "principal"),
        ("1.001", date(2026, 1, 1), date(2026, 1, 2), "principal"),
        ("1", date(2026, 1, 2), date(2026, 1, 1), "backwards"),
        ("1", date(2019, 12, 31), date(2026, 1, 1), "covers"),
    ],
)
def test_interest_refuses_what_has_no_answer(principal, first, last, message):
    with pytest.raises(ValueError, match=message):
        interest(Decimal(principal), first, last, FLAT)


@given(st.integers(0, 10**9), st.integers(0, 2000), st.integers(0, 2000))
def test_longer_never_pays_less_and_spans_cover_every_day(cents, short, more):
    first, principal = date(2024, 1, 1), Decimal(cents).scaleb(-2)
    table = load_rates()
    one = interest(principal, first, first + timedelta(days=short), table.rates)
    two = interest(principal, first, first + timedelta(days=short + more), table.rates)

    assert one.amount <= two.amount
    assert sum(span.days for span in two.spans) == short + more


def test_table_says_that_it_is_to_be_confirmed():
    table = load_rates()

    assert table.source == "memory"
    assert table.basis == 360


@pytest.mark.parametrize(
    "change",
    [
        ("2023-06-08", "2012-07-06"),
        ('"0.20"', '"-0.20"'),
        ('"0.20"', '"much"'),
        ("basis = 360", "basis = 364"),
        ("[table]", "[tabel]"),
    ],
)
def test_table_that_is_wrong_is_refused(change):
    from bidding.rules.bank.interest import PACKS_DIR

    text = (PACKS_DIR / "interest.toml").read_text(encoding="utf-8")
    with pytest.raises(PackError):
        read_rates(text.replace(*change))


TERMS = guarantees.TermsFacts(
    forms=frozenset({"guarantee", "insurance"}),
    beneficiary="某招标人（集团）有限公司",
    amount=Decimal(200000),
    currency="CNY",
    deadline=datetime.fromisoformat("2026-11-27T09:30:00+08:00"),
    valid_until=date(2027, 2, 25),
)
GOOD = guarantees.GuaranteeFacts(
    form="guarantee",
    number="BH-2026-1",
    issuer="某银行某支行",
    beneficiary="某招标人(集团)有限公司",
    amount=Decimal(200000),
    currency="CNY",
    valid_from=date(2026, 11, 27),
    valid_until=date(2027, 2, 25),
)


def test_guarantee_that_just_fits_secures_the_bid():
    assert guarantees.check(GOOD, TERMS) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"form": "cheque"}, "form_not_accepted"),
        ({"number": " "}, "number_missing"),
        ({"issuer": ""}, "issuer_missing"),
        ({"beneficiary": "某招标代理有限公司"}, "beneficiary_differs"),
        ({"currency": "USD"}, "currency_differs"),
        ({"amount": Decimal("199999.99")}, "amount_short"),
        ({"valid_from": None}, "valid_from_missing"),
        ({"valid_from": date(2026, 11, 28)}, "valid_from_late"),
        ({"valid_until": None}, "valid_until_missing"),
        ({"valid_until": date(2027, 2, 24)}, "valid_until_early"),
    ],
)
def test_guarantee_with_one_fault_says_which(change, code):
    assert guarantees.check(replace(GOOD, **change), TERMS) == (code,)


def test_all_faults_are_said_at_once():
    bad = replace(
        GOOD,
        form="x",
        number="",
        issuer="",
        beneficiary="",
        currency="",
        amount=Decimal(0),
        valid_from=None,
        valid_until=None,
    )

    assert len(guarantees.check(bad, TERMS)) == 8


@pytest.mark.parametrize(
    ("left", "warning"),
    [(31, None), (30, 30), (16, 30), (15, 15), (8, 15), (7, 7), (2, 7), (1, 1), (0, 1), (-1, 0)],
)
def test_expiry_warns_and_stays_until_the_next_warning(left, warning):
    assert guarantees.expiry(date(2027, 2, 25), date(2027, 2, 25) - timedelta(days=left)) == warning
