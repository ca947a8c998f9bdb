"""The certificates behind an organisation's keys: what the door refuses, and what a bidder is told before."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import SigningKey
from accounts.rules.certificates import certificate_ends
from accounts.states import KeyState
from bidding.models import Bid
from bidding.rules.certificates import lapsed, lapsed_after
from kernel.errors import Finding


def lapsed_signatures(
    signatures: Iterable[Mapping[str, Any]], *, at: datetime, close_at: datetime
) -> list[Finding]:
    """A finding for each signature whose registered key has a certificate that ended before ``at``."""
    spkis = [str(signature.get("key", "")) for signature in signatures]
    keys = SigningKey.objects.filter(spki__in=spkis).exclude(certificates=[])
    found = (lapsed(certificate_ends(key.certificates), at=at, close_at=close_at) for key in keys)
    return [finding for finding in found if finding is not None]


def lapsed_notes(organisation: UUID | None, *, at: datetime, close_at: datetime) -> list[Finding]:
    """What a bidder is told who can no longer seal: its every key in use has a certificate that has ended."""
    keys = list(SigningKey.objects.filter(organisation=organisation, state=KeyState.ACTIVE.value))
    found = [
        lapsed(certificate_ends(key.certificates), at=at, close_at=close_at)
        for key in keys
        if key.certificates
    ]
    said = [finding for finding in found if finding is not None]
    return said[:1] if said and len(said) == len(keys) else []


def lapsed_after_sealing(bid_id: UUID, *, at: datetime) -> Finding | None:
    """The note beside a bid that was sealed before its certificate ended; it costs the bid nothing."""
    bid = Bid.objects.select_related("entry").get(pk=bid_id)
    spki = str(bid.entry.signatures[0].get("key", ""))
    key = SigningKey.objects.filter(spki=spki).exclude(certificates=[]).first()
    if key is None:
        return None
    return lapsed_after(certificate_ends(key.certificates), sealed_at=bid.received_at, at=at)
