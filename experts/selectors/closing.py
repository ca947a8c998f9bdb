"""E11, a member's closing page: the fee that was promised, what he signed and confirmed, his panels so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.actors import Actor
from experts.models import ExpertRating, Panel, PanelSeat, Passage, Sheet, Stance
from experts.selectors.panels import own_seat, panel_get, request_of
from experts.states import label
from experts.states.panel import MemberState, PanelState, SheetState
from experts.states.recall import StanceWord


@dataclass(frozen=True)
class Confirmed:
    """One thing the member has done in this evaluation, with its moment."""

    word: str
    at: datetime


@dataclass(frozen=True)
class ClosingPage:
    """``hours`` are those between the first entry and the last exit (or the end), rounded up to halves."""

    panel: Panel
    seat: PanelSeat
    state: str
    fee: str
    hours: str
    confirmed: Sequence[Confirmed]
    history: Sequence[tuple[PanelSeat, str]]
    ratings: Sequence[ExpertRating]

    @property
    def ended(self) -> bool:
        """Whether the report is handed over."""
        return self.panel.state == PanelState.ENDED.value


def closing_page(panel_id: UUID, actor: Actor) -> ClosingPage:
    """The actor's own; NotFound for whoever has no seat."""
    panel = panel_get(panel_id)
    seat = own_seat(panel, actor)
    mine = PanelSeat.objects.filter(person=seat.person_id).exclude(pk=seat.pk)
    history = mine.select_related("panel__lot__tender").filter(panel__state=PanelState.ENDED.value)
    return ClosingPage(
        panel=panel,
        seat=seat,
        state=_(label(MemberState(seat.state))),
        fee=_fee(panel) if seat.kind == "expert" else "",
        hours=_hours(panel, seat),
        confirmed=sorted(_confirmed(seat), key=lambda one: one.at),
        history=[(one, _(label(MemberState(one.state)))) for one in history.order_by("-added_at")],
        ratings=list(ExpertRating.objects.filter(expert__person=seat.person_id).order_by("-at")[:20]),
    )


def _fee(panel: Panel) -> str:
    return (panel.draw.request if panel.draw else request_of(panel.lot)).fee


def _hours(panel: Panel, seat: PanelSeat) -> str:
    end = seat.left_at or panel.ended_at
    last = Passage.objects.filter(seat=seat, way="out").order_by("-at").values_list("at", flat=True).first()
    if last is not None and (end is None or last > end):
        end = last
    if seat.signed_in_at is None or end is None:
        return ""
    halves = -(-int((end - seat.signed_in_at).total_seconds()) // 1800)
    return f"{max(halves, 0) / 2:g}"


def _confirmed(seat: PanelSeat) -> list[Confirmed]:
    found = []
    if seat.signed_in_at:
        found.append(Confirmed(_("Signed in, key made on the device"), seat.signed_in_at))
    answers = list(seat.unit_answers.order_by("-at")[:1])
    found += [Confirmed(_("Answered for every bidder whether tied to it"), one.at) for one in answers]
    for sheet in Sheet.objects.filter(seat=seat, locked_at__isnull=False).exclude(
        state=SheetState.VOID.value
    ):
        if sheet.locked_at:
            found.append(
                Confirmed(_("Score sheet locked, look %(look)s") % {"look": sheet.round}, sheet.locked_at)
            )
    for stance in Stance.objects.filter(seat=seat).select_related("report"):
        word = _(label(StanceWord(stance.stance)))
        text = _("Report %(number)s: %(word)s") % {"number": stance.report.number, "word": word}
        found.append(Confirmed(text, stance.at))
    return found
