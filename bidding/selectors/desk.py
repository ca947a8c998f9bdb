"""The bidder's own desk: every tender it takes part in, with six lights and the one next thing. Its own only.

Nothing here is read for, or shown to, anybody else: that a firm takes part is secret by law (法22).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.selectors import active_spkis
from bidding import policies
from bidding.models import Bid, Opening, Upload
from bidding.models.bids import LIVE
from bidding.selectors.certificates import lapsed_after_sealing, lapsed_notes
from bidding.selectors.public import OwnBid, own_bids
from bidding.selectors.security.own import SHAPES, WORDS, Standing, own
from bidding.states import BidState, OpeningState, UploadState, label
from kernel.policies import require
from trading.models import DocumentTaker, Lot, Tender
from trading.rules.next_steps import NextStep
from trading.selectors import stale_sentence, times_in_force
from trading.selectors.next_steps import awaited
from trading.states import TAKES_BIDS, LotState
from trading.states import label as lot_label

STATE_SHAPES = {LotState.OPEN: "", LotState.SUSPENDED: "stop", LotState.OPENING: ""}
BID_SHAPES = {
    BidState.LOGGED: "soon",
    BidState.SUBMITTED: "done",
    BidState.STALE: "fail",
    BidState.LATE: "fail",
    BidState.FACTOR_DUE: "soon",
    BidState.IN_SET: "done",
    BidState.FACTOR_GIVEN: "done",
    BidState.OPENED: "done",
    BidState.REVOKED: "fail",
    BidState.BAD_CONTENT: "fail",
    BidState.NOT_OPENED: "fail",
}
MARGIN = timedelta(seconds=10)
"""The countdown ends so much before the deadline: a receipt needs a time statement (look, section 3)."""


@dataclass(frozen=True)
class Light:
    """One of the six lights: a word, its shape, and what it says."""

    code: str
    title: str
    word: str
    kind: str
    text: str = ""
    url: str = ""


@dataclass(frozen=True)
class Step:
    """The one next thing: a sentence, and where it is done."""

    text: str
    verb: str = ""
    url: str = ""


@dataclass(frozen=True)
class BidRow:
    """One of one's own bids with its state word."""

    bid: OwnBid
    word: str
    kind: str
    receipt_url: str


RESULTS = frozenset({"publicity", "awaiting_award", "awarded", "contracted"})


@dataclass(frozen=True)
class LotDesk:
    """A lot as its bidder sees it."""

    lot: Lot
    name: str
    state: str
    state_kind: str
    turn: str
    close_at: datetime | None
    count_until: datetime | None
    takes_bids: bool
    lights: Sequence[Light]
    step: Step
    bids: Sequence[BidRow] = ()
    uploads: Sequence[Upload] = field(default_factory=list)
    notes: Sequence[str] = ()
    awaits: NextStep | None = None

    @property
    def has_result(self) -> bool:
        """Whether candidates of this lot are shown or it is awarded."""
        return self.lot.state in RESULTS

    @property
    def has_live(self) -> bool:
        """Whether a bid counts now, which can be replaced or withdrawn."""
        return any(row.bid.counts and row.bid.state in LIVE for row in self.bids)

    @property
    def has_bid(self) -> bool:
        """Whether a bid went into the closed set."""
        return any(row.bid.in_set for row in self.bids)


@dataclass(frozen=True)
class TenderDesk:
    """A tender as its bidder sees it."""

    tender: Tender
    title: str
    taken: DocumentTaker | None
    lots: Sequence[LotDesk]


def said(row: Any, name: str) -> str:
    """A text in the reader's language: its English twin on English pages when there is one."""
    english = getattr(row, f"{name}_en", "")
    chinese = (get_language() or "zh-hans").startswith("zh")
    return str(english if english and not chinese else getattr(row, name))


