"""Record by name that an officer did not release in its time. An absence stops nothing as long as t are there."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding import policies
from bidding.models import Absence, Release
from bidding.selectors import lots
from bidding.selectors.mandates import chairing
from bidding.services.signed_events import platform_event
from bidding.states import OpeningState
from kernel.errors import RuleBroken, StateConflict
from kernel.policies import require

_AFTER = frozenset({OpeningState.CHECK, OpeningState.RELEASING, OpeningState.REVEALED})


@transaction.atomic
def absence_record(
    *, lot_id: UUID, envelope: int, officer: int, reason: str, actor: Actor, at: datetime
) -> Absence:
    """Log that this officer is absent for this envelope; idempotent. RuleBroken when it has released."""
    lot = lots.lot_get(lot_id)
    opening = lots.opening_locked(lot)
    require(policies.may_record_absence(actor, lot.tender.project.owner_id, chairing(lot, actor, at)))
    seat = lots.seat_get(lot, officer)
    known = Absence.objects.filter(lot=lot, envelope=envelope, officer=seat.i).first()
    if known is not None:
        return known
    if OpeningState(opening.state) not in _AFTER:
        raise StateConflict("no_releases_now", _("Shares are not released now."))
    if Release.objects.filter(lot=lot, envelope=envelope, officer=seat.i).exists():
        raise RuleBroken("has_released", _("This officer has released its shares."))
    entry = platform_event(lot, "absent", at=at, e=envelope, officer=seat.i, reason=reason)
    return Absence.objects.create(
        lot=lot, envelope=envelope, officer=seat.i, reason=reason, entry=entry, at=at
    )
