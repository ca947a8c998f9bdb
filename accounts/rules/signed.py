"""Papers and events signed by others: whether the right parties signed, and nobody else.

The platform holds no party's key. It checks signatures as any stranger would (``protocol.dsse``) and turns
the protocol's refusals into the domain's.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_noop as _

from kernel.errors import RuleBroken
from protocol import bodies, canonical, dsse, hashing
from protocol.errors import ProtocolError

MAX_SIGNATURES = 4
SHORT = 16


def signed_by(
    kind: str,
    body: Mapping[str, Any],
    signatures: Sequence[Mapping[str, Any]],
    *parties: Collection[str],
) -> tuple[str, ...]:
    """The SPKIs (hex) which signed ``body`` as ``kind``: each of ``parties`` at least once, and nobody else.

    Each party is the set of its keys. Raises ``RuleBroken``: ``signature_count``, ``signature`` (one does
    not hold), ``signature_certs`` (one brings a chain), ``signature_stranger``, ``signature_missing``.
    """
    if not 1 <= len(signatures) <= MAX_SIGNATURES:
        raise RuleBroken("signature_count", _("One to four signatures are needed."))
    try:
        text = canonical.encode(dict(body))
        found = tuple(dsse.verify_one(kind, text, signature).hex() for signature in signatures)
    except ProtocolError as error:
        raise RuleBroken("signature", _("A signature does not hold: %(why)s."), why=error.message) from error
    if any("key" not in signature for signature in signatures):
        raise RuleBroken("signature_certs", _("Sign with the key registered here, without certificates."))
    if any(not any(key in party for party in parties) for key in found):
        raise RuleBroken("signature_stranger", _("Somebody signed whose signature has no place here."))
    if any(not any(key in party for key in found) for party in parties):
        raise RuleBroken("signature_missing", _("Not everybody who must sign has signed."))
    return found


def check_event_body(kind: str, body: Mapping[str, Any]) -> None:
    """Refuse (``RuleBroken``, ``event_body``) a body without the form docs/protocol.md gives its kind."""
    try:
        bodies.check_body(kind, dict(body))
    except ProtocolError as error:
        raise RuleBroken(
            "event_body", _("This is not a %(kind)s: %(why)s."), kind=kind, why=error.message
        ) from error


def event_id(kind: str, body: Mapping[str, Any]) -> str:
    """The identity of an event whoever signs it, in hex."""
    return dsse.event_id(kind, dict(body)).hex()


def fingerprint(spki: str) -> str:
    """The first 16 hex digits of SHA-256 over the SPKI, in groups of four, to be read out by telephone."""
    digest = hashing.sha256(bytes.fromhex(spki)).hex()[:SHORT]
    return " ".join(digest[i : i + 4] for i in range(0, SHORT, 4))
