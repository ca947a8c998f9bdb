"""What happens by the clock: fast beats near a deadline, receipts, closings, results, calls; leftovers go."""

from celery import shared_task

from bidding.services import openings_drive, receipts_drive, rush_beat, store_sweep
from bidding.services.calls import calls_make
from bidding.services.security import guarantees_follow, receipts_follow, refunds_due
from bidding.services.validity_watch import validities_watch
from kernel import clock


@shared_task(name="bidding.rush")
def rush() -> None:
    """Cut the log each second while a deadline is near."""
    rush_beat(at=clock.now())


@shared_task(name="bidding.openings")
def openings() -> None:
    """Give receipts, close what is due, go on with running openings.

    The log's fast beat is looked after between the receipts: in a rush there are hundreds, and a cut that waited
    for them all would make the last bids late.
    """
    while receipts_drive(at=clock.now()):
        rush_beat(at=clock.now())
    openings_drive(at=clock.now())


@shared_task(name="bidding.calls")
def calls() -> None:
    """Call the bidders who must act: seal again, decrypt, look at their line."""
    calls_make(at=clock.now())


@shared_task(name="bidding.leftovers")
def leftovers() -> None:
    """Clear the store of what killed processes left in it."""
    store_sweep(at=clock.now())


@shared_task(name="bidding.securities")
def securities() -> None:
    """Follow new terms, find what of the securities is due back; ask issuers, and warn of guarantees that end."""
    at = clock.now()
    receipts_follow(at=at)
    refunds_due(at=at)
    guarantees_follow(at=at)
    validities_watch(at=at)


DUE = (
    ("bidding.rush", 1, rush),
    ("bidding.openings", 2, openings),
    ("bidding.calls", 15, calls),
    ("bidding.leftovers", 3600, leftovers),
    ("bidding.securities", 60, securities),
)
