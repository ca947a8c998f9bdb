"""State words and transition tables of projects, tenders, lots and what is said about them.

The values are the code words; ``LABELS`` gives the English msgid whose translation is the field's word.
``MOMENTS`` pairs a state with the moment stamped when it is reached; the models repeat the pairs as CHECKs.
"""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any

from django.utils.translation import gettext_noop

from kernel.transitions import Transition


class ProjectState(StrEnum):
    """项目."""

    INTAKE = "intake"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    CLOSED = "closed"
    ARCHIVED = "archived"


class ProjectAction(StrEnum):
    """What happens to a project."""

    RETURN = "return"
    RESUBMIT = "resubmit"
    ACCEPT = "accept"
    CLOSE = "close"
    ARCHIVE = "archive"


class TenderState(StrEnum):
    """招标, as far as it is one thing; after the deadline each lot goes its own way."""

    DRAFT = "draft"
    READY = "ready"
    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    UNSUCCESSFUL = "unsuccessful"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"


class TenderAction(StrEnum):
    """What happens to a tender."""

    PREPARE = "prepare"
    REVISE = "revise"
    PUBLISH = "publish"
    SUSPEND = "suspend"
    RESUME = "resume"
    CLOSE = "close"
    REOPEN = "reopen"
    FAIL = "fail"
    CANCEL = "cancel"
    ARCHIVE = "archive"


class LotState(StrEnum):
    """标段."""

    DRAFT = "draft"
    READY = "ready"
    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    OPENING = "opening"
    PAUSED = "paused"
    EVALUATING = "evaluating"
    REPORTED = "reported"
    PUBLICITY = "publicity"
    AWAITING_AWARD = "awaiting_award"
    AWARDED = "awarded"
    CONTRACTED = "contracted"
    UNSUCCESSFUL = "unsuccessful"
    CANCELLED = "cancelled"
    RETENDERED = "retendered"
    ARCHIVED = "archived"


class LotAction(StrEnum):
    """What happens to a lot."""

    PREPARE = "prepare"
    REVISE = "revise"
    PUBLISH = "publish"
    SUSPEND = "suspend"
    RESUME = "resume"
    CLOSE = "close"
    REOPEN = "reopen"
    START_OPENING = "start_opening"
    PAUSE = "pause"
    CONTINUE = "continue"
    FINISH_OPENING = "finish_opening"
    REPORT = "report"
    PUBLICISE = "publicise"
    END_PUBLICITY = "end_publicity"
    WAIVE_PUBLICITY = "waive_publicity"  # no publicity is asked for by the rules of this tender
    AWARD = "award"
    UNAWARD = "unaward"  # the winner fell out before the contract (条例 55)
    AWARD_OUTSIDE = "award_outside"  # the evaluation was held outside the platform, and its report is on file
    CONTRACT = "contract"
    FAIL = "fail"
    CANCEL = "cancel"
    RETENDER = "retender"
    ARCHIVE = "archive"


class QuestionState(StrEnum):
    """提问."""

    RECEIVED = "received"
    ANSWERED = "answered"
    CONVERTED = "converted"
    WITHDRAWN = "withdrawn"


class QuestionAction(StrEnum):
    """What happens to a question."""

    ANSWER = "answer"
    CONVERT = "convert"
    WITHDRAW = "withdraw"


class ObjectionState(StrEnum):
    """异议."""

    RECEIVED = "received"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class ObjectionAction(StrEnum):
    """What happens to an objection."""

    ANSWER = "answer"
    WITHDRAW = "withdraw"


class AddendumState(StrEnum):
    """澄清修改."""

    DRAFT = "draft"
    PENDING = "pending"
    PUBLISHED = "published"


class AddendumAction(StrEnum):
    """What happens to an addendum."""

    SUBMIT = "submit"
    REVISE = "revise"
    PUBLISH = "publish"


