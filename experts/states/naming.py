"""States of a naming (直接确定): experts whom the owner names where the law allows it instead of a draw."""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any

from django.utils.translation import gettext_noop as _

from kernel.transitions import Table, Transition


class NamingState(StrEnum):
    """Where a naming stands; only one that is agreed to asks anybody."""

    PROPOSED = "proposed"  # 已提出: a second person of the owner confirms
    CONFIRMED = "confirmed"  # 已确认: the supervisor agrees or refuses
    AGREED = "agreed"  # 已同意: the experts are asked
    REFUSED = "refused"  # 不同意
    WITHDRAWN = "withdrawn"  # 已撤回
    BARRED = "barred"  # 不予受理: somebody named may not sit; who and why is not told


class NamingAction(StrEnum):
    """What moves a naming."""

    CONFIRM = "confirm"
    AGREE = "agree"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    BAR = "bar"


class FurtherCause(StrEnum):
    """Why an owner asks to name again for a panel named whole."""

    FELL_OUT = "fell-out"  # 成员退出
    NOT_FOUND = "not-found"  # 未能确定足够人选
    ORDERED = "ordered"  # 监督部门或者法院决定


_N = NamingState
_OPEN = frozenset({_N.PROPOSED, _N.CONFIRMED})
NAMING: Table[NamingAction, NamingState] = {
    NamingAction.CONFIRM: Transition(frozenset({_N.PROPOSED}), _N.CONFIRMED),
    NamingAction.AGREE: Transition(frozenset({_N.CONFIRMED}), _N.AGREED),
    NamingAction.REFUSE: Transition(frozenset({_N.CONFIRMED}), _N.REFUSED),
    NamingAction.WITHDRAW: Transition(_OPEN, _N.WITHDRAWN),
    NamingAction.BAR: Transition(_OPEN, _N.BARRED),
}
PENDING: frozenset[NamingState] = _OPEN
"""While it stands here somebody decides about it; a lot has one such naming at most."""

TABLES: Mapping[str, Mapping[Any, Transition[Any]]] = {"naming": NAMING}
FINAL: Mapping[str, frozenset[Any]] = {"naming": frozenset(_N) - _OPEN}
LABELS: Mapping[type[Enum], Mapping[Any, str]] = {
    NamingState: {
        _N.PROPOSED: _("Proposed, a second person confirms"),
        _N.CONFIRMED: _("Confirmed, the supervisor decides"),
        _N.AGREED: _("Agreed to by the supervisor"),
        _N.REFUSED: _("Refused by the supervisor"),
        _N.WITHDRAWN: _("Taken back by the owner"),
        _N.BARRED: _("Cannot be named"),
    },
    FurtherCause: {
        FurtherCause.FELL_OUT: _("members who were called in fell out"),
        FurtherCause.NOT_FOUND: _("those named did not accept, or could not be named"),
        FurtherCause.ORDERED: _("an order of the supervisor or a court"),
    },
}
"""The English msgids, nested by enumeration."""
