"""The schedule: one list for beat and for tick, and every line of it idempotent."""

from io import StringIO

import pytest
from django.core.management import call_command

from config import celery
from kernel.errors import Unavailable


def test_every_line_is_a_registered_task():
    for line in celery.due():
        assert line.seconds > 0
        assert line.task.name in celery.app.tasks


def test_names_are_unique():
    names = [line.name for line in celery.due()]

    assert len(names) == len(set(names))


def test_beat_reads_the_same_list():
    assert set(celery.beat_schedule()) == {line.name for line in celery.due()}


def test_a_late_line_is_dropped():
    for entry in celery.beat_schedule().values():
        assert entry["options"]["expires"] == entry["schedule"]


@pytest.mark.django_db(transaction=True)
def test_tick_twice_does_no_harm():
    call_command("tick", stdout=StringIO())
    output = StringIO()
    call_command("tick", stdout=output)

    assert all(line.name in output.getvalue() for line in celery.due())


def test_one_refused_line_does_not_stop_the_others(monkeypatch):
    done = []

    def refused():
        raise Unavailable("store", "The store is full.")

    lines = (celery.Due("first", 60, refused), celery.Due("second", 60, lambda: done.append(1)))
    monkeypatch.setattr("config.management.commands.tick.due", lambda: lines)
    errors = StringIO()

    call_command("tick", stdout=StringIO(), stderr=errors)

    assert done == [1]
    assert "The store is full." in errors.getvalue()


def test_the_list_can_be_shown():
    output = StringIO()
    call_command("tick", "--list", stdout=output)

    assert output.getvalue().count("every") == len(celery.due())
