"""What an answer of an invited expert has to say, and how its record is hashed."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_noop as _

from experts.rules.packs import Code, PoolPack
from experts.states.draw import SeatAnswer
from kernel.errors import Finding
from protocol import canonical, hashing

CANNOT = frozenset({SeatAnswer.DECLINE, SeatAnswer.EXCUSE})
"""Answers with a reason of the list of declines; a recusal names how the unit stands to the expert."""


def reasons_of(answer: SeatAnswer, pack: PoolPack) -> Mapping[str, Code]:
    """The reasons an answer can have; none for an acceptance."""
    if answer in CANNOT:
        return pack.declines
    return pack.relations if answer is SeatAnswer.RECUSE else {}


def reason_findings(answer: SeatAnswer, reason: str, pack: PoolPack) -> list[Finding]:
    """What stands against an answer for its reason: one of the list, and none where there is no list."""
    known = reasons_of(answer, pack)
    if reason in known or (not known and not reason):
        return []
    return [Finding("reason", _("Choose one of the reasons of the list."), field="reason")]


def call_record(seat: str, code: str, *, own: bool, note: str, at: datetime) -> str:
    """SHA-256 (hex) of what is written down of an answer: nothing in it names the expert."""
    line = {"seat": seat, "code": code, "own": own, "note": note, "at": int(at.timestamp())}
    return hashing.sha256(canonical.encode(line)).hex()


def try_record(call: str, outcome: str, reason: str, at: datetime) -> str:
    """SHA-256 (hex) of what a caller writes down of one call; ``call`` is the invitation's id."""
    line = {"call": call, "outcome": outcome, "reason": reason, "at": int(at.timestamp())}
    return hashing.sha256(canonical.encode(line)).hex()
