"""Calls by the clock, each to one bidder alone: seal again, decrypt now, look at your line (journeys, section 8).

A call is not an act and has no entry in the ledger; that it went out is known from the outbox, which nobody lists.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from accounts.rules.notices import BEIJING
from accounts.selectors import last_told
from accounts.services import alarm_raise, notify
from bidding.models import Bid, Incident, LineConfirmation, Opening
from bidding.models.bids import LIVE
from bidding.selectors import lots
from bidding.selectors.reveals import COMMIT_WINDOW
from bidding.states import BidState, OpeningState
from trading.models import Lot
from trading.selectors import times_in_force
from trading.states import TAKES_BIDS

NEAR: Final = timedelta(hours=24)
AGAIN_NEAR: Final = timedelta(hours=2)
"""How often a bidder is called again whose bid must be sealed again, within ``NEAR`` of the deadline."""
AGAIN_FAR: Final = timedelta(hours=12)
WAKING: Final = range(8, 21)
"""Hours in Beijing at which a telephone may ring while the deadline is not near."""
LAST_CALL: Final = timedelta(minutes=5)
FRESH: Final = timedelta(hours=1)
_TAKING: Final = [state.value for state in TAKES_BIDS]


def calls_make(*, at: datetime) -> int:
    """Make every call that is due at ``at``; how many, for the tests. Idempotent within the same minute."""
    return sum((stale_recall(at=at), decryption_call(at=at), lines_call(at=at), incidents_call(at=at)))


@transaction.atomic
def stale_recall(*, at: datetime) -> int:
    """Call again who was told 须重新递交 and has not sealed again: until a bid counts, or the deadline has come."""
    told = 0
    stale = Bid.objects.filter(state=BidState.STALE.value, lot__state__in=_TAKING)
    for lot_id in stale.order_by("lot").values_list("lot", flat=True).distinct():
        lot = lots.lot_get(lot_id)
        deadline = times_in_force(lot).close_at
        if at >= deadline or not _waking(at, deadline):
            continue
        again = AGAIN_NEAR if at >= deadline - NEAR else AGAIN_FAR
        data = stale_words(lot, deadline)
        for organisation in _without_bid(lot, stale.filter(lot=lot)):
            last = last_told("bid_stale", organisation, lot.number)
            if last is None or at - last >= again:
                notify(event="bid_stale", to_organisation=organisation, data=data, at=at)
                told += 1
    return told


def stale_words(lot: Lot, deadline: datetime) -> dict[str, object]:
    """What a bidder is told whose bid must be sealed again; the same for each."""
    url = reverse("bidding:tender", args=[lot.tender.number])
    return {"title": lot.tender.title, "number": lot.number, "deadline_at": deadline, "url": url}


def _without_bid(lot: Lot, stale: Iterable[Bid]) -> list[UUID]:
    """Whose bid went stale and who has none that counts; one who withdrew afterwards is not called."""
    done = Bid.objects.filter(lot=lot, state__in=[*LIVE, BidState.WITHDRAWN.value])
    ended = dict(done.order_by("received_at").values_list("organisation", "received_at"))
    return sorted(
        {
            bid.organisation_id
            for bid in stale
            if bid.organisation_id not in ended or ended[bid.organisation_id] < bid.received_at
        }
    )


def _waking(at: datetime, deadline: datetime) -> bool:
    return at >= deadline - NEAR or at.astimezone(BEIJING).hour in WAKING


@transaction.atomic
def decryption_call(*, at: datetime) -> int:
    """Call who has not shown its factor and has five minutes left; once."""
    told = 0
    ending = Opening.objects.filter(
        state=OpeningState.FACTOR.value, factor_until__gt=at, factor_until__lte=at + LAST_CALL
    )
    for opening in ending.select_related("lot"):
        assert opening.factor_until is not None
        left = opening.factor_until - at
        data: dict[str, object] = {
            "number": opening.lot.number,
            "minutes": max(1, -(-left // timedelta(minutes=1))),
        }
        due = Bid.objects.filter(lot=opening.lot, state=BidState.FACTOR_DUE.value).order_by("ev")
        for organisation in due.values_list("organisation", flat=True):
            last = last_told("decryption_missing", organisation, opening.lot.number)
            if last is None or last < opening.factor_until - LAST_CALL:
                notify(event="decryption_missing", to_organisation=organisation, data=data, at=at)
                told += 1
    return told


@transaction.atomic
def lines_call(*, at: datetime) -> int:
    """Ask each bidder whose line was read out to look at it and confirm it; once, in the same words."""
    told = 0
    reading = Opening.objects.filter(state=OpeningState.REVEALED.value, revealed_at__gt=at - FRESH)
    for opening in reading.select_related("lot__tender"):
        lot = opening.lot
        confirmed = LineConfirmation.objects.filter(bid__lot=lot).values("bid")
        opened = Bid.objects.filter(lot=lot, state=BidState.OPENED.value).exclude(pk__in=confirmed)
        url = reverse("bidding:hall-mine", args=[lot.tender.number, lot.no])
        data = {"title": lot.tender.title, "number": lot.number, "url": url}
        for organisation in opened.order_by("ev").values_list("organisation", flat=True):
            if last_told("line_to_confirm", organisation, lot.number) is None:
                notify(event="line_to_confirm", to_organisation=organisation, data=data, at=at)
                told += 1
    return told


@transaction.atomic
def incidents_call(*, at: datetime) -> int:
    """Tell the duty operator of each incident of an opening: its number, neither cause nor tender."""
    fresh = Incident.objects.filter(at__gt=at - FRESH).exclude(code=COMMIT_WINDOW)
    return sum(
        alarm_raise(incident=entry.ev[:8].upper(), at=at)
        for entry in (row.entry for row in fresh.select_related("entry").order_by("at"))
    )
