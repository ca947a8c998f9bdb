"""End the opening and publish its record (开标记录), or end it unopened: nothing left undecided, nothing repeated."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.services import notify
from bidding import policies
from bidding.models import Attribution, Bid, Opening, OpeningRecord, Result
from bidding.selectors import lots
from bidding.selectors.chains import LotChain
from bidding.selectors.mandates import chairing
from bidding.selectors.records import facts_of
from bidding.selectors.signing import record_digest
from bidding.services import stages
from bidding.services.few_opened import unconfirmed
from bidding.services.opening_object import unanswered
from bidding.services.record_sign import unsigned
from bidding.services.signed_events import platform_event
from bidding.states import BID, OPENING, BidAction, BidState, OpeningAction, OpeningState
from kernel.errors import Finding, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import record_append
from protocol import canonical
from protocol.hashing import sha256
from trading.models import Lot
from trading.states import LotState

NOT_OPENABLE = "not-openable"


@transaction.atomic
def opening_end(*, lot_id: UUID, actor: Actor, at: datetime) -> Opening:
    """Log the end and publish the record; idempotent.

    RuleBroken with one finding each: ``attribution_missing`` for a bid of the set that was not decrypted and has no
    signed attribution, ``objection_unanswered``, ``few_unconfirmed``, ``record_unsigned`` for a seat that neither
    signed the record as it stands nor has a recorded reason; StateConflict ``envelopes_left`` before all are open.
    """
    lot = lots.lot_get(lot_id)
    opening = lots.opening_locked(lot)
    require(policies.may_end_opening(actor, lot.tender.project.owner_id, chairing(lot, actor, at)))
    if opening.state == OpeningState.RECORDED.value:
        return opening
    after = next_state(OPENING, OpeningAction.RECORD, OpeningState(opening.state))
    chain = LotChain(lot)
    results = {row.envelope: row.entry for row in Result.objects.filter(lot=lot).select_related("entry")}
    if sorted(results) != [row["e"] for row in chain.policy["envelopes"]]:
        raise StateConflict("envelopes_left", _("An envelope is not yet opened."))
    if any(entry.leaf_index is None for entry in results.values()):
        raise StateConflict(
            "envelopes_left", _("A result is not yet in the log. Close the record in a minute, when it is.")
        )
    _check_attributions(lot)
    for waiting in (unanswered(lot), unconfirmed(opening), unsigned(lot, record_digest(lot))):
        if waiting:
            raise RuleBroken(waiting[0].code, waiting[0].message, waiting)
    rows = [[e, entry.ev] for e, entry in sorted(results.items())]
    platform_event(lot, "open-end", at=at, close=chain.close.ev if chain.close else "", results=rows)
    opening.state, opening.recorded_at = after.value, at
    opening.save(update_fields=["state", "recorded_at"])
    record = record_publish(lot=lot, chain=chain, opening=opening, actor=actor, at=at)
    stages.opened(lot, record.facts, at=at)
    return opening


def record_publish(
    *, lot: Lot, chain: LotChain, opening: Opening, actor: Actor, at: datetime
) -> OpeningRecord:
    """Freeze the facts of the record and make them public, in the transaction which ends the opening."""
    facts = facts_of(lot, chain, opening)
    digest = sha256(canonical.encode(facts)).hex()
    entry = record_append(
        name="opening-record-published", subject=lot.number, data={"digest": digest}, actor=actor.key, at=at
    )
    record = OpeningRecord.objects.create(lot=lot, facts=facts, digest=digest, entry=entry, published_at=at)
    data = {"title": lot.tender.title, "number": lot.number, "lot": lot.name}
    for organisation in lots.organisations_in_set(lot):
        notify(event="record_published", to_organisation=organisation.pk, data=data, at=at)
    return record


@transaction.atomic
def opening_fail(*, lot_id: UUID, actor: Actor, at: datetime) -> Opening:
    """End a lot that cannot be opened: fewer than t officers released by ``release_until``; nothing is readable."""
    lot = lots.lot_get(lot_id)
    opening = lots.opening_locked(lot)
    require(policies.may_run(actor))
    if opening.state == OpeningState.FAILED.value:
        return opening
    after = next_state(OPENING, OpeningAction.FAIL, OpeningState(opening.state))
    chain = LotChain(lot)
    if not chain.proven(chain.times.release_until):
        raise StateConflict("not_yet", _("The officers still have time to release."))
    _seal_for_good(lot)
    opening.state, opening.reason, opening.ended_at = after.value, NOT_OPENABLE, at
    opening.save(update_fields=["state", "reason", "ended_at"])
    stages.failed(lot, reason=NOT_OPENABLE, at=at)
    return opening


@transaction.atomic
def opening_cancel(*, lot_id: UUID, actor: Actor, at: datetime) -> Opening:
    """Follow the owner's termination (终止), which is logged with the tender: sealed bids stay sealed. Idempotent."""
    lot = lots.lot_get(lot_id)
    opening = lots.opening_locked(lot)
    require(policies.may_run(actor))
    if opening.state == OpeningState.CANCELLED.value:
        return opening
    if lot.state != LotState.CANCELLED.value:
        raise StateConflict("not_cancelled", _("This lot is not terminated."))
    opening.state = next_state(OPENING, OpeningAction.CANCEL, OpeningState(opening.state)).value
    opening.ended_at, opening.paused_from, opening.paused_at = at, "", None
    opening.save()
    _seal_for_good(lot)
    record_append(name="opening-cancelled", subject=lot.number, data={"lot": lot.pk}, actor=actor.key, at=at)
    return opening


def _seal_for_good(lot: Lot) -> None:
    for bid in Bid.objects.select_for_update().filter(lot=lot):
        if BidState(bid.state) in BID[BidAction.SEAL_FOR_GOOD].sources:
            bid.state = next_state(BID, BidAction.SEAL_FOR_GOOD, BidState(bid.state)).value
            bid.save(update_fields=["state"])


def _check_attributions(lot: Lot) -> None:
    unopened = Bid.objects.filter(lot=lot, state__in=[BidState.NOT_OPENED.value, BidState.BAD_CONTENT.value])
    findings = [
        Finding(
            "attribution_missing",
            _("Record first why the bid of %(tenderer)s was not decrypted, with evidence."),
            "20号令31",
            data={"tenderer": bid.organisation.name},
        )
        for bid in unopened.select_related("organisation").order_by("ev")
    ]
    if Attribution.objects.filter(lot=lot, entry__isnull=False, entry__leaf_index__isnull=True).exists():
        raise StateConflict("envelopes_left", _("An attribution is not yet in the log."))
    if findings:
        raise RuleBroken("attribution_missing", findings[0].message, findings, **findings[0].data)