class SeatState(StrEnum):
    """钥匙 of one officer for one lot."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    REGISTERED = "registered"
    PROVEN = "proven"
    FAILED = "failed"


class SeatAction(StrEnum):
    """What happens to an officer's seat."""

    ACCEPT = "accept"
    REGISTER = "register"
    PROVE = "prove"
    FAIL = "fail"


class ProposalState(StrEnum):
    """A postponement the owner has signed and the supervisor has not yet."""

    OFFERED = "offered"
    SIGNED = "signed"
    WITHDRAWN = "withdrawn"


class ProposalAction(StrEnum):
    """What happens to a proposed postponement."""

    SIGN = "sign"
    WITHDRAW = "withdraw"


def _row(target: Any, *sources: Any) -> Transition[Any]:
    return Transition(frozenset(sources), target)


_P = ProjectState
PROJECT: Mapping[ProjectAction, Transition[ProjectState]] = {
    ProjectAction.RETURN: _row(_P.RETURNED, _P.INTAKE),
    ProjectAction.RESUBMIT: _row(_P.INTAKE, _P.RETURNED),
    ProjectAction.ACCEPT: _row(_P.ACCEPTED, _P.INTAKE),
    ProjectAction.CLOSE: _row(_P.CLOSED, _P.ACCEPTED),
    ProjectAction.ARCHIVE: _row(_P.ARCHIVED, _P.CLOSED),
}

_T = TenderState
TENDER: Mapping[TenderAction, Transition[TenderState]] = {
    TenderAction.PREPARE: _row(_T.READY, _T.DRAFT),
    TenderAction.REVISE: _row(_T.DRAFT, _T.READY),
    TenderAction.PUBLISH: _row(_T.OPEN, _T.READY),
    TenderAction.SUSPEND: _row(_T.SUSPENDED, _T.OPEN),
    TenderAction.RESUME: _row(_T.OPEN, _T.SUSPENDED),
    TenderAction.CLOSE: _row(_T.CLOSED, _T.OPEN),
    TenderAction.REOPEN: _row(_T.OPEN, _T.CLOSED),
    TenderAction.FAIL: _row(_T.UNSUCCESSFUL, _T.OPEN, _T.CLOSED),
    TenderAction.CANCEL: _row(_T.CANCELLED, _T.OPEN, _T.SUSPENDED, _T.CLOSED),
    TenderAction.ARCHIVE: _row(_T.ARCHIVED, _T.CLOSED, _T.UNSUCCESSFUL, _T.CANCELLED),
}

_L = LotState
LOT: Mapping[LotAction, Transition[LotState]] = {
    LotAction.PREPARE: _row(_L.READY, _L.DRAFT),
    LotAction.REVISE: _row(_L.DRAFT, _L.READY),
    LotAction.PUBLISH: _row(_L.OPEN, _L.READY),
    LotAction.SUSPEND: _row(_L.SUSPENDED, _L.OPEN),
    LotAction.RESUME: _row(_L.OPEN, _L.SUSPENDED),
    LotAction.CLOSE: _row(_L.CLOSED, _L.OPEN),
    LotAction.REOPEN: _row(_L.OPEN, _L.CLOSED),
    LotAction.START_OPENING: _row(_L.OPENING, _L.CLOSED),
    LotAction.PAUSE: _row(_L.PAUSED, _L.OPENING),
    LotAction.CONTINUE: _row(_L.OPENING, _L.PAUSED),
    LotAction.FINISH_OPENING: _row(_L.EVALUATING, _L.OPENING),
    LotAction.REPORT: _row(_L.REPORTED, _L.EVALUATING, _L.REPORTED, _L.PUBLICITY, _L.AWAITING_AWARD),
    LotAction.PUBLICISE: _row(_L.PUBLICITY, _L.REPORTED),
    LotAction.END_PUBLICITY: _row(_L.AWAITING_AWARD, _L.PUBLICITY),
    LotAction.WAIVE_PUBLICITY: _row(_L.AWAITING_AWARD, _L.REPORTED),
    LotAction.AWARD: _row(_L.AWARDED, _L.AWAITING_AWARD),
    LotAction.UNAWARD: _row(_L.AWAITING_AWARD, _L.AWARDED),
    LotAction.AWARD_OUTSIDE: _row(_L.AWARDED, _L.EVALUATING),
    LotAction.CONTRACT: _row(_L.CONTRACTED, _L.AWARDED),
    LotAction.FAIL: _row(
        _L.UNSUCCESSFUL,
        *(_L.OPEN, _L.CLOSED, _L.OPENING, _L.PAUSED, _L.EVALUATING, _L.REPORTED, _L.AWAITING_AWARD),
    ),
    LotAction.CANCEL: _row(
        _L.CANCELLED,
        *(_L.OPEN, _L.SUSPENDED, _L.CLOSED, _L.OPENING, _L.PAUSED, _L.EVALUATING, _L.REPORTED),
        *(_L.PUBLICITY, _L.AWAITING_AWARD),
    ),
    LotAction.RETENDER: _row(_L.RETENDERED, _L.UNSUCCESSFUL, _L.CANCELLED),
    LotAction.ARCHIVE: _row(_L.ARCHIVED, _L.CONTRACTED, _L.RETENDERED, _L.CANCELLED, _L.UNSUCCESSFUL),
}

