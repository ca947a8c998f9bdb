"""What a supervisor has done about a lead: nothing yet, being looked into, closed with words; and taken up again."""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any

from django.utils.translation import gettext_noop as _

from kernel.transitions import Table, Transition


class LeadState(StrEnum):
    """How far a lead is."""

    NEW = "new"
    OPENED = "opened"
    CLOSED = "closed"


class LeadAction(StrEnum):
    """What a person decides."""

    OPEN = "open"
    CLOSE = "close"


_L = LeadState
LEAD: Table[LeadAction, LeadState] = {
    LeadAction.OPEN: Transition(frozenset({_L.NEW, _L.CLOSED}), _L.OPENED),
    LeadAction.CLOSE: Transition(frozenset({_L.NEW, _L.OPENED}), _L.CLOSED),
}
LABELS: Mapping[type[Enum], Mapping[Any, str]] = {
    LeadState: {
        _L.NEW: _("Nobody has decided yet"),
        _L.OPENED: _("Being looked into"),
        _L.CLOSED: _("Looked into and closed"),
    },
    LeadAction: {
        LeadAction.OPEN: _("Look into it"),
        LeadAction.CLOSE: _("Close it"),
    },
}
"""The English msgids, nested by enumeration."""
