"""The page of blind documents (暗标): files, questions and answers by label, never by bidder."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from experts.rules.blind import blind_envelopes
from experts.selectors.blind import (
    BlindFile,
    BlindQuestion,
    blind_files,
    blind_questions,
    commitment,
    labelled,
)
from experts.selectors.evaluated import Evaluation
from experts.selectors.panel_pages import PanelPage, panel_page, reading
from experts.states.panel import PanelState
from kernel.errors import NotFound


@dataclass(frozen=True)
class LabelRow:
    """A label's blind envelope with what stands under it."""

    label: str
    e: int
    files: Sequence[BlindFile]
    questions: Sequence[BlindQuestion]
    may_ask: bool


@dataclass(frozen=True)
class BlindPage:
    """All labels, and who looks at them."""

    page: PanelPage
    rows: Sequence[LabelRow]


@dataclass(frozen=True)
class LabelPage:
    """One label's envelope as a member asks about it; ``commitment`` is what he signs instead of a bid."""

    page: PanelPage
    label: str
    e: int
    commitment: str
    seat: UUID


def blind_page(panel_id: UUID, who: Actor) -> BlindPage:
    """Every label with files and questions, for a member in his seat."""
    panel, _seat = reading(panel_id, who)
    files = blind_files(panel, Evaluation(panel.lot))
    asked = blind_questions(panel)
    works = panel.state == PanelState.REVIEWING.value
    rows = [
        LabelRow(
            label,
            e,
            [one for one in files if (one.label, one.e) == (label, e)],
            [one for one in asked if (one.label, one.question.envelope) == (label, e)],
            works and labelled(panel, label) is not None,
        )
        for label, e in sorted({(one.label, one.e) for one in files})
    ]
    return BlindPage(panel_page(panel_id, who), rows)


def label_page(panel_id: UUID, label: str, e: int, who: Actor) -> LabelPage:
    """One label's envelope; NotFound when there is none, or it cannot be asked about."""
    panel, seat = reading(panel_id, who)
    row = labelled(panel, label)
    if row is None or e not in blind_envelopes(panel.lot.method):
        raise NotFound("label", _("There is no such label."))
    return LabelPage(panel_page(panel_id, who), label, e, commitment(row), seat.pk)
