"""The deadline has passed: fix the set of bids from the ledger's statements alone, or end the lot unopened."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.services import notify
from bidding import policies
from bidding.models import Bid, Opening, Upload
from bidding.selectors import lots
from bidding.selectors.chains import LotChain
from bidding.services import stages
from bidding.services.signed_events import platform_event
from bidding.states import (
    BID,
    OPENING,
    UPLOAD,
    BidAction,
    BidState,
    OpeningAction,
    OpeningState,
    UploadAction,
    UploadState,
)
from kernel.errors import StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from protocol import setrule
from trading.models import Lot

TOO_FEW = "too-few-bids"
_RECOUNT: Mapping[str, tuple[BidAction, ...]] = {
    "LIVE": (BidAction.LOCK,),
    "LATE": (BidAction.LATE,),
    "STALE": (BidAction.STALE,),
    "SUPERSEDED": (BidAction.SUPERSEDE, BidAction.RECOUNT_SUPERSEDED),
    "WITHDRAWN": (BidAction.WITHDRAW, BidAction.RECOUNT_WITHDRAWN),
}
"""What the set rule's word means for a bid's own view, where its state does not say so already."""


@transaction.atomic
def lot_close(*, lot_id: UUID, actor: Actor, at: datetime) -> Opening:
    """Close a lot whose deadline is proven past by k sources; idempotent.

    N_close, the acts in time and the live bids come from the ledger (6.2). With fewer live bids than the
    policy's minimum the lot has failed: nothing is shown, nothing released, nobody learns who or how many
    (法28, 实施条例44). StateConflict ``not_yet`` while the statements do not prove the deadline past, and
    ``ledger_disagrees`` when the chain itself breaks a rule (then people must look before anything happens).
    """
    lot = lots.lot_get(lot_id)
    opening = lots.opening_locked(lot)
    require(policies.may_run(actor))
    if opening.state != OpeningState.WAITING.value:
        return opening
    chain = LotChain(lot)
    if not chain.proven(chain.times.close_at):
        raise StateConflict("not_yet", _("The deadline is not yet proven past by the time sources."))
    n_close = chain.clock.n(chain.times.close_at)
    computed = chain.computed_set(n_close)
    if computed.faults:
        raise StateConflict(
            "ledger_disagrees", _("The log of this lot breaks a rule: %(fault)s"), fault=computed.faults[0][1]
        )
    stages.closed(lot, at=at)
    _expire_uploads(lot, at)
    if len(computed.live) < chain.policy["min_bids"]:
        return _failed(opening, lot, computed, at)
    settle_bids(lot, computed)
    write_close(opening, chain, computed, n_close, at)
    stages.opening_started(lot, at=at)
    if chain.policy["factor"] == "required":
        ask_factors(opening, lot)
    _announce(lot, chain, at)
    return opening


def write_close(
    opening: Opening,
    chain: LotChain,
    computed: setrule.SetResult,
    n_close: int,
    at: datetime,
    look_until: datetime | None = None,
) -> None:
    """Log the close of this set and remember it as the one in force.

    The first states the times in force; a later one the same or later, the set check at least to ``look_until``.
    """
    lot, times = chain.lot, chain.times
    factor_until = _latest(times.factor_until, opening.factor_until)
    check_until = _latest(times.check_until, opening.check_until, look_until) or times.check_until
    root = setrule.set_root(computed_evs(computed)).hex()
    entry = platform_event(
        lot,
        "close",
        at=at,
        n_close=n_close,
        bids=computed.bids(),
        set_root=root,
        factor_until=factor_until,
        check_until=check_until,
        replaces=opening.close.ev if opening.close else None,
    )
    action = OpeningAction.CORRECT if opening.close else OpeningAction.CLOSE
    opening.state = next_state(OPENING, action, OpeningState(opening.state)).value
    opening.close, opening.n_close, opening.set_root = entry, n_close, root
    opening.factor_until = lots.moment(factor_until) if factor_until is not None else None
    opening.check_until = lots.moment(check_until)
    opening.closed_at = opening.closed_at or at
    opening.factors_ended_at = None
    opening.save()


def _latest(seconds: int | None, *moments: datetime | None) -> int | None:
    """The latest of these, in seconds; None when there is none."""
    known = [int(moment.timestamp()) for moment in moments if moment is not None]
    return max([*known, *([seconds] if seconds is not None else [])], default=None)


def require_current(opening: Opening, chain: LotChain) -> None:
    """Refuse to go on from a close which a postponement has overtaken: the set must be counted anew first."""
    times = chain.times
    if not chain.proven(times.close_at) or chain.clock.n(times.close_at) != opening.n_close:
        raise StateConflict(
            "close_outdated", _("The deadline has moved; the set must be closed again first.")
        )


def ask_factors(opening: Opening, lot: Lot) -> None:
    """Begin the factor phase (解密): the bids of the set are asked for their factor."""
    opening.state = next_state(OPENING, OpeningAction.ASK_FACTORS, OpeningState(opening.state)).value
    opening.save(update_fields=["state"])
    for bid in Bid.objects.select_for_update().filter(lot=lot, state=BidState.IN_SET.value):
        bid.state = next_state(BID, BidAction.DEMAND_FACTOR, BidState(bid.state)).value
        bid.save(update_fields=["state"])


def computed_evs(computed: setrule.SetResult) -> list[str]:
    """The event ids of the set, ascending."""
    return sorted(act.ev for act in computed.live.values())


def settle_bids(lot: Lot, computed: setrule.SetResult) -> None:
    """Write what the ledger says into the bids' own view, whatever the platform had thought of them."""
    for bid in Bid.objects.select_for_update().filter(lot=lot):
        for action in _RECOUNT[computed.states.get(bid.ev, "LATE")]:
            if BidState(bid.state) in BID[action].sources:
                bid.state = next_state(BID, action, BidState(bid.state)).value
                bid.save(update_fields=["state"])
                break


def _failed(opening: Opening, lot: Lot, computed: setrule.SetResult, at: datetime) -> Opening:
    """流标: seal every bid for good and say nothing but the reason."""
    settle_bids(lot, computed)
    for bid in Bid.objects.select_for_update().filter(lot=lot, state=BidState.IN_SET.value):
        bid.state = next_state(BID, BidAction.SEAL_FOR_GOOD, BidState(bid.state)).value
        bid.save(update_fields=["state"])
    opening.state = next_state(OPENING, OpeningAction.FAIL, OpeningState(opening.state)).value
    opening.reason, opening.ended_at = TOO_FEW, at
    opening.save()
    stages.failed(lot, reason=TOO_FEW, at=at)
    return opening


def _expire_uploads(lot: Lot, at: datetime) -> None:
    """What was not finished is treated as withdrawn (20号令27)."""
    for upload in Upload.objects.select_for_update().filter(lot=lot, state=UploadState.UPLOADING.value):
        upload.state = next_state(UPLOAD, UploadAction.EXPIRE, UploadState(upload.state)).value
        upload.expired_at = at
        upload.save(update_fields=["state", "expired_at"])


def _announce(lot: Lot, chain: LotChain, at: datetime) -> None:
    """The bidders of the set, each by itself and in the same words, learn that the opening has begun."""
    until = chain.times.factor_until or chain.times.check_until
    data = {"title": lot.tender.title, "number": lot.number, "until_at": lots.moment(until)}
    for organisation in lots.organisations_in_set(lot):
        notify(event="opening_started", to_organisation=organisation.pk, data=data, at=at)
