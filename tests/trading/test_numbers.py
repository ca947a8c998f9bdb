"""Numbers that say what a thing is, codes that say nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.rules import numbers


def test_numbers_have_the_published_form():
    assert numbers.tender_number("500112", "GC", 2026, 123) == "500112-GC-2026-00123"
    assert numbers.tender_number("500112", "GC", 2026, 123, again=2) == "500112-GC-2026-00123-R2"
    assert numbers.lot_number("500112-GC-2026-00123", 1) == "500112-GC-2026-00123-01"
    assert numbers.notice_number("X", 3) == "X-N03"
    assert numbers.addendum_number("X", 2) == "X-B2"
    assert numbers.question_number("X", 2) == "X-W02"
    assert numbers.objection_number("X", 1) == "YY-X-01"


@pytest.mark.parametrize(
    ("region", "serial"), [("5001", 1), ("50011a", 1), ("500112", 0), ("500112", 100_000)]
)
def test_tender_number_refuses_what_would_not_fit(region, serial):
    with pytest.raises(ValueError, match="six-digit"):
        numbers.tender_number(region, "GC", 2026, serial)


@given(st.binary(min_size=5, max_size=5))
def test_random_code_is_accepted_by_its_own_check(raw):
    """法22: a receipt is random, so nothing can be counted from it."""
    code = numbers.random_code(raw)

    assert numbers.is_code(code)
    assert numbers.is_code(code.lower().replace("-", ""))


@given(st.binary(min_size=5, max_size=5), st.integers(0, 8), st.sampled_from(numbers.ALPHABET))
def test_a_single_misread_character_is_found(raw, place, other):
    plain = numbers.random_code(raw).replace("-", "")
    wrong = plain[:place] + other + plain[place + 1 :]

    assert numbers.is_code(wrong) is (wrong == plain)


@pytest.mark.parametrize("text", ["", "ABCD", "ABCD-EFGH-IL", "7Q2K-M4XD-U"])
def test_is_code_refuses_other_forms(text):
    assert not numbers.is_code(text)


def test_random_code_needs_five_bytes():
    with pytest.raises(ValueError, match="five"):
        numbers.random_code(b"1234")


@pytest.mark.parametrize("name", ["招标文件.pdf", "boq v2.xml", "a" * 116 + ".pdf"])
def test_ordinary_file_names_are_kept(name):
    assert numbers.is_safe_filename(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../etc/passwd",
        "a/b.pdf",
        "a\\b.pdf",
        ".hidden.pdf",
        " a.pdf",
        "a\x00.pdf",
        "a\u202efdp.exe",
        "c:x.pdf",
        "a" * 121,
    ],
)
def test_names_with_path_or_direction_tricks_are_refused(name):
    assert not numbers.is_safe_filename(name)
