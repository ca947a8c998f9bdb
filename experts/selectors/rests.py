"""The one gate of a panel that rests: asked by every act and every reading of a member, and by what moves a panel.

``own_seat`` and ``seat_locked`` ask ``returned`` unless they are told otherwise, ``panel_in`` asks ``awake``: a new act
or page of a member is shut during a rest without a word of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext_noop as _

from accounts.rules.notices import moment_shown
from experts.models import Panel, PanelSeat, Passage, Rest, RestStep
from experts.rules.rests import rest_state, stood
from experts.states.panel import OUT, PanelState
from experts.states.rest import RestState, RestWord
from kernel.errors import StateConflict

_OUT: Final = [one.value for one in OUT]


@dataclass(frozen=True)
class Rested:
    """An adjournment with its steps, and the state that follows from them."""

    rest: Rest
    steps: Sequence[RestStep]
    state: RestState

    @property
    def over_at(self) -> datetime | None:
        """When it ended."""
        return self.steps[-1].at if self.state is RestState.OVER else None

    @property
    def seals(self) -> str:
        """The numbers of the seals."""
        return next((one.seals for one in self.steps if one.word == RestWord.SEALED.value), "")

    @property
    def code(self) -> str:
        """The public code of a broken seal, or ""."""
        return next((one.code for one in self.steps if one.code), "")


def rests_of(panel: Panel) -> list[Rested]:
    """Every adjournment of a panel, in order."""
    return [
        _seen(one) for one in Rest.objects.filter(panel=panel).prefetch_related("steps").order_by("number")
    ]


def last_rest(panel: Panel) -> Rested | None:
    """The last adjournment of a panel, over or not."""
    found = Rest.objects.filter(panel=panel).prefetch_related("steps").order_by("-number").first()
    return _seen(found) if found else None


def resting(panel: Panel) -> Rested | None:
    """The adjournment a panel is in, if it rests now."""
    last = last_rest(panel)
    return last if last and last.state is not RestState.OVER else None


def awake(panel: Panel) -> None:
    """Refuse (StateConflict ``panel_rests``) while the panel rests."""
    _shut(resting(panel))


def away(seat: PanelSeat) -> bool:
    """Whether the panel has resumed, and this member has not signed in again since."""
    return _away(seat, last_rest(seat.panel))


def returned(seat: PanelSeat) -> None:
    """Refuse while the panel rests (``panel_rests``), and a member who has not signed in since (``sign_in_again``)."""
    last = last_rest(seat.panel)
    _shut(last)
    if _away(seat, last):
        raise StateConflict(
            "sign_in_again",
            _("The panel has resumed. Sign in again: note on the page of the panel that you come in."),
        )


def working(seat: PanelSeat) -> None:
    """Refuse while the panel rests; a member who is still to sign in again passes: so he does."""
    awake(seat.panel)


def anytime(seat: PanelSeat) -> None:
    """What a rest does not shut: falling out of the panel, and the page that says that it rests."""


def stood_still(panel: Panel, since: datetime) -> timedelta:
    """How long the clocks of this evaluation stood after ``since``, in rests that are over."""
    spans = [(one.rest.at, one.over_at) for one in rests_of(panel)]
    return stood([(begin, end) for begin, end in spans if end], since)


def _shut(last: Rested | None) -> None:
    if last and last.state is not RestState.OVER:
        raise StateConflict(
            "panel_rests",
            _("The panel rests. Nothing of the evaluation is open until it resumes, planned for %(until)s."),
            until=moment_shown(last.rest.until, "zh" if (get_language() or "zh").startswith("zh") else "en"),
        )


def _away(seat: PanelSeat, last: Rested | None) -> bool:
    if last is None or last.over_at is None or seat.state in _OUT or seat.signed_in_at is None:
        return False
    if seat.panel.state == PanelState.ENDED.value or seat.signed_in_at >= last.over_at:
        return False
    return not Passage.objects.filter(seat=seat, way="in", at__gte=last.over_at).exists()


def _seen(rest: Rest) -> Rested:
    steps = sorted(rest.steps.all(), key=lambda one: one.pk)
    return Rested(rest, steps, rest_state((one.word, one.office) for one in steps))
