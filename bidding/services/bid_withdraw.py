"""Withdraw a bid before the deadline (撤回, 实施条例35). After it there is no withdrawal, only its consequences."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding import policies
from bidding.models import Bid
from bidding.selectors import lots
from bidding.services.bid_submit import same_hand
from bidding.services.signed_events import Signatures, body_checked, party_event, signed_by
from bidding.services.upload_open import takes_bids
from bidding.states import BID, BidAction, BidState
from kernel.errors import NotFound, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from protocol import dsse


@transaction.atomic
def bid_withdraw(
    *, bid_id: UUID, body: Mapping[str, Any], signatures: Signatures, actor: Actor, at: datetime
) -> Bid:
    """Log the signed withdrawal of the bid that counts now; idempotent. It is proven by its own receipt."""
    bid = (
        Bid.objects.select_related("lot__tender__project")
        .filter(pk=bid_id, organisation=actor.organisation)
        .first()
    )
    if bid is None:
        raise NotFound("bid", _("There is no such bid."))
    lot = bid.lot
    lots.bidder_locked(lot, bid.organisation_id)
    bid = Bid.objects.select_for_update(of=("self",)).select_related("entry").get(pk=bid.pk)
    require(policies.may_seal(actor, bid.organisation_id))
    withdrawal = body_checked("withdraw", body, lot)
    if withdrawal["target"] != bid.ev:
        raise RuleBroken("other_target", _("The withdrawal names another bid."))
    if bid.state == BidState.WITHDRAWN.value:
        return bid
    takes_bids(lot, lots.terms(lot))
    spki = signed_by("withdraw", withdrawal, signatures, organisations=[bid.organisation_id])[0]
    if not same_hand(bid, spki):
        raise RuleBroken(
            "other_key", _("A bid signed with another key can be withdrawn only after a logged key loss.")
        )
    if dsse.event_id("bid", bid.entry.body).hex() != withdrawal["target"]:
        raise StateConflict("other_target", _("The withdrawal names another bid."))
    bid.state = next_state(BID, BidAction.WITHDRAW, BidState(bid.state)).value
    bid.ended_at = at
    bid.save(update_fields=["state", "ended_at"])
    party_event(lot, "withdraw", withdrawal, signatures, at=at)
    return bid
