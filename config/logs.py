"""Logs: one JSON object per line, with the request's id, and never a secret.

What may be logged is a list of keys, not a list of exceptions: an ``extra`` which is not named here
does not reach the line. Bid content and personal data have no name here.
"""

import json
import logging
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final

request_id: ContextVar[str] = ContextVar("request_id", default="")

ALLOWED_EXTRAS: Final = (
    "code",
    "duration_ms",
    "method",
    "path",
    "status",
    "task",
    "count",
    "checkpoint",
    "tree_size",
    "check",
)


class RequestIdFilter(logging.Filter):
    """Stamps each record with the id of the request or task in which it was written."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add ``request_id``; never drop a record."""
        record.request_id = request_id.get()
        return True


class JsonFormatter(logging.Formatter):
    """The record as one line of JSON: time (UTC), level, logger, message, request id, named extras.

    Of an exception only the type and the place are kept: its message and the values of local
    variables may hold what nobody may read.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line, keys in a fixed order."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message_of(record),
            "request_id": getattr(record, "request_id", ""),
        }
        line |= {key: value for key in ALLOWED_EXTRAS if (value := getattr(record, key, None)) is not None}
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            line["at"] = frames(record)
        return json.dumps(line, ensure_ascii=False, default=str)


def message_of(record: logging.LogRecord) -> str:
    """The message; of those libraries that put exceptions and addresses into it, only the harmless part."""
    if record.name == "celery.app.trace" and isinstance(record.args, Mapping):
        return " ".join(str(record.args.get(key, "")) for key in ("name", "id", "description")).strip()
    if record.name == "django.request" and isinstance(record.args, tuple) and record.args:
        return str(record.args[0])
    return record.getMessage()


def frames(record: logging.LogRecord, limit: int = 12) -> list[str]:
    """Where the exception passed: "file:line function", innermost last, no source text and no values."""
    trace = record.exc_info[2] if record.exc_info else None
    places: list[str] = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places[-limit:]


def configuration(*, formatter: str, level: str) -> dict[str, Any]:
    """Django's LOGGING: everything to standard error, as lines of ``formatter`` (json or plain)."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": "config.logs.JsonFormatter"},
            "plain": {"format": "%(levelname)s %(name)s %(message)s"},
        },
        "filters": {"request_id": {"()": "config.logs.RequestIdFilter"}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": formatter,
                "filters": ["request_id"],
            },
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True, "level": "WARNING"},
        },
    }
