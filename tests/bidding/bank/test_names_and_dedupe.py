"""Spelling is levelled and nothing more; and no import counts a payment twice or loses one."""

import io
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidding.rules.bank import camt, dedupe, names
from tests.bidding.bank import files
from tests.bidding.bank.builders import ACCOUNT, credit


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("某（集团）公司", "某(集团)公司"),
        ("某【集团】公司", "某(集团)公司"),
        ("ＡＢＣ工程公司", "abc 工程公司"),
        ("阿卜杜•热合曼", "阿卜杜·热合曼"),
        ("阿卜杜・热合曼", "阿卜杜·热合曼"),
        ("某\u3000公\u00a0司\u200b", "某公司"),
        ("Example Works Ltd.", "EXAMPLE  WORKS LTD."),
    ],
)
def test_same_name_levels_spelling(one, other):
    assert names.same_name(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("某公司", "某有限公司"),
        ("某(集团)公司", "某集团公司"),
        ("甲乙公司", "乙甲公司"),
        ("某公司", "某公司分公司"),
        ("", ""),
    ],
)
def test_same_name_guesses_nothing(one, other):
    assert not names.same_name(one, other)


@given(st.text())
def test_normalised_name_is_stable(text):
    assert names.normalised_name(names.normalised_name(text)) == names.normalised_name(text)


def test_normalised_account_keeps_digits_and_letters():
    assert names.normalised_account(" ６２２２-0210 ab/1 ") == "62220210AB1"


def test_mark_is_keyed_and_blind_to_spelling():
    key = bytes(range(32))

    assert names.mark("6222 0210", key) == names.mark("６２２２０２１０", key)
    assert names.mark("62220210", key) != names.mark("62220211", key)
    assert names.mark("62220210", key) != names.mark("62220210", bytes(32))
    assert len(names.mark("1", key)) == 64
    for account, bad in (("", key), ("1", b"")):
        with pytest.raises(ValueError, match="key"):
            names.mark(account, bad)


@pytest.mark.parametrize(
    ("payee", "remittance", "found"),
    [
        ("V0001", "", "V0001"),
        ("v00 01", "V0002", "V0001"),
        ("31001", "投标保证金 V0002", "V0002"),
        ("", "投标保证金：Ｖ０００２，一标段", "V0002"),
        ("", "V0001 V0002", ""),
        ("", "XV0002", ""),
        ("", "V00022", ""),
        ("V0009", "", ""),
        ("", "", ""),
    ],
)
def test_addressed_takes_a_whole_number_or_nothing(payee, remittance, found):
    assert names.addressed(payee, remittance, ["V0001", "V0002"]) == found


def imported(*given_files):
    """What stands in the books after these files: by identity, so that nothing counts twice."""
    books = {}
    for lines in given_files:
        for identity, line in dedupe.identified(lines):
            books.setdefault(identity, line)
    return Counter(
        (line.booked_on, line.amount, line.payer_account, line.bank_ref) for line in books.values()
    )


def facts(lines):
    return Counter((line.booked_on, line.amount, line.payer_account, line.bank_ref) for line in lines)


def test_two_equal_payments_of_one_day_stay_two():
    lines = [credit(), credit()]

    assert imported(lines) == imported(lines, lines) == facts(lines)


def test_resend_with_corrected_name_and_text_changes_nothing():
    line = credit(bank_ref="R1", end_to_end_id="E1", remittance="a")
    corrected = replace(line, payer_name="某某建设", remittance="b")

    assert dedupe.identities([line]) == dedupe.identities([corrected])
    assert dedupe.content(line) != dedupe.content(corrected)
    bare, again = replace(line, bank_ref=""), replace(corrected, bank_ref="")
    assert dedupe.identities([bare]) == dedupe.identities([again])


def test_corrected_amount_is_another_line_with_a_known_reference():
    line = credit(bank_ref="R1")
    corrected = replace(line, amount=Decimal(1))

    assert dedupe.identities([line]) != dedupe.identities([corrected])
    assert dedupe.reference(line) == dedupe.reference(corrected) != ""
    assert dedupe.reference(credit()) == ""


def test_reference_that_a_bank_repeats_loses_no_payment():
    lines = [
        credit(bank_ref="SAME"),
        credit("1", bank_ref="SAME"),
        credit(bank_ref="SAME", at="2026-11-26T10:00:00+08:00"),
    ]

    assert imported(lines, lines) == facts(lines)


def test_decimals_written_otherwise_are_the_same_line():
    assert dedupe.identities([credit("20000.00")]) == dedupe.identities([credit("20000")])


def test_text_in_any_unicode_form_is_taken():
    assert dedupe.identities([credit(end_to_end_id="e\u0301")]) == dedupe.identities(
        [credit(end_to_end_id="é")]
    )


def test_same_file_read_twice_gives_the_same_identities():
    data = files.camt(
        files.entry(files.payment(1, amount="1") + files.payment(2, amount="1"), amount="2") * 2
    ).encode()
    first, second = (
        dedupe.identities(line for statement in camt.read(io.BytesIO(data)) for line in statement.lines)
        for _ in range(2)
    )

    assert first == second
    assert len(set(first)) == 4


DAY = date(2026, 11, 20)


def true_line(day, amount, payer, reference):
    moment = datetime.fromisoformat("2026-11-20T10:00:00+08:00") + timedelta(days=day)
    return credit(amount, moment.isoformat(), payer_account=payer, bank_ref=reference)


LINES = st.lists(
    st.builds(
        true_line,
        st.integers(0, 4),
        st.sampled_from(["1", "2.50"]),
        st.sampled_from([ACCOUNT, "2"]),
        st.just(""),
    ),
    max_size=20,
)


@given(
    LINES,
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=6),
    st.randoms(use_true_random=False),
)
def test_overlapping_statements_in_any_order_give_exactly_the_true_lines(lines, spans, chance):
    """Statements hold whole days; days overlap, come twice, and in any order."""
    spans = [*spans, (0, 2), (2, 4)]
    chance.shuffle(spans)
    statements = [
        [line for line in lines if min(span) <= (line.booked_on - DAY).days <= max(span)] for span in spans
    ]
    for statement in statements:
        chance.shuffle(statement)

    assert imported(*statements) == facts(lines)


@given(
    LINES,
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=6),
    st.randoms(use_true_random=False),
)
def test_any_slices_give_exactly_the_true_lines_when_the_bank_gives_references(lines, spans, chance):
    lines = [replace(line, bank_ref=f"R{number}") for number, line in enumerate(lines)]
    slices = [lines[min(span) : max(span)] for span in spans] + [lines[:7], lines[5:15], lines[14:]]
    chance.shuffle(slices)

    assert imported(*slices) == facts(lines)
