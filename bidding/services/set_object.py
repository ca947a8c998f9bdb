"""A bidder's device misses its receipt in the closed set: object, and correct the close (A12)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding import policies
from bidding.models import Bid, Opening, Receipt, SetObjection
from bidding.selectors import lots
from bidding.selectors.chains import LotChain
from bidding.services.lot_close import ask_factors, computed_evs, settle_bids, write_close
from bidding.services.opening_object import hosts_tell
from bidding.services.signed_events import Signatures, body_checked, party_event, signed_by
from bidding.states import OBJECTABLE, OpeningState
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from kernel.policies import require
from ledger.keys import platform_signer
from protocol import canonical, dsse
from protocol.errors import ProtocolError

CHECK_AGAIN = timedelta(seconds=300)
"""How long the bidders may look at a corrected set."""


@transaction.atomic
def set_object(
    *, lot_id: UUID, body: Mapping[str, Any], signatures: Signatures, actor: Actor, at: datetime
) -> SetObjection:
    """Log an objection to the set with a receipt. Whether it is grounded is computed, and seen by the officers.

    A grounded objection holds every release back until a corrected close is logged. RuleBroken when the
    receipt was not signed by this platform or is of another lot; StateConflict once a share is promised.
    """
    lot = lots.lot_get(lot_id)
    if actor.organisation is None:
        raise NotPermitted("not_permitted", _("A bid may be touched by its own organisation only."))
    opening = lots.opening_locked(lot)
    require(policies.may_object(actor, actor.organisation))
    if OpeningState(opening.state) not in OBJECTABLE:
        raise StateConflict(
            "no_objection_now", _("The set can be objected to from the close to the first release.")
        )
    objection = body_checked("set-objection", body, lot)
    signed_by("set-objection", objection, signatures, organisations=[actor.organisation])
    receipt = _receipt_checked(objection["receipt"], lot.policy)
    if (known := SetObjection.objects.filter(lot=lot, receipt_ev=receipt["ev"]).first()) is not None:
        return known
    if not Receipt.objects.filter(lot=lot, ev=receipt["ev"], organisation=actor.organisation).exists():
        raise RuleBroken("receipt_unknown", _("Object with a receipt of your own organisation."))
    entry = party_event(lot, "set-objection", objection, signatures, at=at)
    hosts_tell(lot, at)
    return SetObjection.objects.create(
        lot=lot,
        organisation_id=actor.organisation,
        receipt_ev=receipt["ev"],
        grounded=_missing(LotChain(lot), opening, receipt["ev"]),
        entry=entry,
        at=at,
    )


@transaction.atomic
def close_correct(*, lot_id: UUID, actor: Actor, at: datetime) -> Opening:
    """Close anew when the set computed from the ledger is not the one that was closed; idempotent.

    So it is after an objection, and after a late but excused postponement. The new close replaces the old one,
    gives the bidders time to look again, and answers every objection.
    """
    lot = lots.lot_get(lot_id)
    opening = lots.opening_locked(lot)
    require(policies.may_run(actor))
    if OpeningState(opening.state) not in OBJECTABLE or opening.close is None:
        raise StateConflict(
            "no_correction_now", _("The set can be corrected from the close to the first release.")
        )
    chain = LotChain(lot)
    if not chain.proven(chain.times.close_at):
        raise StateConflict("not_yet", _("The deadline is not yet proven past by the time sources."))
    n_close = chain.clock.n(chain.times.close_at)
    computed = chain.computed_set(n_close)
    same = computed_evs(computed) == [row["ev"] for row in opening.close.body["bids"]]
    if same and n_close == opening.n_close:
        return opening
    settle_bids(lot, computed)
    write_close(opening, chain, computed, n_close, at, look_until=at.replace(microsecond=0) + CHECK_AGAIN)
    if chain.policy["factor"] == "required":
        ask_factors(opening, lot)
    SetObjection.objects.filter(lot=lot, answered_by__isnull=True).update(answered_by=opening.close)
    return opening


def _receipt_checked(receipt: Mapping[str, Any], policy: str) -> dict[str, Any]:
    """The body of a receipt this platform has signed for the policy in force."""
    body = dict(receipt["body"])
    own = platform_signer().spki
    try:
        keys = [dsse.verify_one("receipt", canonical.encode(body), one) for one in receipt["signatures"]]
    except ProtocolError as error:
        raise RuleBroken(
            "receipt_bad", _("The receipt does not hold: %(reason)s"), reason=error.message
        ) from error
    if keys != [own] or body["policy"] != policy or body["kind"] != "bid":
        raise RuleBroken("receipt_bad", _("The receipt does not hold: %(reason)s"), reason="not of this lot")
    return body


def _missing(chain: LotChain, opening: Opening, ev: str) -> bool:
    """Whether a bid which by the ledger belongs into the set is not in the close in force."""
    computed = computed_evs(chain.computed_set(chain.clock.n(chain.times.close_at)))
    closed = {row["ev"] for row in opening.close.body["bids"]} if opening.close else set()
    return ev in computed and ev not in closed


def objection_open(opening: Opening) -> bool:
    """Whether a grounded objection is not yet answered by a corrected close: no share may be promised."""
    return SetObjection.objects.filter(lot=opening.lot_id, grounded=True, answered_by__isnull=True).exists()


def bid_in_set(bid: Bid, opening: Opening) -> bool:
    """What a bidder's device asks after T: whether its own bid is in the closed set (密封检查, 法36)."""
    return opening.close is not None and any(row["ev"] == bid.ev for row in opening.close.body["bids"])
