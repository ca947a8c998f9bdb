"""冻结: refunds that must wait while an objection, a complaint or an order stands, and what lets them go."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop as _

from accounts.actors import SYSTEM, Actor
from bidding.models.security import Hold, Refund
from bidding.policies import returns as policies
from bidding.rules.refund_causes import RULE, Cause
from bidding.selectors.security import dues
from bidding.states.security import REFUND, RefundAction, RefundState
from kernel.errors import NotFound, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import record_append
from trading import selectors as trading
from trading.models import Lot, Objection
from trading.states import ObjectionState

ORDER, OBJECTION, COMPLAINT = "order", "objection", "complaint"
GROUNDS = frozenset({ORDER, OBJECTION, COMPLAINT})


@transaction.atomic
def hold_place(
    *,
    lot_id: UUID,
    ground: str,
    reference: str,
    actor: Actor,
    at: datetime,
    organisation_id: UUID | None = None,
) -> Hold:
    """Stop the refunds of a lot's bidders (of one, when ``organisation_id`` names it) on a ground; idempotent.

    ``ground`` is order, complaint or objection, ``reference`` the number of the paper. What may be stopped on a ground
    the rule pack says (``held_by``): after a withdrawal only an order does (条35). What the bank already has is not
    called back. RuleBroken ``hold_ground`` for another ground or no reference.
    """
    lot = trading.lot_for_update(lot_id)
    require(policies.may_hold(actor, lot.tender.project.supervisor_id))
    if ground not in GROUNDS or not reference.strip():
        raise RuleBroken("hold_ground", _("Say on which ground and by which paper the refunds stop."))
    given = {"lot": lot, "ground": ground, "reference": reference.strip(), "organisation_id": organisation_id}
    known = Hold.objects.filter(lifted_at__isnull=True, **given).first()
    if known is not None:
        return known
    pk = uuid4()
    data = {"ground": ground, "reference": reference.strip()}
    entry = record_append(name="refunds-held", subject=str(pk), data=data, actor=actor.key, at=at)
    hold = Hold.objects.create(id=pk, by=actor.person, at=at, entry=entry, **given)
    stoppable = [state.value for state in RefundState if state in REFUND[RefundAction.HOLD].sources]
    for refund in _refunds(lot, organisation_id).filter(state__in=stoppable):
        if ground in _held_by(refund, lot, at):
            refund.state = next_state(REFUND, RefundAction.HOLD, RefundState(refund.state)).value
            refund.on_list = None
            refund.save(update_fields=["state", "on_list"])
    return hold


@transaction.atomic
def hold_lift(*, hold_id: UUID, reason: str, actor: Actor, at: datetime) -> Hold:
    """End a hold: what no other hold stops is due again, under the clock it had. Idempotent."""
    hold = Hold.objects.select_related("lot__tender__project").filter(pk=hold_id).first()
    if hold is None:
        raise NotFound("hold", _("There is no such hold."))
    trading.lot_for_update(hold.lot_id)
    require(policies.may_hold(actor, hold.lot.tender.project.supervisor_id))
    hold = Hold.objects.select_for_update(of=("self",)).select_related("lot__tender__project").get(pk=hold_id)
    if hold.lifted_at is not None:
        return hold
    if hold.ground == ORDER and hold.by is not None and not reason.strip():
        raise StateConflict("hold_reason", _("Say why the order is lifted."))
    hold.lifted_at = at
    hold.save(update_fields=["lifted_at"])
    record_append(
        name="refunds-let-go", subject=str(hold.pk), data={"reason": reason}, actor=actor.key, at=at
    )
    let_go(hold.lot, hold.organisation_id, at)
    return hold


def objections_follow(*, at: datetime) -> None:
    """An unanswered objection holds the lots it concerns, an answered or withdrawn one lets them go (条22, 54)."""
    for objection in Objection.objects.filter(state=ObjectionState.RECEIVED.value).select_related("tender"):
        concerned = Lot.objects.filter(tender=objection.tender_id, pk__in=dues.lots_with_security())
        for lot in concerned.filter(pk=objection.lot_id) if objection.lot_id else concerned:
            hold_place(lot_id=lot.pk, ground=OBJECTION, reference=objection.code, actor=SYSTEM, at=at)
    ended = Objection.objects.exclude(state=ObjectionState.RECEIVED.value).values("code")
    rows = Hold.objects.filter(ground=OBJECTION, lifted_at__isnull=True, by__isnull=True, reference__in=ended)
    for hold in rows:
        hold_lift(hold_id=hold.pk, reason="answered", actor=SYSTEM, at=at)


def let_go(lot: Lot, organisation: UUID | None, at: datetime) -> None:
    """Make due again what nothing stops any more, of one bidder or of all; the lot is locked by the caller."""
    for refund in _refunds(lot, organisation).filter(state=RefundState.HELD.value):
        assert refund.sub_account is not None
        if not dues.stopped(lot, refund.sub_account.organisation_id, _held_by(refund, lot, at)):
            refund.state = next_state(REFUND, RefundAction.LIFT, RefundState(refund.state)).value
            refund.save(update_fields=["state"])


def _refunds(lot: Lot, organisation: UUID | None) -> QuerySet[Refund]:
    rows = Refund.objects.select_for_update(of=("self",)).select_related("sub_account")
    of_lot = rows.filter(Q(sub_account__lot=lot), forfeiture__isnull=True)
    return of_lot.filter(sub_account__organisation=organisation) if organisation else of_lot


def _held_by(refund: Refund, lot: Lot, at: datetime) -> frozenset[str]:
    """What the rule of a refund's cause lets stop it."""
    rules = trading.deposit_rules(lot, at)
    rule = rules.rules.get(RULE[Cause(refund.cause)]) or rules[RULE[Cause.STRAY]]
    return rule.held_by
