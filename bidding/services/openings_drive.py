"""What the clock does for bids and openings: every step asks whether it is due and is taken once.

A step that is not due, or not yet provable, refuses by itself; the next tick asks again.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q

from accounts.actors import SYSTEM
from bidding.models import Bid, Bundle, Opening, Result
from bidding.models.bids import LIVE
from bidding.selectors import lots
from bidding.selectors.chains import LotChain
from bidding.selectors.reveals import COMMIT_WINDOW
from bidding.services.bids_stale import bids_stale
from bidding.services.bundle_export import bundle_export
from bidding.services.factor_end import factor_end
from bidding.services.incident_record import incident_record
from bidding.services.lot_close import lot_close
from bidding.services.opening_end import opening_cancel, opening_fail
from bidding.services.receipt_issue import receipts_due
from bidding.services.release_submit import window_incident_wanted
from bidding.services.results_publish import results_publish
from bidding.services.set_object import close_correct, objection_open
from bidding.states import Edition, OpeningState
from kernel.errors import DomainError
from ledger.services import heartbeat
from trading.models import Lot
from trading.states import TAKES_BIDS, LotState

RUSH: Final = timedelta(seconds=300)
"""How long before a deadline the log beats faster (V7)."""
AFTER: Final = timedelta(seconds=120)
RECEIPTS: Final = 20
"""Receipts given in one go: the next beat of the log waits for no more."""
_RUNNING: Final = [
    state.value
    for state in (OpeningState.CLOSED, OpeningState.FACTOR, OpeningState.CHECK, OpeningState.RELEASING)
] + [OpeningState.REVEALED.value]
_TAKING: Final = [state.value for state in TAKES_BIDS]


def rush_beat(*, at: datetime, interval: timedelta = timedelta(seconds=1)) -> bool:
    """Beat fast while a deadline is near, whoever bids or does not; whether it is near."""
    near = (
        Lot.objects.filter(close_at__gt=at - AFTER, close_at__lte=at + RUSH)
        .exclude(published_at=None)
        .exists()
    )
    if near:
        heartbeat(at=at, interval=interval)
    return near


def receipts_drive(*, at: datetime) -> int:
    """Give some of the receipts that can be given, of every lot; how many. Asked again, it goes on."""
    running = Opening.objects.filter(state__in=_RUNNING).values("lot")
    lots_with_bids = Lot.objects.filter(
        Q(state__in=_TAKING) | Q(pk__in=running), pk__in=Bid.objects.values("lot")
    )
    given = 0
    for lot in lots_with_bids:
        with suppress(DomainError):
            given += len(receipts_due(lot_id=lot.pk, at=at, most=RECEIPTS))
    return given


def openings_drive(*, at: datetime) -> list[str]:
    """Take every step that is due at ``at``; the codes of what was refused. Idempotent."""
    refused: list[str] = []
    with_bids = Bid.objects.filter(state__in=LIVE).values("lot")
    for lot in Lot.objects.filter(state__in=_TAKING, pk__in=with_bids):
        _try(refused, bids_stale, lot_id=lot.pk, at=at)
        _try(refused, receipts_due, lot_id=lot.pk, at=at, most=RECEIPTS)
    for lot in Lot.objects.filter(state=LotState.OPEN.value, close_at__lte=at):
        _try(refused, lot_close, lot_id=lot.pk, actor=SYSTEM, at=at)
    for opening in Opening.objects.filter(lot__state=LotState.CANCELLED.value).exclude(
        state=OpeningState.CANCELLED.value
    ):
        _try(refused, opening_cancel, lot_id=opening.lot_id, actor=SYSTEM, at=at)
    for opening in Opening.objects.filter(state__in=_RUNNING).select_related("lot"):
        _run(opening, refused, at)
    _publish(refused, at)
    return refused


def _publish(refused: list[str], at: datetime) -> None:
    """The public bundle of every recorded opening, made once the end of its chain has its time statements."""
    made = Bundle.objects.filter(edition=Edition.PUBLIC.value).values("lot")
    for opening in Opening.objects.filter(state=OpeningState.RECORDED.value).exclude(lot__in=made):
        given: dict[str, Any] = {"lot_id": opening.lot_id, "edition": Edition.PUBLIC, "actor": SYSTEM}
        _try(refused, bundle_export, at=at, **given)


def _run(opening: Opening, refused: list[str], at: datetime) -> None:
    """The next steps of one running opening."""
    lot, state = opening.lot, OpeningState(opening.state)
    _try(refused, receipts_due, lot_id=lot.pk, at=at)
    if state in {OpeningState.CLOSED, OpeningState.FACTOR, OpeningState.CHECK} and _recount(opening):
        _try(refused, close_correct, lot_id=lot.pk, actor=SYSTEM, at=at)
    if state in {OpeningState.CLOSED, OpeningState.FACTOR}:
        _try(refused, factor_end, lot_id=lot.pk, actor=SYSTEM, at=at)
        return
    chain = LotChain(lot)
    done = set(Result.objects.filter(lot=lot).values_list("envelope", flat=True))
    for row in chain.policy["envelopes"]:
        if row["e"] in done or not chain.commits(row["e"]):
            continue
        if window_incident_wanted(chain, row["e"]):
            _window_over(chain, row["e"], refused, at)
        _try(refused, results_publish, lot_id=lot.pk, envelope=row["e"], actor=SYSTEM, at=at)
    if state in {OpeningState.CHECK, OpeningState.RELEASING}:
        _try(refused, opening_fail, lot_id=lot.pk, actor=SYSTEM, at=at)


def _recount(opening: Opening) -> bool:
    """Whether an objection or a moved deadline asks for the set to be counted anew."""
    chain = LotChain(opening.lot)
    return objection_open(opening) or chain.clock.n(chain.times.close_at) != opening.n_close


def _window_over(chain: LotChain, e: int, refused: list[str], at: datetime) -> None:
    """T commits are in and the window is over: say so in the log, so that nobody can stall (A11)."""
    _try(
        refused,
        incident_record,
        lot_id=chain.lot.pk,
        code=COMMIT_WINDOW,
        begins_at=lots.moment(chain.times.open_at[e]),
        ends_at=at,
        note=f"envelope {e}: {len(chain.commits(e))} of {chain.panel.n} officers have committed",
        actor=SYSTEM,
        at=at,
    )


def _try(refused: list[str], step: Callable[..., object], **arguments: Any) -> None:
    """Take a step; a refusal is not an error: the next tick asks again."""
    try:
        step(**arguments)
    except DomainError as refusal:
        refused.append(refusal.code)
