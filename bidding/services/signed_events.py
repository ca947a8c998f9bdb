"""Events of this app on their way into the ledger: signed by the platform, or by a party whose key is known."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.models import Organisation
from accounts.selectors import active_spkis
from bidding.selectors.certificates import chain_findings, lapsed_signatures
from bidding.selectors.lots import Terms
from kernel.errors import NotPermitted, RuleBroken
from ledger.keys import platform_signer
from ledger.models import Entry
from ledger.services import event_append
from protocol import bodies, canonical, dsse
from protocol.errors import BadSignature, NotCanonical
from trading.models import Lot
from trading.selectors import times_in_force

Signatures = Sequence[Mapping[str, Any]]


def platform_event(lot: Lot, kind: str, *, at: datetime, **members: Any) -> Entry:
    """Sign an event as the platform and write it into the lot's chain; ``policy`` is the one in force."""
    body = bodies.body(kind, policy=lot.policy, **members)
    return event_append(
        kind=kind, body=body, signatures=[platform_signer().sign(kind, body)], chain=lot.chain, at=at
    )


def party_event(
    lot: Lot, kind: str, body: Mapping[str, Any], signatures: Signatures, *, at: datetime
) -> Entry:
    """Write a party's event, whose signatures have been checked, into the lot's chain.

    RuleBroken ``certificate_lapsed`` for a bid by a key whose certificate has ended. Withdrawals and everything
    at the opening need none: a certificate that lapses never costs a bidder what it has handed in.
    """
    if kind == "bid":
        close_at = times_in_force(lot).close_at
        if findings := lapsed_signatures(signatures, at=at, close_at=close_at):
            raise RuleBroken(findings[0].code, findings[0].message, findings, **findings[0].data)
    return event_append(kind=kind, body=dict(body), signatures=signatures, chain=lot.chain, at=at)


def body_checked(kind: str, body: Mapping[str, Any], lot: Lot) -> dict[str, Any]:
    """The body, if it has the form of its kind and names the policy in force.

    RuleBroken (``malformed``) names the member at fault; ``policy_replaced`` means: seal or sign again.
    """
    value = dict(body)
    try:
        bodies.check_body(kind, value)
        canonical.encode(value)
    except NotCanonical as error:
        raise RuleBroken(
            "malformed", _("This is not a well-formed object: %(reason)s"), reason=str(error)
        ) from error
    if value["policy"] != lot.policy:
        raise RuleBroken(
            "policy_replaced",
            _("The tender documents have changed since this was signed; it must be signed again."),
        )
    return value


def bidder_signed(
    body: Mapping[str, Any], signatures: Signatures, *, organisation: Organisation, terms: Terms, at: datetime
) -> str:
    """The SPKI (hex) under which a bid is signed: by registered keys of its bidder, bare or under certificates.

    RuleBroken names the certificate, what is wrong with it, and what to do; otherwise as ``signed_by``.
    """
    verified("bid", body, signatures, chained=True)
    if findings := chain_findings(signatures, organisation, terms, at):
        raise RuleBroken(findings[0].code, findings[0].message, findings, **findings[0].data)
    return signed_by("bid", body, signatures, organisations=[organisation.pk], chained=True)[0]


def signed_by(
    kind: str,
    body: Mapping[str, Any],
    signatures: Signatures,
    *,
    organisations: Sequence[UUID],
    chained: bool = False,
) -> list[str]:
    """The SPKIs (hex) of the signatures: each verifies, and each organisation has signed with a key of its own.

    NotPermitted when a signature does not verify, is by a key that is not active, or somebody's is missing.
    """
    owners = {spki: organisation for organisation in organisations for spki in active_spkis(organisation)}
    found = verified(kind, body, signatures, chained=chained)
    seen = {owners.get(spki) for spki in found}
    if not found or None in seen or seen != set(organisations):
        raise NotPermitted(
            "signature_unknown", _("This must be signed with a registered key of each party, and no other.")
        )
    return found


def verified(
    kind: str, body: Mapping[str, Any], signatures: Signatures, *, chained: bool = False
) -> list[str]:
    """The SPKIs (hex) of signatures that verify over this body; NotPermitted otherwise.

    They are by bare keys; with ``chained`` they may have certificates, whose chain is not asked about here.
    """
    data = canonical.encode(dict(body))
    try:
        for signature in signatures:
            bodies.signature(signature, kind)
        if not chained and any("key" not in signature for signature in signatures):
            raise NotPermitted(
                "signature_certs", _("Sign with the key registered here, without certificates.")
            )
        return [dsse.verify_one(kind, data, signature).hex() for signature in signatures]
    except (BadSignature, NotCanonical) as error:
        raise NotPermitted(
            "signature_bad", _("A signature does not verify: %(reason)s"), reason=str(error)
        ) from error
