"""How days are counted: Civil Code 201-204, working days, and terms that run backwards.

Everything is pure. Moments are aware datetimes; days are days of China (UTC+8, one zone, no summer
time since 1991). Each function returns the moment and the steps that lead to it, so that a page can
show the computation and a stranger can repeat it.

The end of a day is written as 00:00:00 of the next day: an act is in time while ``at < moment``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone

from django.utils.translation import gettext_noop

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
SATURDAY = 5
ONE_DAY = timedelta(days=1)
MIDNIGHT = time(0, 0)


@dataclass(frozen=True)
class RestDay:
    """A day off by the State Council's table."""

    name_zh: str
    name_en: str


@dataclass(frozen=True)
class Calendar:
    """Which days are rest days.

    ``off`` are the statutory holidays with their bridge days, ``working`` the weekend days worked in
    exchange, ``years`` the years for which a table exists, ``unsure`` those whose table is provisional.
    """

    off: Mapping[date, RestDay] = field(default_factory=dict)
    working: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()
    unsure: frozenset[int] = frozenset()

    def is_rest(self, day: date) -> bool:
        """True on a holiday or bridge day, and on a weekend day that is not worked in exchange."""
        if day in self.working:
            return False
        return day in self.off or day.weekday() >= SATURDAY

    def name(self, day: date) -> RestDay | None:
        """The holiday's name, ``weekend`` on an ordinary weekend day, None on a working day."""
        if not self.is_rest(day):
            return None
        return self.off.get(day, RestDay("周末", "weekend"))

    def is_sure(self, day: date) -> bool:
        """False when the year has no announced table, so that only part of its rest days is known."""
        return day.year in self.years and day.year not in self.unsure


@dataclass(frozen=True)
class Step:
    """One line of a computation: a stable code, a msgid, and the values that fill it."""

    code: str
    message: str
    data: Mapping[str, object]


@dataclass(frozen=True)
class Counted:
    """The result of a count: a moment (aware, UTC) and how it was found."""

    moment: datetime
    steps: tuple[Step, ...]

    @property
    def last_day(self) -> date:
        """The last day of the term: the day whose end, or within which, the moment lies."""
        return local_day(self.moment - timedelta(microseconds=1))


START = gettext_noop("Starts %(day)s; that day is not counted (Civil Code 201).")
NTH = gettext_noop("Day %(count)s after it is %(day)s.")
ROLL = gettext_noop(
    "%(day)s is a rest day (%(name_zh)s, %(name_en)s): the next one that is not ends the term (Civil Code 203)."
)
MIDNIGHT_END = gettext_noop("The day ends at 24:00 (Civil Code 203).")
SKIPPED = gettext_noop("%(count)s rest days in between were not counted.")
HOURS = gettext_noop("Hours run from the moment: %(hours)s hours after %(from)s (Civil Code 201).")
BACK = gettext_noop(
    "%(days)s full days of 24 hours before %(from)s; no counting rule in the law, so the stricter one."
)
NOT_BEFORE_DAY = gettext_noop("Not before day %(count)s, %(day)s.")
UNSURE = gettext_noop(
    "The rest days of %(year)s are not, or not finally, announced; compute again when they are."
)


def local_day(moment: datetime) -> date:
    """The day in China on which ``moment`` falls."""
    return moment.astimezone(CHINA).date()


def start_of(day: date) -> datetime:
    """00:00 in China at the beginning of ``day``, in UTC."""
    return datetime.combine(day, MIDNIGHT, tzinfo=CHINA).astimezone(UTC)


def end_of(day: date) -> datetime:
    """24:00 in China at the end of ``day``, in UTC."""
    return start_of(day + ONE_DAY)


def next_working_day(day: date, calendar: Calendar) -> date:
    """``day`` itself if it is worked, else the first day after it that is."""
    while calendar.is_rest(day):
        day += ONE_DAY
    return day


def days_after(start: datetime, days: int, calendar: Calendar, *, rolls: bool = True) -> Counted:
    """End of a term of ``days`` calendar days after ``start`` (Civil Code 201, 203).

    The starting day is not counted; if ``rolls``, a last day that is a rest day moves to the next day
    that is not; the term ends at 24:00.
    """
    first = local_day(start)
    last = first + timedelta(days=days)
    steps = [Step("start", START, {"day": first}), Step("nth", NTH, {"count": days, "day": last})]
    if rolls and (rest := calendar.name(last)):
        steps.append(Step("roll", ROLL, {"day": last, "name_zh": rest.name_zh, "name_en": rest.name_en}))
        last = next_working_day(last, calendar)
        steps.append(Step("last", NTH, {"count": (last - first).days, "day": last}))
    steps.append(Step("midnight", MIDNIGHT_END, {}))
    return Counted(end_of(last), (*steps, *_doubts(last, calendar)))


def working_days_after(start: datetime, days: int, calendar: Calendar) -> Counted:
    """End of a term of ``days`` working days after ``start``, with exchanged weekends (调休) counted."""
    first = local_day(start)
    day, counted, skipped = first, 0, 0
    while counted < days:
        day += ONE_DAY
        if calendar.is_rest(day):
            skipped += 1
        else:
            counted += 1
    steps = (
        Step("start", START, {"day": first}),
        Step("skipped", SKIPPED, {"count": skipped}),
        Step("nth", NTH, {"count": days, "day": day}),
        Step("midnight", MIDNIGHT_END, {}),
    )
    return Counted(end_of(day), (*steps, *_doubts(day, calendar)))


def hours_after(start: datetime, length: timedelta) -> Counted:
    """A term in hours, minutes or seconds runs from the very moment (Civil Code 201)."""
    hours = length.total_seconds() / 3600
    shown = int(hours) if hours == int(hours) else round(hours, 4)
    step = Step("hours", HOURS, {"hours": shown, "from": start})
    return Counted((start + length).astimezone(UTC), (step,))


def latest_before(deadline: datetime, days: int) -> Counted:
    """Last moment of an act due ``days`` days before ``deadline``: full 24-hour days back.

    An act at exactly this moment is in time.
    """
    moment = (deadline - timedelta(days=days)).astimezone(UTC)
    return Counted(moment, (Step("back", BACK, {"days": days, "from": deadline}),))


def earliest_after(act: datetime, days: int, calendar: Calendar, *, hour: int, minute: int = 30) -> Counted:
    """Earliest working-day moment that leaves ``days`` full 24-hour days after ``act``.

    Used for proposals: the day is moved past rest days and the clock time is ``hour:minute`` in China.
    """
    full = act + timedelta(days=days)
    first = local_day(act)
    day = local_day(full)
    if datetime.combine(day, time(hour, minute), tzinfo=CHINA) < full:
        day += ONE_DAY
    steps = [
        Step("start", START, {"day": first}),
        Step("not_before", NOT_BEFORE_DAY, {"count": (day - first).days, "day": day}),
    ]
    if rest := calendar.name(day):
        steps.append(Step("roll", ROLL, {"day": day, "name_zh": rest.name_zh, "name_en": rest.name_en}))
        day = next_working_day(day, calendar)
    moment = datetime.combine(day, time(hour, minute), tzinfo=CHINA).astimezone(UTC)
    return Counted(moment, (*steps, *_doubts(day, calendar)))


def _doubts(day: date, calendar: Calendar) -> tuple[Step, ...]:
    """A line of doubt when the year's table is missing or provisional."""
    return () if calendar.is_sure(day) else (Step("unsure", UNSURE, {"year": day.year}),)
