"""What happens by the clock: terms end, each night the pool is committed anew, draws go on."""

from celery import shared_task

from accounts.actors import SYSTEM
from experts.pool_keys import pool_key
from experts.selectors.draws import draws_wait
from experts.selectors.epochs import night_due
from experts.services.draws_drive import draws_drive
from experts.services.epoch_cut import epoch_cut
from experts.services.expert_standing import terms_expire
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
        draws_drive(at=clock.now(), key=pool_key())


DUE = (("experts.terms", 600, terms), ("experts.epoch", 600, epoch), ("experts.draws", 5, draws))
