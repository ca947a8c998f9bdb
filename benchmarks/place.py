"""A place to measure in: a PostgreSQL database, keys and a store of this run's own, gone afterwards."""

# ruff: noqa: PLC0415 - Django's modules can be imported only once the settings name the new database

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
POSTGRES = os.environ.get("SUNLIT_TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/test")
REDIS = os.environ.get("SUNLIT_TEST_REDIS_URL", "redis://127.0.0.1:6379/15").rpartition("/")[0] + "/13"


@contextmanager
def installation(mode: str = "trial") -> Iterator[Path]:
    """Settings of this mode, an empty database; the directory where all else lies."""
    import psycopg

    name = f"sunlit_bench_{os.getpid()}"
    with psycopg.connect(POSTGRES, autocommit=True) as admin, tempfile.TemporaryDirectory() as home:
        admin.execute(f'CREATE DATABASE "{name}"')
        os.environ |= {
            "DATABASE_URL": f"{POSTGRES.rpartition('/')[0]}/{name}",
            "REDIS_URL": REDIS,
            "SUNLIT_MODE": mode,
            "DEBUG": "0",
            "SECRET_KEY": secrets.token_urlsafe(64),
            "ALLOWED_HOSTS": "127.0.0.1",
            "TRUST_PROXY": "1",
            "SUNLIT_VAR_DIR": home,
            "SUNLIT_TIME_SOURCES": "local",
            "SUNLIT_WITNESS_URLS": "local",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", interactive=False, verbosity=0)
        try:
            yield Path(home)
        finally:
            connection.close()
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
