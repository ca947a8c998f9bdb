"""States of a panel at work: the panel itself, a member's seat, a motion to reject, a question to a bidder, a sheet."""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any

from django.utils.translation import gettext_noop as _

from kernel.transitions import Table, Transition


class PanelState(StrEnum):
    """评标委员会 of one lot, from the first sign-in to the report in the owner's hands."""

    FORMING = "forming"  # 组建中: members sign in and answer for each unit whether they are tied to it
    SEATED = "seated"  # 已组成: the panel event is in the log; the chair is to be elected
    REVIEWING = "reviewing"  # 初步评审: qualification, responsiveness, questions, rejections
    SCORING = "scoring"  # 详细评审: the facts are in the log; every member fills in and locks a sheet
    SHOWN = "shown"  # 已汇总: all sheets are open to the panel; second looks
    SIGNING = "signing"  # 签署报告
    ENDED = "ended"  # 评标结束: the report is the owner's


class PanelAction(StrEnum):
    """What moves a panel."""

    SEAT = "seat"
    ELECT = "elect"
    SCORE = "score"
    REVIEW_AGAIN = "review_again"
    SHOW = "show"
    REPORT = "report"
    END = "end"
    LOSE = "lose"
    RECALL = "recall"


class MemberState(StrEnum):
    """One member's seat."""

    EXPECTED = "expected"  # 待签到
    PRESENT = "present"  # 已签到: identity and key are on record; the units are to be answered
    CLEARED = "cleared"  # 已声明: tied to none of them
    SEATED = "seated"  # 在席
    RECUSED = "recused"  # 回避: opinions void (条例 46, 48)
    ABSENT = "absent"  # 未到
    REPLACED = "replaced"  # 已更换: opinions void (条例 48)


class MemberAction(StrEnum):
    """What moves a member's seat."""

    SIGN_IN = "sign_in"
    CLEAR = "clear"
    TAKE_SEAT = "take_seat"
    RECUSE = "recuse"
    MISS = "miss"
    REPLACE = "replace"


class MotionState(StrEnum):
    """否决 as a member moves it and the panel decides it."""

    MOVED = "moved"
    CONFIRMED = "confirmed"
    DROPPED = "dropped"
    VOID = "void"  # taken back by a panel formed anew, or left behind by a mover who fell out


class MotionAction(StrEnum):
    """What moves a motion."""

    CONFIRM = "confirm"
    DROP = "drop"
    VOID = "void"


class AskedState(StrEnum):
    """询标: a question of the panel to one bidder."""

    ASKED = "asked"
    ANSWERED = "answered"
    EXPIRED = "expired"


class AskedAction(StrEnum):
    """What moves a question."""

    ANSWER = "answer"
    EXPIRE = "expire"


class SheetState(StrEnum):
    """评分表 of one member and look."""

    DRAFT = "draft"
    LOCKED = "locked"
    SHOWN = "shown"
    VOID = "void"


class SheetAction(StrEnum):
    """What moves a sheet."""

    LOCK = "lock"
    SHOW = "show"
    VOID = "void"