def desk(actor: Actor, at: datetime) -> list[TenderDesk]:
    """Every tender the actor's organisation takes part in, the next deadline first, past ones after."""
    require(policies.may_take_part(actor))
    own = Bid.objects.filter(organisation=actor.organisation).values("lot__tender")
    rows = Tender.objects.filter(takers__organisation=actor.organisation) | Tender.objects.filter(pk__in=own)
    found = [tender_desk(row, actor, at) for row in rows.distinct().select_related("project__owner")]
    return sorted(found, key=lambda row: _order(row, at))


def _order(row: TenderDesk, at: datetime) -> tuple[bool, float]:
    moments = [lot.close_at for lot in row.lots if lot.close_at]
    first = min(moments, default=at)
    past = not any(lot.takes_bids for lot in row.lots)
    return past, -first.timestamp() if past else first.timestamp()


def tender_desk(tender: Tender, actor: Actor, at: datetime) -> TenderDesk:
    """One tender with all its lots; NotPermitted for whoever acts for no bidder."""
    require(policies.may_take_part(actor))
    taken = DocumentTaker.objects.filter(tender=tender, organisation=actor.organisation).first()
    lots = list(tender.lots.select_related("opening").order_by("no"))
    for lot in lots:
        lot.tender = tender
    return TenderDesk(
        tender, said(tender, "title"), taken, [_lot_desk(lot, taken, actor, at) for lot in lots]
    )


def _lot_desk(lot: Lot, taken: DocumentTaker | None, actor: Actor, at: datetime) -> LotDesk:
    state = LotState(lot.state)
    close_at = times_in_force(lot).close_at if lot.policy else None
    bids = [bid_row(row) for row in own_bids(lot.pk, actor)]
    counts = next((row for row in bids if row.bid.counts), None)
    takes = state in TAKES_BIDS and close_at is not None and at < close_at
    opening = Opening.objects.filter(lot=lot).first()
    return LotDesk(
        lot=lot,
        name=said(lot, "name"),
        state=_(lot_label(state)),
        state_kind=STATE_SHAPES.get(state, "wait"),
        turn=_("you") if takes and counts is None else "",
        close_at=close_at,
        count_until=close_at - MARGIN if close_at and takes else None,
        takes_bids=takes,
        lights=_lights(lot, taken, counts or (bids[0] if bids else None), opening),
        step=_step(lot, taken, counts or (bids[0] if bids else None), takes=takes, actor=actor),
        bids=bids,
        uploads=uploads_open(lot, actor.organisation) if takes else [],
        notes=_notes(lot, bids, close_at, actor, at) if close_at else [],
        awaits=awaited(lot, at),
    )


def _notes(lot: Lot, bids: Sequence[BidRow], close_at: datetime, actor: Actor, at: datetime) -> list[str]:
    """What this bidder must know beside its lights: a certificate that has ended, an upload that came too late."""
    if at < close_at:
        found = lapsed_notes(actor.organisation, at=at, close_at=close_at)
        return [_(finding.message) % finding.data for finding in found]
    said = []
    if _unfinished(lot, actor):
        said.append(_("The upload was not complete at the deadline: treated as withdrawn."))
    for row in bids:
        note = row.bid.in_set and lapsed_after_sealing(row.bid.id, at=at)
        said += [_(note.message) % note.data] if note else []
    return said


def _unfinished(lot: Lot, actor: Actor) -> bool:
    states = (UploadState.UPLOADING.value, UploadState.EXPIRED.value)
    return Upload.objects.filter(lot=lot, organisation=actor.organisation, state__in=states).exists()


def uploads_open(lot: Lot, organisation: UUID | None) -> list[Upload]:
    """Unfinished uploads of an organisation at a lot, the newest first: the draft is where they were begun."""
    rows = Upload.objects.filter(lot=lot, organisation=organisation, state=UploadState.UPLOADING.value)
    return list(rows.order_by("-opened_at"))


def bid_row(bid: OwnBid) -> BidRow:
    """A bid with its state word; the receipt's page once there is one."""
    state = BidState(bid.state)
    url = reverse("bidding:receipt", args=[bid.receipt]) if bid.receipt else ""
    return BidRow(bid, _(label(state)), BID_SHAPES.get(state, "wait"), url)


