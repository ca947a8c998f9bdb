"""Which real engines this machine has: PostgreSQL, Redis, Chromium, gettext.

``python -m tests.engines NAME`` exits with 0 when the engine is there.
"""

import os
import shutil
import socket
import sys
from functools import cache
from urllib.parse import urlsplit

POSTGRES_URL = os.environ.get("SUNLIT_TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/test")
REDIS_URL = os.environ.get("SUNLIT_TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
CHROMIUM = os.environ.get("SUNLIT_CHROMIUM", "")
REQUIRE_ALL = os.environ.get("SUNLIT_REQUIRE", "") == "all"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

HOW_TO = {
    "postgres": "PostgreSQL: set SUNLIT_TEST_DATABASE_URL",
    "redis": "Redis: set SUNLIT_TEST_REDIS_URL",
    "browser": "Chromium: install it, or set SUNLIT_CHROMIUM",
    "gettext": "gettext (xgettext, msgfmt): install it",
}


def answers(url: str, default_port: int) -> bool:
    """Whether something listens where ``url`` points to."""
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or default_port), timeout=2):
            return True
    except OSError:
        return False


@cache
def postgres() -> bool:
    """A PostgreSQL server which lets us in."""
    if not answers(POSTGRES_URL, 5432):
        return False
    import psycopg

    try:
        psycopg.connect(POSTGRES_URL, connect_timeout=3).close()
    except psycopg.Error:
        return False
    return True


@cache
def redis() -> bool:
    """A Redis server which answers."""
    if not answers(REDIS_URL, 6379):
        return False
    from redis import Redis
    from redis.exceptions import RedisError

    try:
        with Redis.from_url(REDIS_URL, socket_timeout=2) as client:
            return bool(client.ping())
    except RedisError:
        return False


@cache
def chromium() -> str:
    """The path of a Chromium, or nothing."""
    if CHROMIUM:
        return CHROMIUM if os.access(CHROMIUM, os.X_OK) else ""
    return next((path for name in BROWSERS if (path := shutil.which(name))), "")


def browser() -> bool:
    """Whether there is a Chromium."""
    return bool(chromium())


def gettext() -> bool:
    """Whether translations can be collected and compiled."""
    return bool(shutil.which("xgettext") and shutil.which("msgfmt"))


PRESENT = {"postgres": postgres, "redis": redis, "browser": browser, "gettext": gettext}

if __name__ == "__main__":
    sys.exit(0 if PRESENT[sys.argv[1]]() else 1)
