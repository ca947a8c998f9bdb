"""The verifier's checks V1 to V26 in words for readers; numbering and meaning are those of docs/protocol.md."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Check:
    """One numbered check: what holds when it passes, and how it is found out."""

    code: str
    title: str | Promise
    detail: str | Promise


@dataclass(frozen=True)
class CheckGroup:
    """Checks that belong together, in the order they are shown."""

    title: str | Promise
    checks: tuple[Check, ...]


GROUPS: tuple[CheckGroup, ...] = (
    CheckGroup(
        _("The evidence itself"),
        (
            Check(
                "V1",
                _("Every object is in its one canonical form"),
                _("no unknown field, no second spelling"),
            ),
            Check("V2", _("Every signature holds"), _("and certificates were valid at the proven time")),
            Check("V3", _("The policy digest equals the printed notice"), _("T is compared in full")),
            Check(
                "V4",
                _("The officers’ keys are their own"),
                _("certified by their organisations; number and threshold as announced"),
            ),
        ),
    ),
    CheckGroup(
        _("Ledger and time"),
        (
            Check("V5", _("Every event is in the ledger"), _("each leaf is included in a signed tree")),
            Check("V6", _("The ledger only grew"), _("checkpoints agree; witnesses and time sources signed")),
            Check(
                "V7",
                _("No gap around the deadline"),
                _("heartbeats from 300 seconds before it until the close"),
            ),
            Check("V8", _("On time and late were judged rightly"), _("by the time sources of the anchors")),
            Check(
                "V19",
                _("The chain of events is whole"),
                _("nothing left out, nothing doubled, no second close"),
            ),
        ),
    ),
    CheckGroup(
        _("Bids and release"),
        (
            Check("V9", _("The sealed set is complete"), _("exactly the live bids at the close")),
            Check("V10", _("No ciphertext was replaced"), _("size and digest of every part")),
            Check("V11", _("Closed first, then released, then opened"), _("order of events in the ledger")),
            Check(
                "V12",
                _("Each release is the one promised"),
                _("against its commit; no bid of the set left out"),
            ),
            Check(
                "V18", _("Nothing else was opened"), _("no release outside the set, none under the minimum")
            ),
        ),
    ),
    CheckGroup(
        _("Opening and result"),
        (
            Check(
                "V13",
                _("Seeds match, everything derived again"),
                _("every share, commitment and sealed share; no seed twice"),
            ),
            Check("V14", _("Bidders’ opening factors are right"), _("where the tender uses them")),
            Check("V15", _("What was opened is what was sealed"), _("decryption, padding and digest")),
            Check(
                "V16",
                _("The published record says the same"),
                _("verdict table, row by row; who was not opened, and why"),
            ),
            Check(
                "V17",
                _("Every receipt you gave is accounted for"),
                _("in the set, or out of it for a proven reason"),
            ),
            Check(
                "V20",
                _("Nothing needed was missing"),
                _("anchors, time sources, libraries; a check that cannot be made fails"),
            ),
        ),
    ),
    CheckGroup(
        _("Drawing of experts"),
        (
            Check(
                "V21",
                _("The draw is the one published, by those who must take part"),
                _("its chain is whole; officers and contributors are known; holds where no panel was drawn"),
            ),
            Check(
                "V22",
                _("Nobody’s random contribution was dropped or added"),
                _("each result counts exactly what officers could open"),
            ),
            Check(
                "V23",
                _("Nobody could draw again until it suited"),
                _("one header for each round; officers kept to what they had committed to"),
            ),
            Check(
                "V24",
                _("The panel is the one the draw gives"),
                _("who could be drawn, everybody’s fair chance, the seats, the replacements"),
            ),
        ),
    ),
    CheckGroup(
        _("Evaluation and award"),
        (
            Check(
                "V25",
                _("The ranking is what the panel’s sheets give"),
                _(
                    "every sheet as it was locked, scores and candidates computed anew; where the bundle has them"
                ),
            ),
            Check(
                "V26",
                _("The award follows from the panel’s report"),
                _(
                    "a candidate, signed by the owner after the whole panel had signed; where the owner has decided"
                ),
            ),
        ),
    ),
)
COUNT = sum(len(group.checks) for group in GROUPS)

RECEIPT: tuple[Check, ...] = (
    Check("signature", _("The platform signed it"), ""),
    Check("leaf", _("The leaf is made of this event"), ""),
    Check("proof", _("The leaf is in the tree of the checkpoint"), ""),
    Check("note", _("The log signed the checkpoint"), ""),
    Check("time", _("Time sources state when it existed"), ""),
)
