"""States of an adjournment (休会): a panel that rests until a moment, its room and papers under two people's seals."""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any

from django.utils.translation import gettext_noop as _

from kernel.transitions import Table, Transition


class RestState(StrEnum):
    """One adjournment of a panel."""

    CALLED = "called"  # 已休会: no member works; desk and supervisor still have to seal
    SEALED = "sealed"  # 已封存: both have sealed
    BROKEN = "broken"  # 封条异常: the supervisor decides whether the panel goes on
    OVER = "over"  # 已复会: members who have signed in again work on


class RestAction(StrEnum):
    """What moves an adjournment."""

    SEAL = "seal"
    REPORT_BROKEN = "report_broken"
    OPEN = "open"
    DECIDE = "decide"


class RestCause(StrEnum):
    """Why a panel rests."""

    NIGHT = "night"
    ILL = "ill"
    FAULT = "fault"
    OTHER = "other"


class RestWord(StrEnum):
    """What one of the two states for the record."""

    SEALED = "sealed"
    UNBROKEN = "unbroken"
    BROKEN = "broken"
    DECIDED = "decided"


class RestOffice(StrEnum):
    """Who speaks: two offices that are never one person."""

    DESK = "desk"
    SUPERVISOR = "supervisor"


_R = RestState
REST: Table[RestAction, RestState] = {
    RestAction.SEAL: Transition(frozenset({_R.CALLED}), _R.SEALED),
    RestAction.REPORT_BROKEN: Transition(frozenset({_R.CALLED, _R.SEALED}), _R.BROKEN),
    RestAction.OPEN: Transition(frozenset({_R.SEALED}), _R.OVER),
    RestAction.DECIDE: Transition(frozenset({_R.BROKEN}), _R.OVER),
}
"""The second seal seals, the second statement that all are unbroken opens; a broken one is for the supervisor."""

TABLES: Mapping[str, Mapping[Any, Transition[Any]]] = {"panel_rest": REST}
FINAL: Mapping[str, frozenset[Any]] = {"panel_rest": frozenset({_R.OVER})}
LABELS: Mapping[type[Enum], Mapping[Any, str]] = {
    RestState: {
        _R.CALLED: _("Adjourned, to be sealed"),
        _R.SEALED: _("Adjourned and sealed"),
        _R.BROKEN: _("A seal is not as it was left"),
        _R.OVER: _("Resumed"),
    },
    RestCause: {
        RestCause.NIGHT: _("The day is over"),
        RestCause.ILL: _("A member is ill or has fallen out"),
        RestCause.FAULT: _("A technical fault"),
        RestCause.OTHER: _("Another cause, told in words"),
    },
    RestWord: {
        RestWord.SEALED: _("has sealed"),
        RestWord.UNBROKEN: _("found the seals unbroken"),
        RestWord.BROKEN: _("found a seal broken or missing"),
        RestWord.DECIDED: _("has decided that the panel goes on"),
    },
    RestOffice: {
        RestOffice.DESK: _("Desk of the evaluation area"),
        RestOffice.SUPERVISOR: _("Supervisor of this project"),
    },
}
"""The English msgids, nested by enumeration."""
