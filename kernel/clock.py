"""The only reading of the clock in the project.

Edges (views, tasks, commands) call ``now()`` once and pass it down as ``at``; everything below takes
time as an argument, so that every rule about deadlines can be tested at the very second.
"""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC, in microseconds as the operating system gives it."""
    return datetime.now(tz=UTC)
