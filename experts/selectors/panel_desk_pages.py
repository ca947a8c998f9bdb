"""What desk, owner, supervisor and the bidder who is asked read of a panel: each his own part, nobody an opinion."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor
from experts.models import MandateLook, PanelQuestion, Passage
from experts.policies.panel import may_confirm_panel, may_keep_door, may_offer_panel, may_watch_panel
from experts.rules.blind import blind_envelopes
from experts.rules.packs import pool_pack
from experts.rules.panels import Sitting, sitting_findings
from experts.selectors.mandates import MandateRow, mandate_looks, mandates_of
from experts.selectors.own_replacements import replacement_link
from experts.selectors.panel_pages import PanelPage, page_of
from experts.selectors.panels import expected, members, panel_get, size_of
from experts.states import label
from experts.states.panel import AskedState, MemberState, PanelState
from kernel.errors import Finding, NotFound
from kernel.policies import require


@dataclass(frozen=True)
class DoorPage:
    """The desk of the evaluation area: who is there, who came and went."""

    page: PanelPage
    passages: Sequence[Passage]
    mandates: Sequence[MandateRow] = ()


def door_page(panel_id: UUID, who: Actor) -> DoorPage:
    """The log of entries and exits, with names: the desk lets people in by their identity papers."""
    require(may_keep_door(who))
    panel = panel_get(panel_id)
    rows = Passage.objects.filter(seat__panel=panel).select_related("seat").order_by("-at", "-id")
    return DoorPage(page_of(panel, None), list(rows), mandates_of(panel))


@dataclass(frozen=True)
class ProcessPage:
    """How far a panel is, for who signs it: states and numbers, no name and no opinion.

    ``looks``: who opened the letters, for the supervisor and auditors; None for others. ``replace``: an own member is
    to be replaced, or was.
    """

    page: PanelPage
    missing: Sequence[Finding]
    offers: bool
    signs: bool
    numbers: Sequence[tuple[str, int]]
    mandates: Sequence[MandateRow] = ()
    looks: Sequence[MandateLook] | None = None
    replace: bool = False


def process_page(panel_id: UUID, who: Actor) -> ProcessPage:
    """The panel as owner and supervisor see it before the report (journeys 9)."""
    panel = panel_get(panel_id)
    project = panel.lot.tender.project
    require(may_watch_panel(who, project.owner_id, project.supervisor_id))
    sit = [
        Sitting(one.seat, one.kind)
        for one in members(panel)
        if one.state in (MemberState.CLEARED.value, MemberState.SEATED.value)
    ]
    waiting = len(members(panel)) - len(sit)
    forming = panel.state == PanelState.FORMING.value
    size = size_of(panel.lot)
    missing = sitting_findings(sit, waiting, expected(panel), pool_pack(), size=size) if forming else []
    return ProcessPage(
        page_of(panel, None),
        missing,
        forming and may_offer_panel(who, project.owner_id).allowed,
        forming and bool(panel.offered) and may_confirm_panel(who, project.supervisor_id).allowed,
        [
            (_("Members asked for"), expected(panel)),
            (_("Signed in"), sum(one.signed_in_at is not None for one in members(panel))),
            (_("Declared no conflict"), len(sit)),
        ],
        mandates_of(panel),
        mandate_looks(panel, who),
        replacement_link(panel, who),
    )


@dataclass(frozen=True)
class AskedPage:
    """A question as the bidder reads it: neither who asked nor how many others were asked."""

    question: PanelQuestion
    word: str
    may_answer: bool

    @property
    def blind(self) -> bool:
        """Whether the answer is shown under a label: it must not tell whose it is."""
        return self.question.envelope in blind_envelopes(self.question.panel.lot.method)


def asked_page(question_id: UUID, who: Actor, at: datetime) -> AskedPage:
    """A question to the reader's own bid; NotFound for another's."""
    found = (
        PanelQuestion.objects.select_related("bid", "entry", "panel__lot__tender", "answer")
        .filter(pk=question_id, bid__organisation=who.organisation)
        .first()
        if who.organisation
        else None
    )
    if found is None:
        raise NotFound("question", gettext_noop("There is no such question."))
    late = at >= found.until and found.state == AskedState.ASKED.value
    state = AskedState.EXPIRED if late else AskedState(found.state)
    return AskedPage(found, _(label(state)), state is AskedState.ASKED)


def asked_of(who: Actor) -> list[PanelQuestion]:
    """The questions to the reader's own bids, the newest first."""
    if who.organisation is None:
        return []
    rows = PanelQuestion.objects.filter(bid__organisation=who.organisation)
    return list(rows.select_related("panel__lot__tender").order_by("-at"))