_P, _M = PanelState, MemberState
_WORKING = frozenset({_P.SEATED, _P.REVIEWING, _P.SCORING, _P.SHOWN, _P.SIGNING})
PANEL: Table[PanelAction, PanelState] = {
    PanelAction.SEAT: Transition(frozenset({_P.FORMING}), _P.SEATED),
    PanelAction.ELECT: Transition(frozenset({_P.SEATED}), _P.REVIEWING),
    PanelAction.SCORE: Transition(frozenset({_P.REVIEWING}), _P.SCORING),
    PanelAction.REVIEW_AGAIN: Transition(frozenset({_P.SCORING, _P.SHOWN, _P.SIGNING}), _P.REVIEWING),
    PanelAction.SHOW: Transition(frozenset({_P.SCORING}), _P.SHOWN),
    PanelAction.REPORT: Transition(frozenset({_P.SHOWN}), _P.SIGNING),
    PanelAction.END: Transition(frozenset({_P.SIGNING}), _P.ENDED),
    PanelAction.LOSE: Transition(_WORKING, _P.FORMING),
    PanelAction.RECALL: Transition(frozenset({_P.ENDED}), _P.REVIEWING),
}
"""A member who falls out sends the panel back to forming (条例 48); one called back (复议, 条例 56) reviews again."""
MEMBER: Table[MemberAction, MemberState] = {
    MemberAction.SIGN_IN: Transition(frozenset({_M.EXPECTED}), _M.PRESENT),
    MemberAction.CLEAR: Transition(frozenset({_M.PRESENT}), _M.CLEARED),
    MemberAction.TAKE_SEAT: Transition(frozenset({_M.CLEARED, _M.SEATED}), _M.SEATED),
    MemberAction.RECUSE: Transition(frozenset({_M.EXPECTED, _M.PRESENT, _M.CLEARED, _M.SEATED}), _M.RECUSED),
    MemberAction.MISS: Transition(frozenset({_M.EXPECTED}), _M.ABSENT),
    MemberAction.REPLACE: Transition(frozenset({_M.PRESENT, _M.CLEARED, _M.SEATED}), _M.REPLACED),
}
MOTION: Table[MotionAction, MotionState] = {
    MotionAction.CONFIRM: Transition(frozenset({MotionState.MOVED}), MotionState.CONFIRMED),
    MotionAction.DROP: Transition(frozenset({MotionState.MOVED}), MotionState.DROPPED),
    MotionAction.VOID: Transition(frozenset({MotionState.MOVED, MotionState.CONFIRMED}), MotionState.VOID),
}
ASKED: Table[AskedAction, AskedState] = {
    AskedAction.ANSWER: Transition(frozenset({AskedState.ASKED}), AskedState.ANSWERED),
    AskedAction.EXPIRE: Transition(frozenset({AskedState.ASKED}), AskedState.EXPIRED),
}
SHEET: Table[SheetAction, SheetState] = {
    SheetAction.LOCK: Transition(frozenset({SheetState.DRAFT}), SheetState.LOCKED),
    SheetAction.SHOW: Transition(frozenset({SheetState.LOCKED}), SheetState.SHOWN),
    SheetAction.VOID: Transition(
        frozenset({SheetState.DRAFT, SheetState.LOCKED, SheetState.SHOWN}), SheetState.VOID
    ),
}

IN_THE_ROOM: frozenset[MemberState] = frozenset({_M.PRESENT, _M.CLEARED, _M.SEATED})
"""Members who have signed in and not fallen out."""
OUT: frozenset[MemberState] = frozenset({_M.RECUSED, _M.ABSENT, _M.REPLACED})
"""Members whose opinions do not count."""

TABLES: Mapping[str, Mapping[Any, Transition[Any]]] = {
    "panel": PANEL,
    "panel_member": MEMBER,
    "rejection_motion": MOTION,
    "panel_question": ASKED,
    "score_sheet": SHEET,
}
FINAL: Mapping[str, frozenset[Any]] = {
    "panel_member": OUT,
    "rejection_motion": frozenset({MotionState.DROPPED, MotionState.VOID}),
    "panel_question": frozenset({AskedState.ANSWERED, AskedState.EXPIRED}),
    "score_sheet": frozenset({SheetState.VOID}),
}
LABELS: Mapping[type[Enum], Mapping[Any, str]] = {
    PanelState: {
        _P.FORMING: _("Members sign in"),
        _P.SEATED: _("Panel formed, chair to be elected"),
        _P.REVIEWING: _("Preliminary review"),
        _P.SCORING: _("Members score on their own"),
        _P.SHOWN: _("Sheets open to the panel"),
        _P.SIGNING: _("Report being signed"),
        _P.ENDED: _("Evaluation ended"),
    },
    MemberState: {
        _M.EXPECTED: _("Expected"),
        _M.PRESENT: _("Signed in"),
        _M.CLEARED: _("Declared no conflict"),
        _M.SEATED: _("On the panel"),
        _M.RECUSED: _("Withdrew for a conflict of interest"),
        _M.ABSENT: _("Did not appear"),
        _M.REPLACED: _("Replaced, opinions void"),
    },
    MotionState: {
        MotionState.MOVED: _("Moved, being voted on"),
        MotionState.CONFIRMED: _("Rejected by the panel"),
        MotionState.DROPPED: _("Not rejected"),
        MotionState.VOID: _("Taken back"),
    },
    AskedState: {
        AskedState.ASKED: _("Waiting for the bidder’s answer"),
        AskedState.ANSWERED: _("Answered"),
        AskedState.EXPIRED: _("No answer in time"),
    },
    SheetState: {
        SheetState.DRAFT: _("Draft, seen by this member alone"),
        SheetState.LOCKED: _("Locked, not yet shown"),
        SheetState.SHOWN: _("Open to the panel"),
        SheetState.VOID: _("Void"),
    },
}
"""The English msgids, nested by enumeration."""
