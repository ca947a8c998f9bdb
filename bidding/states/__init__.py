"""Enumerations and transition tables of bids and openings; nothing else.

Codes are stable and stored; the words people read come from the glossary (journeys, section 7).
"""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any

from django.utils.translation import gettext_noop

from bidding.states import security
from kernel.transitions import Table, Transition


class UploadState(StrEnum):
    """Ciphertext on its way in: 上传中, complete, or 未完成视为撤回 once the deadline has passed."""

    UPLOADING = "uploading"
    COMPLETE = "complete"
    EXPIRED = "expired"


class UploadAction(StrEnum):
    """What moves an upload."""

    COMPLETE = "complete"
    EXPIRE = "expire"


_U = UploadState
UPLOAD: Table[UploadAction, UploadState] = {
    UploadAction.COMPLETE: Transition(frozenset({_U.UPLOADING}), _U.COMPLETE),
    UploadAction.EXPIRE: Transition(frozenset({_U.UPLOADING}), _U.EXPIRED),
}


class BidState(StrEnum):
    """One bid as its own organisation sees it, before and after the deadline."""

    LOGGED = "logged"  # stored and in the ledger's queue; no receipt yet, so not submitted
    SUBMITTED = "submitted"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    STALE = "stale"
    LATE = "late"
    IN_SET = "in_set"
    FACTOR_DUE = "factor_due"
    FACTOR_GIVEN = "factor_given"
    OPENED = "opened"
    BAD_CONTENT = "bad_content"
    NOT_OPENED = "not_opened"  # undecrypted, attribution by a person still due
    REVOKED = "revoked"  # 视为撤销
    TREATED_WITHDRAWN = "treated_withdrawn"  # 视为撤回
    PLATFORM_FAULT = "platform_fault"
    SEALED_FOR_GOOD = "sealed_for_good"  # 流标: nobody will ever open it


class BidAction(StrEnum):
    """What moves a bid."""

    RECEIPT = "receipt"
    SUPERSEDE = "supersede"
    WITHDRAW = "withdraw"
    STALE = "stale"
    LATE = "late"
    LOCK = "lock"
    DEMAND_FACTOR = "demand_factor"
    GIVE_FACTOR = "give_factor"
    OPEN = "open"
    SPOIL = "spoil"
    MISS = "miss"
    REVOKE = "revoke"
    TREAT_WITHDRAWN = "treat_withdrawn"
    BLAME_PLATFORM = "blame_platform"
    SEAL_FOR_GOOD = "seal_for_good"
    RECOUNT_SUPERSEDED = "recount_superseded"
    RECOUNT_WITHDRAWN = "recount_withdrawn"


_B = BidState
_LIVE = frozenset({_B.LOGGED, _B.SUBMITTED})
_LOCKED = frozenset({_B.IN_SET, _B.FACTOR_DUE, _B.FACTOR_GIVEN})
_UNOPENED = frozenset({_B.BAD_CONTENT, _B.NOT_OPENED})
BID: Table[BidAction, BidState] = {
    BidAction.RECEIPT: Transition(frozenset({_B.LOGGED}), _B.SUBMITTED),
    BidAction.SUPERSEDE: Transition(_LIVE, _B.SUPERSEDED),
    BidAction.WITHDRAW: Transition(_LIVE, _B.WITHDRAWN),
    BidAction.STALE: Transition(_LIVE, _B.STALE),
    BidAction.LATE: Transition(_LIVE, _B.LATE),
    # an objection may bring a bid into a corrected set whatever the platform had thought of it
    BidAction.LOCK: Transition(_LIVE | {_B.SUPERSEDED, _B.WITHDRAWN, _B.LATE}, _B.IN_SET),
    BidAction.DEMAND_FACTOR: Transition(frozenset({_B.IN_SET}), _B.FACTOR_DUE),
    BidAction.GIVE_FACTOR: Transition(frozenset({_B.FACTOR_DUE}), _B.FACTOR_GIVEN),
    BidAction.OPEN: Transition(_LOCKED, _B.OPENED),
    BidAction.SPOIL: Transition(_LOCKED | {_B.OPENED}, _B.BAD_CONTENT),
    BidAction.MISS: Transition(_LOCKED | {_B.OPENED}, _B.NOT_OPENED),
    BidAction.REVOKE: Transition(_UNOPENED, _B.REVOKED),
    BidAction.TREAT_WITHDRAWN: Transition(_UNOPENED, _B.TREATED_WITHDRAWN),
    BidAction.BLAME_PLATFORM: Transition(_UNOPENED, _B.PLATFORM_FAULT),
    BidAction.SEAL_FOR_GOOD: Transition(_LIVE | _LOCKED, _B.SEALED_FOR_GOOD),
    # a statement which came late may bring a later act of the same bidder into time: the set is counted anew
    BidAction.RECOUNT_SUPERSEDED: Transition(_LOCKED | {_B.WITHDRAWN, _B.LATE}, _B.SUPERSEDED),
    BidAction.RECOUNT_WITHDRAWN: Transition(_LOCKED | {_B.SUPERSEDED, _B.LATE}, _B.WITHDRAWN),
}


