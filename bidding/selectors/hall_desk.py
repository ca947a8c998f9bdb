"""The tables beside the chair's: who is present, what was drawn, who reads which line, who has signed the record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor
from accounts.rules.offline import signing_one
from accounts.selectors import active_spkis
from bidding import policies
from bidding.models import Figure, Opening, Presence, SealCheck
from bidding.selectors import signing
from bidding.selectors.hall import hall
from bidding.selectors.hall_log import PHASED
from bidding.selectors.hall_shapes import Hall, Read
from bidding.selectors.mandates import chairing, named_for
from bidding.selectors.seats import lot_seated
from bidding.states import FigureKind, HostSeat, OpeningState, PresentAs
from kernel.errors import NotFound
from kernel.policies import require
from trading.models import Lot
from trading.rules.coefficients import Draw, coefficient_declared

SEATS: Final[Mapping[HostSeat, str]] = {
    HostSeat.CHAIR: gettext_noop("Chair"),
    HostSeat.READER: gettext_noop("Reader"),
    HostSeat.RECORDER: gettext_noop("Recorder"),
    HostSeat.WITNESS: gettext_noop("Witness of the trading centre"),
}
PRESENT: Final[Mapping[PresentAs, str]] = {
    PresentAs.CHAIR: gettext_noop("Chair"),
    PresentAs.READER: gettext_noop("Reader"),
    PresentAs.RECORDER: gettext_noop("Recorder"),
    PresentAs.WITNESS: gettext_noop("Witness of the trading centre"),
    PresentAs.OFFICER: gettext_noop("Key officer"),
    PresentAs.TENDERER: gettext_noop("Tenderer’s representative"),
    PresentAs.SUPERVISOR: gettext_noop("Supervisor"),
    PresentAs.NOTARY: gettext_noop("Notary"),
    PresentAs.OTHER: gettext_noop("Somebody else"),
}
FIGURES: Final[Mapping[FigureKind, str]] = {
    FigureKind.RESERVE_PRICE: gettext_noop("Reserve price, for reference only"),
    FigureKind.COEFFICIENT: gettext_noop("Coefficient drawn in the hall"),
}


@dataclass(frozen=True)
class SeatRow:
    """A seat as the chair's page lists it."""

    seat: str
    word: str
    said: str
    status: str
    kind: str
    open: bool
    may_sign: bool
    may_excuse: bool
    first: bool


@dataclass(frozen=True)
class Desk:
    """The page of the roll, the figures and the reading."""

    hall: Hall
    lot: Lot
    present: Sequence[tuple[str, Presence]]
    figures: Sequence[tuple[str, Figure]]
    line: Read | None
    ev: str
    read: int
    running: bool
    values: str
    derives: bool


@dataclass(frozen=True)
class Signing:
    """The page on which one seat reads the record and signs it."""

    hall: Hall
    lot: Lot
    word: str
    digest: str
    present: Sequence[tuple[str, Presence]]
    figures: Sequence[tuple[str, Figure]]
    body: dict[str, Any]
    spkis: Sequence[str]

    @property
    def data(self) -> dict[str, Any]:
        """What the signing script works with."""
        return signing_one(signing.KIND, self.body, self.spkis)


def present(lot: Lot) -> list[tuple[str, Presence]]:
    """Everybody written down, with the word of their part."""
    return [(_(PRESENT[PresentAs(row.role)]), row) for row in Presence.objects.filter(lot=lot)]


def figures(lot: Lot) -> list[tuple[str, Figure]]:
    """What was made public in the hall."""
    rows = Figure.objects.filter(lot=lot).order_by("at")
    return [(_(FIGURES[FigureKind(row.kind)]), row) for row in rows]


