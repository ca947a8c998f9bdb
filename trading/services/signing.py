"""Check that a signed object says what it must and is signed by whom it must; never sign here."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.selectors import active_spkis
from kernel.errors import RuleBroken
from protocol import bodies, canonical, dsse, kinds
from protocol.errors import ProtocolError

SignedObject: TypeAlias = Mapping[str, Any]
"""``{"body", "signatures"}`` of docs/protocol.md, section 2."""


def signers(kind: str, signed: SignedObject) -> frozenset[str]:
    """The public keys (SPKI, hex) of a signed object whose every signature verifies.

    Raises ``RuleBroken``: ``bad_signature`` when form, canonical bytes or any signature is wrong, and
    ``signature_certs`` when one brings a chain, to which a verifier would hold it under roots for bidders (V2).
    """
    try:
        kinds.check_body(kind, signed["body"])
        bodies.SIGNATURES(signed["signatures"], "signatures")
        body = canonical.encode(signed["body"])
        if any("certs" in row for row in signed["signatures"]):
            raise RuleBroken("signature_certs", _("Sign with the key registered here, without certificates."))
        return frozenset(dsse.verify_one(kind, body, row).hex() for row in signed["signatures"])
    except (ProtocolError, KeyError, TypeError) as error:
        raise RuleBroken(
            "bad_signature", _("The signed object is not valid: %(why)s"), why=str(error)[:200]
        ) from error


def require_signed(kind: str, signed: SignedObject, *, body: Mapping[str, Any], by: Sequence[UUID]) -> str:
    """T or ev (hex) of ``signed``: its body equals ``body``, each organisation of ``by`` signed.

    An organisation has signed if one of the keys is an active key of its own; other keys are refused.
    """
    if canonical.encode(dict(signed.get("body") or {})) != canonical.encode(dict(body)):
        raise RuleBroken(
            "signed_differs",
            _("What was signed is not what is to be published: %(fields)s."),
            fields=", ".join(differing(signed.get("body") or {}, body)),
        )
    keys = signers(kind, signed)
    known: set[str] = set()
    for organisation in by:
        own = active_spkis(organisation)
        if not keys & own:
            raise RuleBroken(
                "signature_missing", _("The signature of a party is missing."), party=str(organisation)
            )
        known |= own
    if keys - known:
        raise RuleBroken("signature_of_stranger", _("A signature is by a key of nobody who must sign."))
    return dsse.event_id(kind, signed["body"]).hex()


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """The names of the members in which two bodies differ."""
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
