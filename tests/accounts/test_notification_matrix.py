"""The notification matrix: nothing in it, and nothing said by it, reveals what it must not (法22)."""

from datetime import UTC, datetime

import pytest

from accounts import notices
from accounts.rules import Text, matrix_parse, text_render, texts_parse
from accounts.rules.notices import LANGUAGES, MatrixInvalid, moment_shown

ROW = {"code": "x", "to": ["owner"], "channels": ["site", "sms"], "fields": ["a", "b"], "phone_fields": ["a"]}


def parse(**changes):
    return matrix_parse({"event": [ROW | changes]})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", sorted(notices.matrix()))
def test_every_event_has_words_in_both_languages(event, language):
    text = notices.texts()[event, language]

    assert text.subject
    assert text.body


def test_before_the_opening_no_message_can_hold_who_bids_or_how_many():
    """法22: names and number of those who took documents are secret; price never leaves at all."""
    secret = {"takers", "bidders", "bidder", "bid_count", "count_of_bids", "price", "has_receipt", "objector"}

    for event, rule in notices.matrix().items():
        assert not rule.fields & secret, event


def test_on_a_lock_screen_takers_are_told_of_a_project_they_follow_and_no_more():
    """In SMS no "you took documents of …": any reader of a colleague's phone would know who bids."""
    for event, rule in notices.matrix().items():
        if "takers" in rule.to or {"seal"} & {power.value for power in rule.powers}:
            assert not rule.phone_fields & {"title", "number", "lot", "receipt", "url"}, event


def test_the_reminder_to_submit_is_the_same_for_all_takers():
    """T-24 h and T-2 h: a different text would tell who has a receipt."""
    rule = notices.matrix()["receipt_reminder"]

    assert rule.fields == {"deadline_at"}
    assert rule.powers == frozenset()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"must_not_reveal": ["b"]}, "would reveal"),
        ({"phone_must_not_reveal": ["a"]}, "on a phone"),
        ({"phone_fields": ["c"]}, "more than fields"),
        ({"channels": ["fax"]}, "fax"),
        ({"channels": []}, "nobody to tell"),
        ({"to": []}, "nobody to tell"),
        ({"fields": "a"}, "not a list"),
        ({"powers": ["rule"]}, "rule"),
    ],
)
def test_matrix_parse_refuses_a_row_that_leaks_or_makes_no_sense(changes, why):
    with pytest.raises(MatrixInvalid, match=why):
        parse(**changes)


def test_matrix_parse_refuses_a_row_listed_twice_and_a_file_without_rows():
    with pytest.raises(MatrixInvalid, match="twice"):
        matrix_parse({"event": [ROW, ROW]})
    with pytest.raises(MatrixInvalid, match="rows"):
        matrix_parse({})
    with pytest.raises(MatrixInvalid, match="code"):
        matrix_parse({"event": [{"to": ["owner"]}]})


def words(**changes):
    text = {"subject": "$a", "body": "$b", "phone": "$a"} | changes
    return {"x": dict.fromkeys(LANGUAGES, text)}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"y": {}}, "does not know"),
        ({}, "no words at all"),
        ({"x": {"en": {"subject": "s", "body": "b", "phone": "p"}}}, "no words in zh-hans"),
        (words(body="$c"), "uses"),
        (words(phone="$b"), "on a phone"),
        (words(phone=""), "missing"),
        (words(subject=""), "missing"),
    ],
)
def test_texts_parse_refuses_words_that_say_more_than_the_row_allows(data, why):
    with pytest.raises(MatrixInvalid, match=why):
        texts_parse(data, parse())


def test_text_render_fills_in_values_and_shows_moments_in_beijing_time():
    text = Text(subject="$title", body="$deadline_at", phone="")
    data = {"title": "A < B & C", "deadline_at": "2026-11-27T01:30:00+00:00"}

    assert text_render(text, data, language="en") == Text(
        "A < B & C", "Friday 27 November 2026, 09:30:00, Beijing time (UTC+8)", ""
    )
    assert text_render(text, data, language="zh-hans").body == "2026年11月27日 星期五 09:30:00 北京时间"


def test_moment_shown_crosses_the_day_with_the_zone():
    moment = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)

    assert moment_shown(moment, "zh-hans") == "2027年1月1日 星期五 00:00:00 北京时间"
