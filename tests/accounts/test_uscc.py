"""统一社会信用代码 (GB 32100-2015): form and check character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.rules import uscc_check_character, uscc_findings, uscc_normalise
from accounts.rules.uscc import ALPHABET

PUBLISHED = "91350100M000100Y43"


def test_uscc_findings_is_empty_for_the_published_example():
    assert uscc_findings(PUBLISHED) == ()


@pytest.mark.parametrize(
    ("code", "finding"),
    [
        (PUBLISHED[:-1], "uscc_length"),
        ("", "uscc_length"),
        (PUBLISHED + "1", "uscc_length"),
        ("9135O100M000100Y43", "uscc_alphabet"),
        ("91350100I000100Y43", "uscc_alphabet"),
        ("91350100M000100Y44", "uscc_check"),
        ("91350100M001000Y43", "uscc_check"),
    ],
)
def test_uscc_findings_names_what_is_wrong(code, finding):
    assert [found.code for found in uscc_findings(code)] == [finding]


@given(st.text(ALPHABET, min_size=17, max_size=17), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_uscc_findings_catches_every_single_mistyped_character(body, place, other):
    code = body + uscc_check_character(body)

    changed = code[:place] + other + code[place + 1 :]

    assert uscc_findings(code) == ()
    assert bool(uscc_findings(changed)) is (changed != code)


@given(st.text(ALPHABET, min_size=17, max_size=17), st.integers(0, 15))
def test_uscc_findings_catches_every_swap_of_neighbours(body, place):
    code = body + uscc_check_character(body)

    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]

    assert bool(uscc_findings(swapped)) is (swapped != code)


def test_uscc_normalise_takes_full_width_lower_case_and_blanks():
    assert uscc_normalise(" 9135 0100 m000100y43\u3000") == PUBLISHED
    assert uscc_normalise("９１３５０１００Ｍ０００１００Ｙ４３") == PUBLISHED


@pytest.mark.parametrize("body", ["", "9135", "91350100M000100YI"])
def test_uscc_check_character_refuses_what_is_not_17_characters_of_the_alphabet(body):
    with pytest.raises(ValueError, match="17 characters"):
        uscc_check_character(body)
