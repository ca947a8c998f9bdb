"""Civil Code 201-203 and working days, against the announced table of 2026."""

from datetime import UTC, date, datetime, timedelta

import pytest

from trading.rules import counting, load_calendar
from trading.rules.counting import CHINA, Calendar

CAL = load_calendar()


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        ("2026-11-02T17:00:00", 3, "2026-11-05"),  # Monday to Thursday
        ("2026-11-02T00:00:00", 3, "2026-11-05"),  # the starting day is not counted, whatever the hour
        ("2026-11-02T23:59:59", 3, "2026-11-05"),
        ("2026-11-04T09:00:00", 3, "2026-11-09"),  # Saturday moves to Monday
        ("2026-09-28T09:00:00", 3, "2026-10-08"),  # the National Day week moves to Thursday the 8th
        ("2026-02-11T09:00:00", 3, "2026-02-14"),  # a Saturday worked in exchange does not move
        ("2026-02-12T09:00:00", 3, "2026-02-24"),  # Spring Festival, nine days
        ("2026-01-01T09:00:00", 3, "2026-01-04"),  # a Sunday worked in exchange
        ("2026-06-16T09:00:00", 3, "2026-06-22"),  # Dragon Boat Festival and its weekend
    ],
)
def test_days_after_ends_on_the_last_working_day(start, days, last):
    """Civil Code 201: the starting day is not counted; 203: a last rest day moves, the day ends at 24:00."""
    counted = counting.days_after(china(start), days, CAL)

    assert counted.last_day == date.fromisoformat(last)
    assert counted.moment == counting.end_of(date.fromisoformat(last))


def test_days_after_does_not_move_when_told_so():
    """条25: the validity of bids does not grow by a rest day."""
    counted = counting.days_after(china("2026-11-04T09:00:00"), 3, CAL, rolls=False)

    assert counted.last_day == date(2026, 11, 7)
    assert [step.code for step in counted.steps] == ["start", "nth", "midnight"]


def test_days_after_shows_every_step_of_a_moved_term():
    counted = counting.days_after(china("2026-09-28T09:00:00"), 3, CAL)

    assert [step.code for step in counted.steps] == ["start", "nth", "roll", "last", "midnight"]
    roll = counted.steps[2]
    assert roll.data["name_en"] == "National Day"
    assert roll.message % roll.data


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        ("2026-11-02T17:00:00", 3, "2026-11-05"),
        ("2026-11-05T17:00:00", 3, "2026-11-10"),  # over a weekend
        ("2026-02-13T17:00:00", 3, "2026-02-25"),  # 14 worked, festival, 24, 25
        ("2026-09-18T17:00:00", 3, "2026-09-22"),  # 20 September is a Sunday worked in exchange
        ("2026-09-30T17:00:00", 30, "2026-11-17"),
    ],
)
def test_working_days_after_counts_exchanged_days(start, days, last):
    """条61: working days, with 调休 as the State Council announced it."""
    counted = counting.working_days_after(china(start), days, CAL)

    assert counted.last_day == date.fromisoformat(last)


def test_hours_run_from_the_moment():
    """Civil Code 201: terms by the hour begin at once and are not moved."""
    counted = counting.hours_after(china("2026-10-01T09:30:15"), timedelta(hours=24))

    assert counted.moment == china("2026-10-02T09:30:15")
    assert counted.steps[0].data["hours"] == 24


def test_latest_before_is_full_days_to_the_second():
    """条22: ten days before the deadline, counted back in full days of 24 hours."""
    counted = counting.latest_before(china("2026-11-27T09:30:00"), 10)

    assert counted.moment == china("2026-11-17T09:30:00")


@pytest.mark.parametrize(
    ("act", "days", "earliest"),
    [
        ("2026-11-02T09:00:00", 15, "2026-11-17T09:30:00"),
        ("2026-11-02T10:00:00", 15, "2026-11-18T09:30:00"),  # half an hour short of 15 full days
        ("2026-09-16T09:00:00", 15, "2026-10-08T09:30:00"),  # the festival week is passed over
    ],
)
def test_earliest_after_leaves_the_full_days_on_a_working_day(act, days, earliest):
    """法23: at least fifteen days; the proposal is a working day at half past nine."""
    assert counting.earliest_after(china(act), days, CAL, hour=9).moment == china(earliest)


@pytest.mark.parametrize(("year", "sure"), [(2026, True), (2027, False), (2031, False)])
def test_a_year_without_announced_table_is_marked(year, sure):
    """A term that ends in a year whose rest days are not announced says that it must be computed again."""
    start = datetime(year, 5, 11, 1, tzinfo=UTC)

    codes = [step.code for step in counting.days_after(start, 1, CAL).steps]
    more = [step.code for step in counting.working_days_after(start, 1, CAL).steps]

    assert ("unsure" not in codes) is sure
    assert ("unsure" not in more) is sure


def test_calendar_names_rest_days():
    assert CAL.name(date(2026, 10, 1)).name_en == "National Day"
    assert CAL.name(date(2026, 11, 7)).name_en == "weekend"
    assert CAL.name(date(2026, 11, 6)) is None
    assert not Calendar().is_sure(date(2026, 1, 1))


def test_last_day_of_a_moment_within_a_day_is_that_day():
    assert counting.latest_before(china("2026-11-27T09:30:00"), 10).last_day == date(2026, 11, 17)


def test_the_day_in_china_begins_eight_hours_before_utc():
    assert counting.local_day(datetime(2026, 11, 2, 16, 0, tzinfo=UTC)) == date(2026, 11, 3)
    assert counting.start_of(date(2026, 11, 3)) == datetime(2026, 11, 2, 16, 0, tzinfo=UTC)
