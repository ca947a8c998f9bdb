"""Which agency acts for the owner at an opening, and whom the set-up names for a seat."""

from datetime import datetime
from uuid import UUID

from accounts.actors import Actor
from accounts.selectors import mandate_in_force
from accounts.states import MandatePower
from bidding.states import HostSeat
from trading.models import Lot


def chairing(lot: Lot, actor: Actor, at: datetime) -> frozenset[UUID]:
    """The actor's organisation, if the owner's mandate for this tender lets it chair the opening."""
    owner = lot.tender.project.owner_id
    if actor.organisation is None or not mandate_in_force(
        owner=owner, agency=actor.organisation, tender=str(lot.tender_id), power=MandatePower.CHAIR, at=at
    ):
        return frozenset()
    return frozenset({actor.organisation})


def hosts_told(lot: Lot, at: datetime) -> list[UUID]:
    """Who hosts this opening and is told what happens there: the owner, and its agency if that may chair."""
    project = lot.tender.project
    found = [project.owner_id]
    if project.agency_id is not None and mandate_in_force(
        owner=project.owner_id,
        agency=project.agency_id,
        tender=str(lot.tender_id),
        power=MandatePower.CHAIR,
        at=at,
    ):
        found.append(project.agency_id)
    return found


def named_for(lot: Lot, seat: HostSeat) -> UUID | None:
    """The organisation the set-up names for a seat; None for the chair and the witness, who follow from the law."""
    named = {HostSeat.READER: lot.opening.reader_id, HostSeat.RECORDER: lot.opening.recorder_id}
    return named.get(seat)


def named_seats(lot: Lot) -> frozenset[HostSeat]:
    """The seats for which the set-up names an organisation."""
    return frozenset(seat for seat in HostSeat if named_for(lot, seat) is not None)
