"""What pages and the API may read of bids and openings. Everything is hidden until a policy allows it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.actors import ANONYMOUS, Actor
from bidding import policies
from bidding.models import Bid, Bundle, Opening, OpeningRecord, Receipt, Release
from bidding.rules.codes import code_read
from bidding.selectors import lots
from bidding.selectors.chains import LotChain
from bidding.selectors.records import facts_of
from bidding.states import Edition, OpeningState
from kernel.errors import NotFound
from kernel.policies import require
from trading.models import Lot, OfficerSeat


@dataclass(frozen=True)
class ReceiptFound:
    """All that anybody who knows a code learns: the digest and the moment."""

    code: str
    digest: str
    issued_at: datetime


@dataclass(frozen=True)
class OpeningSeen:
    """Where an opening stands, without anything that counts bids; the same with 0 bids and with 12.

    The root of the set is told when the factor phase has ended: bidders who pool their receipts could compute it
    before, and so learn that they are alone (A8).
    """

    state: OpeningState
    close_at: datetime
    set_root: str
    factor_until: datetime | None
    check_until: datetime | None
    closed_at: datetime | None
    revealed_at: datetime | None
    recorded_at: datetime | None
    reason: str


@dataclass(frozen=True)
class OwnBid:
    """A bid as its own organisation sees it; ``counts`` is False for what was replaced, withdrawn or stale."""

    id: UUID
    ev: str
    state: str
    received_at: datetime
    counts: bool
    receipt: str
    in_set: bool | None


def receipt_by_code(code: str) -> ReceiptFound:
    """Digest and time of a receipt; NotFound for anything else, mistyped codes included."""
    plain = code_read(code)
    row = Receipt.objects.filter(code=plain).first() if plain else None
    if row is None:
        raise NotFound("receipt", _("There is no receipt with this code."))
    return ReceiptFound(row.code, row.digest, row.issued_at)


def opening_seen(lot_id: UUID) -> OpeningSeen:
    """Where the opening stands, for everyone. After too few bids there is nothing but the reason."""
    lot = lots.lot_get(lot_id)
    close_at = lots.moment(lots.terms(lot).close_at)
    row = Opening.objects.filter(lot=lot).first()
    if row is None:
        return OpeningSeen(OpeningState.WAITING, close_at, "", None, None, None, None, None, "")
    return OpeningSeen(
        OpeningState(row.state),
        close_at,
        row.set_root if row.factors_ended_at or row.revealed_at else "",
        row.factor_until,
        row.check_until,
        row.closed_at,
        row.revealed_at,
        row.recorded_at,
        row.reason,
    )


def opening_record(lot_id: UUID, actor: Actor = ANONYMOUS) -> dict[str, Any]:
    """The facts of the opening record (``selectors/records.py``); NotPermitted until they may be read."""
    lot = lots.lot_get(lot_id)
    require(policies.may_read_record(actor, lots.opening_phase(lot)))
    record = OpeningRecord.objects.filter(lot=lot).first()
    if record is not None:
        return dict(record.facts)
    return facts_of(lot, LotChain(lot), Opening.objects.get(lot=lot))


def closed_set(lot_id: UUID, actor: Actor) -> list[dict[str, str]]:
    """Who is in the closed set, by event id; NotPermitted while names are secret from this actor."""
    lot = lots.lot_get(lot_id)
    row = Opening.objects.filter(lot=lot).select_related("close").first()
    state = OpeningState(row.paused_from or row.state) if row else OpeningState.WAITING
    require(policies.may_see_set(actor, state, _officers(lot)))
    evs = [one["ev"] for one in row.close.body["bids"]] if row and row.close else []
    bids = {bid.ev: bid for bid in Bid.objects.filter(lot=lot, ev__in=evs).select_related("organisation")}
    return [
        {"ev": ev, "org": bids[ev].organisation.code, "tenderer": bids[ev].organisation.name} for ev in evs
    ]


def releases_seen(lot_id: UUID, envelope: int) -> list[dict[str, Any]]:
    """The releases of an envelope with their moments, once the envelope is opened; nobody sees one before."""
    lot = lots.lot_get(lot_id)
    require(policies.may_see_releases(lots.opening_state(lot)))
    rows = Release.objects.filter(lot=lot, envelope=envelope).select_related("entry").order_by("officer")
    if len(rows) < lots.terms(lot).body["t"] or not _has_result(lot, envelope):
        return []
    return [{"officer": row.officer, "at": row.at, "body": row.entry.body} for row in rows]


def own_bids(lot_id: UUID, actor: Actor) -> list[OwnBid]:
    """The actor's organisation's own bids at this lot, the newest first; nobody else's, ever."""
    lot = lots.lot_get(lot_id)
    if actor.organisation is None:
        return []
    require(policies.may_read_own_bid(actor, actor.organisation))
    opening = Opening.objects.filter(lot=lot).select_related("close").first()
    closed = {row["ev"] for row in opening.close.body["bids"]} if opening and opening.close else None
    codes = dict(Receipt.objects.filter(lot=lot, organisation=actor.organisation).values_list("ev", "code"))
    rows = Bid.objects.filter(lot=lot, organisation=actor.organisation).order_by("-received_at")
    return [
        OwnBid(
            row.id,
            row.ev,
            row.state,
            row.received_at,
            row.ended_at is None,
            codes.get(row.ev, ""),
            None if closed is None else row.ev in closed,
        )
        for row in rows
    ]


def own_receipt(code: str, actor: Actor) -> Receipt:
    """The whole signed receipt, for its own organisation only."""
    row = Receipt.objects.filter(code=code_read(code) or "", organisation=actor.organisation).first()
    if row is None or actor.organisation is None:
        raise NotFound("receipt", _("There is no receipt with this code."))
    require(policies.may_read_own_bid(actor, actor.organisation))
    return row


def bundles(lot_id: UUID, actor: Actor = ANONYMOUS) -> list[Bundle]:
    """The newest bundles this actor may take: the public one once the record is published, the audit one by duty."""
    lot = lots.lot_get(lot_id)
    state = lots.opening_state(lot)
    editions = []
    if state is OpeningState.RECORDED:
        editions.append(Edition.PUBLIC.value)
    if policies.may_export(actor, state, audit=True).allowed:
        editions.append(Edition.AUDIT.value)
    newest: dict[str, Bundle] = {}
    for row in Bundle.objects.filter(lot=lot, edition__in=editions).order_by("made_at", "id"):
        newest[row.edition] = row
    return [newest[edition] for edition in sorted(newest)]


def _officers(lot: Lot) -> frozenset[UUID]:
    return frozenset(OfficerSeat.objects.filter(lot=lot).values_list("person_id", flat=True))


def _has_result(lot: Lot, envelope: int) -> bool:
    return any(event.body["e"] == envelope for event in LotChain(lot).of("result"))
