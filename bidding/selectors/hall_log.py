"""What happened in the hall, line by line, as anybody may read it while it happens.

Before the factor phase ends no line depends on who bids or how many do (A8); after too few bids none ever does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bidding.models import (
    Absence,
    Attribution,
    FewOpened,
    Figure,
    Incident,
    LineRead,
    Opening,
    OpeningObjection,
    RecordSignature,
    Release,
    ReleaseCommit,
    Result,
    SetObjection,
    SupervisorNote,
)
from bidding.states import OpeningState
from trading.models import Lot

NAMED: Final = frozenset({OpeningState.REVEALED, OpeningState.RECORDED})
"""States in which the public may read names and prices: the envelope that is read out is open."""
PHASED: Final = NAMED | {OpeningState.CHECK, OpeningState.RELEASING}
"""States after the factor phase."""
INCIDENTS: Mapping[str, str] = {
    "commit-window": gettext_noop("Not every officer promised in time; the opening goes on without them"),
    "power": gettext_noop("Power cut"),
    "network": gettext_noop("Network down"),
    "chair": gettext_noop("The chair cannot go on"),
    "other": gettext_noop("Incident"),
    "resumed": gettext_noop("The opening goes on"),
}
PAUSES: Final = ("power", "network", "chair", "other")
"""What may stop an opening."""


@dataclass(frozen=True)
class Line:
    """One line of the hall's log. ``mark`` orders lines and is what a live stream resumes after."""

    at: datetime
    text: str

    @property
    def mark(self) -> int:
        """Microseconds since 1970: a moment, which counts nothing."""
        return int(self.at.timestamp() * 1_000_000)


def phase_of(opening: Opening | None) -> OpeningState:
    """Where the opening stands, or stood when it was paused; it is read out once the result has its place."""
    if opening is None:
        return OpeningState.WAITING
    phase = OpeningState(opening.paused_from or opening.state)
    if phase is OpeningState.REVEALED and not placed(opening.lot_id).filter(envelope=0).exists():
        return OpeningState.RELEASING
    return phase


def placed(lot_id: UUID) -> QuerySet[Result]:
    """The results of a lot that stand in the log."""
    return Result.objects.filter(lot=lot_id, entry__leaf_index__isnull=False)


def lines(lot: Lot, opening: Opening | None) -> list[Line]:
    """Every line which anybody may read now, the newest first."""
    if opening is None:
        return []
    phase = phase_of(opening)
    found = [*_phases(opening), *_incidents(lot)]
    if phase in PHASED:
        found += [*_acts(lot), *_said(lot), *_noted(lot)]
    if phase in NAMED:
        found += [*_opened(lot), *_found(lot), *_written(lot)]
    return sorted(found, key=lambda line: (line.at, line.text), reverse=True)


def _phases(opening: Opening) -> Iterable[Line]:
    moments = (
        (opening.closed_at, _("Sealed set fixed")),
        (opening.factors_ended_at if opening.factor_until else None, _("Factor phase ended")),
        (opening.recorded_at, _("Record closed")),
        (opening.ended_at, _("Nothing was opened")),
    )
    return [Line(at, text) for at, text in moments if at]


def incident_word(code: str) -> str:
    """The word of an incident's code."""
    return _(INCIDENTS.get(code, INCIDENTS["other"]))


def paused_by(lot: Lot) -> str:
    """The code of the incident that paused the opening last."""
    row = Incident.objects.filter(lot=lot, code__in=PAUSES).order_by("-at").first()
    return row.code if row else "other"


def _incidents(lot: Lot) -> Iterable[Line]:
    for row in Incident.objects.filter(lot=lot):
        noted = "" if row.code == "commit-window" else row.note
        word = incident_word(row.code)
        yield Line(row.at, _("%(what)s: %(note)s") % {"what": word, "note": noted} if noted else word)


def _acts(lot: Lot) -> Iterable[Line]:
    """Officers' promises, absences; a share is told only once enough of them are in."""
    for commit in ReleaseCommit.objects.filter(lot=lot):
        told = {"officer": commit.officer, "number": commit.envelope + 1}
        yield Line(commit.at, _("Officer %(officer)s promised the release of envelope %(number)s") % told)
    for row in Absence.objects.filter(lot=lot):
        told = {"officer": row.officer, "number": row.envelope + 1}
        yield Line(row.at, _("Officer %(officer)s absent for envelope %(number)s") % told)


def _opened(lot: Lot) -> Iterable[Line]:
    opened = []
    for result in placed(lot.pk):
        opened.append(result.envelope)
        yield Line(
            result.at, _("Envelope %(number)s opened, verdicts published") % {"number": result.envelope + 1}
        )
    for row in Release.objects.filter(lot=lot, envelope__in=opened):
        told = {"officer": row.officer, "number": row.envelope + 1}
        yield Line(row.at, _("Officer %(officer)s released envelope %(number)s") % told)


def _found(lot: Lot) -> Iterable[Line]:
    rows = Attribution.objects.filter(lot=lot, entry__isnull=False).select_related("bid__organisation")
    for row in rows:
        told = {"tenderer": row.bid.organisation.name}
        yield Line(row.at, _("Cause decided why the bid of %(tenderer)s was not decrypted") % told)


def _written(lot: Lot) -> Iterable[Line]:
    """Readings, figures made public, signatures."""
    for number, row in enumerate(LineRead.objects.filter(bid__lot=lot).order_by("at"), start=1):
        yield Line(row.at, _("Line %(number)s read aloud") % {"number": number})
    for figure in Figure.objects.filter(lot=lot):
        yield Line(figure.at, _("A figure was made public in the hall"))
    for few in FewOpened.objects.filter(lot=lot):
        told = {"clause": few.clause}
        yield Line(
            few.at, _("Fewer than three bids opened; clause %(clause)s, confirmed by the chair") % told
        )
    for signature in RecordSignature.objects.filter(lot=lot).select_related("organisation"):
        who = {"organisation": signature.organisation.name}
        yield Line(signature.at, _("%(organisation)s signed the record") % who)


def _said(lot: Lot) -> Iterable[Line]:
    """Objections and answers; who objected is told with the names."""
    for set_objection in SetObjection.objects.filter(lot=lot):
        yield Line(set_objection.at, _("A tenderer objected to the set"))
    for row in OpeningObjection.objects.filter(lot=lot):
        yield Line(row.at, _("Objection on the spot"))
        if row.answered_at:
            yield Line(row.answered_at, _("The owner answered an objection"))


def _noted(lot: Lot) -> Iterable[Line]:
    """That the supervising body wrote a note, and when: nobody writes into a record unseen (条80).

    Neither words nor matter nor person: those are read in the published record, and the matter could name a bid.
    """
    for note in SupervisorNote.objects.filter(lot=lot):
        told = {"organisation": note.of}
        yield Line(
            note.at, _("%(organisation)s entered a note; its words are published with the record") % told
        )
