"""The opening of a rehearsed lot: officers' devices, and the platform's steps between the beats of the log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bidding.models import Bid, Opening
from bidding.rehearsal.tenders import Published, Seat
from bidding.services import commit_submit, release_submit
from protocol import officer


def promise(
    published: Published, seats: Sequence[Seat], e: int, *, at: datetime
) -> list[tuple[Seat, dict[str, Any]]]:
    """Each officer's device opens its shares of the closed set and commits; the releases stay with the officers."""
    opening = Opening.objects.select_related("close").get(lot=published.lot)
    assert opening.close is not None
    evs = [row["ev"] for row in opening.close.body["bids"]]
    rows = Bid.objects.filter(lot=published.lot, ev__in=evs).select_related("entry")
    manifests = [(bid.ev, bid.entry.body) for bid in rows]
    kept = []
    for seat in seats:
        commit, release = officer.release_pair(
            policy=published.policy,
            close=opening.close.ev,
            set_root=opening.set_root,
            manifests=manifests,
            e=e,
            i=seat.i,
            sk=seat.secret,
            signer=seat.signer,
        )
        commit_submit(
            lot_id=published.lot.pk,
            body=commit["body"],
            signatures=commit["signatures"],
            actor=seat.party.actor,
            at=at,
        )
        kept.append((seat, release))
    return kept


def hand_over(published: Published, kept: Sequence[tuple[Seat, dict[str, Any]]], *, at: datetime) -> None:
    """The officers hand over what they promised."""
    for seat, release in kept:
        release_submit(
            lot_id=published.lot.pk,
            body=release["body"],
            signatures=release["signatures"],
            actor=seat.party.actor,
            at=at,
        )
