"""A bidder confirms that its own line was read out as written."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding import policies
from bidding.models import Bid, LineConfirmation
from bidding.selectors import lots
from bidding.states import BidState, OpeningState
from kernel.errors import NotFound, StateConflict
from kernel.policies import require
from ledger.services import record_append


@transaction.atomic
def line_confirm(*, bid_id: UUID, actor: Actor, at: datetime) -> LineConfirmation:
    """Record that the bidder has seen its line read out and found it right; idempotent.

    StateConflict ``not_read_out`` unless the bid is opened and the record still open.
    """
    rows = Bid.objects.select_related("lot__tender__project")
    bid = rows.filter(pk=bid_id, organisation=actor.organisation).first()
    if bid is None:
        raise NotFound("bid", _("There is no such bid."))
    opening = lots.opening_locked(bid.lot)
    bid = Bid.objects.select_for_update().get(pk=bid_id)
    require(policies.may_confirm_line(actor, bid.organisation_id))
    if (known := LineConfirmation.objects.filter(bid=bid).first()) is not None:
        return known
    if opening.state != OpeningState.REVEALED.value or bid.state != BidState.OPENED.value:
        raise StateConflict("not_read_out", _("A line is confirmed while it is being read out."))
    entry = record_append(
        name="line-confirmed", subject=bid.ev, data={"lot": str(bid.lot_id)}, actor=actor.key, at=at
    )
    return LineConfirmation.objects.create(bid=bid, entry=entry, at=at)
