"""What a bidder says about why its bid was not decrypted: heard before the owner decides (20号令31)."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules.words import said
from bidding import policies
from bidding.models import Bid, Statement
from bidding.selectors import lots
from bidding.selectors.causes import SILENT, beijing, statement_until
from bidding.states import BidState, OpeningState
from kernel.errors import Finding, NotFound, RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import record_append

MOST: Final = 2000
"""Characters of a statement."""


@transaction.atomic
def statement_give(*, bid_id: UUID, text: str, paper: str, actor: Actor, at: datetime) -> Statement:
    """Add a bidder's statement on its own bid to the evidence; ``paper`` is the SHA-256 of a file, or "".

    StateConflict ``no_statement_now`` for a bid that was decrypted or attributed; RuleBroken ``statement_late`` at
    the field ``text`` when the time for it is over.
    """
    bid = _silent(bid_id, actor, at)
    return _kept(bid, said(text, MOST, "text"), paper, actor, at)


@transaction.atomic
def statement_waive(*, bid_id: UUID, actor: Actor, at: datetime) -> Statement:
    """Say that there is nothing to state, so that the owner need not wait; idempotent. Refused as a statement is."""
    bid = _silent(bid_id, actor, at)
    known = Statement.objects.filter(bid=bid, text="").first()
    return known or _kept(bid, "", "", actor, at)


def _kept(bid: Bid, text: str, paper: str, actor: Actor, at: datetime) -> Statement:
    """The statement with its entry; without words it is the bidder's word that it has none."""
    entry = record_append(
        name="bidder-statement" if text else "bidder-states-nothing",
        subject=bid.ev,
        data={"text": text, "paper": paper},
        actor=actor.key,
        at=at,
    )
    return Statement.objects.create(bid=bid, text=text, paper=paper, entry=entry, at=at)


def _silent(bid_id: UUID, actor: Actor, at: datetime) -> Bid:
    """The actor's own bid under lock, while its organisation may say why it was not decrypted."""
    bid = Bid.objects.select_related("lot__tender__project").filter(pk=bid_id).first()
    if bid is None or bid.organisation_id != actor.organisation:
        raise NotFound("bid", _("There is no such bid."))
    opening = lots.opening_locked(bid.lot)
    bid = Bid.objects.select_for_update().get(pk=bid_id)
    require(policies.may_read_own_bid(actor, bid.organisation_id))
    ended = opening.state in {OpeningState.RECORDED.value, OpeningState.CANCELLED.value}
    until = statement_until(bid, opening)
    silent = BidState(bid.state) in SILENT and opening.factors_ended_at is not None
    if ended or not silent or until is None:
        raise StateConflict(
            "no_statement_now", _("A statement is taken from the end of the window on, in time.")
        )
    if at > until:
        message = _(
            "The time for statements ended at %(ended)s, Beijing time. What the owner decides can be objected to "
            "here on the spot, and complained of to the supervisor."
        )
        finding = Finding("statement_late", message, field="text", data={"ended": beijing(until)})
        raise RuleBroken("statement_late", "", [finding])
    return bid
