"""What happens by the clock: messages go out, alarms are raised, papers about to expire announced, sessions end."""

from celery import shared_task

from accounts import gateways
from accounts.services import (
    alarms_raise,
    certificates_expiring_notify,
    outbox_drain,
    papers_expiring_notify,
    staff_sessions_expire,
)
from kernel import clock


@shared_task(name="accounts.outbox")
def drain_outbox() -> None:
    """Send the notifications which are due."""
    outbox_drain(gateways=gateways.configured(), at=clock.now())


@shared_task(name="accounts.papers")
def announce_expiring_papers() -> None:
    """Tell organisations of papers and certificates that expire in 30, 7 or 1 days."""
    papers_expiring_notify(at=clock.now())
    certificates_expiring_notify(at=clock.now())


@shared_task(name="accounts.staff_sessions")
def expire_staff_sessions() -> None:
    """Close staff sessions whose time is over, on the record."""
    staff_sessions_expire(at=clock.now())


@shared_task(name="accounts.alarms")
def raise_alarms() -> None:
    """Tell the duty operator of incidents around the log."""
    alarms_raise(at=clock.now())


DUE = (
    ("outbox", 20, drain_outbox),
    ("alarms", 20, raise_alarms),
    ("expiring papers", 3600, announce_expiring_papers),
    ("staff sessions", 60, expire_staff_sessions),
)
