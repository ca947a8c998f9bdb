"""Words for T: the lists are fit for the ear, and the words are T's."""

from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import words
from protocol.errors import BadContent

T = bytes(range(32))


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_lists_hold_256_words_in_order(language: str) -> None:
    listed = words.word_list(language)
    assert len(listed) == len(set(listed)) == 256
    assert all(unicodedata.is_normalized("NFC", word) for word in listed)


def test_chinese_words_have_two_characters() -> None:
    assert all(
        len(word) == 2 and all("\u4e00" <= sign <= "\u9fff" for sign in word)
        for word in words.word_list("zh")
    )


def test_english_words_differ_in_their_first_four_letters() -> None:
    listed = words.word_list("en")
    assert list(listed) == sorted(listed)
    assert all(
        4 <= len(word) <= 7 and word.isascii() and word.islower() and word.isalpha() for word in listed
    )
    assert len({word[:4] for word in listed}) == 256
    for one, other in itertools.combinations(listed, 2):
        assert len(one) != len(other) or sum(a != b for a, b in zip(one, other, strict=True)) > 1, (
            one,
            other,
        )


def test_words_of_a_policy() -> None:
    # SHA-256 of the bytes 0..31 begins with 0x63: word 99, counted from 0
    assert words.short(T, "en") == [
        "acorn", "almond", "anchor", "ankle", "apple", "apricot", "arrow", "autumn", "bacon", "badge", "bagel", "glacier",
    ]  # fmt: skip
    assert words.words(T, "zh")[:3] == ["白菜", "白糖", "白云"]
    assert len(words.words(T, "zh")) == 24


@settings(deadline=None)
@given(st.binary(min_size=32, max_size=32), st.sampled_from(words.LANGUAGES), st.sampled_from([12, 24]))
def test_only_the_right_words_match(t: bytes, language: str, count: int) -> None:
    spoken = words.words(t, language, count)
    assert words.matches(spoken, t)
    assert words.matches([word.upper() for word in spoken], t)
    assert not words.matches(spoken[:-1], t)
    assert not words.matches(spoken[::-1], t) or spoken == spoken[::-1]
    for at in range(count):
        changed = bytearray(t)
        changed[at if at < count - 1 else 0] ^= 1
        assert not words.matches(spoken, bytes(changed))


def test_refusals() -> None:
    for arguments in ((T[:-1], "en", 24), (T, "en", 13), (T, "fr", 24)):
        with pytest.raises(BadContent):
            words.words(*arguments)
    assert not words.matches([], T)
