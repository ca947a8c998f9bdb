"""Objections, addenda, postponement, suspension, validity: the moments and what they refuse."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from trading.rules import (
    CHINA,
    Times,
    addendum_findings,
    choose,
    earliest_close,
    load_calendar,
    load_packs,
    moment_text,
    objection_findings,
    objection_reply_due,
    objection_until,
    postpone_findings,
    resume_floor,
    shifted,
    validity_until,
)

CALENDAR = load_calendar()
RULES = choose(load_packs(), trade="GC", region="350100", on=date(2026, 11, 2))
CLOSE = datetime(2026, 11, 27, 9, 30, tzinfo=CHINA)
PLAN = Times(CLOSE, (CLOSE,), None, CLOSE + timedelta(minutes=10), CLOSE + timedelta(days=1))
FACTOR = replace(PLAN, factor_until=CLOSE + timedelta(minutes=5))


def codes(found):
    return [(item.code, item.blocks) for item in found]


def test_objection_is_in_time_at_the_very_second_and_late_after_it():
    """条22: ten days before the deadline; the refusal offers the question instead."""
    last = objection_until(CLOSE, RULES, CALENDAR).moment

    assert last == CLOSE - timedelta(days=10)
    assert objection_findings(last, CLOSE, RULES, CALENDAR) == []
    late = objection_findings(last + timedelta(seconds=1), CLOSE, RULES, CALENDAR)
    assert codes(late) == [("objection_late", True)]
    assert "2026-11-17 09:30:00" in late[0].message % late[0].data


def test_reply_is_due_at_the_end_of_the_third_day():
    """条22: within three days of receipt; a Sunday moves to Monday."""
    due = objection_reply_due(datetime(2026, 11, 5, 16, 0, tzinfo=CHINA), RULES, CALENDAR)

    assert due.last_day == date(2026, 11, 9)


def addendum(at, *, new=CLOSE, affects=True, reason="drawing corrected"):
    return addendum_findings(
        at=at, close_at=CLOSE, new_close_at=new, affects=affects, reason=reason, rules=RULES
    )


def test_addendum_that_affects_bids_needs_fifteen_full_days():
    """法23, 条21: fifteen days before the deadline, else the deadline moves."""
    assert addendum(CLOSE - timedelta(days=15)) == []
    late = addendum(CLOSE - timedelta(days=15) + timedelta(seconds=1))
    assert codes(late) == [("addendum_lead", True)]
    at = CLOSE - timedelta(days=10)
    assert addendum(at, new=at + timedelta(days=15)) == []


def test_addendum_without_effect_is_allowed_late_but_seen():
    """条21: other changes need no fifteen days; within them the supervisor sees the statement."""
    assert addendum(CLOSE - timedelta(days=20), affects=False) == []
    assert codes(addendum(CLOSE - timedelta(days=3), affects=False)) == [("addendum_no_effect", False)]
    assert codes(addendum(CLOSE - timedelta(days=3), affects=False, reason=" ")) == [
        ("addendum_reason", True)
    ]


def test_no_addendum_after_the_deadline():
    assert codes(addendum(CLOSE)) == [("addendum_after_deadline", True)]


def postpone(new, *, old=PLAN, at=CLOSE - timedelta(days=1), undisturbed=True):
    return [
        item.code for item in postpone_findings(at=at, old=old, new=new, rules=RULES, undisturbed=undisturbed)
    ]


def test_postponement_moves_later_only():
    """Amendment A5: later times, never earlier, none dropped, at least one moved, in order."""
    later = shifted(PLAN, CLOSE + timedelta(days=2))

    assert postpone(later) == []
    assert postpone(shifted(PLAN, CLOSE - timedelta(seconds=1))) == ["postpone_earlier"]
    assert postpone(PLAN) == ["postpone_nothing"]
    assert postpone(replace(later, check_until=CLOSE + timedelta(days=1))) == ["postpone_order"]
    assert postpone(replace(later, factor_until=later.close_at)) == ["postpone_earlier"]
    assert postpone(replace(later, open_at=())) == ["postpone_earlier", "postpone_order"]
    assert postpone(shifted(FACTOR, CLOSE + timedelta(days=2)), old=FACTOR) == []
    assert "postpone_earlier" in postpone(
        replace(shifted(FACTOR, CLOSE + timedelta(minutes=1)), factor_until=CLOSE + timedelta(minutes=2)),
        old=FACTOR,
    )


def test_postponement_one_second_after_an_undisturbed_close_is_refused():
    """Amendment A5: else the owner could wait for who has come and then reopen."""
    later = shifted(PLAN, CLOSE + timedelta(hours=2))

    assert postpone(later, at=CLOSE + timedelta(seconds=1)) == ["postpone_after_deadline"]
    assert postpone(later, at=CLOSE + timedelta(seconds=1), undisturbed=False) == []
    assert postpone(later, at=CLOSE + timedelta(hours=24), undisturbed=False) == ["postpone_after_deadline"]


def test_later_phases_may_move_after_the_deadline():
    later = replace(PLAN, check_until=PLAN.check_until + timedelta(minutes=5))

    assert postpone(later, at=CLOSE + timedelta(minutes=1)) == []


def test_resume_gives_back_the_time_that_was_left_when_the_deadline_fell_inside():
    """Bidders' windows never shorten: lifting plus what was left."""
    since = CLOSE - timedelta(days=2)
    lifted = CLOSE + timedelta(days=1)

    assert resume_floor(
        close_at=CLOSE, suspended_at=since, lifted_at=lifted, rules=RULES
    ) == lifted + timedelta(days=2)
    early = CLOSE - timedelta(days=1)
    assert resume_floor(close_at=CLOSE, suspended_at=since, lifted_at=early, rules=RULES) == CLOSE


def test_resume_gives_every_suspension_back_where_the_pack_says_so():
    always = replace(RULES["suspension_gives_back"], value=RULES["suspension_gives_back"].value + 1)
    rules = replace(RULES, rules={**RULES.rules, "suspension_gives_back": always})
    since, lifted = CLOSE - timedelta(days=9), CLOSE - timedelta(days=6)

    assert resume_floor(
        close_at=CLOSE, suspended_at=since, lifted_at=lifted, rules=rules
    ) == CLOSE + timedelta(days=3)


def test_validity_runs_from_the_deadline_and_does_not_roll():
    """条25: the validity of bids begins at the deadline."""
    assert validity_until(CLOSE, 1, CALENDAR).last_day == date(2026, 11, 28)


@pytest.mark.parametrize(
    ("mandatory", "earliest"), [(True, "2026-11-23 09:30:00"), (False, "2026-11-09 09:30:00")]
)
def test_earliest_close_is_a_working_day_at_half_past_nine(mandatory, earliest):
    """法24: D+20 is Sunday 22 November, so Monday; without the duty the document window decides."""
    at = datetime(2026, 11, 2, 16, 0, tzinfo=CHINA)
    found = earliest_close(
        documents_from=at - timedelta(days=1), mandatory=mandatory, at=at, rules=RULES, calendar=CALENDAR
    )

    assert moment_text(found.moment) == earliest