QUESTION: Mapping[QuestionAction, Transition[QuestionState]] = {
    QuestionAction.ANSWER: _row(QuestionState.ANSWERED, QuestionState.RECEIVED),
    QuestionAction.CONVERT: _row(QuestionState.CONVERTED, QuestionState.RECEIVED),
    QuestionAction.WITHDRAW: _row(QuestionState.WITHDRAWN, QuestionState.RECEIVED),
}

OBJECTION: Mapping[ObjectionAction, Transition[ObjectionState]] = {
    ObjectionAction.ANSWER: _row(ObjectionState.ANSWERED, ObjectionState.RECEIVED),
    ObjectionAction.WITHDRAW: _row(ObjectionState.WITHDRAWN, ObjectionState.RECEIVED),
}

ADDENDUM: Mapping[AddendumAction, Transition[AddendumState]] = {
    AddendumAction.SUBMIT: _row(AddendumState.PENDING, AddendumState.DRAFT),
    AddendumAction.REVISE: _row(AddendumState.DRAFT, AddendumState.PENDING),
    AddendumAction.PUBLISH: _row(AddendumState.PUBLISHED, AddendumState.PENDING),
}

_S = SeatState
SEAT: Mapping[SeatAction, Transition[SeatState]] = {
    SeatAction.ACCEPT: _row(_S.ACCEPTED, _S.INVITED),
    SeatAction.REGISTER: _row(_S.REGISTERED, _S.ACCEPTED, _S.REGISTERED, _S.PROVEN, _S.FAILED),
    SeatAction.PROVE: _row(_S.PROVEN, _S.REGISTERED, _S.PROVEN, _S.FAILED),
    SeatAction.FAIL: _row(_S.FAILED, _S.REGISTERED, _S.PROVEN, _S.FAILED),
}

PROPOSAL: Mapping[ProposalAction, Transition[ProposalState]] = {
    ProposalAction.SIGN: _row(ProposalState.SIGNED, ProposalState.OFFERED),
    ProposalAction.WITHDRAW: _row(ProposalState.WITHDRAWN, ProposalState.OFFERED),
}

TABLES: Mapping[str, Mapping[Any, Transition[Any]]] = {
    "project": PROJECT,
    "tender": TENDER,
    "lot": LOT,
    "question": QUESTION,
    "objection": OBJECTION,
    "addendum": ADDENDUM,
    "seat": SEAT,
    "proposal": PROPOSAL,
}

