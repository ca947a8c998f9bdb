"""Keep the log moving on a fixed grid, whatever happens or does not happen in it."""

from datetime import datetime, timedelta

from ledger import rules, selectors
from ledger.models import Checkpoint
from ledger.services.cut import batch_cut

BEAT = timedelta(seconds=10)
"""The grid without a rush: how long a receipt waits at most. Policies promise 60 s (``min_checkpoint_s``)."""


def heartbeat(*, at: datetime, interval: timedelta = BEAT) -> Checkpoint | None:
    """Cut if a beat of the grid has passed since the last checkpoint; None otherwise.

    The apps above call it with one second in the last five minutes before a deadline
    (``rush_checkpoint_s``). Whether entries wait has no bearing: see ``rules.beat_due``.
    """
    last = selectors.checkpoint_latest()
    if not rules.beat_due(last.at if last else None, at, interval):
        return None
    return batch_cut(at=at)
