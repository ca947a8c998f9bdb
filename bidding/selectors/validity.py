"""Whose bid was opened, who was asked to extend its validity, and who has refused."""

from uuid import UUID

from bidding.models import Bid
from bidding.models.security import Guarantee, ValidityAnswer
from bidding.selectors.security.dues import HELD_GUARANTEES
from bidding.states import BidState
from trading.models import Lot, ValidityExtension
from trading.rules.counting import local_day

OPEN_GUARANTEES = HELD_GUARANTEES
"""States in which a guarantee still stands."""


def bidders_opened(lot: Lot) -> frozenset[UUID]:
    """The organisations whose bids were opened; nobody before the reading, or after a lot that failed."""
    if lot.opened_at is None or lot.failed_at is not None:
        return frozenset()
    rows = Bid.objects.filter(lot=lot, state=BidState.OPENED.value)
    return frozenset(rows.values_list("organisation", flat=True))


def last_asked(lot: Lot) -> ValidityExtension | None:
    """The last request to extend the validity of the bids."""
    return lot.validity_extensions.order_by("at", "extended_until").last()


def answer_of(extension: ValidityExtension, organisation: UUID) -> ValidityAnswer | None:
    """What one bidder answered."""
    return ValidityAnswer.objects.filter(extension=extension, organisation=organisation).first()


def short_guarantees(lot: Lot) -> dict[UUID, Guarantee]:
    """Who has extended its bid while the last of its guarantees ends before the bid does, by organisation (条例26)."""
    asked = last_asked(lot)
    if asked is None:
        return {}
    agreed = ValidityAnswer.objects.filter(extension=asked, consents=True).values("organisation")
    given = Guarantee.objects.filter(lot=lot, organisation__in=agreed, state__in=OPEN_GUARANTEES)
    latest = {row.organisation_id: row for row in given.order_by("valid_until", "registered_at")}
    last = local_day(asked.extended_until)
    return {pk: row for pk, row in latest.items() if row.valid_until < last}


def refusers(lot: Lot) -> set[UUID]:
    """Who refused to extend the validity of its bid: it no longer stands (30号令29)."""
    rows = ValidityAnswer.objects.filter(extension__lot=lot, consents=False)
    return set(rows.values_list("organisation", flat=True))
