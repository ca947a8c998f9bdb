"""States of a request to replace a member of the owner's own (更换招标人代表) where no substitute is left."""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any

from django.utils.translation import gettext_noop as _

from kernel.transitions import Table, Transition


class ReplacementState(StrEnum):
    """Where a request stands; only one that is agreed to calls anybody in."""

    ASKED = "asked"  # 待监督部门决定
    AGREED = "agreed"  # 已同意
    REFUSED = "refused"  # 不同意
    WITHDRAWN = "withdrawn"  # 已撤回


class ReplacementAction(StrEnum):
    """What moves a request."""

    AGREE = "agree"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


class ReplacementCause(StrEnum):
    """Why a member of the owner's own has to be replaced (条例48)."""

    ILL = "ill"  # 健康原因
    TIE = "tie"  # 应当回避
    GONE = "gone"  # 未到场、擅离职守
    CONDUCT = "conduct"  # 不能客观公正履职
    ORDERED = "ordered"  # 监督部门或者法院决定


_R = ReplacementState
REPLACEMENT: Table[ReplacementAction, ReplacementState] = {
    ReplacementAction.AGREE: Transition(frozenset({_R.ASKED}), _R.AGREED),
    ReplacementAction.REFUSE: Transition(frozenset({_R.ASKED}), _R.REFUSED),
    ReplacementAction.WITHDRAW: Transition(frozenset({_R.ASKED}), _R.WITHDRAWN),
}
TABLES: Mapping[str, Mapping[Any, Transition[Any]]] = {"own_replacement": REPLACEMENT}
FINAL: Mapping[str, frozenset[Any]] = {"own_replacement": frozenset({_R.AGREED, _R.REFUSED, _R.WITHDRAWN})}
LABELS: Mapping[type[Enum], Mapping[Any, str]] = {
    ReplacementState: {
        _R.ASKED: _("Asked for, the supervisor decides"),
        _R.AGREED: _("Agreed to by the supervisor"),
        _R.REFUSED: _("Refused by the supervisor"),
        _R.WITHDRAWN: _("Taken back by the owner"),
    },
    ReplacementCause: {
        ReplacementCause.ILL: _("illness, or otherwise prevented"),
        ReplacementCause.TIE: _("a tie to a bidder or the supervisor"),
        ReplacementCause.GONE: _("did not come, or left"),
        ReplacementCause.CONDUCT: _("could not judge impartially"),
        ReplacementCause.ORDERED: _("an order of the supervisor or a court"),
    },
}
"""The English msgids, nested by enumeration."""
