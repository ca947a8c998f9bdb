"""Which agency acts for the owner at an opening."""

from datetime import datetime
from uuid import UUID

from accounts.actors import Actor
from accounts.selectors import mandate_in_force
from accounts.states import MandatePower
from trading.models import Lot


def chairing(lot: Lot, actor: Actor, at: datetime) -> frozenset[UUID]:
    """The actor's organisation, if the owner's mandate for this tender lets it chair the opening."""
    owner = lot.tender.project.owner_id
    if actor.organisation is None or not mandate_in_force(
        owner=owner, agency=actor.organisation, tender=str(lot.tender_id), power=MandatePower.CHAIR, at=at
    ):
        return frozenset()
    return frozenset({actor.organisation})