def desk(number: str, no: int, seat: HostSeat, actor: Actor, at: datetime) -> Desk:
    """The page of a seat for who holds a place in this hall; NotFound for everybody else.

    It asks for nothing where another one was named for this seat.
    """
    lot = lot_seated(number, no, actor, at)
    seen = hall(number, no, at)
    opening = Opening.objects.filter(lot=lot).select_related("close").first()
    evs = [row["ev"] for row in opening.close.body["bids"]] if opening and opening.close else []
    left = seen.rows[seen.read :] if seen.named else ()
    owner, agencies = lot.tender.project.owner_id, chairing(lot, actor, at)
    acts = policies.may_conduct(actor, owner, agencies, named_for(lot, seat)).allowed
    declared = coefficient_declared(lot.method)
    shown = figures(lot)
    drawn = any(row.kind == FigureKind.COEFFICIENT.value for _word, row in shown)
    running = bool(evs) and not seen.over and not seen.paused and acts
    return Desk(
        hall=seen,
        lot=lot,
        present=present(lot),
        figures=shown,
        line=left[0] if left else None,
        ev=evs[seen.read] if left else "",
        read=seen.read,
        running=running,
        values=_(", ").join(declared[1]) if declared else "",
        derives=running and seen.named and not drawn and declared is not None and declared[0] is Draw.DERIVED,
    )


def seal_checks(lot: Lot, seen: Hall) -> tuple[int, int] | None:
    """How many bidders of the set have checked their seal, of how many; None while that number is secret."""
    if seen.phase not in PHASED:
        return None
    opening = Opening.objects.select_related("close").get(lot=lot)
    evs = [row["ev"] for row in opening.close.body["bids"]] if opening.close else []
    return SealCheck.objects.filter(bid__lot=lot, bid__ev__in=evs).count(), len(evs)


def seat_rows(lot: Lot, actor: Actor, at: datetime) -> list[SeatRow]:
    """The seats under the record as it stands, and what this person may do about each."""
    owner, agencies = lot.tender.project.owner_id, chairing(lot, actor, at)
    rows: list[SeatRow] = []
    states = signing.seats_of(lot, signing.record_digest(lot))
    taken = any(
        state.signature and not state.outdated and state.signature.person_id == actor.person
        for state in states
    )
    for state in states:
        own = policies.may_sign_record(actor, state.seat, owner, agencies, named_for(lot, state.seat))
        excuse = policies.may_record_vacancy(actor, state.seat, owner, agencies)
        status, kind, said = _status(state)
        signed = state.signature is not None and not state.outdated
        rows.append(
            SeatRow(
                seat=state.seat.value,
                word=_(SEATS[state.seat]),
                said=said,
                status=status,
                kind=kind,
                open=state.open,
                may_sign=own.allowed and not signed and not taken,
                may_excuse=excuse.allowed and state.open,
                first=own.allowed and state.open and not taken and not any(row.first for row in rows),
            )
        )
    return rows


def _status(state: signing.SeatState) -> tuple[str, str, str]:
    """The word of a seat, its colour, and who or why."""
    row = state.signature
    who = f"{row.organisation.name} · {row.person.name}" if row else ""
    if row is not None and not state.outdated:
        return _("Signed"), "done", who
    if row is not None:
        return _("Signed an earlier version; sign again"), "soon", who
    if state.vacancy is not None:
        return _("Does not sign, recorded"), "stop", state.vacancy.reason
    return (_("To be signed"), "wait", "") if state.needed else (_("Not asked for"), "wait", "")


def signing_page(number: str, no: int, seat: HostSeat, actor: Actor, at: datetime, record: str) -> Signing:
    """The record as this seat reads and signs it; ``record`` is the digest it has read, "" for the present one.

    NotPermitted for another seat than one's own; NotFound before the reading and after the closing.
    """
    lot = lot_seated(number, no, actor, at)
    owner, agencies = lot.tender.project.owner_id, chairing(lot, actor, at)
    require(policies.may_sign_record(actor, seat, owner, agencies, named_for(lot, seat)))
    seen = hall(number, no, at)
    if seen.phase is not OpeningState.REVEALED or actor.organisation is None:
        raise NotFound("record", _("There is no record to be signed here now."))
    digest = record or signing.record_digest(lot)
    return Signing(
        hall=seen,
        lot=lot,
        word=_(SEATS[seat]),
        digest=digest,
        present=present(lot),
        figures=figures(lot),
        body=signing.signature_body(lot, seat, actor, digest),
        spkis=sorted(active_spkis(actor.organisation)),
    )