INITIAL: Mapping[str, Enum] = {
    "project": ProjectState.INTAKE,
    "tender": TenderState.DRAFT,
    "lot": LotState.DRAFT,
    "question": QuestionState.RECEIVED,
    "objection": ObjectionState.RECEIVED,
    "addendum": AddendumState.DRAFT,
    "seat": SeatState.INVITED,
    "proposal": ProposalState.OFFERED,
}

FINAL: Mapping[str, frozenset[Any]] = {
    "project": frozenset({ProjectState.ARCHIVED}),
    "tender": frozenset({TenderState.ARCHIVED}),
    "lot": frozenset({LotState.ARCHIVED}),
    "question": frozenset({QuestionState.ANSWERED, QuestionState.CONVERTED, QuestionState.WITHDRAWN}),
    "objection": frozenset({ObjectionState.ANSWERED, ObjectionState.WITHDRAWN}),
    "addendum": frozenset({AddendumState.PUBLISHED}),
    "proposal": frozenset({ProposalState.SIGNED, ProposalState.WITHDRAWN}),
}
"""States which are ends on purpose."""

BEFORE_PUBLICATION = frozenset({LotState.DRAFT, LotState.READY})
TAKES_BIDS = frozenset({LotState.OPEN, LotState.SUSPENDED})
"""States in which bids may be sealed and withdrawn: an objection stops the tender, never the bidders."""

# Which moment must be set in which states.
MOMENTS: Mapping[str, Mapping[str, frozenset[Any]]] = {
    "project": {"accepted_at": frozenset({_P.ACCEPTED, _P.CLOSED, _P.ARCHIVED})},
    "tender": {
        "published_at": frozenset(_T) - {_T.DRAFT, _T.READY},
        "cancelled_at": frozenset({_T.CANCELLED}),
    },
    "lot": {
        "published_at": frozenset(_L) - BEFORE_PUBLICATION,
        "closed_at": frozenset(
            {_L.CLOSED, _L.OPENING, _L.PAUSED, _L.EVALUATING, _L.REPORTED, _L.PUBLICITY, _L.AWAITING_AWARD}
            | {_L.AWARDED, _L.CONTRACTED}
        ),
        "opened_at": frozenset(
            {_L.EVALUATING, _L.REPORTED, _L.PUBLICITY, _L.AWAITING_AWARD, _L.AWARDED, _L.CONTRACTED}
        ),
        "failed_at": frozenset({_L.UNSUCCESSFUL}),
        "cancelled_at": frozenset({_L.CANCELLED}),
    },
    "question": {"answered_at": frozenset({QuestionState.ANSWERED})},
    "objection": {"answered_at": frozenset({ObjectionState.ANSWERED})},
    "addendum": {"published_at": frozenset({AddendumState.PUBLISHED})},
    "seat": {"registered_at": frozenset({_S.REGISTERED, _S.PROVEN, _S.FAILED})},
    "proposal": {"settled_at": frozenset({ProposalState.SIGNED, ProposalState.WITHDRAWN})},
}

# Which moment must still be empty in which states.
UNSTAMPED: Mapping[str, Mapping[str, frozenset[Any]]] = {
    "project": {"accepted_at": frozenset({_P.INTAKE, _P.RETURNED})},
    "tender": {"published_at": frozenset({_T.DRAFT, _T.READY})},
    "lot": {
        "published_at": BEFORE_PUBLICATION,
        "closed_at": BEFORE_PUBLICATION | TAKES_BIDS,
        "opened_at": BEFORE_PUBLICATION | TAKES_BIDS | {_L.CLOSED, _L.OPENING, _L.PAUSED},
    },
    "question": {"answered_at": frozenset({QuestionState.RECEIVED, QuestionState.CONVERTED})},
    "objection": {"answered_at": frozenset({ObjectionState.RECEIVED})},
    "addendum": {"published_at": frozenset({AddendumState.DRAFT, AddendumState.PENDING})},
    "seat": {"registered_at": frozenset({_S.INVITED, _S.ACCEPTED})},
    "proposal": {"settled_at": frozenset({ProposalState.OFFERED})},
}

