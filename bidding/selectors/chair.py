"""The chair's place: where the opening stands, the one next thing, what waits for an answer or a decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor
from accounts.states import Role
from bidding import policies
from bidding.models import (
    Absence,
    Attribution,
    Bid,
    FewOpened,
    LineConfirmation,
    Opening,
    OpeningObjection,
    Release,
    Result,
    SetObjection,
)
from bidding.selectors import lots
from bidding.selectors.causes import Evidence, evidence_of
from bidding.selectors.hall import hall
from bidding.selectors.hall_desk import SeatRow, seal_checks, seat_rows
from bidding.selectors.hall_shapes import Hall
from bidding.selectors.mandates import chairing
from bidding.selectors.notes import Noted, noted
from bidding.selectors.public import closed_set
from bidding.selectors.seats import lot_chaired, lot_seated, seats_held
from bidding.selectors.shortage import few_opened
from bidding.states import BidState, HostSeat, OpeningState
from kernel.errors import NotFound, NotPermitted
from protocol import bodies
from trading.models import Lot

UNDECIDED = (BidState.NOT_OPENED.value, BidState.BAD_CONTENT.value)


@dataclass(frozen=True)
class Unread:
    """A bid that was not decrypted; ``signed`` once the owner's finding stands in the log."""

    bid: Bid
    draft: Attribution | None
    signed: bool


@dataclass(frozen=True)
class Chair:
    """The chair's page."""

    hall: Hall
    lot: Lot
    owner: bool
    host: bool
    witness: bool
    held: frozenset[HostSeat]
    next: str
    action: str
    objections: Sequence[OpeningObjection]
    unread: Sequence[Unread]
    confirmed: int
    names: Sequence[dict[str, str]]
    missing: list[tuple[int, str]]
    left: Sequence[str]
    few: bool
    alarm: bool
    seals: tuple[int, int] | None
    seats: Sequence[SeatRow]
    noted: Sequence[Noted]
    may_end: bool

    @property
    def waiting(self) -> Sequence[OpeningObjection]:
        """Objections without an answer."""
        return [row for row in self.objections if row.answered_at is None]

    @property
    def word(self) -> str:
        """What this place is called."""
        if self.host or self.witness:
            return _("The chair’s seat")
        return _("Your seat as recorder") if HostSeat.RECORDER in self.held else _("Your seat as reader")

    @property
    def excusable(self) -> list[tuple[str, str]]:
        """Seats whose missing signature this person may explain."""
        return [(row.seat, row.word) for row in self.seats if row.may_excuse]


def chair_page(number: str, no: int, actor: Actor, at: datetime) -> Chair:
    """Everything the chair's page shows; a named reader or recorder sees it, and does there what is its own."""
    lot = lot_seated(number, no, actor, at)
    seen = hall(number, no, at)
    objections = list(OpeningObjection.objects.filter(lot=lot).select_related("organisation"))
    unread = undecided(lot) if seen.named else []
    few = _few(lot, seen)
    left = _left(lot, seen, objections, unread, few=few)
    seats = seat_rows(lot, actor, at) if seen.phase is OpeningState.REVEALED and not left else []
    action, sentence = _next(lot, seen, objections, unread, left, seats)
    owner = lot.tender.project.owner_id
    host = policies.may_draft_attribution(actor, owner, chairing(lot, actor, at)).allowed
    witness = Role.WITNESS in actor.roles
    return Chair(
        hall=seen,
        lot=lot,
        owner=Role.OWNER in actor.roles and actor.organisation == owner,
        host=host,
        witness=witness,
        held=seats_held(lot, actor, at),
        next=sentence,
        action=action,
        objections=objections,
        unread=unread,
        confirmed=LineConfirmation.objects.filter(bid__lot=lot).count() if seen.named else 0,
        names=_names(lot, actor),
        missing=_missing(lot, seen) if host or witness else [],
        left=left,
        few=few,
        alarm=SetObjection.objects.filter(lot=lot, grounded=True, answered_by=None).exists(),
        seals=seal_checks(lot, seen),
        seats=seats,
        noted=noted(lot) if seen.named else [],
        may_end=policies.may_end_opening(actor, owner, chairing(lot, actor, at)).allowed,
    )


def _few(lot: Lot, seen: Hall) -> bool:
    """Whether the chair still has to say what follows from fewer than three opened bids."""
    if seen.phase is not OpeningState.REVEALED or FewOpened.objects.filter(lot=lot).exists():
        return False
    return few_opened(Opening.objects.select_related("lot", "close").get(lot=lot))


def undecided(lot: Lot) -> list[Unread]:
    """The bids of the set which were not decrypted, decided or not."""
    drafts = {row.bid_id: row for row in Attribution.objects.filter(lot=lot)}
    found = []
    for bid in Bid.objects.filter(lot=lot).select_related("organisation").order_by("ev"):
        draft = drafts.get(bid.pk)
        if bid.state in UNDECIDED or draft is not None:
            found.append(Unread(bid, draft, draft is not None and draft.entry_id is not None))
    return found


