"""A lot as bidding needs it: its policy in force, its times, its rows under lock."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.models import Organisation
from bidding.models import Bid, Bidder, Opening, Upload
from bidding.models.bids import LIVE
from bidding.states import OpeningState
from kernel.errors import NotFound, StateConflict
from ledger import selectors as ledger
from trading.models import Lot, LotPolicy, OfficerSeat, Postponement


@dataclass(frozen=True)
class Terms:
    """The policy in force of a lot: ``id`` is T in hex, ``body`` what was signed, ``close_at`` in seconds."""

    id: str
    body: dict[str, Any]
    close_at: int

    @property
    def sources(self) -> list[dict[str, Any]]:
        """The time sources which count."""
        return list(self.body["time"]["sources"])

    @property
    def k(self) -> int:
        """How many of them must agree."""
        return int(self.body["time"]["k"])

    @property
    def names(self) -> list[str]:
        """The names of the time sources."""
        return [source["name"] for source in self.sources]

    def closed_by_proof(self) -> bool:
        """Whether a statement proves that the deadline has passed: only then is anybody "late" (A3)."""
        return ledger.moment_proven(self.close_at * 1000, self.sources)


def terms(lot: Lot) -> Terms:
    """The policy in force; StateConflict before publication."""
    row = LotPolicy.objects.filter(lot=lot, t=lot.policy).first() if lot.policy else None
    if row is None:
        raise StateConflict("not_published", _("This lot is not published; there is nothing to bid for."))
    moved = Postponement.objects.filter(lot=lot, policy=row.t).order_by("-at", "-id").first()
    close_at = int(moved.close_at.timestamp()) if moved else int(row.body["close_at"])
    return Terms(row.t, row.body, close_at)


def lot_get(lot_id: UUID) -> Lot:
    """The lot with its tender and project, or NotFound."""
    lot = Lot.objects.select_related("tender__project").filter(pk=lot_id).first()
    if lot is None:
        raise NotFound("lot", _("There is no such lot."))
    return lot


def bidder_locked(lot: Lot, organisation_id: UUID) -> Bidder:
    """The row of this organisation at this lot, made when needed, locked until the transaction ends."""
    rows = Bidder.objects.select_for_update().filter(lot=lot, organisation_id=organisation_id)
    if (known := rows.first()) is not None:
        return known
    Bidder.objects.get_or_create(lot=lot, organisation_id=organisation_id)
    return rows.get()


def opening_locked(lot: Lot) -> Opening:
    """The opening of the lot, made when needed, locked until the transaction ends."""
    Opening.objects.get_or_create(lot=lot)
    return Opening.objects.select_for_update().get(lot=lot)


def opening_state(lot: Lot) -> OpeningState:
    """Where the opening stands; waiting when nothing has happened yet."""
    row = Opening.objects.filter(lot=lot).values_list("state", flat=True).first()
    return OpeningState(row) if row else OpeningState.WAITING


def opening_of(lot: Lot) -> Opening | None:
    """The opening, if it has begun; not locked."""
    return Opening.objects.filter(lot=lot).first()


def opening_phase(lot: Lot) -> OpeningState:
    """Where the opening stands, or stood when it was paused."""
    row = Opening.objects.filter(lot=lot).values_list("state", "paused_from").first()
    return OpeningState(row[1] or row[0]) if row else OpeningState.WAITING


def upload_of(upload_id: UUID, actor: Actor) -> Upload:
    """The upload, if it is the actor's own organisation's; NotFound for everybody else, without a hint."""
    upload = (
        Upload.objects.select_related("lot", "organisation")
        .filter(pk=upload_id, organisation=actor.organisation)
        .first()
    )
    if upload is None:
        raise NotFound("upload", _("There is no such upload."))
    return upload


def live_bid(lot: Lot, organisation_id: UUID, *, lock: bool = False) -> Bid | None:
    """The organisation's bid that counts now, if it has one."""
    rows = Bid.objects.filter(lot=lot, organisation=organisation_id, state__in=LIVE)
    return (rows.select_for_update() if lock else rows).first()


def bids_of(lot: Lot, organisation_id: UUID) -> QuerySet[Bid]:
    """Every bid of one organisation at this lot."""
    return Bid.objects.filter(lot=lot, organisation=organisation_id)


def bid_by_event(lot: Lot, ev: str, *, lock: bool = False) -> Bid:
    """The bid of this lot with this event id, or NotFound."""
    rows = Bid.objects.filter(lot=lot, ev=ev)
    bid = (rows.select_for_update() if lock else rows).first()
    if bid is None:
        raise NotFound("bid", _("There is no such bid."))
    return bid


def seat_get(lot: Lot, officer: int) -> OfficerSeat:
    """The seat of this number, or NotFound."""
    seat = OfficerSeat.objects.filter(lot=lot, i=officer).first()
    if seat is None:
        raise NotFound("officer_seat", _("There is no such officer."))
    return seat


def organisations_in_set(lot: Lot) -> list[Organisation]:
    """The organisations whose bid is in the closed set; for the platform's own announcements only."""
    rows = Bid.objects.filter(lot=lot).exclude(
        state__in=[*LIVE, "superseded", "withdrawn", "stale", "late", "sealed_for_good"]
    )
    return [bid.organisation for bid in rows.select_related("organisation").order_by("ev")]


def moment(seconds: int) -> datetime:
    """A moment of the protocol as a datetime."""
    return datetime.fromtimestamp(seconds, tz=UTC)
