"""What a bidder says about why its bid was not decrypted: heard before the owner decides (20号令31)."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding import policies
from bidding.models import Bid, Statement
from bidding.selectors import lots
from bidding.selectors.causes import SILENT, statement_until
from bidding.services.hall_roll import said
from bidding.states import BidState, OpeningState
from kernel.errors import NotFound, StateConflict
from kernel.policies import require
from ledger.services import record_append

MOST: Final = 2000
"""Characters of a statement."""


@transaction.atomic
def statement_give(*, bid_id: UUID, text: str, paper: str, actor: Actor, at: datetime) -> Statement:
    """Add a bidder's statement on its own bid to the evidence; ``paper`` is the SHA-256 of a file, or "".

    StateConflict ``no_statement_now`` for a bid that was decrypted or attributed, or when the window is over.
    """
    bid = Bid.objects.select_related("lot__tender__project").filter(pk=bid_id).first()
    if bid is None or bid.organisation_id != actor.organisation:
        raise NotFound("bid", _("There is no such bid."))
    opening = lots.opening_locked(bid.lot)
    bid = Bid.objects.select_for_update().get(pk=bid_id)
    require(policies.may_read_own_bid(actor, bid.organisation_id))
    until = statement_until(opening)
    ended = opening.state in {OpeningState.RECORDED.value, OpeningState.CANCELLED.value}
    silent = BidState(bid.state) in SILENT and opening.factors_ended_at is not None
    if ended or not silent or until is None or at > until:
        raise StateConflict(
            "no_statement_now", _("A statement is taken from the end of the window on, in time.")
        )
    words = said(text, MOST, "text")
    entry = record_append(
        name="bidder-statement",
        subject=bid.ev,
        data={"text": words, "paper": paper},
        actor=actor.key,
        at=at,
    )
    return Statement.objects.create(bid=bid, text=words, paper=paper, entry=entry, at=at)
