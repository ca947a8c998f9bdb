"""The worker and its schedule.

An app which has work by the clock lists it in ``tasks.DUE``: a name, a period in seconds, a task
without arguments. Each task asks "what is due?" and calls idempotent services, so a tick too many
or too few changes nothing: deadlines are compared at the act, never here. Without Redis,
``manage.py tick`` runs the same list.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from celery import Celery, Task
from celery.signals import beat_init, worker_init
from django.core.exceptions import ImproperlyConfigured

from config.logs import request_id

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# Lower floors first: the log is cut before anyone above reads it.
APPS: Final = ("ledger", "accounts", "trading", "bidding", "experts", "supervision", "portal")


class NumberedTask(Task):  # type: ignore[type-arg]
    """A task whose log lines carry its id, as a request's lines carry theirs."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run under the task's id."""
        token = request_id.set(request_id.get() or str(self.request.id or ""))
        try:
            return self.run(*args, **kwargs)
        finally:
            request_id.reset(token)


@dataclass(frozen=True)
class Due:
    """One line of the schedule: what, how often (seconds), and the task itself."""

    name: str
    seconds: int
    task: Callable[[], object]


def due() -> tuple[Due, ...]:
    """The whole schedule, from every app's ``tasks.DUE``."""
    lines: list[Due] = []
    for name in APPS:
        if find_spec(f"{name}.tasks"):
            listed = getattr(import_module(f"{name}.tasks"), "DUE", ())
            lines += [Due(*line) for line in listed]
    return tuple(lines)


def beat_schedule() -> dict[str, dict[str, Any]]:
    """The schedule as Celery's beat reads it; a line late by more than its period is dropped."""
    return {
        line.name: {
            "task": getattr(line.task, "name", ""),
            "schedule": float(line.seconds),
            "options": {"expires": line.seconds},
        }
        for line in due()
    }


app = Celery("sunlit", task_cls=NumberedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(list(APPS))


@app.on_after_finalize.connect
def set_schedule(sender: Celery, **kwargs: Any) -> None:  # noqa: ARG001
    """Read the apps' schedules once all tasks are known."""
    sender.conf.beat_schedule = beat_schedule()


@worker_init.connect
@beat_init.connect
def refuse_unsafe_settings(**kwargs: Any) -> None:  # noqa: ARG001
    """Worker and beat refuse what the servers refuse; Celery would log another exception and go on."""
    from config.checks import refuse_unsafe  # noqa: PLC0415  (needs the applications to be loaded)

    try:
        refuse_unsafe()
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from error