class OpeningState(StrEnum):
    """Where the opening of a lot stands; a phase ends by an event in the ledger, never by a clock alone."""

    WAITING = "waiting"
    CLOSED = "closed"
    FACTOR = "factor"
    CHECK = "check"
    RELEASING = "releasing"
    REVEALED = "revealed"
    RECORDED = "recorded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    PAUSED = "paused"


class OpeningAction(StrEnum):
    """What moves an opening."""

    CLOSE = "close"
    ASK_FACTORS = "ask_factors"
    END_FACTORS = "end_factors"
    CORRECT = "correct"
    COMMIT = "commit"
    REVEAL = "reveal"
    RECORD = "record"
    FAIL = "fail"
    CANCEL = "cancel"
    PAUSE = "pause"
    RESUME_CLOSED = "resume_closed"
    RESUME_FACTOR = "resume_factor"
    RESUME_CHECK = "resume_check"
    RESUME_RELEASING = "resume_releasing"
    RESUME_REVEALED = "resume_revealed"


_P = OpeningState
_RUNNING = frozenset({_P.CLOSED, _P.FACTOR, _P.CHECK, _P.RELEASING, _P.REVEALED})
OPENING: Table[OpeningAction, OpeningState] = {
    OpeningAction.CLOSE: Transition(frozenset({_P.WAITING}), _P.CLOSED),
    OpeningAction.ASK_FACTORS: Transition(frozenset({_P.CLOSED}), _P.FACTOR),
    OpeningAction.END_FACTORS: Transition(frozenset({_P.CLOSED, _P.FACTOR}), _P.CHECK),
    OpeningAction.CORRECT: Transition(frozenset({_P.CLOSED, _P.FACTOR, _P.CHECK}), _P.CLOSED),
    OpeningAction.COMMIT: Transition(frozenset({_P.CHECK, _P.RELEASING}), _P.RELEASING),
    OpeningAction.REVEAL: Transition(frozenset({_P.RELEASING, _P.REVEALED}), _P.REVEALED),
    OpeningAction.RECORD: Transition(frozenset({_P.REVEALED}), _P.RECORDED),
    OpeningAction.FAIL: Transition(
        frozenset({_P.WAITING, _P.CLOSED, _P.FACTOR, _P.CHECK, _P.RELEASING}), _P.FAILED
    ),
    OpeningAction.CANCEL: Transition(_RUNNING | {_P.WAITING, _P.PAUSED}, _P.CANCELLED),
    OpeningAction.PAUSE: Transition(_RUNNING, _P.PAUSED),
    OpeningAction.RESUME_CLOSED: Transition(frozenset({_P.PAUSED}), _P.CLOSED),
    OpeningAction.RESUME_FACTOR: Transition(frozenset({_P.PAUSED}), _P.FACTOR),
    OpeningAction.RESUME_CHECK: Transition(frozenset({_P.PAUSED}), _P.CHECK),
    OpeningAction.RESUME_RELEASING: Transition(frozenset({_P.PAUSED}), _P.RELEASING),
    OpeningAction.RESUME_REVEALED: Transition(frozenset({_P.PAUSED}), _P.REVEALED),
}
RESUME: Mapping[OpeningState, OpeningAction] = {
    _P.CLOSED: OpeningAction.RESUME_CLOSED,
    _P.FACTOR: OpeningAction.RESUME_FACTOR,
    _P.CHECK: OpeningAction.RESUME_CHECK,
    _P.RELEASING: OpeningAction.RESUME_RELEASING,
    _P.REVEALED: OpeningAction.RESUME_REVEALED,
}
"""Which action leads back to the state in which a pause began."""

OBJECTABLE = frozenset({_P.CLOSED, _P.FACTOR, _P.CHECK})
"""States in which the set may be objected to with a receipt: from the close to the first promise (A12)."""

PUBLIC = frozenset({_P.RECORDED})
"""States in which the record may be read by anyone."""


