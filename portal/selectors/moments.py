"""Moments of a record, which keeps seconds since 1970."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(seconds: int | None) -> datetime | None:
    """A moment of the record; None where there is none."""
    return None if seconds is None else datetime.fromtimestamp(seconds, tz=UTC)
