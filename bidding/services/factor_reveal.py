"""The bidder's part of opening (解密): its factor for every envelope at once (A13)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding import policies
from bidding.models import Bid, FactorReveal
from bidding.selectors import lots
from bidding.services.signed_events import Signatures, body_checked, party_event, signed_by
from bidding.states import BID, BidAction, BidState, OpeningState
from kernel.errors import NotFound, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger import selectors as ledger
from protocol.opening import factor_matches


@transaction.atomic
def factor_reveal(
    *, bid_id: UUID, body: Mapping[str, Any], signatures: Signatures, actor: Actor, at: datetime
) -> FactorReveal:
    """Log the factors of a bid of the set, while the phase lasts; a second one changes nothing.

    RuleBroken ``factor_wrong`` unless there is one for every envelope and each matches its commitment: a
    factor for some envelopes only would let a bidder see prices and then keep the rest shut.
    """
    bid = (
        Bid.objects.select_related("lot__tender__project")
        .filter(pk=bid_id, organisation=actor.organisation)
        .first()
    )
    if bid is None:
        raise NotFound("bid", _("There is no such bid."))
    lot = bid.lot
    opening = lots.opening_locked(lot)
    bid = Bid.objects.select_for_update(of=("self",)).select_related("entry").get(pk=bid.pk)
    require(policies.may_seal(actor, bid.organisation_id))
    factor = body_checked("factor", body, lot)
    if (known := FactorReveal.objects.filter(bid=bid).first()) is not None:
        return known
    terms = lots.terms(lot)
    until = int(opening.factor_until.timestamp()) if opening.factor_until else 0
    if opening.state != OpeningState.FACTOR.value or ledger.moment_proven(until * 1000, terms.sources):
        raise StateConflict("no_factors_now", _("The decryption phase is not running."))
    if factor["bid"] != bid.ev or not factor_matches(terms.body, bid.entry.body, factor["factors"]):
        raise RuleBroken(
            "factor_wrong", _("These are not the factors this bid was sealed with, one for each envelope.")
        )
    signed_by("factor", factor, signatures, organisations=[bid.organisation_id])
    bid.state = next_state(BID, BidAction.GIVE_FACTOR, BidState(bid.state)).value
    bid.save(update_fields=["state"])
    entry = party_event(lot, "factor", factor, signatures, at=at)
    return FactorReveal.objects.create(lot=lot, bid=bid, entry=entry, at=at, factors=factor["factors"])
