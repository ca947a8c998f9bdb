"""Geometry of the day line: today's public moments on a line from 8:00 to 18:00, drawn with SVG attributes only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.formats import beijing, time_words

FIRST_HOUR, LAST_HOUR = 8, 18
LEFT, RIGHT, BASE = 20, 1180, 48
LABEL_GAP = 92


@dataclass(frozen=True)
class Tick:
    """An hour of the scale."""

    x: float
    label: str


@dataclass(frozen=True)
class Mark:
    """One moment on the line; `kind` is "opens" (triangle) or "closes" (disc). The label may be left out."""

    x: float
    kind: str
    label: str


@dataclass(frozen=True)
class DayLine:
    """Everything the template draws: scale, marks, and where the sun stands."""

    ticks: tuple[Tick, ...]
    marks: tuple[Mark, ...]
    now_x: float


def position(moment: datetime) -> float:
    """Where a moment stands on the line, in units of the drawing; clamped to its ends."""
    local = beijing(moment)
    hours = local.hour + local.minute / 60 + local.second / 3600
    share = (hours - FIRST_HOUR) / (LAST_HOUR - FIRST_HOUR)
    return round(LEFT + min(max(share, 0.0), 1.0) * (RIGHT - LEFT), 1)


def day_line(events: Sequence[tuple[datetime, str, str]], *, now: datetime) -> DayLine:
    """Lay out (moment, kind, word) events of one day; a label that would touch the one before it is dropped."""
    step = (RIGHT - LEFT) / (LAST_HOUR - FIRST_HOUR)
    ticks = tuple(
        Tick(round(LEFT + step * i, 1), f"{FIRST_HOUR + i}:00") for i in range(LAST_HOUR - FIRST_HOUR + 1)
    )
    marks: list[Mark] = []
    last_label = -LABEL_GAP * 1.0
    for moment, kind, word in sorted(events, key=lambda e: e[0]):
        x = position(moment)
        fits = x - last_label >= LABEL_GAP
        marks.append(Mark(x, kind, f"{time_words(moment, seconds=False)} {word}" if fits else ""))
        if fits:
            last_label = x
    return DayLine(ticks, tuple(marks), position(now))
