"""A new policy is in force: bids sealed under the one before no longer count, and their bidders alone are told."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.services import notify
from bidding.models import Bid
from bidding.models.bids import LIVE
from bidding.selectors import lots
from bidding.services.calls import stale_words
from bidding.states import BID, BidAction, BidState
from kernel.transitions import next_state


@transaction.atomic
def bids_stale(*, lot_id: UUID, at: datetime) -> int:
    """Mark the bids that must be sealed again (须重新递交) and call each bidder; how many, for tests only.

    What counts is the chain (6.2); this is the bidders' own view of it, so it has no entry of its own, and
    neither the owner nor the centre learns that anybody was called.
    """
    lot = lots.lot_get(lot_id)
    terms = lots.terms(lot)
    stale = (
        Bid.objects.select_for_update(of=("self",)).filter(lot=lot, state__in=LIVE).exclude(policy=terms.id)
    )
    data = stale_words(lot, lots.moment(terms.close_at))
    found = list(stale)
    for bid in found:
        bid.state = next_state(BID, BidAction.STALE, BidState(bid.state)).value
        bid.ended_at = at
        bid.save(update_fields=["state", "ended_at"])
        notify(event="bid_stale", to_organisation=bid.organisation_id, data=data, at=at)
    return len(found)
