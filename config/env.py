"""Reading the environment: small typed readers, and database URLs.

Every setting which differs between two installations comes through here, so that
``docs/operations.md`` can list them all.
"""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off", ""})


class InvalidVariable(ValueError):
    """A variable holds something that cannot be read; the message names the variable, not its value."""


def text(name: str, default: str = "") -> str:
    """The variable as text, or ``default`` when it is absent or empty.

    ``NAME_FILE`` may name a file which holds the value, as container secrets do.
    """
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name) or default


def flag(name: str, *, default: bool = False) -> bool:
    """The variable as yes or no."""
    value = text(name, "1" if default else "0").lower()
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise InvalidVariable(f"{name} must be 1 or 0")


def number(name: str, default: int) -> int:
    """The variable as a whole number."""
    try:
        return int(text(name, str(default)))
    except ValueError:
        raise InvalidVariable(f"{name} must be a whole number") from None


def words(name: str, default: str = "") -> list[str]:
    """The variable as a list, split at commas, blanks removed."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def database(url: str, *, sqlite_path: Path) -> dict[str, Any]:
    """Django's settings for the database at ``url``; SQLite at ``sqlite_path`` when there is none.

    SQLite takes its write lock when a transaction begins (IMMEDIATE), so that "lock, permit, check,
    change" holds there as ``SELECT … FOR UPDATE`` makes it hold on PostgreSQL.
    """
    if not url:
        return sqlite(sqlite_path)
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(parts.path)))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise InvalidVariable("DATABASE_URL must begin with postgresql:// or sqlite://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def sqlite(path: Path) -> dict[str, Any]:
    """SQLite in write-ahead mode: readers never wait for the one writer."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    }


def package_dir(name: str) -> Path:
    """Where an installed package (a namespace of plain files, too) lies on disk."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise InvalidVariable(f"the package {name} is not installed")
    return Path(next(iter(spec.submodule_search_locations)))
