"""Why a panel is called back after its report, and what a member's stance to a report can be."""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any

from django.utils.translation import gettext_noop as _


class RecallGround(StrEnum):
    """Grounds on which the law has the same panel look again."""

    OPINION_VOID = "opinion-void"  # 条例 48, 71: a member should have withdrawn; what he said does not count
    CAPACITY = "capacity"  # 条例 56: a candidate's condition has changed so that it may be unable to perform
    ERROR = "error"  # a mistake in the facts or the arithmetic of the evaluation


class StanceWord(StrEnum):
    """How a member stands to the report (条例 53)."""

    AGREE = "agree"
    DISSENT = "dissent"
    SILENT = "silent"


LABELS: Mapping[type[Enum], Mapping[Any, str]] = {
    RecallGround: {
        RecallGround.OPINION_VOID: _("A member’s opinion is void"),
        RecallGround.CAPACITY: _("A candidate may have become unable to perform"),
        RecallGround.ERROR: _("A mistake in the facts or the arithmetic"),
    },
    StanceWord: {
        StanceWord.AGREE: _("Agrees and has signed"),
        StanceWord.DISSENT: _("Dissents in writing"),
        StanceWord.SILENT: _("Silent, taken to agree"),
    },
}
"""The English msgids, nested by enumeration."""
