"""The seats of a draw's officers before the header is signed: who has proven a key, for whom a program acts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.actors import Actor
from experts.models import DrawOfficer
from experts.policies.draw import may_hold_draw_seat, may_watch
from experts.selectors.draws import draw_get, officer_get
from kernel.policies import require
from protocol.draw import objects


@dataclass(frozen=True)
class SeatSeen:
    """An officer of a draw as those who watch it see it."""

    i: int
    organisation: str
    role: str
    registered: bool
    proven_at: datetime | None
    automated: bool


@dataclass(frozen=True)
class DryRunSeen:
    """What an officer's device needs for its dry run.

    ``lot`` is the name under which the draw's keys are declared; ``sealed`` the open challenge in hex, or "".
    """

    tender: str
    lot: str
    i: int
    sig_key: str
    kem_key: str
    sealed: str
    proven_at: datetime | None


def seats_seen(draw_id: UUID, actor: Actor) -> list[SeatSeen]:
    """The officers of a draw by number. NotPermitted for whoever may not watch it."""
    draw = draw_get(draw_id)
    project = draw.lot.tender.project
    require(may_watch(actor, project.owner_id, project.supervisor_id))
    return [_seen(seat) for seat in draw.officers.select_related("organisation").order_by("i")]


def dryrun_seen(draw_id: UUID, i: int, actor: Actor) -> DryRunSeen:
    """The dry run of officer ``i``, for the person of that seat. NotPermitted for everybody else."""
    draw = draw_get(draw_id)
    seat = officer_get(draw, i)
    require(may_hold_draw_seat(actor, seat.person_id))
    return DryRunSeen(
        tender=draw.lot.tender.reference,
        lot=objects.lot_of(draw.lot.code, draw.serial),
        i=seat.i,
        sig_key=seat.sig_key,
        kem_key=seat.kem_key,
        sealed=seat.dryrun_sealed,
        proven_at=seat.proven_at,
    )


def _seen(seat: DrawOfficer) -> SeatSeen:
    return SeatSeen(
        seat.i, seat.organisation.code, seat.role, bool(seat.key_entry_id), seat.proven_at, seat.automated
    )
