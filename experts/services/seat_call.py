"""Somebody is called in to a panel: the next seat number, which is his for good, and what ties him is asked first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.models import Membership, Person
from accounts.selectors import memberships_at
from experts.models import DrawnSeat, Expert, NamedSeat, Panel, PanelSeat
from experts.rules.panels import Bidder, tie_of
from experts.selectors.panels import reference_of, units
from experts.services.changes import Entropy
from experts.services.panel_events import panel_recorded
from experts.states.panel import MemberState
from kernel.errors import StateConflict
from trading.models import Lot

MOST: Final = 32
"""Seat numbers of a panel (docs/protocol.md, 16.7)."""


@dataclass(frozen=True)
class SeatOrigin:
    """Where an expert comes from: the seat he was drawn or named for; of the owner's own members nothing."""

    drawn: DrawnSeat | None = None
    named: NamedSeat | None = None
    expert: Expert | None = None
    specialty: str = ""


OWN: Final = SeatOrigin()


def seat_call(panel: Panel, person: UUID, origin: SeatOrigin, *, at: datetime, random: Entropy) -> PanelSeat:
    """Give somebody the next seat number; who is tied to a bidder or the supervisor is called in and out at once.

    StateConflict ``seats_used`` when all numbers are used. Source: 条例 46.
    """
    salt = random(32).hex()
    kind = "expert" if origin.expert else "owner"
    tie = _tie(panel.lot, person, at, origin.expert)
    number = panel.seats.count() + 1
    if number > MOST:
        raise StateConflict("seats_used", _("All %(most)s seat numbers of this panel are used."), most=MOST)
    made = PanelSeat.objects.create(
        panel=panel,
        seat=number,
        kind=kind,
        drawn=origin.drawn,
        named=origin.named,
        person=Person.objects.get(pk=person),
        specialty=origin.specialty,
        ref=reference_of(person, salt),
        ref_salt=salt,
        added_at=at,
        state=MemberState.RECUSED.value if tie else MemberState.EXPECTED.value,
        reason=tie,
        left_at=at if tie else None,
    )
    if tie:
        panel_recorded(panel, "panel-member-tied", {"reason": tie}, "system", at, seat=made.seat)
    return made


def own_tied(lot: Lot, person: UUID, at: datetime) -> bool:
    """Whether somebody of the owner's is tied as far as is known here: by an account, or a record of the pool."""
    expert = Expert.objects.filter(person=person).first()
    return bool(_tie(lot, person, at, None) or (expert and _tie(lot, person, at, expert) == "own-employer"))


def _tie(lot: Lot, person: UUID, at: datetime, expert: Expert | None) -> str:
    rows: list[Membership] = list(memberships_at(at).filter(person=person).select_related("organisation"))
    codes = {row.organisation.code for row in rows}
    if expert is None:
        codes.discard(lot.tender.project.owner.code)
    employer = (expert.employer, expert.employer_code) if expert else ("", "")
    supervisor = lot.tender.project.supervisor
    bidders = [Bidder(one.code, one.name) for one in units(lot)]
    return tie_of(*employer, codes, bidders, supervisor.code if supervisor else "")
