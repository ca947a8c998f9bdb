"""A reader of Chinese reads in Chinese what the browser verifier remarks beside its checks."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from portal.verifier_notes import PLACE, REMARKS
from protocol.awarding import OUT_GROUNDS

SOURCES = sorted((Path(__file__).parents[2] / "static" / "js" / "verify").glob("*.js"))
PUSHED = re.compile(r"\bnotes\.push\(\s*`([^`]*)`")
WORDS = (
    "deviation",
    "full",
    "zero",
    "above-ceiling",
    "below-mean",
    "below-ceiling",
    "first",
    "next",
    "choice",
)


def pushed():
    """Every remark written in the verifier's source, its values replaced by a word of their kind."""
    found = [text for path in SOURCES for text in PUSHED.findall(path.read_text(encoding="utf-8"))]
    assert len(found) >= 9
    return found


def said(note):
    """The page's words for a remark, as static/js/pages/verify.js finds them."""
    for remark in REMARKS:
        found = re.fullmatch(remark.pattern.replace("(?<", "(?P<"), note, re.DOTALL)
        if found:
            return str(remark.words).format(**found.groupdict())
    return None


@pytest.mark.parametrize("text", pushed())
def test_every_remark_of_the_verifier_has_words_on_the_page(text):
    words = [word for word in WORDS if word not in ("first", "next", "choice")]
    for word in words if re.search(r"\$\{(warning|flag)\}", text) else [""]:
        note = re.sub(r"\$\{(warning|flag)\}", word, text)
        if "${criterion}" in note:
            note = note.replace("${criterion}", "" if word == "deviation" else "C1")
            if word not in ("deviation", "full", "zero"):
                continue
        elif text.startswith("bid ") and word in ("deviation", "full", "zero"):
            continue
        note = re.sub(r"\$\{[^}]*\}", "x7", note)
        with translation.override("zh-hans"):
            shown = said(note)

        assert shown is not None, note
        assert re.search("[\u4e00-\u9fff]", shown), shown


@pytest.mark.parametrize("ground", ["first", "next", "choice"])
def test_an_award_is_remarked_with_its_ground(ground):
    source = next(path for path in SOURCES if path.name == "award.js").read_text(encoding="utf-8")
    assert '`Bid ${award.body.bid} wins as "${award.body.ground}".`' in source
    note = f'Bid ab12 wins as "{ground}".'

    with translation.override("zh-hans"):
        shown = said(note)

    assert "ab12" in shown
    assert "wins" not in shown


@pytest.mark.parametrize("ground", OUT_GROUNDS)
def test_who_fell_out_is_remarked_with_the_ground(ground):
    source = next(path for path in SOURCES if path.name == "award.js").read_text(encoding="utf-8")
    assert "`Candidate ${bid} fell out: ${ground}.`" in source
    words = set()
    for language in ("en", "zh-hans"):
        with translation.override(language):
            words.add(said(f"Candidate ab12 fell out: {ground}."))

    assert len(words) == 2
    assert all("ab12" in word and ground not in word.split() for word in words)


def test_places_are_the_same_on_both_sides():
    for remark in REMARKS:
        for language in ("en", "zh-hans"):
            with translation.override(language):
                assert set(PLACE.findall(str(remark.words))) == set(PLACE.findall(remark.written)), (
                    remark.written
                )
