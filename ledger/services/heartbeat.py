"""Keep the log moving on a fixed grid, whatever happens or does not happen in it."""

from datetime import datetime, timedelta

from django.conf import settings

from ledger import rules, selectors
from ledger.models import Checkpoint
from ledger.services.cut import batch_cut
from ledger.services.incidents import incident_record
from ledger.states import IncidentCode

BEAT = timedelta(seconds=10)
"""The grid without a rush: how long a receipt waits at most. Policies promise 60 s (``min_checkpoint_s``)."""


def heartbeat(*, at: datetime, interval: timedelta = BEAT) -> Checkpoint | None:
    """Cut if a beat of the grid has passed since the last checkpoint; None otherwise.

    The apps above call it with one second in the last five minutes before a deadline
    (``rush_checkpoint_s``). Whether entries wait has no bearing: see ``rules.beat_due``. A clock that stands
    before the last checkpoint cuts nothing; it is an incident.
    """
    last = selectors.checkpoint_latest()
    if last is not None and clock_behind(last, at):
        note = f"last signed {last.at.isoformat()}, this machine {at.isoformat()}"
        incident_record(code=IncidentCode.CLOCK_BEHIND, source="clock", note=note, at=at)
        return None
    if not rules.beat_due(last.at if last else None, at, interval):
        return None
    return batch_cut(at=at)


def clock_behind(last: Checkpoint, at: datetime) -> bool:
    """Whether ``at`` lies before the last checkpoint by more than clocks may differ: the log cannot go on."""
    return last.at - at > timedelta(seconds=settings.CLOCK_TOLERANCE_SECONDS)
