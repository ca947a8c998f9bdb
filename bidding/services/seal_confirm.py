"""密封检查 (法36): a bidder's device has found its own bid in the closed set, and its bidder says so."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding import policies
from bidding.models import Bid, SealCheck
from bidding.selectors import lots
from bidding.services.hall_roll import RUNNING
from bidding.services.set_object import bid_in_set
from bidding.states import OpeningState
from kernel.errors import NotFound, StateConflict
from kernel.policies import require
from ledger.services import record_append


@transaction.atomic
def seal_confirm(*, bid_id: UUID, actor: Actor, at: datetime) -> SealCheck:
    """Record that the bidder's device found its receipt in the closed set; idempotent.

    StateConflict ``not_in_set`` for a bid outside the set, and ``not_yet`` while the set is shown to nobody (A8).
    """
    bid = Bid.objects.select_related("lot__tender__project").filter(pk=bid_id).first()
    if bid is None or bid.organisation_id != actor.organisation:
        raise NotFound("bid", _("There is no such bid."))
    opening = lots.opening_locked(bid.lot)
    require(policies.may_read_own_bid(actor, bid.organisation_id))
    if (known := SealCheck.objects.filter(bid=bid).first()) is not None:
        return known
    if OpeningState(opening.state) not in RUNNING or not bid_in_set(bid, opening):
        raise StateConflict("not_in_set", _("The seal is checked in the closed set, while the opening runs."))
    if opening.factors_ended_at is None:
        raise StateConflict(
            "not_yet", _("The closed set is shown to its tenderers when the decryption phase has ended.")
        )
    entry = record_append(
        name="seal-checked", subject=bid.ev, data={"lot": bid.lot_id}, actor=actor.key, at=at
    )
    return SealCheck.objects.create(bid=bid, entry=entry, at=at)
