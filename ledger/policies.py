"""Who may see what of the record. Blinded hashes are for everybody, what they hide for the auditor."""

from collections.abc import Collection
from enum import Enum
from typing import Protocol

from django.utils.translation import gettext_noop as _

from kernel.policies import ALLOW, Decision, MatrixRow, deny

AUDITOR = "auditor"


class Reader(Protocol):
    """Whoever reads: the apps above hand in their actor."""

    @property
    def roles(self) -> Collection[str]:
        """The codes of the roles held."""


def may_read_log(reader: Reader) -> Decision:  # noqa: ARG001
    """Checkpoints, tiles, proofs and statements are public: they count nothing and name nobody."""
    return ALLOW


def may_open_leaves(reader: Reader) -> Decision:
    """Only the platform's auditor sees which event, or pad, stands behind any leaf of the whole log.

    Parties reach their own events through the apps that wrote them.
    """
    if AUDITOR in reader.roles:
        return ALLOW
    return deny(_("Only the platform's auditor may open leaves of the log."))


def _log_read(reader: Reader, state: Enum | None) -> Decision:  # noqa: ARG001
    return may_read_log(reader)


def _leaf_read(reader: Reader, state: Enum | None) -> Decision:  # noqa: ARG001
    return may_open_leaves(reader)


MATRIX = (MatrixRow("log_read", _log_read), MatrixRow("leaf_opening_read", _leaf_read))
