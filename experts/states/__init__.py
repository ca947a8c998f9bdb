"""States of an expert of the pool, and the few closed lists an expert's record is written in."""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any

from django.utils.translation import gettext_noop as _

from experts.states import calls, draw, naming, own, panel, recall, rest
from experts.states.conduct import LABELS as CONDUCT_LABELS
from experts.states.conduct import SUSPENSION_ASKED, SuspensionAsked
from experts.states.leads import LABELS as LEAD_LABELS
from experts.states.leads import LEAD, LeadState
from kernel.transitions import Table, Transition


class ExpertState(StrEnum):
    """Where an expert stands with the pool; only who is ``in_pool`` can be drawn."""

    APPLIED = "applied"  # 已申请: the record is written, nobody has looked at it
    EXAMINED = "examined"  # 已审查: one person found the conditions met; waits for a second
    IN_POOL = "in_pool"  # 在库
    SUSPENDED = "suspended"  # 暂停
    OUTSIDE = "outside"  # 库外: may be named once where nothing is drawn; in no epoch, never drawn
    EXPIRED = "expired"  # 聘期届满
    REMOVED = "removed"  # 已出库


class ExpertAction(StrEnum):
    """What moves an expert."""

    EXAMINE = "examine"
    ADMIT = "admit"
    RETURN = "return"
    LEAVE_OUTSIDE = "leave_outside"
    SUSPEND = "suspend"
    RESUME = "resume"
    EXPIRE = "expire"
    EXTEND = "extend"
    RENEW = "renew"
    REMOVE = "remove"


_S = ExpertState
EXPERT: Table[ExpertAction, ExpertState] = {
    ExpertAction.EXAMINE: Transition(frozenset({_S.APPLIED, _S.OUTSIDE}), _S.EXAMINED),
    ExpertAction.ADMIT: Transition(frozenset({_S.EXAMINED}), _S.IN_POOL),
    ExpertAction.RETURN: Transition(frozenset({_S.EXAMINED}), _S.APPLIED),
    ExpertAction.LEAVE_OUTSIDE: Transition(frozenset({_S.EXAMINED}), _S.OUTSIDE),
    ExpertAction.SUSPEND: Transition(frozenset({_S.IN_POOL}), _S.SUSPENDED),
    ExpertAction.RESUME: Transition(frozenset({_S.SUSPENDED}), _S.IN_POOL),
    ExpertAction.EXPIRE: Transition(frozenset({_S.IN_POOL, _S.SUSPENDED}), _S.EXPIRED),
    ExpertAction.EXTEND: Transition(frozenset({_S.IN_POOL}), _S.IN_POOL),
    ExpertAction.RENEW: Transition(frozenset({_S.EXPIRED}), _S.EXAMINED),
    ExpertAction.REMOVE: Transition(
        frozenset({_S.APPLIED, _S.EXAMINED, _S.OUTSIDE, _S.IN_POOL, _S.SUSPENDED, _S.EXPIRED}), _S.REMOVED
    ),
}
"""A renewed expert is examined again and admitted by a second person, as everybody was; so is who was left outside."""


class TitleGrade(StrEnum):
    """What the law asks of an expert (法37): a senior title, or knowledge at the same level."""

    SENIOR = "senior"  # 高级职称
    EQUAL = "equal"  # 同等专业水平
    LOWER = "lower"  # 中级及以下


class ChangeKind(StrEnum):
    """What a line of an expert's history tells; the moves by their own names, and what moves nothing."""

    REGISTERED = "registered"
    IMPORTED = "imported"
    EDITED = "edited"
    LINKED = "linked"
    CERTIFICATE = "certificate"
    AWAY = "away"
    BACK = "back"
    RATED = "rated"
    DECLARED = "declared"
    UNDECLARED = "undeclared"
    EXAMINE = "examine"
    ADMIT = "admit"
    RETURN = "return"
    LEAVE_OUTSIDE = "leave_outside"
    SUSPEND = "suspend"
    RESUME = "resume"
    EXPIRE = "expire"
    EXTEND = "extend"
    RENEW = "renew"
    REMOVE = "remove"


