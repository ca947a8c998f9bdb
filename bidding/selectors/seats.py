"""Whose place in the hall is where: officer, chair, witness, tenderer. Told to nobody but the person itself."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.states import Role
from bidding import policies
from bidding.models import Bid
from bidding.policies.opened import may_follow_securities
from bidding.selectors.changes import read_out
from bidding.selectors.hall import lot_in_hall
from bidding.selectors.mandates import chairing, named_for, named_seats
from bidding.selectors.validity import bidders_opened
from bidding.states import HostSeat
from kernel.errors import NotFound
from trading.models import Lot


@dataclass(frozen=True)
class Door:
    """A link to one's own place."""

    word: str
    url: str


def doors(number: str, no: int, actor: Actor, at: datetime) -> list[Door]:
    """Where this person has a place at the opening of this lot."""
    if actor.person is None:
        return []
    lot = lot_in_hall(number, no)
    place = [number, no]
    found = []
    if lot.seats.filter(person=actor.person).exists():
        found.append(Door(_("Your seat as officer"), reverse("bidding:hall-officer", args=place)))
    held = seats_held(lot, actor, at)
    if held & {HostSeat.CHAIR, HostSeat.WITNESS}:
        found.append(Door(_("The chair’s seat"), reverse("bidding:hall-chair", args=place)))
    elif held:
        word = _("Your seat as recorder") if HostSeat.RECORDER in held else _("Your seat as reader")
        found.append(Door(word, reverse("bidding:hall-chair", args=place)))
    if policies.may_note(actor, lot.tender.project.supervisor_id).allowed:
        found.append(Door(_("The supervisor’s place"), reverse("bidding:hall-notes", args=place)))
    if Role.BIDDER in actor.roles and own_bid(lot, actor.organisation) is not None:
        found.append(Door(_("Your own bid at this opening"), reverse("bidding:hall-mine", args=place)))
    project = lot.tender.project
    agencies = chairing(lot, actor, at)
    follows = may_follow_securities(actor, project.owner_id, agencies, project.supervisor_id)
    if follows.allowed and lot.deposit_amount and read_out(lot):
        found.append(Door(_("Bid security of this lot"), reverse("bidding:hall-security", args=place)))
    if follows.allowed and bidders_opened(lot):
        found.append(Door(_("Award and contract"), reverse("bidding:hall-outcome", args=place)))
    if Role.AUDITOR in actor.roles and lot.deposit_amount and read_out(lot):
        found.append(Door(_("Who paid the securities"), reverse("bidding:hall-payers", args=place)))
    return found


def chairs(lot: Lot, actor: Actor, at: datetime) -> bool:
    """Whether this person chairs: the owner's people, or those of the agency with that power."""
    project = lot.tender.project
    owner = Role.OWNER in actor.roles and actor.organisation == project.owner_id
    return owner or (Role.AGENCY in actor.roles and bool(chairing(lot, actor, at)))


def seats_held(lot: Lot, actor: Actor, at: datetime) -> frozenset[HostSeat]:
    """The places of the hall that are this person's: by law, by the owner's mandate, or named in the set-up.

    Where the set-up names nobody to read or to record, chair and witness do it; that is asked where it is done.
    """
    held = set()
    if chairs(lot, actor, at):
        held.add(HostSeat.CHAIR)
    if Role.WITNESS in actor.roles:
        held.add(HostSeat.WITNESS)
    if actor.roles & policies.SEATED and actor.organisation is not None:
        held |= {seat for seat in named_seats(lot) if named_for(lot, seat) == actor.organisation}
    return frozenset(held)


def lot_seated(number: str, no: int, actor: Actor, at: datetime) -> Lot:
    """The lot, for whoever holds a place in its hall: chair, reader, recorder, witness; NotFound for the rest."""
    lot = lot_in_hall(number, no)
    if not seats_held(lot, actor, at):
        raise NotFound("opening", _("There is no such place for you at this opening."))
    return lot


def lot_chaired(number: str, no: int, actor: Actor, at: datetime) -> Lot:
    """The lot, for who chairs its opening or witnesses it; NotFound for everybody else."""
    lot = lot_in_hall(number, no)
    if not chairs(lot, actor, at) and Role.WITNESS not in actor.roles:
        raise NotFound("opening", _("There is no such place for you at this opening."))
    return lot


def own_bid(lot: Lot, organisation: UUID | None) -> Bid | None:
    """The newest bid of one's own organisation, whatever became of it."""
    if organisation is None:
        return None
    return Bid.objects.filter(lot=lot, organisation=organisation).order_by("-received_at").first()
