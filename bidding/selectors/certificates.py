"""The certificates behind an organisation's keys: what the door refuses, and what a bidder is told before."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.ca_roots import ca_roots
from accounts.models import Organisation, SigningKey
from accounts.rules.certificates import certificate_ends
from accounts.states import KeyState
from bidding.models import Bid
from bidding.rules.certificates import lapsed, lapsed_after
from bidding.rules.chains import MARGIN_S, Door, chain_finding
from bidding.selectors.lots import Terms, moment
from kernel.errors import Finding
from protocol import dsse


def lapsed_signatures(
    signatures: Iterable[Mapping[str, Any]], *, at: datetime, close_at: datetime
) -> list[Finding]:
    """A finding for each signature whose registered key has a certificate that ended before ``at``."""
    spkis = [str(signature.get("key", "")) for signature in signatures]
    keys = SigningKey.objects.filter(spki__in=spkis).exclude(certificates=[])
    found = (lapsed(certificate_ends(key.certificates), at=at, close_at=close_at) for key in keys)
    return [finding for finding in found if finding is not None]


def chain_findings(
    signatures: Iterable[Mapping[str, Any]], organisation: Organisation, terms: Terms, at: datetime
) -> list[Finding]:
    """What stands against the certificates under which a bid is signed; nothing for bare keys.

    BadSignature when one is no certificate at all.
    """
    chains = [certs for signature in signatures if (certs := dsse.certificates(signature))]
    if not chains:
        return []
    keys = SigningKey.objects.filter(organisation=organisation, state=KeyState.ACTIVE.value)
    door = Door(
        code=organisation.code,
        bound={bytes.fromhex(key.certificates[0]) for key in keys.exclude(certificates=[])},
        roots=ca_roots(),
        at=at,
        stated_by=at + timedelta(seconds=int(terms.body["min_checkpoint_s"]) + MARGIN_S),
        close_at=moment(terms.close_at),
    )
    return [found for certs in chains if (found := chain_finding(certs, door)) is not None]


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
    signature = bid.entry.signatures[0]
    chain = signature.get("certs")
    if not chain:
        key = SigningKey.objects.filter(spki=str(signature.get("key", ""))).exclude(certificates=[]).first()
        chain = key.certificates if key else None
    return lapsed_after(certificate_ends(chain), sealed_at=bid.received_at, at=at) if chain else None
