"""现场异议 (实施条例44): a bidder objects to the opening while it runs, the owner answers there and then."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules.words import said
from accounts.services import notify
from bidding import policies
from bidding.models import Opening, OpeningObjection
from bidding.selectors import lots
from bidding.selectors.mandates import chairing, hosts_told
from bidding.states import OpeningState
from kernel.errors import Finding, NotFound, NotPermitted, StateConflict
from kernel.policies import require
from ledger.services import record_append
from trading.models import Lot

MOST: Final = 2000
"""Characters of an objection or of an answer."""
SOURCE: Final = "实施条例44"
_RUNNING: Final = frozenset(
    {
        OpeningState.CLOSED,
        OpeningState.FACTOR,
        OpeningState.CHECK,
        OpeningState.RELEASING,
        OpeningState.REVEALED,
        OpeningState.PAUSED,
    }
)


@transaction.atomic
def opening_object(*, lot_id: UUID, text: str, actor: Actor, at: datetime) -> OpeningObjection:
    """Write down an objection to the opening by a bidder of the closed set, with a ledger record, and tell the hosts.

    NotPermitted for whoever has no bid in the set; StateConflict ``no_objection_now`` before the close and after
    the record. The same words by the same bidder, not yet answered, are the same objection.
    """
    lot = lots.lot_get(lot_id)
    opening = lots.opening_locked(lot)
    require(policies.may_object_on_the_spot(actor))
    if OpeningState(opening.state) not in _RUNNING:
        raise StateConflict(
            "no_objection_now", _("An objection to the opening is made while it runs, on the spot.")
        )
    if actor.organisation is None or not takes_part(lot, actor.organisation):
        raise NotPermitted("not_permitted", _("Only a tenderer of the sealed set may object to its opening."))
    words = said(text, MOST, "text")
    rows = OpeningObjection.objects.filter(lot=lot, organisation=actor.organisation)
    if (known := rows.filter(text=words, answered_at__isnull=True).first()) is not None:
        return known
    entry = record_append(
        name="opening-objection", subject=lot.number, data={"text": words}, actor=actor.key, at=at
    )
    hosts_tell(lot, at)
    return OpeningObjection.objects.create(
        lot=lot, organisation_id=actor.organisation, text=words, entry=entry, at=at
    )


@transaction.atomic
def opening_answer(*, objection_id: UUID, answer: str, actor: Actor, at: datetime) -> OpeningObjection:
    """Answer an objection on the spot, once, as owner or as the agency that chairs; with a ledger record."""
    row = OpeningObjection.objects.select_related("lot__tender__project").filter(pk=objection_id).first()
    if row is None:
        raise NotFound("objection", _("There is no such objection."))
    lot = row.lot
    opening = lots.opening_locked(lot)
    row = OpeningObjection.objects.select_for_update().get(pk=objection_id)
    owner = lot.tender.project.owner_id
    require(policies.may_draft_attribution(actor, owner, chairing(lot, actor, at)))
    words = said(answer, MOST, "answer")
    if row.answered_at is not None:
        if row.answer == words:
            return row
        raise StateConflict("answered", _("This objection has been answered."))
    if OpeningState(opening.state) not in _RUNNING:
        raise StateConflict("no_objection_now", _("The record of the opening is closed."))
    row.answer, row.answered_at = words, at
    row.answer_entry = record_append(
        name="opening-answer",
        subject=lot.number,
        data={"objection": str(row.pk), "answer": words},
        actor=actor.key,
        at=at,
    )
    row.save(update_fields=["answer", "answered_at", "answer_entry"])
    return row


def hosts_tell(lot: Lot, at: datetime) -> None:
    """Tell owner and chair that somebody objects, not who: the chair may have left its page."""
    data = {"number": lot.number, "url": reverse("bidding:hall-chair", args=[lot.tender.number, lot.no])}
    for organisation in hosts_told(lot, at):
        notify(event="opening_objection", to_organisation=organisation, data=data, at=at)


def takes_part(lot: Lot, organisation: UUID) -> bool:
    """Whether this organisation's bid is in the closed set."""
    opening = Opening.objects.filter(lot=lot).select_related("close").first()
    if opening is None or opening.close is None:
        return False
    evs = [row["ev"] for row in opening.close.body["bids"]]
    return lots.bids_of(lot, organisation).filter(ev__in=evs).exists()


def unanswered(lot: Lot) -> list[Finding]:
    """One finding for each objection of this opening that has no answer yet: the record waits for it (条44)."""
    rows = OpeningObjection.objects.filter(lot=lot, answered_at__isnull=True)
    message = _("Answer the objection first: it was raised at the opening and is answered at the opening.")
    return [Finding("objection_unanswered", message, SOURCE) for _row in rows]
