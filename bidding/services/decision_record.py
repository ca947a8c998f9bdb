"""Owner and supervisor set one bid aside, by name and with a reason, before any share is shown."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding import policies
from bidding.models import Decision, Release
from bidding.selectors import lots
from bidding.services.signed_events import Signatures, body_checked, party_event, signed_by
from bidding.states import OpeningState
from kernel.errors import RuleBroken, StateConflict
from kernel.policies import require

_BEFORE = frozenset({OpeningState.CLOSED, OpeningState.FACTOR, OpeningState.CHECK, OpeningState.RELEASING})


@transaction.atomic
def decision_record(
    *, lot_id: UUID, body: Mapping[str, Any], signatures: Signatures, actor: Actor, at: datetime
) -> Decision:
    """Log a decision signed by owner and supervisor; idempotent. After a release it is too late (6.4, rule 4)."""
    lot = lots.lot_get(lot_id)
    opening = lots.opening_locked(lot)
    project = lot.tender.project
    require(policies.may_decide(actor, project.owner_id))
    decision = body_checked("decision", body, lot)
    bid = lots.bid_by_event(lot, decision["bid"])
    known = Decision.objects.filter(bid=bid, envelope=decision["e"]).first()
    if known is not None:
        return known
    shown = Release.objects.filter(lot=lot, envelope=decision["e"]).exists()
    if OpeningState(opening.state) not in _BEFORE or shown:
        raise StateConflict(
            "too_late_to_decide", _("A bid can be set aside only before the first share is shown.")
        )
    if project.supervisor_id is None:
        raise RuleBroken("no_supervisor", _("The project names no supervisor."))
    signed_by("decision", decision, signatures, organisations=[project.owner_id, project.supervisor_id])
    entry = party_event(lot, "decision", decision, signatures, at=at)
    return Decision.objects.create(
        lot=lot,
        bid=bid,
        envelope=decision["e"],
        reason=decision["reason"],
        name=decision["name"],
        entry=entry,
        at=at,
    )
