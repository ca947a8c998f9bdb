"""Who rates a member of a panel, and a suspension which one keeper asks for and another decides."""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any

from django.utils.translation import gettext_noop as _

from kernel.transitions import Table, Transition


class RaterSide(StrEnum):
    """Who saw the panel at work and rates its members, each once."""

    OWNER = "owner"
    CENTRE = "centre"
    SUPERVISOR = "supervisor"


class SuspensionAsked(StrEnum):
    """A suspension for a low rating: asked for by one keeper of the pool, decided by another."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


class SuspensionAction(StrEnum):
    """What the second keeper does."""

    GRANT = "grant"
    REFUSE = "refuse"


_S = SuspensionAsked
SUSPENSION_ASKED: Table[SuspensionAction, SuspensionAsked] = {
    SuspensionAction.GRANT: Transition(frozenset({_S.ASKED}), _S.GRANTED),
    SuspensionAction.REFUSE: Transition(frozenset({_S.ASKED}), _S.REFUSED),
}
LABELS: Mapping[type[Enum], Mapping[Any, str]] = {
    RaterSide: {
        RaterSide.OWNER: _("The owner"),
        RaterSide.CENTRE: _("The trading centre"),
        RaterSide.SUPERVISOR: _("The supervisor"),
    },
    SuspensionAsked: {
        _S.ASKED: _("Waits for a second keeper"),
        _S.GRANTED: _("Suspended"),
        _S.REFUSED: _("Not suspended"),
    },
}
"""The English msgids, nested by enumeration."""
