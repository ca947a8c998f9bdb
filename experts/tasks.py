"""What happens by the clock: terms end, each night the pool is committed anew, draws and panels go on."""

from celery import shared_task

from accounts.actors import SYSTEM
from experts.gateways import configured
from experts.pool_keys import pool_key
from experts.selectors.draws import draws_wait
from experts.selectors.epochs import night_due
from experts.services.draw_tell import draw_reminders
from experts.services.draws_drive import draws_drive
from experts.services.epoch_cut import epoch_cut
from experts.services.evaluations_drive import evaluations_drive
from experts.services.expert_standing import terms_expire
from experts.services.lead_run import leads_drive
from experts.services.panels_drive import panels_drive, panels_wait
from kernel import clock


@shared_task(name="experts.terms")
def terms() -> None:
    """End the terms that are over."""
    terms_expire(at=clock.now())


@shared_task(name="experts.epoch")
def epoch() -> None:
    """Cut the night's epoch, once a day and as soon as there is a pool."""
    at = clock.now()
    if night_due(at):
        epoch_cut(actor=SYSTEM, at=at, key=pool_key())


@shared_task(name="experts.draws")
def draws() -> None:
    """Take the next step of every draw that has one."""
    if draws_wait():
        draws_drive(at=clock.now(), key=pool_key(), gateway=configured())


@shared_task(name="experts.reminders")
def reminders() -> None:
    """Remind whom a draw waits for."""
    if draws_wait():
        draw_reminders(at=clock.now())


@shared_task(name="experts.evaluations")
def evaluations() -> None:
    """Show sheets that are all locked, note who is silent about a report."""
    evaluations_drive(at=clock.now())


@shared_task(name="experts.panels")
def panels() -> None:
    """Call in the panels whose draw is open, and end the questions whose time is over."""
    if panels_wait():
        panels_drive(at=clock.now(), key=pool_key())


@shared_task(name="experts.leads")
def leads() -> None:
    """Compute the leads: each night, and when somebody has asked."""
    leads_drive(at=clock.now(), key=pool_key())


DUE = (
    ("experts.terms", 600, terms),
    ("experts.epoch", 600, epoch),
    ("experts.draws", 5, draws),
    ("experts.reminders", 60, reminders),
    ("experts.evaluations", 5, evaluations),
    ("experts.panels", 10, panels),
    ("experts.leads", 20, leads),
)
