"""What the hall writes down of itself: who is present, what is drawn or made public there, that a line was read."""

from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules.words import said
from bidding import policies
from bidding.models import Bid, Figure, LineRead, Opening, Presence
from bidding.selectors import lots
from bidding.selectors.mandates import chairing, named_for
from bidding.states import FigureKind, HostSeat, OpeningState, PresentAs
from kernel.errors import Finding, RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import record_append
from trading.models import Lot
from trading.rules.coefficients import Draw, coefficient_declared

LONGEST: Final = 120
"""Characters of a name or of an organisation."""
MOST: Final = 1000
"""Characters of how a figure came about."""
RUNNING: Final = frozenset(
    {
        OpeningState.CLOSED,
        OpeningState.FACTOR,
        OpeningState.CHECK,
        OpeningState.RELEASING,
        OpeningState.REVEALED,
    }
)
READING: Final = frozenset({OpeningState.REVEALED})


@transaction.atomic
def presence_enter(
    *, lot_id: UUID, role: PresentAs, name: str, of: str, actor: Actor, at: datetime
) -> Presence:
    """Write down that somebody is in the hall; idempotent for the same person.

    StateConflict ``not_running`` before the set is closed: a list of those who wait would count bidders (法22).
    """
    lot, _opening = conducted(lot_id, HostSeat.RECORDER, actor, at, RUNNING)
    facts = {
        "role": role.value,
        "name": said(name, LONGEST, "name"),
        "of": said(of, LONGEST, "of", optional=True),
    }
    if (known := Presence.objects.filter(lot=lot, **facts).first()) is not None:
        return known
    entry = record_append(name="presence", subject=lot.number, data=facts, actor=actor.key, at=at)
    return Presence.objects.create(lot=lot, entry=entry, at=at, **facts)


@transaction.atomic
def figure_announce(
    *,
    lot_id: UUID,
    kind: FigureKind,
    value: Decimal,
    how: str,
    actor: Actor,
    at: datetime,
    watched: str = "",
    recording: str = "",
) -> Figure:
    """Make a reserve price (实施条例50) or a coefficient drawn in the hall public, once, after the reading began.

    ``value`` in the currency of the lot, or a bare factor. StateConflict ``figure_known`` for another value of
    the same kind: what was drawn before everybody's eyes is not drawn again. A coefficient is one of the values the
    documents declared, drawn by hand as they said, with who watched (``watched``) and where it was filmed
    (``recording``): RuleBroken at the field that misses.
    """
    lot, _opening = conducted(lot_id, HostSeat.RECORDER, actor, at, READING)
    if not value.is_finite() or not 0 < value < 10**14 or value != round(value, 6):
        raise _bad("value", _("Enter a number above zero with at most six decimal places."))
    told = said(how, MOST, "how")
    known = Figure.objects.filter(lot=lot, kind=kind.value).first()
    if known is not None:
        if known.value == value:
            return known
        raise StateConflict("figure_known", _("This figure is public already and stays as it is."))
    proof = _hand_drawn(lot, value, watched, recording) if kind is FigureKind.COEFFICIENT else {}
    data = {"kind": kind.value, "value": value, "how": told, "proof": proof}
    entry = record_append(name="hall-figure", subject=lot.number, data=data, actor=actor.key, at=at)
    return Figure.objects.create(lot=lot, entry=entry, at=at, **data)


def _hand_drawn(lot: Lot, value: Decimal, watched: str, recording: str) -> dict[str, str]:
    """What makes a coefficient drawn by hand one the documents announced: the declared value, witness, recording."""
    declared = coefficient_declared(lot.method)
    if declared is None:
        raise _bad(
            "kind", _("The tender documents declare no coefficient; none can be drawn after the bids are in.")
        )
    draw, values = declared
    if draw is Draw.DERIVED:
        raise _bad("kind", _("This coefficient is computed from the opened bids; use the button for it."))
    if value not in {Decimal(one) for one in values}:
        message = _("The documents declare these values: %(values)s. Enter the one that was drawn.")
        raise _bad("value", message, values=", ".join(values))
    return {"watched": said(watched, LONGEST, "watched"), "recording": said(recording, LONGEST, "recording")}


@transaction.atomic
def line_read(*, lot_id: UUID, ev: str, actor: Actor, at: datetime) -> LineRead:
    """Record that the line of this bid is being read aloud, in the order of the set; idempotent.

    StateConflict ``not_next`` for a line out of its order: two readers press once.
    """
    lot, opening = conducted(lot_id, HostSeat.READER, actor, at, READING)
    evs = [row["ev"] for row in opening.close.body["bids"]] if opening.close else []
    read = {row.bid.ev: row for row in LineRead.objects.filter(bid__lot=lot).select_related("bid")}
    if ev in read:
        return read[ev]
    if ev != next((one for one in evs if one not in read), None):
        raise StateConflict("not_next", _("The lines are read in the order of the sealed set, one by one."))
    entry = record_append(name="line-read", subject=ev, data={"lot": lot.pk}, actor=actor.key, at=at)
    return LineRead.objects.create(bid=Bid.objects.get(lot=lot, ev=ev), entry=entry, at=at)


def conducted(
    lot_id: UUID, seat: HostSeat, actor: Actor, at: datetime, states: frozenset[OpeningState]
) -> tuple[Lot, Opening]:
    """Lot and locked opening, for who conducts it or was named for this seat, while it is in one of these states."""
    lot = lots.lot_get(lot_id)
    opening = lots.opening_locked(lot)
    owner = lot.tender.project.owner_id
    require(policies.may_conduct(actor, owner, chairing(lot, actor, at), named_for(lot, seat)))
    if OpeningState(opening.state) not in states:
        raise StateConflict(
            "not_running", _("This is done while the opening runs, not before and not after.")
        )
    return lot, opening


def _bad(field: str, message: str, **data: object) -> RuleBroken:
    return RuleBroken("hall_text", "", [Finding("hall_text", message, field=field, data=data)])