# Nested by enum: members of two string enums with one value are equal as keys.
LABELS: Mapping[type[Enum], Mapping[Any, str]] = {
    ProjectState: {
        ProjectState.INTAKE: gettext_noop("Awaiting intake"),
        ProjectState.RETURNED: gettext_noop("Returned for correction"),
        ProjectState.ACCEPTED: gettext_noop("Accepted for trading"),
        ProjectState.CLOSED: gettext_noop("Project finished"),
        ProjectState.ARCHIVED: gettext_noop("Archived"),
    },
    TenderState: {
        TenderState.DRAFT: gettext_noop("Draft"),
        TenderState.READY: gettext_noop("Awaiting publication"),
        TenderState.OPEN: gettext_noop("Open for bids"),
        TenderState.SUSPENDED: gettext_noop("Suspended"),
        TenderState.CLOSED: gettext_noop("Deadline passed"),
        TenderState.UNSUCCESSFUL: gettext_noop("Unsuccessful"),
        TenderState.CANCELLED: gettext_noop("Terminated"),
        TenderState.ARCHIVED: gettext_noop("Archived"),
    },
    LotState: {
        LotState.DRAFT: gettext_noop("Draft"),
        LotState.READY: gettext_noop("Awaiting publication"),
        LotState.OPEN: gettext_noop("Open for bids"),
        LotState.SUSPENDED: gettext_noop("Suspended"),
        LotState.CLOSED: gettext_noop("Deadline passed"),
        LotState.OPENING: gettext_noop("Opening in progress"),
        LotState.PAUSED: gettext_noop("Opening paused"),
        LotState.EVALUATING: gettext_noop("Under evaluation"),
        LotState.REPORTED: gettext_noop("Awaiting candidate publicity"),
        LotState.PUBLICITY: gettext_noop("Candidate publicity"),
        LotState.AWAITING_AWARD: gettext_noop("Awaiting award"),
        LotState.AWARDED: gettext_noop("Awarded"),
        LotState.CONTRACTED: gettext_noop("Contract signed"),
        LotState.UNSUCCESSFUL: gettext_noop("Unsuccessful"),
        LotState.CANCELLED: gettext_noop("Terminated"),
        LotState.RETENDERED: gettext_noop("Tendered again"),
        LotState.ARCHIVED: gettext_noop("Archived"),
    },
    QuestionState: {
        QuestionState.RECEIVED: gettext_noop("Received"),
        QuestionState.ANSWERED: gettext_noop("Answered"),
        QuestionState.CONVERTED: gettext_noop("Taken as an objection"),
        QuestionState.WITHDRAWN: gettext_noop("Taken back"),
    },
    ObjectionState: {
        ObjectionState.RECEIVED: gettext_noop("Received"),
        ObjectionState.ANSWERED: gettext_noop("Answered"),
        ObjectionState.WITHDRAWN: gettext_noop("Taken back"),
    },
    AddendumState: {
        AddendumState.DRAFT: gettext_noop("Draft"),
        AddendumState.PENDING: gettext_noop("Awaiting confirmation"),
        AddendumState.PUBLISHED: gettext_noop("Published"),
    },
    SeatState: {
        SeatState.INVITED: gettext_noop("Invited"),
        SeatState.ACCEPTED: gettext_noop("No key yet"),
        SeatState.REGISTERED: gettext_noop("Key registered"),
        SeatState.PROVEN: gettext_noop("Dry run passed"),
        SeatState.FAILED: gettext_noop("Dry run failed"),
    },
    ProposalState: {
        ProposalState.OFFERED: gettext_noop("Awaiting the supervisor’s signature"),
        ProposalState.SIGNED: gettext_noop("Signed by both"),
        ProposalState.WITHDRAWN: gettext_noop("Taken back"),
    },
}


def label(state: Enum) -> str:
    """The English msgid of a state word."""
    return LABELS[type(state)][state]
