"""The certificates bound to keys, as DER in hex, leaf first: when they end, and whether they are valid."""

from collections.abc import Sequence
from datetime import datetime

from protocol import dsse


def certificate_ends(certificates: Sequence[str]) -> datetime:
    """The last moment of the leaf of a chain."""
    return dsse.load_certificate(bytes.fromhex(certificates[0])).not_valid_after_utc


def certificate_valid(certificates: Sequence[str], at: datetime) -> bool:
    """Whether the leaf of a chain is valid at a moment."""
    leaf = dsse.load_certificate(bytes.fromhex(certificates[0]))
    return leaf.not_valid_before_utc <= at <= leaf.not_valid_after_utc


def certificate_days_left(certificates: Sequence[str], at: datetime) -> int:
    """Whole days until the leaf of a chain lapses; negative afterwards."""
    return (certificate_ends(certificates) - at).days
