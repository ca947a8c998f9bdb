"""States of the drawing of a panel: what is asked for, the draw of one serial, a seat that was drawn."""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any

from django.utils.translation import gettext_noop as _

from kernel.transitions import Table, Transition


class RequestState(StrEnum):
    """A request for a panel: written by one person of the owner, confirmed by another."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class RequestAction(StrEnum):
    """What moves a request."""

    CONFIRM = "confirm"
    WITHDRAW = "withdraw"


class DrawState(StrEnum):
    """Where the draw of one serial stands. The log decides; this row says what the platform does next."""

    BEGUN = "begun"  # officers are named and register their keys
    PREPARED = "prepared"  # eligible, plan and header stand; the supervisor has not signed
    OPEN = "open"  # the header is in the log; contributions come in
    CLOSED = "closed"  # a round is asked of the officers
    COMMITTING = "committing"  # some officers have promised their release
    DRAWN = "drawn"  # the round is decided, nobody has been called
    CALLING = "calling"  # experts are being asked
    ANSWERED = "answered"  # every drawn seat has an answer
    COMPLETE = "complete"
    SHORT = "short"
    REVEALED = "revealed"


class DrawAction(StrEnum):
    """What moves a draw."""

    PREPARE = "prepare"
    REOPEN = "reopen"
    SIGN = "sign"
    CLOSE = "close"
    COMMIT = "commit"
    DECIDE = "decide"
    CALL = "call"
    SETTLE = "settle"
    NEXT = "next"
    COMPLETE = "complete"
    LOSE = "lose"
    SHORTEN = "shorten"
    REVEAL = "reveal"


class SeatCode(StrEnum):
    """What became of a seat that was drawn: the codes of the protocol (15.2); only "accepted" fills it."""

    OPEN = ""
    ACCEPTED = "accepted"
    DECLINED = "declined"
    NO_ANSWER = "no-answer"
    RECUSED = "recused"
    DISQUALIFIED = "disqualified"
    UNAVAILABLE = "unavailable"
    NO_SHOW = "no-show"


class SeatAnswer(StrEnum):
    """What gives a seat its code."""

    ACCEPT = "accept"
    DECLINE = "decline"
    SILENCE = "silence"
    RECUSE = "recuse"
    DISQUALIFY = "disqualify"
    EXCUSE = "excuse"
    MISS = "miss"


_R, _D, _C = RequestState, DrawState, SeatCode
REQUEST: Table[RequestAction, RequestState] = {
    RequestAction.CONFIRM: Transition(frozenset({_R.REQUESTED}), _R.CONFIRMED),
    RequestAction.WITHDRAW: Transition(frozenset({_R.REQUESTED, _R.CONFIRMED}), _R.WITHDRAWN),
}
DRAW: Table[DrawAction, DrawState] = {
    DrawAction.PREPARE: Transition(frozenset({_D.BEGUN, _D.PREPARED}), _D.PREPARED),
    DrawAction.REOPEN: Transition(frozenset({_D.PREPARED}), _D.BEGUN),
    DrawAction.SIGN: Transition(frozenset({_D.PREPARED}), _D.OPEN),
    DrawAction.CLOSE: Transition(frozenset({_D.OPEN}), _D.CLOSED),
    DrawAction.COMMIT: Transition(frozenset({_D.CLOSED, _D.COMMITTING}), _D.COMMITTING),
    DrawAction.DECIDE: Transition(frozenset({_D.COMMITTING}), _D.DRAWN),
    DrawAction.CALL: Transition(frozenset({_D.DRAWN}), _D.CALLING),
    DrawAction.SETTLE: Transition(frozenset({_D.CALLING}), _D.ANSWERED),
    DrawAction.NEXT: Transition(frozenset({_D.ANSWERED}), _D.CLOSED),
    DrawAction.COMPLETE: Transition(frozenset({_D.ANSWERED}), _D.COMPLETE),
    DrawAction.LOSE: Transition(frozenset({_D.COMPLETE}), _D.ANSWERED),
    DrawAction.SHORTEN: Transition(
        frozenset({_D.OPEN, _D.CLOSED, _D.COMMITTING, _D.DRAWN, _D.ANSWERED}), _D.SHORT
    ),
    DrawAction.REVEAL: Transition(frozenset({_D.COMPLETE, _D.SHORT}), _D.REVEALED),
}
SEAT: Table[SeatAnswer, SeatCode] = {
    SeatAnswer.ACCEPT: Transition(frozenset({_C.OPEN}), _C.ACCEPTED),
    SeatAnswer.DECLINE: Transition(frozenset({_C.OPEN}), _C.DECLINED),
    SeatAnswer.SILENCE: Transition(frozenset({_C.OPEN}), _C.NO_ANSWER),
    SeatAnswer.RECUSE: Transition(frozenset({_C.OPEN, _C.ACCEPTED}), _C.RECUSED),
    SeatAnswer.DISQUALIFY: Transition(frozenset({_C.OPEN, _C.ACCEPTED}), _C.DISQUALIFIED),
    SeatAnswer.EXCUSE: Transition(frozenset({_C.OPEN, _C.ACCEPTED}), _C.UNAVAILABLE),
    SeatAnswer.MISS: Transition(frozenset({_C.ACCEPTED}), _C.NO_SHOW),
}
"""A seat that was given up is never taken again; who accepted can still fall out, and a round follows (A24)."""

BEFORE_COMMITS: frozenset[DrawState] = frozenset({_D.BEGUN, _D.PREPARED, _D.OPEN})
"""While it stands here no officer is asked: the owner can still name members of its own."""
CALLED: frozenset[DrawState] = frozenset({_D.CALLING, _D.COMPLETE})
"""While it stands here, answers are taken; in ``complete`` only such as end an acceptance."""
LEAVING: frozenset[DrawState] = CALLED | {_D.CLOSED, _D.COMMITTING, _D.DRAWN, _D.ANSWERED}
"""While it stands here whoever has accepted can fall out; the round after the one that runs draws the seat again."""
NAMELESS: frozenset[DrawState] = frozenset(_D) - {_D.REVEALED}
"""While it stands here nobody but the gateway and each expert reads who was drawn."""

TABLES: Mapping[str, Mapping[Any, Transition[Any]]] = {
    "draw_request": REQUEST,
    "draw": DRAW,
    "drawn_seat": SEAT,
}
FINAL: Mapping[str, frozenset[Any]] = {
    "draw_request": frozenset({_R.WITHDRAWN}),
    "draw": frozenset({_D.REVEALED}),
    "drawn_seat": frozenset(_C) - {_C.OPEN, _C.ACCEPTED},
}
LABELS: Mapping[type[Enum], Mapping[Any, str]] = {
    RequestState: {
        _R.REQUESTED: _("Awaiting confirmation"),
        _R.CONFIRMED: _("Confirmed"),
        _R.WITHDRAWN: _("Withdrawn"),
    },
    DrawState: {
        _D.BEGUN: _("Officers register their keys"),
        _D.PREPARED: _("Awaiting the supervisor’s signature"),
        _D.OPEN: _("Contributions come in"),
        _D.CLOSED: _("Officers are asked to commit"),
        _D.COMMITTING: _("Officers commit and release"),
        _D.DRAWN: _("Drawn, nobody called yet"),
        _D.CALLING: _("Experts are being called"),
        _D.ANSWERED: _("Every seat has an answer"),
        _D.COMPLETE: _("Panel complete"),
        _D.SHORT: _("Ended short"),
        _D.REVEALED: _("Opened to everybody"),
    },
    SeatCode: {
        _C.OPEN: _("No answer yet"),
        _C.ACCEPTED: _("Accepted"),
        _C.DECLINED: _("Declined"),
        _C.NO_ANSWER: _("No answer in time"),
        _C.RECUSED: _("Withdrew for a conflict of interest"),
        _C.DISQUALIFIED: _("Excluded for a conflict of interest"),
        _C.UNAVAILABLE: _("Prevented"),
        _C.NO_SHOW: _("Did not appear"),
    },
}
"""The English msgids, nested by enumeration."""
