"""What the opening tells this app, with plain values: closed, opening, paused, opened, unsuccessful."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from kernel.errors import RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger import keys
from ledger.services import event_append, record_append
from protocol import bodies
from trading import policies, selectors
from trading.models import Failure, Lot, Tender
from trading.rules import notices
from trading.services.notice_publish import notice_publish
from trading.services.takers import takers_notify
from trading.states import LOT, TAKES_BIDS, TENDER, LotAction, LotState, TenderAction, TenderState

REASONS = frozenset(notices.REASONS)


def move(lot: Lot, action: LotAction, **moments: datetime) -> None:
    """Take one step of the table and stamp its moments; the lot is locked."""
    lot.state = next_state(LOT, action, LotState(lot.state)).value
    for name, moment in moments.items():
        setattr(lot, name, moment)
    lot.save(update_fields=["state", *moments])


def tender_follow(tender: Tender, at: datetime) -> None:
    """The tender is closed when no lot takes bids any more, unsuccessful when every lot is."""
    states = {LotState(state) for state in tender.lots.values_list("state", flat=True)}
    if tender.state == TenderState.OPEN.value and not states & TAKES_BIDS:
        tender.state = next_state(TENDER, TenderAction.CLOSE, TenderState(tender.state)).value
        tender.closed_at = at
        tender.save(update_fields=["state", "closed_at"])
    if tender.state == TenderState.CLOSED.value and states == {LotState.UNSUCCESSFUL}:
        tender.state = next_state(TENDER, TenderAction.FAIL, TenderState(tender.state)).value
        tender.failed_at = at
        tender.save(update_fields=["state", "failed_at"])


@transaction.atomic
def lot_mark_closed(*, lot_id: UUID, actor: Actor, at: datetime) -> Lot:
    """The deadline in force has passed and the set is closed. A suspended lot does not close."""
    lot = selectors.lot_for_update(lot_id)
    require(policies.may_drive(actor))
    if at < selectors.times_in_force(lot).close_at:
        raise StateConflict("deadline_ahead", _("The deadline has not passed."))
    move(lot, LotAction.CLOSE, closed_at=at)
    record_append(name="lot-closed", subject=lot.number, data={}, actor=actor.key, at=at)
    tender_follow(lot.tender, at)
    return lot


def lot_reopen(lot: Lot) -> None:
    """After an excused postponement the lot takes bids again, and so does its tender. Rows are locked."""
    lot.state = next_state(LOT, LotAction.REOPEN, LotState(lot.state)).value
    lot.closed_at = None
    lot.save(update_fields=["state", "closed_at"])
    tender = lot.tender
    if tender.state == TenderState.CLOSED.value:
        tender.state = next_state(TENDER, TenderAction.REOPEN, TenderState(tender.state)).value
        tender.closed_at = None
        tender.save(update_fields=["state", "closed_at"])


@transaction.atomic
def lot_mark_opening(*, lot_id: UUID, actor: Actor, at: datetime) -> Lot:
    """The opening has begun."""
    lot = selectors.lot_for_update(lot_id)
    require(policies.may_drive(actor))
    move(lot, LotAction.START_OPENING, opening_at=at)
    record_append(name="lot-opening", subject=lot.number, data={}, actor=actor.key, at=at)
    return lot


@transaction.atomic
def lot_mark_paused(*, lot_id: UUID, reason: str, actor: Actor, at: datetime) -> Lot:
    """开标中止: the opening is interrupted; finished steps stand."""
    lot = selectors.lot_for_update(lot_id)
    require(policies.may_drive(actor))
    move(lot, LotAction.PAUSE)
    record_append(name="opening-paused", subject=lot.number, data={"reason": reason}, actor=actor.key, at=at)
    return lot


@transaction.atomic
def lot_mark_continued(*, lot_id: UUID, actor: Actor, at: datetime) -> Lot:
    """The interrupted opening goes on."""
    lot = selectors.lot_for_update(lot_id)
    require(policies.may_drive(actor))
    move(lot, LotAction.CONTINUE)
    record_append(name="opening-continued", subject=lot.number, data={}, actor=actor.key, at=at)
    return lot


@transaction.atomic
def lot_mark_opened(*, lot_id: UUID, content: notices.Content, actor: Actor, at: datetime) -> Lot:
    """The opening has ended; ``content`` is the opening record as ``bidding`` wrote it, published as a notice."""
    lot = selectors.lot_for_update(lot_id)
    require(policies.may_drive(actor))
    move(lot, LotAction.FINISH_OPENING, opened_at=at)
    record_append(name="lot-opened", subject=lot.number, data={}, actor=actor.key, at=at)
    notice_publish(tender=lot.tender, kind="record", content=content, actor=actor, at=at, lot=lot)
    return lot


@transaction.atomic
def lot_fail(
    *, lot_id: UUID, reason: str, actor: Actor, at: datetime, next_step: str = "", log_event: bool = True
) -> Lot:
    """流标: the lot ends without result (法28, 条44). The notice holds no names and no number.

    ``reason`` is ``too-few-bids``, ``not-openable`` or ``all-rejected``. The ``failed`` event, signed by the
    platform, ends the lot's chain; ``log_event=False`` when the caller has logged it itself.
    """
    lot = selectors.lot_for_update(lot_id)
    require(policies.may_drive(actor))
    if reason not in REASONS:
        raise RuleBroken("failure_reason", _("There is no such reason for a failed tender."))
    if lot.state == LotState.OPEN.value and at < selectors.times_in_force(lot).close_at:
        raise StateConflict("deadline_ahead", _("The deadline has not passed."))
    move(lot, LotAction.FAIL, failed_at=at)
    Failure.objects.create(lot=lot, reason=reason, next_step=next_step, at=at)
    if log_event:
        body = bodies.body("failed", policy=lot.policy, reason=reason)
        signatures = [keys.platform_signer().sign("failed", body)]
        event_append(kind="failed", body=body, signatures=signatures, chain=lot.chain, at=at)
    record_append(name="lot-failed", subject=lot.number, data={"reason": reason}, actor=actor.key, at=at)
    words = notices.failure_notice(lot=lot.number, reason=reason, next_step=next_step)
    notice_publish(tender=lot.tender, kind="failure", content=words, actor=actor, at=at, lot=lot)
    takers_notify(
        tender=lot.tender, event="tender_unsuccessful", data={"reason": notices.REASONS[reason][0]}, at=at
    )
    tender_follow(lot.tender, at)
    return lot