def unread_bid(number: str, no: int, ev: str, actor: Actor, at: datetime) -> Unread:
    """One bid that was not decrypted, for the chair; NotFound before the reading."""
    lot = lot_chaired(number, no, actor, at)
    if lots.opening_phase(lot) is OpeningState.REVEALED:
        for row in undecided(lot):
            if row.bid.ev == ev:
                return row
    raise NotFound("bid", _("There is no such bid."))


def evidence(row: Unread) -> Evidence:
    """The sheet on which the owner decides about one bid."""
    return evidence_of(row.bid, Opening.objects.select_related("lot").get(lot=row.bid.lot_id))


def attribution_body(lot: Lot, draft: Attribution) -> dict[str, Any]:
    """What the owner signs: the finding as drafted."""
    return bodies.body(
        "attribution",
        policy=lot.policy,
        bid=draft.bid.ev,
        finding=draft.finding,
        reason=draft.reason,
        evidence=draft.evidence,
        by=lot.tender.project.owner.name,
    )


def _names(lot: Lot, actor: Actor) -> list[dict[str, str]]:
    """Who is in the set, for those whom the law lets read it; nothing before."""
    try:
        return closed_set(lot.pk, actor)
    except NotPermitted:
        return []


def _missing(lot: Lot, seen: Hall) -> list[tuple[int, str]]:
    """Officers who could be recorded absent for the envelope that is being opened."""
    if seen.phase not in {OpeningState.CHECK, OpeningState.RELEASING, OpeningState.REVEALED}:
        return []
    e = _envelope(lot)
    if e is None:
        return []
    here = set(Release.objects.filter(lot=lot, envelope=e).values_list("officer", flat=True))
    here |= set(Absence.objects.filter(lot=lot, envelope=e).values_list("officer", flat=True))
    return [(key.i, f"{key.i}. {key.organisation}") for key in seen.keys if key.i not in here]


def envelope_open(lot: Lot) -> int:
    """The envelope the officers are at; the last one when all are open."""
    found = _envelope(lot)
    return found if found is not None else len(lots.terms(lot).body["envelopes"]) - 1


def _envelope(lot: Lot) -> int | None:
    done = set(Result.objects.filter(lot=lot).values_list("envelope", flat=True))
    return next((row["e"] for row in lots.terms(lot).body["envelopes"] if row["e"] not in done), None)


def _left(
    lot: Lot, seen: Hall, objections: Sequence[OpeningObjection], unread: Sequence[Unread], *, few: bool
) -> list[str]:
    """What still keeps the record open, in words."""
    if seen.phase is not OpeningState.REVEALED:
        return []
    found = []
    if _envelope(lot) is not None:
        found.append(_("An envelope is not yet opened; the officers release it."))
    if any(row.answered_at is None for row in objections):
        found.append(
            _("An objection raised at the opening has no answer yet (Implementing Regulation, article 44).")
        )
    if few:
        found.append(
            _(
                "Fewer than three bids could be opened; the clause of the tender documents applies, chair to confirm."
            )
        )
    if any(not row.signed for row in unread):
        found.append(
            _(
                "A bid was not decrypted and nobody has decided why (Measures for Electronic Tendering, article 31)."
            )
        )
    return found


NEXT = {
    OpeningState.WAITING: gettext_noop(
        "Nothing to do. The platform closes the lot when the time sources prove the deadline."
    ),
    OpeningState.CLOSED: gettext_noop("Nothing to do. The sealed set is fixed."),
    OpeningState.FACTOR: gettext_noop(
        "The tenderers decrypt, each its own bid. Read out the discipline of the hall."
    ),
    OpeningState.CHECK: gettext_noop(
        "The tenderers check that they are in the set; then the officers release."
    ),
    OpeningState.RELEASING: gettext_noop("The officers release. Record by name who is absent."),
    OpeningState.RECORDED: gettext_noop("The record is closed, signed and public."),
    OpeningState.FAILED: gettext_noop("Nothing was opened. The notice is published."),
    OpeningState.CANCELLED: gettext_noop("The tender is terminated. Nothing was opened."),
}


def _next(
    lot: Lot,
    seen: Hall,
    objections: Sequence[OpeningObjection],
    unread: Sequence[Unread],
    left: Sequence[str],
    seats: Sequence[SeatRow],
) -> tuple[str, str]:
    """The code of the one main action, and the sentence about it."""
    opening = Opening.objects.filter(lot=lot).first()
    if opening is not None and opening.state == OpeningState.PAUSED.value:
        return "resume", _("The opening is paused. It goes on where it stopped.")
    if seen.phase is not OpeningState.REVEALED:
        absent = seen.phase is OpeningState.RELEASING
        return ("absent" if absent else "", _(NEXT[seen.phase]))
    if any(row.answered_at is None for row in objections):
        return "answer", _("Answer the objection now, here; then it stands in the record with your answer.")
    if any(not row.signed for row in unread):
        return "attribute", _("Decide for each bid that was not decrypted whose cause it was.")
    return _close(left, seats)


def _close(left: Sequence[str], seats: Sequence[SeatRow]) -> tuple[str, str]:
    """The last steps: what is left, the signatures, the end."""
    if left:
        return "", left[-1]
    if any(row.open for row in seats):
        return "sign", _(
            "All is read out, answered and decided. Ask for objections once more; then chair, recorder and "
            "witness read the record and sign it."
        )
    return "end", _("Read out, answered, decided and signed. Close the record.")
