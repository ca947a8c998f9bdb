"""What is due by the clock: beats of the log, and time statements still missing."""

from celery import shared_task

from kernel import clock
from ledger.services import heartbeat as beat
from ledger.services import statements_collect


@shared_task(name="ledger.heartbeat")
def heartbeat() -> None:
    """Cut the log when a beat of its grid has passed, even when nothing is pending."""
    beat(at=clock.now())


@shared_task(name="ledger.statements")
def statements() -> None:
    """Ask the sources that have not stated the newest checkpoint, silent ones with full patience."""
    statements_collect(at=clock.now(), patient=True)


DUE = (("ledger.heartbeat", 1, heartbeat), ("ledger.statements", 30, statements))
