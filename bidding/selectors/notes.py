"""The supervisor's place at an opening: attributions and exceptions to look at, and what it has noted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor
from bidding import policies
from bidding.models import Attribution, Bid, SupervisorNote
from bidding.rules.notes import NoteAbout
from bidding.selectors.hall import hall, lot_in_hall
from bidding.selectors.hall_log import PHASED
from bidding.selectors.hall_shapes import Hall
from bidding.states import OpeningState
from kernel.errors import NotFound
from trading.models import Lot

ABOUT: Final[Mapping[NoteAbout, str]] = {
    NoteAbout.ATTRIBUTION: gettext_noop("Whose cause: a bid that was not decrypted"),
    NoteAbout.FEW: gettext_noop("Fewer than three bids could be opened"),
    NoteAbout.ABSENCE: gettext_noop("An officer is absent"),
    NoteAbout.INCIDENT: gettext_noop("Incident or pause"),
    NoteAbout.OBJECTION: gettext_noop("Objection at the opening"),
    NoteAbout.OTHER: gettext_noop("Something else"),
}


@dataclass(frozen=True)
class Noted:
    """One note with the words of what it is about."""

    about: str
    row: SupervisorNote


@dataclass(frozen=True)
class Watch:
    """The supervisor's page."""

    hall: Hall
    lot: Lot
    attributions: Sequence[Attribution]
    noted: Sequence[Noted]
    choices: Sequence[tuple[str, str]]
    open: bool


def watch(number: str, no: int, actor: Actor, at: datetime) -> Watch:
    """The page for the supervisor of this tender; NotFound for everybody else."""
    lot = lot_in_hall(number, no)
    if not policies.may_note(actor, lot.tender.project.supervisor_id).allowed:
        raise NotFound("opening", _("There is no such place for you at this opening."))
    seen = hall(number, no, at)
    rows = list(Attribution.objects.filter(lot=lot).select_related("bid__organisation")) if seen.named else []
    return Watch(
        hall=seen,
        lot=lot,
        attributions=rows,
        noted=noted(lot),
        choices=[
            *((f"{NoteAbout.ATTRIBUTION.value}:{row.bid.ev}", _attributed(row)) for row in rows),
            *(
                (about.value, _(words))
                for about, words in ABOUT.items()
                if about is not NoteAbout.ATTRIBUTION
            ),
        ],
        open=seen.phase in PHASED - {OpeningState.RECORDED},
    )


def notable(lot: Lot) -> dict[str, Bid]:
    """The bids of which an attribution is drafted or signed, by event id."""
    rows = Attribution.objects.filter(lot=lot).select_related("bid")
    return {row.bid.ev: row.bid for row in rows}


def noted(lot: Lot) -> list[Noted]:
    """Every note of the supervisor at this opening, the oldest first."""
    rows = SupervisorNote.objects.filter(lot=lot).select_related("bid__organisation")
    return [Noted(about_words(row.about, row.bid.organisation.name if row.bid else ""), row) for row in rows]


def about_words(about: str, tenderer: str) -> str:
    """What a note is about, with the tenderer where it is about an attribution."""
    words = _(ABOUT[NoteAbout(about)])
    return f"{words} · {tenderer}" if tenderer else words


def _attributed(row: Attribution) -> str:
    return about_words(NoteAbout.ATTRIBUTION.value, row.bid.organisation.name)