class RemovalGround(StrEnum):
    """Why an expert leaves the pool."""

    REQUEST = "request"
    NOT_ELIGIBLE = "not_eligible"
    CONDUCT = "conduct"
    DECISION = "decision"
    DEATH = "death"


TABLES: Mapping[str, Mapping[Any, Transition[Any]]] = {
    "expert": EXPERT,
    "suspension_asked": SUSPENSION_ASKED,
    "lead": LEAD,
    **draw.TABLES,
    **panel.TABLES,
    **naming.TABLES,
    **own.TABLES,
    **rest.TABLES,
}
FINAL: Mapping[str, frozenset[Any]] = {
    "expert": frozenset({_S.REMOVED}),
    "suspension_asked": frozenset({SuspensionAsked.GRANTED, SuspensionAsked.REFUSED}),
    "lead": frozenset[LeadState](),
    **draw.FINAL,
    **panel.FINAL,
    **naming.FINAL,
    **own.FINAL,
    **rest.FINAL,
}
LABELS: Mapping[type[Enum], Mapping[Any, str]] = {
    ExpertState: {
        _S.APPLIED: _("Applied"),
        _S.EXAMINED: _("Examined, waits for a second person"),
        _S.IN_POOL: _("In the pool"),
        _S.OUTSIDE: _("Outside the pool, may be named once"),
        _S.SUSPENDED: _("Suspended from the pool"),
        _S.EXPIRED: _("Term over"),
        _S.REMOVED: _("Left the pool"),
    },
    TitleGrade: {
        TitleGrade.SENIOR: _("Senior title"),
        TitleGrade.EQUAL: _("Same level without the title"),
        TitleGrade.LOWER: _("Below senior"),
    },
    ChangeKind: {
        ChangeKind.REGISTERED: _("Record written"),
        ChangeKind.IMPORTED: _("Record imported"),
        ChangeKind.EDITED: _("Record corrected"),
        ChangeKind.LINKED: _("Login linked"),
        ChangeKind.CERTIFICATE: _("Certificate added"),
        ChangeKind.AWAY: _("Away days told"),
        ChangeKind.BACK: _("Away days taken back"),
        ChangeKind.RATED: _("Conduct rated"),
        ChangeKind.DECLARED: _("Interest declared"),
        ChangeKind.UNDECLARED: _("Interest taken back"),
        ChangeKind.EXAMINE: _("Conditions examined"),
        ChangeKind.ADMIT: _("Admitted to the pool"),
        ChangeKind.RETURN: _("Returned, not admitted"),
        ChangeKind.LEAVE_OUTSIDE: _("Left outside the pool, to be named once"),
        ChangeKind.SUSPEND: _("Suspended from the pool"),
        ChangeKind.RESUME: _("Suspension lifted"),
        ChangeKind.EXPIRE: _("Term over"),
        ChangeKind.EXTEND: _("Term extended"),
        ChangeKind.RENEW: _("Term renewed"),
        ChangeKind.REMOVE: _("Left the pool"),
    },
    RemovalGround: {
        RemovalGround.REQUEST: _("At the expert’s own request"),
        RemovalGround.NOT_ELIGIBLE: _("Does not meet the conditions"),
        RemovalGround.CONDUCT: _("Result of the conduct ratings"),
        RemovalGround.DECISION: _("Decision of an authority"),
        RemovalGround.DEATH: _("Died"),
    },
    **draw.LABELS,
    **panel.LABELS,
    **recall.LABELS,
    **rest.LABELS,
    **calls.LABELS,
    **naming.LABELS,
    **own.LABELS,
    **CONDUCT_LABELS,
    **LEAD_LABELS,
}
"""The English msgids, nested by enumeration."""


def label(value: Enum) -> str:
    """The English msgid of a state, kind, grade or ground."""
    return LABELS[type(value)][value]