def _lights(
    lot: Lot, taken: DocumentTaker | None, bid: BidRow | None, opening: Opening | None
) -> list[Light]:
    return [
        _files_light(taken),
        _deposit_light(lot, taken),
        Light("rehearsal", _("Rehearsal"), _("not on this device"), "wait", url=_lot_url("rehearse", lot)),
        _bid_light(bid),
        _receipt_light(bid),
        _opening_light(lot, opening),
    ]


def _files_light(taken: DocumentTaker | None) -> Light:
    if taken is None:
        return Light("files", _("Documents"), _("not taken"), "wait")
    text = _("Receipt %(code)s. Nobody can see that you took them.") % {"code": taken.code}
    return Light("files", _("Documents"), _("taken"), "done", text)


def _deposit_light(lot: Lot, taken: DocumentTaker | None) -> Light:
    if not lot.deposit_amount:
        return Light("deposit", _("Deposit"), _(WORDS[Standing.NONE]), "done")
    if taken is None:
        text = _("It must be booked by the bank in time, not only sent.")
        return Light("deposit", _("Deposit"), _(WORDS[Standing.DUE]), "wait", text)
    standing = own(lot, taken.organisation_id).standing
    return Light(
        "deposit",
        _("Deposit"),
        _(WORDS[standing]),
        SHAPES.get(standing, "wait"),
        url=_lot_url("deposit", lot),
    )


def _bid_light(bid: BidRow | None) -> Light:
    if bid is None:
        return Light("bid", _("Bid"), _("not submitted"), "wait")
    return Light("bid", _("Bid"), bid.word, bid.kind)


def _receipt_light(bid: BidRow | None) -> Light:
    if bid is None or not bid.receipt_url:
        return Light("receipt", _("Receipt"), _("none"), "wait", _("No receipt means not submitted."))
    return Light("receipt", _("Receipt"), bid.bid.receipt, "done", url=bid.receipt_url)


def _opening_light(lot: Lot, opening: Opening | None) -> Light:
    state = OpeningState(opening.state) if opening else OpeningState.WAITING
    if state is OpeningState.WAITING:
        return Light("opening", _("Opening"), _("not yet"), "wait")
    url = reverse("portal:opening", args=[lot.tender.number, lot.no])
    word = _(lot_label(LotState(lot.state)))
    return Light("opening", _("Opening"), word, "done" if state is OpeningState.RECORDED else "soon", url=url)


def _lot_url(name: str, lot: Lot) -> str:
    return reverse(f"bidding:{name}", args=[lot.number])


def _step(lot: Lot, taken: DocumentTaker | None, bid: BidRow | None, *, takes: bool, actor: Actor) -> Step:
    """What to do next, in one line."""
    if not takes:
        return Step(_("The deadline has passed. Follow the opening."))
    if taken is None:
        return Step(_("Take the documents first; addenda then reach you."))
    if actor.organisation and not active_spkis(actor.organisation):
        return Step(
            _("Your organisation has no registered signing key yet; without one nothing can be sealed."),
            _("Make a signing key"),
            reverse("accounts:key-new"),
        )
    return _bid_step(lot, bid)


def _bid_step(lot: Lot, bid: BidRow | None) -> Step:
    seal = _lot_url("seal", lot)
    if bid is None or bid.bid.state in {BidState.WITHDRAWN.value, BidState.LATE.value}:
        return Step(
            _("Rehearse once on this device, then seal and submit."), _("Seal and submit a bid"), seal
        )
    if bid.bid.state == BidState.STALE.value:
        return Step(stale_sentence(lot), _("Seal and submit again"), seal)
    if bid.bid.state == BidState.LOGGED.value:
        return Step(_("Stored, but not submitted: fetch the receipt."), _("Fetch the receipt"), seal)
    return Step(_("Submitted. Keep receipt and self-copy; until the deadline you may replace or withdraw."))
