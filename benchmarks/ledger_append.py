"""Leaves per second through the real services: append events in bulk, cut, sign.

Measured twice: one process doing both in turn, and as deployed, where one process appends while the sequencer,
another, cuts what is pending; the second rate is from the first append to the last leaf signed.

Run by itself (`python -m benchmarks.ledger_append [--events N] [--batch N]`): a database of its own is made
beside the configured one and dropped afterwards. Prints one line per measure, the machine and the date.
"""

# ruff: noqa: PLC0415 - Django's modules can be imported only once the settings name the new database

import argparse
import multiprocessing
import os
import platform
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any


@contextmanager
def own_database() -> Iterator[None]:
    """The settings' engine with an empty database and keys of its own."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["SUNLIT_VAR_DIR"] = home
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django
        from django.db import connection

        django.setup()
        before = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield
        finally:
            connection.creation.destroy_test_db(before, verbosity=0)


def events(count: int, chains: int) -> list[Any]:
    """Signed-looking events of several chains: form and size of a withdrawal, bytes at random."""
    from ledger.services import NewEvent
    from protocol import bodies

    found = []
    for number in range(count):
        body = bodies.body("withdraw", policy=secrets.token_hex(32), target=secrets.token_hex(32))
        signature = {"alg": "ed25519", "key": secrets.token_hex(44), "sig": secrets.token_hex(64)}
        found.append(NewEvent("withdraw", body, [signature], f"T/{number % chains}/bid"))
    return found


def backend_seconds() -> float:
    """CPU seconds of the server process behind this connection, 0 when it runs elsewhere or there is none."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    if not stat.exists():
        return 0.0
    user, system = stat.read_text(encoding="ascii").rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def measure(total: int, batch: int, chains: int) -> dict[str, float]:
    """Seconds for appending and for cutting ``total`` events in batches, and of CPU of client and server."""
    from ledger.audit import log_check
    from ledger.services import events_append, tree_grow

    at = datetime(2026, 1, 1, tzinfo=UTC)
    spent = {"append": 0.0, "cut": 0.0, "cpu": 0.0}
    server = backend_seconds()
    for _ in range(total // batch):
        new = events(batch, chains)
        cpu, begun = time.process_time(), time.perf_counter()
        events_append(events=new, at=at)
        appended = time.perf_counter()
        tree_grow(at=at)
        spent["append"] += appended - begun
        spent["cut"] += time.perf_counter() - appended
        spent["cpu"] += time.process_time() - cpu
        at += timedelta(seconds=1)
    spent["cpu"] += backend_seconds() - server
    report = log_check()
    if report.faults or report.entries != total // batch * batch:
        sys.exit(f"the log does not hold: {report.faults[:3]}")
    return spent


def as_deployed(total: int, batch: int, chains: int) -> float:
    """Seconds until ``total`` events are signed, appended by a process of its own while this one cuts."""
    from django.db import connection

    from ledger.audit import log_check
    from ledger.models import Entry
    from ledger.services import events_append, tree_grow

    at = datetime(2026, 1, 3, tzinfo=UTC)
    last = Entry.objects.count()
    prepared = [events(batch, chains) for _ in range(total // batch)]
    connection.close()
    ready, steps = multiprocessing.Barrier(2), multiprocessing.Semaphore(0)

    def append() -> None:
        ready.wait()
        for new in prepared:
            events_append(events=new, at=at)
            steps.release()

    appender = multiprocessing.get_context("fork").Process(target=append)
    appender.start()
    Entry.objects.exists()  # connected before the clock runs
    ready.wait()
    begun = time.perf_counter()
    for number in range(total // batch):
        steps.acquire()
        tree_grow(at=at + timedelta(seconds=number))
    spent = time.perf_counter() - begun
    appender.join()
    report = log_check()
    if appender.exitcode or report.faults or report.entries != last + total // batch * batch:
        sys.exit(f"the log does not hold: {report.faults[:3]}")
    return spent


def one_by_one(count: int) -> float:
    """Seconds of wall time for ``count`` transactions of one event each, as people make them."""
    from ledger.services import event_append

    at = datetime(2026, 1, 2, tzinfo=UTC)
    new = events(count, 50)
    begun = time.perf_counter()
    for event in new:
        event_append(kind=event.kind, body=event.body, signatures=event.signatures, chain=event.chain, at=at)
    return time.perf_counter() - begun


def run(total: int = 50_000, batch: int = 5_000) -> dict[str, float]:
    """Measure and return rates by name; `python -m benchmarks` calls this."""
    with own_database():
        from django.db import connection

        spent = measure(total, batch, chains=50)
        deployed = as_deployed(total, batch, chains=50) if connection.vendor == "postgresql" else 0.0
        single = one_by_one(500)
        return {
            **(
                {f"leaves/s, appended while cut, batches of {batch}, postgresql": total / deployed}
                if deployed
                else {}
            ),
            f"leaves/s, append and cut, batches of {batch}, {connection.vendor}": total
            / (spent["append"] + spent["cut"]),
            f"leaves/s, cut alone, {connection.vendor}": total / spent["cut"],
            f"leaves per second of CPU, server process included, {connection.vendor}": total / spent["cpu"],
            f"events/s, one transaction each, {connection.vendor}": 500 / single,
        }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--batch", type=int, default=5_000)
    options = parser.parse_args()
    for name, value in run(options.events, options.batch).items():
        print(f"{value:12,.0f}  {name}")
    load = os.getloadavg()[0]
    print(f"{platform.machine()} {os.cpu_count()} cores, Python {platform.python_version()}, load {load:.1f}")
    print(f"{datetime.now(tz=UTC):%Y-%m-%d}")


if __name__ == "__main__":
    main()
