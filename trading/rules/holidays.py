"""Holiday tables (放假安排) of the years that are known, read into one calendar."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from trading.rules.counting import Calendar, RestDay
from trading.rules.packs import PACKS_DIR, PackError, day_read, toml_read


def load_calendar(directory: Path = PACKS_DIR) -> Calendar:
    """The holiday tables of a directory as one calendar."""
    files = sorted(directory.glob("holidays-*.toml"))
    return merge_tables((path.read_text(encoding="utf-8"), path.name) for path in files)


def merge_tables(tables: Iterable[tuple[str, str]]) -> Calendar:
    """Read holiday tables, given as (text, name), into one calendar; ``PackError`` on a bad year."""
    off: dict[date, RestDay] = {}
    working: set[date] = set()
    years: set[int] = set()
    unsure: set[int] = set()
    for text, name in tables:
        data = toml_read(text, name)
        year = data.get("table", {}).get("year")
        if not isinstance(year, int) or year in years:
            raise PackError(f"{name}: [table] needs a year of its own")
        years.add(year)
        if data["table"].get("status") != "announced":
            unsure.add(year)
        for block in data.get("off", ()):
            first, last = (
                day_read(block.get("from"), f"{name}: from"),
                day_read(block.get("to"), f"{name}: to"),
            )
            if not first <= last or first.year != year:
                raise PackError(f"{name}: {first}..{last} is not a span of {year}")
            for step in range((last - first).days + 1):
                off[first + timedelta(days=step)] = RestDay(str(block["name_zh"]), str(block["name_en"]))
        working.update(day_read(day, f"{name}: working") for day in data.get("working", {}).get("days", ()))
    if both := working & off.keys():
        raise PackError(f"{min(both)} is both off and worked")
    return Calendar(off, frozenset(working), frozenset(years), frozenset(unsure))
