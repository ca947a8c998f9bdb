"""Whether fewer bids could be opened than the policy asks for."""

from typing import Final

from bidding.models import Bid, Opening
from bidding.selectors import lots
from bidding.states import BidState

UNREADABLE: Final = (
    BidState.BAD_CONTENT,
    BidState.NOT_OPENED,
    BidState.REVOKED,
    BidState.TREATED_WITHDRAWN,
    BidState.PLATFORM_FAULT,
)


def few_opened(opening: Opening) -> bool:
    """Whether the first envelope is open and fewer bids could be read than ``min_bids`` (journeys, day 4)."""
    if opening.revealed_at is None or opening.close is None:
        return False
    evs = [row["ev"] for row in opening.close.body["bids"]]
    lost = Bid.objects.filter(
        lot=opening.lot_id, ev__in=evs, state__in=[state.value for state in UNREADABLE]
    ).count()
    return len(evs) - lost < int(lots.terms(opening.lot).body["min_bids"])
