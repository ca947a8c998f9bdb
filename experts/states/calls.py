"""How a call to a drawn expert can end."""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any

from django.utils.translation import gettext_noop as _

from experts.states.draw import SeatAnswer


class TryOutcome(StrEnum):
    """What a caller writes down of one call; the first three are the expert's answer, the others leave it open."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    RECUSED = "recused"
    NO_ANSWER = "no-answer"
    WRONG_NUMBER = "wrong-number"


ANSWERS: Mapping[TryOutcome, SeatAnswer] = {
    TryOutcome.ACCEPTED: SeatAnswer.ACCEPT,
    TryOutcome.DECLINED: SeatAnswer.DECLINE,
    TryOutcome.RECUSED: SeatAnswer.RECUSE,
}
"""Outcomes that answer for the seat."""

LABELS: Mapping[type[Enum], Mapping[Any, str]] = {
    TryOutcome: {
        TryOutcome.ACCEPTED: _("Accepts"),
        TryOutcome.DECLINED: _("Cannot come"),
        TryOutcome.RECUSED: _("Must stand aside: a conflict of interest"),
        TryOutcome.NO_ANSWER: _("Nobody answered"),
        TryOutcome.WRONG_NUMBER: _("Not this person’s number"),
    },
}
"""The English msgids, nested by enumeration."""
