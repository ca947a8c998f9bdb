"""Two sequencers, appends during a cut, a killed sequencer: by real connections, on PostgreSQL."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from django.conf import settings as django_settings
from django.db import connection, connections

from ledger import keys
from ledger.audit import log_check
from ledger.models import Checkpoint, Entry, LogState
from ledger.services import event_append, tree_grow
from tests.ledger.builders import CHAIN, appended, cut, moment, new_event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_postgres]


def together(*jobs):
    """Run the jobs at once, each with a connection of its own; their errors are the test's."""
    errors = []
    gate = threading.Barrier(len(jobs))

    def run(job):
        try:
            gate.wait()
            job()
        except Exception as error:  # noqa: BLE001
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []


def test_two_sequencers_cut_one_after_the_other():
    for _ in range(40):
        appended()

    def sequencer():
        for _ in range(6):
            tree_grow(at=moment(60))

    together(sequencer, sequencer, sequencer)

    sizes = list(Checkpoint.objects.values_list("size", flat=True))
    assert len(sizes) == 18
    assert sizes == sorted(set(sizes))
    assert all(size % 8 == 0 for size in sizes)
    assert log_check().faults == []


def test_appends_during_cuts_are_each_placed_once():
    keys.log_signer()

    def bidders():
        for _ in range(40):
            appended()

    def sequencer():
        for _ in range(15):
            tree_grow(at=moment(60))

    together(bidders, bidders, sequencer, sequencer)
    cut(61)

    places = list(Entry.objects.values_list("leaf_index", flat=True))
    assert len(places) == 80
    assert len(set(places)) == 80
    assert None not in places
    assert log_check().faults == []


def test_append_does_not_wait_for_a_cut():
    """A bidder's upload must not hang while the sequencer works."""
    keys.log_signer()
    inside, done = threading.Event(), threading.Event()
    waited = []

    def slow(leaves, events):
        inside.set()
        done.wait(20)
        return list(range(events))

    def bidder():
        inside.wait(20)
        begun = time.monotonic()
        appended()
        waited.append(time.monotonic() - begun)
        done.set()

    together(lambda: tree_grow(at=moment(), choose=slow), bidder)

    assert waited[0] < 5
    assert Entry.objects.get().leaf_index is None


def test_same_event_by_two_requests_is_written_once():
    new = new_event()

    def request():
        event_append(kind=new.kind, body=new.body, signatures=new.signatures, chain=CHAIN, at=moment())

    together(*[request] * 6)

    assert Entry.objects.count() == 1


def opened_by_reader(pipe, child):
    """The pipe's writing end, as soon as the child, its rows written, reads its key from the pipe."""
    for _ in range(600):
        assert child.poll() is None, "the child ended before it signed"
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the child never came to sign")


def test_sequencer_killed_while_cutting_leaves_no_trace(own_keys, tmp_path):
    """kill -9 after every row is written and before the signature: the next cut begins where this one did."""
    cut()
    for _ in range(20):
        appended()
    pipe = tmp_path / "log.fifo"
    os.mkfifo(pipe)
    script = (
        "import os, django; from django.conf import settings; django.setup()\n"
        f"settings.DATABASES['default']['NAME'] = {connection.settings_dict['NAME']!r}\n"
        "from pathlib import Path; from django.db import connection\n"
        f"connection.settings_dict['NAME'] = {connection.settings_dict['NAME']!r}\n"
        f"settings.LOG_KEY_FILE = Path({str(pipe)!r}); settings.LOG_ORIGIN = 'sunlit.local/log'\n"
        "from ledger.services import tree_grow; from tests.ledger.builders import moment\n"
        "tree_grow(at=moment(10))\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=django_settings.BASE_DIR,
        env={**os.environ, "SUNLIT_VAR_DIR": str(tmp_path)},
    )
    try:
        writer = opened_by_reader(pipe, child)
        assert Checkpoint.objects.count() == 1
        child.send_signal(signal.SIGKILL)
        child.wait(20)
        os.close(writer)
    finally:
        child.kill()

    assert LogState.objects.get().size == 8
    assert Entry.objects.filter(leaf_index__isnull=True).count() == 20
    assert cut(10).size == 32
    assert log_check().faults == []
