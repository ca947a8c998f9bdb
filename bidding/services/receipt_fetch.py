"""What a bidder's device asks after handing something in: its receipt, as soon as there can be one."""

from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding import policies
from bidding.models import Bid, Receipt
from bidding.services.openings_drive import rush_beat
from bidding.services.receipt_issue import KINDS, not_logged, receipt_issue
from kernel.errors import NotFound, StateConflict, Unavailable
from kernel.policies import require
from ledger import selectors as ledger
from ledger.models import Entry
from ledger.services import clock_behind, heartbeat

NOT_YET: Final = frozenset({"not_logged", "not_stated"})
"""Refusals of a receipt which the next beat of the log may heal."""
WORKER_BEATS: Final = timedelta(seconds=3)
"""So soon after a checkpoint nobody beats for having asked: a worker does, and many ask at once near a deadline."""


def receipt_fetch(*, ev: str, actor: Actor, at: datetime) -> Receipt:
    """The receipt of an event of the actor's own organisation; refusals are those of ``receipt_issue``.

    Where no worker beats, asking lets the log take the beat that is due by its grid, and no other: the grid has
    no memory of who asked, so that the log's growth does not tell that somebody waits for a receipt (A8).
    Unavailable ``clock_behind`` while this machine's clock stands before the log's last checkpoint.
    """
    if (known := _given(ev, actor)) is not None:
        return known
    bid = _own(ev, actor)
    try:
        if bid.ev == ev and bid.entry.leaf_index is None:
            raise not_logged()
        return receipt_issue(lot_id=bid.lot_id, ev=ev, at=at)
    except (StateConflict, Unavailable) as refusal:
        last = ledger.checkpoint_latest()
        if last is not None and clock_behind(last, at):
            heartbeat(at=at)
            raise Unavailable(
                "clock_behind",
                _(
                    "The platform’s clock stands before its log. This is stored; the receipt follows when it is right."
                ),
            ) from refusal
        if refusal.code not in NOT_YET or (last is not None and at - last.at < WORKER_BEATS):
            raise
    _beat(at)
    return receipt_issue(lot_id=bid.lot_id, ev=ev, at=at)


def _beat(at: datetime) -> None:
    """The beat that is due; one that somebody else took in the same moment, a little later, is as good."""
    try:
        if not rush_beat(at=at):
            heartbeat(at=at)
    except StateConflict as refusal:
        if refusal.code != "ledger_back_dated":
            raise


def _given(ev: str, actor: Actor) -> Receipt | None:
    """The receipt, if it was given already: what everybody asks for again and again in the last minutes."""
    receipt = Receipt.objects.filter(ev=ev, organisation=actor.organisation).first()
    if receipt is None or actor.organisation is None:
        return None
    require(policies.may_read_own_bid(actor, actor.organisation))
    return receipt


def _own(ev: str, actor: Actor) -> Bid:
    """The bid an event is about, if it is the actor's; NotFound for everybody else, without a hint."""
    own = Bid.objects.filter(organisation=actor.organisation).select_related("entry")
    if actor.organisation is not None and (asked := own.filter(ev=ev).first()) is not None:
        require(policies.may_read_own_bid(actor, actor.organisation))
        return asked
    entries: list[Entry] = [entry for entry in ledger.entries_by_event(ev) if entry.kind in KINDS]
    about = str(entries[0].body.get("target") or entries[0].body.get("bid") or "") if entries else ""
    meant = ev if entries and entries[0].kind == "bid" else about
    bid = own.filter(ev=meant).first()
    if bid is None or actor.organisation is None:
        raise NotFound("event", _("There is no such event."))
    require(policies.may_read_own_bid(actor, actor.organisation))
    return bid
