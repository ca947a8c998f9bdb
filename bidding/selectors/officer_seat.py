"""The officer's own place at an opening: which lots, what the device must know, what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor
from accounts.states import Role
from bidding.models import ReleaseCommit
from bidding.selectors import lots, opening_pack
from bidding.selectors.chains import LotChain
from bidding.selectors.hall import lot_in_hall
from bidding.selectors.reveals import reveal_allowed
from bidding.states import OpeningState
from kernel.errors import NotFound
from trading.models import DryRun, Lot, OfficerSeat
from trading.selectors import times_in_force
from trading.states import LotState, SeatState

OVER: Final = timedelta(days=1)
"""How long an opening that has ended stays on the officer's list."""
BELL: Final = timedelta(minutes=30)
"""How long before the opening the officer's page rings; a message goes out in the same moment."""
CHECKS: Final = (
    ("continues", gettext_noop("The log continues the one this device saw before; nothing was taken out")),
    ("own", gettext_noop("T, your keys in it, the opening time by a time source, enough bids")),
    ("officers", gettext_noop("The signatures hold; the officers are those of the policy, each certified")),
    ("log", gettext_noop("Every event stands in checkpoints which the witnesses have signed")),
    ("times", gettext_noop("The deadline and the beats around it, by the time sources’ statements")),
    (
        "set",
        gettext_noop("The closed set holds every bid in time and no other; the decryption phase is over"),
    ),
    ("objections", gettext_noop("No objection to the set is open")),
)
_LISTED: Final = frozenset(
    {LotState.OPEN.value, LotState.SUSPENDED.value, LotState.CLOSED.value, LotState.OPENING.value}
) | {LotState.PAUSED.value}


@dataclass(frozen=True)
class Seat:
    """One officer's place at one opening."""

    row: OfficerSeat
    lot: Lot
    opens_at: datetime
    phase: OpeningState
    runs: Sequence[DryRun]
    url: str
    bell: bool = False

    @property
    def proven(self) -> bool:
        """Whether the last dry run was passed."""
        return self.row.state == SeatState.PROVEN.value


@dataclass(frozen=True)
class SeatPage:
    """The officer's page: ``data`` is what the script works with, nothing secret."""

    seat: Seat
    size: int | None
    steps: Sequence[dict[str, Any]]
    ready: bool
    done: bool
    data: dict[str, Any]

    @property
    def checks(self) -> list[tuple[str, str]]:
        """What the device checks before it promises, in words (A12)."""
        return [(code, _(words)) for code, words in CHECKS]


def own_seats(actor: Actor, at: datetime) -> list[Seat]:
    """Lots whose opening is to come, runs, or ended less than a day ago, the nearest first."""
    rows = OfficerSeat.objects.filter(person=actor.person).select_related(
        "lot__tender__project", "lot__opening", "organisation"
    )
    found = [_seat(row, at) for row in rows if row.lot.published_at is not None]
    near = [one for one in found if one.lot.state in _LISTED or one.opens_at > at - OVER]
    return sorted(near, key=lambda one: one.opens_at)


def seat_lot(number: str, no: int, actor: Actor) -> Lot:
    """The lot at which this person holds a seat; NotFound for everybody else."""
    lot = lot_in_hall(number, no)
    _own(lot, actor)
    return lot


def seat_page(number: str, no: int, actor: Actor, at: datetime) -> SeatPage:
    """The page of one's own seat."""
    lot = lot_in_hall(number, no)
    row = _own(lot, actor)
    phase = lots.opening_phase(lot)
    steps = opening_pack.steps(lot, row.i)
    size = opening_pack.set_size(lot, actor)
    urls = {name: reverse(f"bidding:hall-{name}", args=[number, no]) for name in ("view", "state")}
    urls |= {name: reverse(f"bidding:hall-{name}", args=[number, no]) for name in ("commit", "release")}
    data = {
        **urls,
        "officer": reverse("bidding:hall-officer", args=[number, no]),
        "anchors": reverse("portal-anchors", args=[lot.policy]),
        "database": str(actor.person),
        "key": row.sig_key,
        "policy": lot.policy,
        "i": row.i,
        "steps": steps,
    }
    return SeatPage(
        seat=_seat(row, at),
        size=size,
        steps=steps,
        ready=size is not None and _may_begin(lot, phase, at),
        done=all(step["released"] or step["opened"] for step in steps),
        data=data,
    )


def progress(number: str, no: int, actor: Actor) -> dict[str, Any]:
    """How far this officer is with each envelope, and whether a promised release may be handed over now."""
    lot = lot_in_hall(number, no)
    row = _own(lot, actor)
    phase = lots.opening_phase(lot)
    steps = opening_pack.steps(lot, row.i)
    waiting = any(step["promised"] and not step["released"] and not step["opened"] for step in steps)
    chain = LotChain(lot) if waiting else None
    for step in steps:
        due = chain is not None and step["promised"] and not step["released"] and not step["opened"]
        step["may_release"] = bool(due and chain is not None and reveal_allowed(chain, step["e"]))
        step["logged"] = ReleaseCommit.objects.filter(
            lot=lot, officer=row.i, envelope=step["e"], entry__leaf_index__isnull=False
        ).exists()
    return {"phase": phase.value, "steps": steps}


def _own(lot: Lot, actor: Actor) -> OfficerSeat:
    rows = lot.seats.select_related("lot__tender__project", "lot__opening", "organisation")
    row = rows.filter(person=actor.person).first() if actor.person else None
    if row is None or Role.OFFICER not in actor.roles:
        raise NotFound("officer_seat", _("You hold no key of this lot."))
    return row


def _may_begin(lot: Lot, phase: OpeningState, at: datetime) -> bool:
    """Whether the device may be asked now: the set check is over by the platform's clock; the log must prove it."""
    if phase not in {OpeningState.CHECK, OpeningState.RELEASING, OpeningState.REVEALED}:
        return False
    opening = lots.opening_of(lot)
    return opening is not None and opening.check_until is not None and at >= opening.check_until


def _seat(row: OfficerSeat, at: datetime) -> Seat:
    lot = row.lot
    opens_at = times_in_force(lot).close_at
    return Seat(
        row=row,
        lot=lot,
        opens_at=opens_at,
        bell=opens_at - BELL <= at < opens_at,
        phase=lots.opening_phase(lot),
        runs=list(row.dryruns.order_by("-at")[:3]),
        url=reverse("bidding:hall-officer", args=[lot.tender.number, lot.no]),
    )
