"""What happens by the clock: reminders before deadlines, the end of publicities. Closing is driven by ``bidding``."""

from celery import shared_task

from kernel import clock
from trading.services import reminders_send
from trading.services.publicity import publicities_end
from trading.services.result_clocks import result_clocks_watch


@shared_task(name="trading.reminders")
def send_reminders() -> None:
    """Send the reminders which are due."""
    reminders_send(at=clock.now())


@shared_task(name="trading.publicities")
def end_publicities() -> None:
    """End the publicities whose last moment has passed; warn of the clocks after the report."""
    publicities_end(at=clock.now())
    result_clocks_watch(at=clock.now())


DUE = (("reminders", 60, send_reminders), ("publicities", 15, end_publicities))
