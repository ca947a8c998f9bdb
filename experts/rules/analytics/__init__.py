"""Leads about draws and scores: pure functions over plain rows, with exact probabilities and controlled error.

A lead says what was observed, what chance would have given, and how many tests were made. It is never a verdict:
whoever it concerns has the right to be heard before anybody acts on it (expert-draw.md, section 8).
"""

from experts.rules.analytics.kept import KeptDraw, KeptRound, LeftOut, kept_round, packed, unpacked
from experts.rules.analytics.process_rows import (
    AnswerRow,
    Around,
    BarredRow,
    CommentRow,
    EditRow,
    ExclusionRow,
    StoodRow,
    TieRow,
    joined,
)
from experts.rules.analytics.report import Report, find_leads
from experts.rules.analytics.rows import CallRow, DrawRow, Lead, OtherPoints, ScoreRow
from experts.rules.analytics.thresholds import Thresholds, thresholds

__all__ = [
    "AnswerRow",
    "Around",
    "BarredRow",
    "CallRow",
    "CommentRow",
    "DrawRow",
    "EditRow",
    "ExclusionRow",
    "KeptDraw",
    "KeptRound",
    "Lead",
    "LeftOut",
    "OtherPoints",
    "Report",
    "ScoreRow",
    "StoodRow",
    "Thresholds",
    "TieRow",
    "find_leads",
    "joined",
    "kept_round",
    "packed",
    "thresholds",
    "unpacked",
]
