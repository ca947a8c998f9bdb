"""Every way a deposit is known to go wrong is told apart, and nothing is matched by guess (条例26)."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidding.rules.bank import matching
from bidding.rules.bank.matching import Decision, decide, settle
from tests.bidding.bank.builders import ACCOUNT, DUE, NAME, SUB, credit, due


def said(line, one=None, already=(), **options):
    found = decide(line, due() if one is None else one, already, **options)
    return found.state, set(found.reasons)


def test_exact_payment_from_the_basic_account_in_time_is_matched():
    assert decide(credit(), due()) == Decision("matched")


@pytest.mark.parametrize(
    "name", ["某某建设（集团）有限公司", " 某某建设 ( 集团 ) 有限公司　", "某某建设【集团】有限公司"]
)
def test_width_brackets_and_spaces_of_a_name_are_spelling(name):
    assert said(credit(payer_name=name)) == ("matched", set())


def test_full_width_account_and_spaces_are_spelling():
    spaced = "６２２２ 0210-0101 2345"
    assert said(credit(payer_account=spaced)) == ("matched", set())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"payer_name": "张某"}, "payer_name"),
        ({"payer_name": "某某建设集团有限公司"}, "payer_name"),
        ({"payer_name": ""}, "payer_name_missing"),
        ({"payer_account": "6222021001012346"}, "payer_account"),
        ({"payer_account": ""}, "payer_account_missing"),
        ({"currency": "USD"}, "currency"),
        ({"itemised": False}, "not_itemised"),
    ],
)
def test_payment_by_another_is_suspicious(changes, reason):
    assert said(credit(**changes)) == ("suspicious", {reason})


def test_payment_from_a_personal_account_is_suspicious():
    """Journeys 4.12: paid by a person from her own account."""
    found = said(credit(payer_name="李某", payer_account="6217000000000001"))

    assert found == ("suspicious", {"payer_name", "payer_account"})


def test_payment_from_a_branchs_account_is_suspicious():
    assert said(credit(payer_name=NAME + "第二分公司"))[0] == "suspicious"


def test_consortium_pays_through_its_lead():
    """The lead is the payer that is expected; a member's payment is somebody else's."""
    assert said(credit(payer_name="成员建筑有限公司"), due())[0] == "suspicious"


def test_former_name_counts_and_is_shown():
    renamed = due(payer_name="新名建设有限公司", former_names=(NAME,))

    assert said(credit(), renamed) == ("matched", {"former_name"})


def test_no_account_is_asked_for_where_the_rules_ask_for_none():
    assert said(credit(payer_account=""), due(payer_account="")) == ("matched", set())


class TestTime:
    def test_booked_in_the_last_second_is_in_time(self):
        assert said(credit(booked_at=DUE))[0] == "matched"

    def test_booked_a_second_later_is_late(self):
        assert said(credit(booked_at=DUE + timedelta(seconds=1))) == ("late", {"late"})

    def test_paid_on_the_day_and_booked_the_next_is_late(self):
        """Journeys 4.13: what counts is the bank's booking, not the order."""
        assert said(credit(at="2026-11-28T09:41:00+08:00"))[0] == "late"

    def test_another_zone_is_the_same_moment(self):
        assert said(credit(booked_at=datetime.fromisoformat("2026-11-27T08:00:00+00:00")))[0] == "matched"

    @pytest.mark.parametrize(("day", "state"), [(26, "matched"), (27, "suspicious"), (28, "late")])
    def test_day_alone_is_judged_only_where_it_decides(self, day, state):
        assert said(credit(at=None, booked_on=date(2026, 11, day)))[0] == state

    def test_day_that_means_its_end_is_late_on_the_deadlines_day(self):
        assert said(credit(at=None), day_is_end=True)[0] == "late"

    def test_day_alone_is_in_time_when_the_deadline_is_its_end(self):
        end = due(due_at=datetime.fromisoformat("2026-11-27T23:59:59+08:00"))
        assert said(credit(at=None), end)[0] == "matched"

    def test_no_day_at_all_is_suspicious(self):
        assert said(credit(at=None, booked_on=None)) == ("suspicious", {"booking_missing"})

    def test_late_wins_over_everything_else(self):
        found = decide(credit(at="2026-11-28T09:00:00+08:00", payer_name="李某", amount=Decimal(5)), due())

        assert found.state == "late"
        assert found.reasons[0] == "late"
        assert set(found.reasons) == {"late", "payer_name", "amount_short"}


