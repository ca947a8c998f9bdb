"""What happens by the clock: reminders before deadlines. Closing is driven by ``bidding``."""

from celery import shared_task

from kernel import clock
from trading.services import reminders_send


@shared_task(name="trading.reminders")
def send_reminders() -> None:
    """Send the reminders which are due."""
    reminders_send(at=clock.now())


DUE = (("reminders", 60, send_reminders),)
