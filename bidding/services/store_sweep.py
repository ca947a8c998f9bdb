"""Clear away what killed processes left in the store: parts begun and never ended."""

from datetime import datetime, timedelta

from bidding import store

STALE = timedelta(days=1)
"""How old something unfinished is before it is nobody's: no part and no bundle takes as long to write."""


def store_sweep(*, at: datetime) -> int:
    """Remove from the store what was begun a day before ``at`` and never ended; how much that was. Idempotent.

    What is being written stays. Nothing stored is touched, so there is nothing to record. Unavailable when the
    store is.
    """
    return store.default().sweep(at - STALE)
