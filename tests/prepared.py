"""A migrated database, made once for one set of migrations and copied at the start of every run.

Nothing but the migrations decides what is in it; its name is their hash, so that a changed one makes another.
"""

import fcntl
import hashlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import django
from django.apps import apps

ROOT = Path(__file__).parents[1]
PLACE = ROOT / ".pytest_cache" / "prepared"
PREFIX = "sunlit_prepared_"


def written() -> Iterator[Path]:
    """The migrations of every app, in the order of their labels and names."""
    for config in sorted(apps.get_app_configs(), key=lambda config: config.label):
        yield from sorted((Path(config.path) / "migrations").glob("*.py"))


def key() -> str:
    """The hash of the migrations, 16 hexadecimal digits."""
    digest = hashlib.sha256(f"{django.VERSION} {sqlite3.sqlite_version}".encode())
    for path in written():
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def migrate(url: str) -> None:
    """Run all migrations on the database at ``url``, in a process of its own."""
    environment = {**os.environ, "DATABASE_URL": url, "SUNLIT_VAR_DIR": str(PLACE / "var")}
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
    )


def sqlite_file() -> Path:
    """The migrated file; the first who asks makes it, others wait."""
    PLACE.mkdir(parents=True, exist_ok=True)
    ready = PLACE / f"{key()}.sqlite3"
    with (PLACE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            for old in PLACE.glob("*.sqlite3*"):
                old.unlink()
            making = PLACE / "making.sqlite3"
            migrate(f"sqlite:///{making}")
            with sqlite3.connect(making) as connection:
                connection.execute("PRAGMA journal_mode=DELETE")
            connection.close()
            making.replace(ready)
    return ready


def postgres_template(settings: dict[str, Any]) -> str:
    """The name of the migrated database on this server; the first who asks makes it, others wait."""
    import psycopg

    name = PREFIX + key()
    at = {"host": settings["HOST"], "port": settings["PORT"] or 5432, "user": settings["USER"]}
    with psycopg.connect(
        dbname=settings["NAME"], password=settings["PASSWORD"], autocommit=True, **at
    ) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [PREFIX])
        names = [
            row[0]
            for row in connection.execute(
                "SELECT datname FROM pg_database WHERE datname LIKE %s", [PREFIX + "%"]
            )
        ]
        if name not in names:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}_making" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}_making"')
            user = ":".join(quote(settings[key], safe="") for key in ("USER", "PASSWORD") if settings[key])
            migrate(f"postgresql://{user}@{at['host']}:{at['port']}/{name}_making")
            connection.execute(f'ALTER DATABASE "{name}_making" RENAME TO "{name}"')
    return name


def copied(source: Path, creation: Any) -> None:
    """Let Django's test database, in memory, begin as a copy of the file ``source``."""
    empty = creation._create_test_db

    def create(verbosity: int, autoclobber: bool, keepdb: bool = False) -> Any:
        name = empty(verbosity, autoclobber, keepdb)
        connection = creation.connection
        connection.close()
        connection.settings_dict["NAME"] = name
        connection.ensure_connection()
        with sqlite3.connect(source) as kept:
            kept.backup(connection.connection)
        kept.close()
        return name

    creation._create_test_db = create


def use() -> None:
    """Let the databases of this run begin as copies."""
    from django.db import connection

    if connection.vendor == "sqlite":
        copied(sqlite_file(), connection.creation)
    else:
        connection.settings_dict["TEST"]["TEMPLATE"] = postgres_template(connection.settings_dict)
