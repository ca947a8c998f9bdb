"""What a lead is called, and what its evidence is: hashes, so that a decision says what it rested on."""

from experts.rules.analytics.rows import Lead
from protocol import canonical
from protocol.hashing import sha256

DIGITS = 9
"""Digits that count of a number: the last ones of a sum may differ from machine to machine."""

MOVED = frozenset(("shrunk",))
"""Evidence that moves with everybody else's."""


def lead_name(lead: Lead) -> str:
    """The same for a lead whatever its numbers have become: family, whom and which tender and criterion it concerns."""
    told = [lead.family, list(lead.subjects), lead.tender, str(lead.evidence.get("criterion", ""))]
    return sha256(canonical.encode(["lead", *told])).hex()


def evidence_hash(lead: Lead) -> str:
    """Another one as soon as any number of the evidence changes.

    What follows from all other tests of the family, ``q`` and the shrunk estimate, is no evidence about this one: it
    moves each night, and what was closed would be open again each morning.
    """
    numbers = [_plain(one) for one in (lead.observed, lead.expected, lead.p)]
    beside = [[name, _plain(value)] for name, value in sorted(lead.evidence.items()) if name not in MOVED]
    return sha256(canonical.encode([lead_name(lead), numbers, beside])).hex()


def _plain(value: object) -> object:
    if isinstance(value, int | float):
        return f"{value:.{DIGITS}g}"
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else str(value)
