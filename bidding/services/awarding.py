"""The award as the bidders feel it: all of the closed set are told at once, the losers' refund clock starts."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import SYSTEM, Actor
from bidding.selectors.security.dues import in_set
from bidding.selectors.validity import refusers
from bidding.services.security.refunds import award_notified
from kernel.errors import Finding, RuleBroken
from kernel.policies import require
from trading import policies
from trading import selectors as trading
from trading.models import Award, AwardDraft, Lot
from trading.services import award_decide as acts
from trading.services.outcomes import Paper, lot_to_record
from trading.services.signing import SignedObject


@transaction.atomic
def award_draft(
    *,
    lot_id: UUID,
    candidate_id: UUID,
    criteria: str,
    watched: str,
    minutes: Paper | None,
    actor: Actor,
    at: datetime,
) -> AwardDraft:
    """Prepare the award, see ``trading``; RuleBroken ``award_gone`` for a candidate that let its bid's validity end."""
    lot = lot_to_record(lot_id=lot_id, actor=actor, at=at)
    made = acts.award_draft(
        lot_id=lot_id,
        candidate_id=candidate_id,
        criteria=criteria,
        watched=watched,
        minutes=minutes,
        actor=actor,
        at=at,
    )
    _stands(made.candidate.bidder_id, lot)
    return made


@transaction.atomic
def award_decide(*, lot_id: UUID, signed: SignedObject, actor: Actor, at: datetime) -> Award:
    """Award the lot as drafted (see ``trading``), tell everybody of the closed set, start the losers' refund clock.

    RuleBroken ``award_gone`` when the candidate has refused to extend the validity of its bid meanwhile (30号令 29).
    """
    lot = trading.lot_for_update(lot_id)
    require(policies.may_publish(actor, lot.tender.project.owner_id))
    winner = acts.draft_open(lot).candidate.bidder_id
    _stands(winner, lot)
    losers = in_set(lot) - {winner}
    award = acts.award_decide(lot_id=lot_id, signed=signed, others=losers, actor=actor, at=at)
    award_notified(lot_id=lot_id, losers=losers, notified_at=at, actor=SYSTEM, at=at)
    return award


def _stands(winner: UUID, lot: Lot) -> None:
    """The candidate's bid still binds it."""
    if winner in refusers(lot):
        message = _("This candidate refused to extend the validity of its bid; the bid no longer stands.")
        raise RuleBroken("award_gone", message, [Finding("award_gone", message, field="candidate")])
