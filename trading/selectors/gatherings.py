"""Reads of meetings, of the notice in its media, and of officers who are away."""

from dataclasses import dataclass
from datetime import datetime

from accounts.actors import Actor
from trading.models import Absence, Lot, MediaProof, OfficerSeat, Tender
from trading.rules import Times
from trading.rules.counting import local_day


@dataclass(frozen=True)
class MediumRow:
    """One medium of the notice with its last proof, None while there is none."""

    medium: str
    proof: MediaProof | None


@dataclass(frozen=True)
class Presence:
    """An officer and the absences that touch an opening."""

    seat: OfficerSeat
    away: list[Absence]


def media_rows(tender: Tender) -> list[MediumRow]:
    """The media of the notice in their order."""
    last = {row.medium: row for row in tender.media_proofs.order_by("at", "id")}
    return [MediumRow(medium, last.get(medium)) for medium in tender.media]


def first_proof(tender: Tender) -> MediaProof | None:
    """The earliest publication in a medium of the list: from it the law's days are counted (10号令, 条15)."""
    rows = [row.proof for row in media_rows(tender) if row.proof is not None]
    return min(rows, key=lambda row: row.seen_at, default=None)


def absences_of(actor: Actor, at: datetime) -> list[Absence]:
    """One's own absences that are not over."""
    return list(Absence.objects.filter(person=actor.person, until_day__gte=local_day(at)))


def presences(lot: Lot, times: Times) -> list[Presence]:
    """Each officer of a lot with the absences that touch the days from the deadline to the end of releases."""
    first, last = local_day(times.close_at), local_day(times.release_until)
    seats = lot.seats.select_related("organisation").order_by("i")
    return [
        Presence(
            seat,
            list(Absence.objects.filter(person=seat.person_id, from_day__lte=last, until_day__gte=first)),
        )
        for seat in seats
    ]
