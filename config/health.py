"""Is the process alive (/healthz), and can it do its work (/readyz)?

Both answer to anyone and say nothing but names of parts and yes or no.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bidding import store
from kernel import clock
from kernel.errors import Unavailable

logger = logging.getLogger("sunlit.health")


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """The process answers; nothing else is asked, so that a database's fault does not restart it."""
    return JsonResponse({"ok": True})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Each part the work depends on, true or false; 503 unless all are true."""
    results = {name: ready(name, probe) for name, probe in PROBES.items()}
    fine = all(results.values())
    status = HTTPStatus.OK if fine else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse({"ok": fine, "checks": results}, status=status)


def ready(name: str, probe: Callable[[], bool]) -> bool:
    """Run one probe; the reason of a failure goes to the log, not to the asker."""
    try:
        fine = probe()
    except (DatabaseError, Unavailable) as error:
        logger.warning("not ready: %s", type(error).__name__, extra={"check": name})
        return False
    if not fine:
        logger.warning("not ready", extra={"check": name})
    return fine


def database_answers() -> bool:
    """The database can be asked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def migrations_applied() -> bool:
    """No migration of this release is missing in the database."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def store_writable() -> bool:
    """Bid parts can be stored: on disk a file is put and removed again, of S3 the bucket answers."""
    store.default().ready()
    return True


def clocks_agree() -> bool:
    """This machine's clock and the database server's differ by no more than the tolerance.

    SQLite runs on this very clock, so there is nothing to compare it with.
    """
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        theirs = cursor.fetchone()[0]
    return bool(abs(theirs - clock.now()) <= timedelta(seconds=settings.CLOCK_TOLERANCE_SECONDS))


def redis_answers() -> bool:
    """Redis can be asked, where it is configured."""
    if not settings.REDIS_URL:
        return True
    from redis import Redis, RedisError  # noqa: PLC0415  (loaded where it is asked for, like the cache's own client)

    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
            return bool(client.ping())
    except RedisError as error:
        raise Unavailable("redis_unavailable", str(error)) from error


PROBES: Final[dict[str, Callable[[], bool]]] = {
    "database": database_answers,
    "migrations": migrations_applied,
    "store": store_writable,
    "clock": clocks_agree,
    "redis": redis_answers,
}