class Verdict(StrEnum):
    """The protocol's verdicts (docs/protocol.md, 6.5)."""

    STALE = "STALE"
    LATE = "LATE"
    SUPERSEDED = "SUPERSEDED"
    WITHDRAWN = "WITHDRAWN"
    SET_ASIDE = "SET_ASIDE"
    FACTOR_MISSING = "FACTOR_MISSING"
    NOT_OPENABLE = "NOT_OPENABLE"
    BAD_DEALING = "BAD_DEALING"
    PLATFORM_FAULT = "PLATFORM_FAULT"
    BAD_CONTENT = "BAD_CONTENT"
    OPENED = "OPENED"


class Finding(StrEnum):
    """Whose fault it is that a bid was not decrypted (20号令31): a person's decision, never a default."""

    REVOKED = "revoked"  # 撤销: the bidder's fault, the deposit may be kept
    WITHDRAWN = "withdrawn"  # 撤回: not the bidder's fault, the deposit goes back
    PLATFORM = "platform"  # the platform's fault


FINDING_ACTION: Mapping[Finding, BidAction] = {
    Finding.REVOKED: BidAction.REVOKE,
    Finding.WITHDRAWN: BidAction.TREAT_WITHDRAWN,
    Finding.PLATFORM: BidAction.BLAME_PLATFORM,
}


class HostSeat(StrEnum):
    """The places from which an opening is conducted; whoever sits there signs its record."""

    CHAIR = "chair"
    READER = "reader"
    RECORDER = "recorder"
    WITNESS = "witness"


SIGNING: frozenset[HostSeat] = frozenset({HostSeat.CHAIR, HostSeat.RECORDER, HostSeat.WITNESS})
"""Seats without whose signature, or a recorded reason, no record closes; the reader signs where there is one."""


class PresentAs(StrEnum):
    """As what somebody is in the hall."""

    CHAIR = "chair"
    READER = "reader"
    RECORDER = "recorder"
    WITNESS = "witness"
    OFFICER = "officer"
    TENDERER = "tenderer"
    SUPERVISOR = "supervisor"
    NOTARY = "notary"
    OTHER = "other"


class FigureKind(StrEnum):
    """What is made public in the hall beside the bids: 标底 (实施条例50), a coefficient drawn there."""

    RESERVE_PRICE = "reserve_price"
    COEFFICIENT = "coefficient"


class Edition(StrEnum):
    """The two editions of a bundle (docs/protocol.md, 7.3)."""

    PUBLIC = "public"
    AUDIT = "audit"


TABLES: Mapping[str, Mapping[Any, Transition[Any]]] = {
    "upload": UPLOAD,
    "bid": BID,
    "opening": OPENING,
    **security.TABLES,
}
FINAL: Mapping[str, frozenset[Any]] = {
    "upload": frozenset({_U.COMPLETE, _U.EXPIRED}),
    "bid": frozenset(
        {
            _B.STALE,
            _B.REVOKED,
            _B.TREATED_WITHDRAWN,
            _B.PLATFORM_FAULT,
            _B.SEALED_FOR_GOOD,
        }
    ),
    "opening": frozenset({_P.RECORDED, _P.FAILED, _P.CANCELLED}),
    **security.FINAL,
}

LABELS: Mapping[type[Enum], Mapping[Any, str]] = {
    UploadState: {
        UploadState.UPLOADING: gettext_noop("Uploading"),
        UploadState.COMPLETE: gettext_noop("Upload complete"),
        UploadState.EXPIRED: gettext_noop("Not finished, treated as withdrawn"),
    },
    BidState: {
        BidState.LOGGED: gettext_noop("Not submitted: no receipt yet"),
        BidState.SUBMITTED: gettext_noop("Submitted"),
        BidState.SUPERSEDED: gettext_noop("Replaced"),
        BidState.WITHDRAWN: gettext_noop("Withdrawn"),
        BidState.STALE: gettext_noop("Must be submitted again"),
        BidState.LATE: gettext_noop("Late, refused"),
        BidState.IN_SET: gettext_noop("In the closed set"),
        BidState.FACTOR_DUE: gettext_noop("To be decrypted by you"),
        BidState.FACTOR_GIVEN: gettext_noop("Decryption factor received"),
        BidState.OPENED: gettext_noop("Bid opened"),
        BidState.BAD_CONTENT: gettext_noop("Cannot be opened"),
        BidState.NOT_OPENED: gettext_noop("Not decrypted, cause to be decided"),
        BidState.REVOKED: gettext_noop("Treated as revoked"),
        BidState.TREATED_WITHDRAWN: gettext_noop("Treated as withdrawn"),
        BidState.PLATFORM_FAULT: gettext_noop("Not opened, the platform’s fault"),
        BidState.SEALED_FOR_GOOD: gettext_noop("Stays sealed for good"),
    },
    **security.LABELS,
}


def label(state: Enum) -> str:
    """The English msgid of a state word."""
    return LABELS[type(state)][state]