class TestAmount:
    def test_a_cent_is_missing(self):
        found = decide(credit("19999.99"), due())

        assert (found.state, found.reasons, found.difference) == ("short", ("amount_short",), Decimal("0.01"))

    def test_fee_deducted_on_the_way_is_short_by_the_fee(self):
        found = decide(credit("19990.00", charges=Decimal(10)), due())

        assert (found.state, found.reasons, found.difference) == ("short", ("fee_deducted",), Decimal(10))

    def test_too_much_is_over_by_the_rest(self):
        found = decide(credit("20000.01"), due())

        assert (found.state, found.difference) == ("over", Decimal("-0.01"))

    def test_second_full_payment_is_a_duplicate(self):
        assert said(credit(at="2026-11-27T11:00:00+08:00"), due(), [credit()]) == (
            "duplicate",
            {"paid_before"},
        )

    def test_payment_by_a_stranger_does_not_make_the_next_a_duplicate(self):
        assert said(credit(), due(), [credit(payer_name="李某")])[0] == "matched"

    def test_parts_that_add_up_are_matched_when_each_is_right(self):
        first, second = credit("15000"), credit("5000.00", at="2026-11-27T11:00:00+08:00")

        assert said(first)[0] == "short"
        assert said(second, due(), [first]) == ("matched", {"split_payment"})
        assert [one.state for _, one in settle(due(), [second, first])] == ["matched", "matched"]

    def test_part_by_a_stranger_does_not_add_up(self):
        stranger = credit("15000", "2026-11-27T09:00:00+08:00", payer_name="李某")

        assert said(credit("5000"), due(), [stranger])[0] == "short"
        assert [one.state for _, one in settle(due(), [stranger, credit("5000")])] == ["suspicious", "short"]

    def test_part_that_is_late_does_not_add_up(self):
        late = credit("5000", at="2026-11-27T16:00:01+08:00")

        assert [one.state for _, one in settle(due(), [credit("15000"), late])] == ["short", "late"]

    def test_one_payment_for_two_lots_is_proposed_to_be_split_and_not_split(self):
        other = due("30000", sub_account="V0002")
        found = decide(credit("50000"), due(), others=[other])

        assert found.state == "over"
        assert set(found.reasons) == {"amount_over", "several_lots"}
        assert found.split == (SUB, "V0002")

    def test_no_split_is_proposed_where_two_would_fit(self):
        others = [due("30000", sub_account="V0002"), due("30000", sub_account="V0003")]

        assert decide(credit("50000"), due(), others=others).split == ()


class TestAddress:
    def test_unknown_sub_account_is_nobodys(self):
        assert decide(credit(payee_account="V9"), None) == Decision("unmatched", ("no_such_sub_account",))

    def test_wrong_digit_is_not_mended(self):
        assert said(credit(payee_account=SUB[:-1] + "E")) == ("unmatched", {"no_such_sub_account"})

    def test_no_sub_account_is_nobodys_however_well_the_rest_fits(self):
        assert said(credit(payee_account="")) == ("unmatched", {"no_sub_account"})

    def test_what_is_not_booked_is_nobodys_yet(self):
        assert said(credit(status="PDNG")) == ("unmatched", {"not_booked"})

    def test_our_own_debit_is_no_payment(self):
        assert said(credit("-20000.00")) == ("unmatched", {"debit"})

    @pytest.mark.parametrize(
        "bad", [{"sub_account": "—"}, {"amount": Decimal(0)}, {"due_at": DUE.replace(tzinfo=None)}]
    )
    def test_expectation_that_cannot_be_matched_is_refused(self, bad):
        with pytest.raises(ValueError, match="sub-account"):
            matching.expected(due(**bad))


class TestReversal:
    back = credit("-20000.00", at="2026-11-27T12:00:00+08:00", reversal=True, end_to_end_id="E1")

    def test_reversal_after_a_match_undoes_it(self):
        found = settle(due(), [self.back, credit(end_to_end_id="E1")])

        assert [(one.state, one.reasons[0]) for _, one in found] == [
            ("suspicious", "reversed"),
            ("suspicious", "reversal"),
        ]

    def test_payment_after_a_reversal_is_no_duplicate(self):
        again = credit(at="2026-11-27T13:00:00+08:00", end_to_end_id="E2")
        found = settle(due(), [again, credit(end_to_end_id="E1"), self.back])

        assert [one.state for _, one in found] == ["suspicious", "suspicious", "matched"]
        assert decide(again, due(), [credit(end_to_end_id="E1"), self.back]).state == "matched"

    def test_reversal_that_names_a_payment_leaves_the_other_alone(self):
        first, second = credit(end_to_end_id="E2"), credit(at="2026-11-27T11:00:00+08:00", end_to_end_id="E1")
        third = credit(at="2026-11-27T13:00:00+08:00", end_to_end_id="E3")
        found = settle(due(), [first, second, self.back, third])

        assert [one.state for _, one in found] == ["matched", "suspicious", "suspicious", "duplicate"]

    def test_reversal_that_names_none_of_two_takes_both_into_doubt(self):
        found = settle(
            due(),
            [
                credit(),
                credit(at="2026-11-27T11:00:00+08:00"),
                credit("-20000", at="2026-11-27T12:00:00+08:00", reversal=True),
            ],
        )

        assert {one.state for _, one in found} == {"suspicious"}


PARTS = st.builds(
    credit,
    st.sampled_from(["20000", "15000", "5000", "0.01", "20000.01"]),
    st.sampled_from([f"2026-11-{day}T{hour:02}:00:00+08:00" for day in (26, 27, 28) for hour in (9, 16, 17)]),
    payer_name=st.sampled_from([NAME, "李某"]),
    payer_account=st.sampled_from([ACCOUNT, ACCOUNT, "1"]),
    end_to_end_id=st.integers(0, 10**6).map(str),
)


@given(st.lists(PARTS, max_size=6), st.randoms(use_true_random=False))
def test_order_of_the_files_changes_no_decision(lines, chance):
    shuffled = list(lines)
    chance.shuffle(shuffled)

    assert settle(due(), shuffled) == settle(due(), lines)


@given(st.lists(PARTS, max_size=6))
def test_matched_money_is_exactly_what_is_due_and_all_of_it_right(lines):
    matched = [line for line, one in settle(due(), lines) if one.state == "matched"]

    assert sum(line.booked for line in matched) in {0, Decimal(20000)}
    assert all(
        line.payer_name == NAME and line.payer_account == ACCOUNT and line.booked_at <= DUE
        for line in matched
    )
