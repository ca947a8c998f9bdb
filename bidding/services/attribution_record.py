"""未解密原因认定: whose fault it is that a bid was not decrypted. The deposit turns on it, so a person decides."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding import policies
from bidding.models import Attribution, Bid, Opening
from bidding.selectors import lots
from bidding.selectors.causes import beijing, waits_until
from bidding.selectors.mandates import chairing
from bidding.services.signed_events import Signatures, body_checked, party_event, signed_by
from bidding.states import BID, FINDING_ACTION, BidState, Finding, OpeningState
from kernel.errors import RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import record_append
from trading.models import Lot


@transaction.atomic
def attribution_draft(
    *,
    lot_id: UUID,
    bid_ev: str,
    finding: Finding,
    reason: str,
    evidence: Sequence[str],
    actor: Actor,
    at: datetime,
) -> Attribution:
    """Write down a proposed finding with its evidence (SHA-256, hex); it binds nobody until the owner signs."""
    lot, bid = _undecrypted(lot_id, bid_ev)
    owner = lot.tender.project.owner_id
    require(policies.may_draft_attribution(actor, owner, chairing(lot, actor, at)))
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why, and name the evidence."))
    known = Attribution.objects.filter(bid=bid).first()
    if known is not None and known.entry_id is not None:
        raise StateConflict("attributed", _("This bid's attribution is already recorded."))
    draft = known or Attribution(lot=lot, bid=bid)
    draft.finding, draft.reason, draft.evidence = finding.value, reason, sorted(evidence)
    draft.drafted_by, draft.at = actor.person, at
    draft.save()
    record_append(
        name="attribution-drafted",
        subject=str(bid.pk),
        data={"finding": finding.value, "reason": reason, "evidence": draft.evidence},
        actor=actor.key,
        at=at,
    )
    return draft


@transaction.atomic
def attribution_record(
    *, lot_id: UUID, body: Mapping[str, Any], signatures: Signatures, actor: Actor, at: datetime
) -> Attribution:
    """Log the owner's signed finding; idempotent, and final.

    RuleBroken without a reason, and ``statement_window`` while the bidder may still say why and has not: who is
    judged is heard before (20号令31).
    """
    attribution = body_checked("attribution", body, lots.lot_get(lot_id))
    lot, bid = _undecrypted(lot_id, attribution["bid"])
    owner = lot.tender.project.owner_id
    require(policies.may_attribute(actor, owner))
    known = Attribution.objects.filter(bid=bid).first()
    if known is not None and known.entry_id is not None:
        if known.entry is not None and known.entry.body != attribution:
            raise StateConflict("attributed", _("This bid's attribution is already recorded."))
        return known
    if not attribution["reason"].strip():
        raise RuleBroken("reason_missing", _("Say why, and name the evidence."))
    signed_by("attribution", attribution, signatures, organisations=[owner])
    _require_heard(bid, at)
    finding = Finding(attribution["finding"])
    bid.state = next_state(BID, FINDING_ACTION[finding], BidState(bid.state)).value
    bid.save(update_fields=["state"])
    row = known or Attribution(lot=lot, bid=bid)
    row.finding, row.reason, row.evidence, row.at = (
        finding.value,
        attribution["reason"],
        attribution["evidence"],
        at,
    )
    row.entry = party_event(lot, "attribution", attribution, signatures, at=at)
    row.save()
    return row


def _require_heard(bid: Bid, at: datetime) -> None:
    """Refuse while the owner must wait for the bidder's word."""
    opening = Opening.objects.select_related("lot__tender__project").get(lot=bid.lot_id)
    if (until := waits_until(bid, opening, at)) is not None:
        message = _(
            "The bidder may say until %(until)s, Beijing time, why its bid was not decrypted. Sign after that, or as "
            "soon as its statement, or its word that it has none, has arrived."
        )
        raise RuleBroken("statement_window", message, until=beijing(until))


def _undecrypted(lot_id: UUID, ev: str) -> tuple[Lot, Bid]:
    """The lot, under lock, and its bid, once envelope 0 is opened and this bid was not decrypted."""
    lot = lots.lot_get(lot_id)
    opening = lots.opening_locked(lot)
    if opening.state != OpeningState.REVEALED.value:
        raise StateConflict("not_opened", _("Attributions are made after the opening of the first envelope."))
    return lot, lots.bid_by_event(lot, ev, lock=True)
