"""A bid signed under a certificate (X.509): what the door asks before it is taken (docs/protocol.md, 2, 4.2 and 9).

A verifier asks whether the chain held when the ledger's time sources first stated the bid, a little after it came; so
the door asks for both moments. What has been taken stands, however soon the certificate lapses later (电子签名法13).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cryptography import x509
from cryptography.x509.oid import NameOID
from django.utils.translation import gettext_noop as _

from accounts.rules.notices import BEIJING
from bidding.rules.certificates import SOURCE, lapsed
from kernel.errors import Finding
from protocol import dsse, x509chain
from protocol.errors import BadSignature

MARGIN_S: Final = 60
"""Seconds beyond the longest time between two checkpoints until which a bid is certainly stated."""


@dataclass(frozen=True)
class Door:
    """Who hands in and when: the organisation's code, the leaves (DER) bound to its keys in use, the trusted roots.

    ``stated_by`` is the moment by which the ledger will have stated what is logged at ``at``.
    """

    code: str
    bound: Collection[bytes]
    roots: Sequence[bytes]
    at: datetime
    stated_by: datetime
    close_at: datetime


def chain_finding(certs: Sequence[bytes], door: Door) -> Finding | None:
    """What stands against the chain (DER, leaf first) of a bid's signature; None when it may sign here and now.

    Asked in this order: expired, not yet valid, key usage, bound to this organisation, trusted root and everything
    else of section 9, named organisation, and that it lasts until the bid is stated. BadSignature if it is no chain.
    """
    leaf = dsse.load_certificate(certs[0])
    told = {"certificate": named(leaf)}
    return _leaf_finding(leaf, certs[0], door, told) or _path_finding(leaf, certs, door, told)


def _leaf_finding(leaf: x509.Certificate, der: bytes, door: Door, told: dict[str, Any]) -> Finding | None:
    """What stands against the certificate itself."""
    if found := lapsed(leaf.not_valid_after_utc, at=door.at, close_at=door.close_at):
        return found
    if door.at < leaf.not_valid_before_utc:
        return _finding("certificate_not_yet", _NOT_YET, told | _moment(leaf.not_valid_before_utc))
    if not may_sign(leaf):
        return _finding("certificate_usage", _USAGE, told)
    return None if der in door.bound else _finding("certificate_not_bound", _NOT_BOUND, told)


def _path_finding(
    leaf: x509.Certificate, certs: Sequence[bytes], door: Door, told: dict[str, Any]
) -> Finding | None:
    """What stands against its way up to a trusted root."""
    if not door.roots:
        return _finding("certificate_no_roots", _NO_ROOTS, told)
    try:
        org = x509chain.verify_chain(certs, door.roots, int(door.at.timestamp())).organisation
    except BadSignature as error:
        roots = "; ".join(named(dsse.load_certificate(root)) for root in door.roots)
        return _finding("certificate_chain", _CHAIN, told | {"reason": error.message, "roots": roots})
    if org != door.code:
        return _finding("certificate_organisation", _OTHER, told | {"named": org, "own": door.code})
    if not holds(certs, door.roots, door.stated_by):
        return _finding("certificate_ends_soon", _SOON, told | _moment(leaf.not_valid_after_utc))
    return None


def holds(certs: Sequence[bytes], roots: Sequence[bytes], at: datetime) -> bool:
    """Whether a chain holds at a moment, by section 9."""
    try:
        x509chain.verify_chain(certs, roots, int(at.timestamp()))
    except BadSignature:
        return False
    return True


def may_sign(leaf: x509.Certificate) -> bool:
    """Whether the key usage of a leaf is stated and includes digital signatures."""
    try:
        return leaf.extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
    except (x509.ExtensionNotFound, ValueError):
        return False


def named(certificate: x509.Certificate) -> str:
    """A certificate as its holder knows it: common name, and serial number in hexadecimal."""
    names = [str(name.value) for name in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    return f"{' '.join(names) or '-'} ({certificate.serial_number:X})"


def _moment(when: datetime) -> dict[str, str]:
    shown = when.astimezone(BEIJING)
    return {"time": f"{shown:%H:%M}", "day": f"{shown:%Y-%m-%d}"}


def _finding(code: str, message: str, data: dict[str, Any]) -> Finding:
    return Finding(code, message, SOURCE, field="signatures", data=data)


_NOT_YET: Final = _(
    "The certificate %(certificate)s is valid only from %(day)s %(time)s. "
    "Hand the bid in then, or seal with another certificate."
)
_USAGE: Final = _(
    "The certificate %(certificate)s may not sign: its key usage lacks digital signatures. "
    "Seal with your signing certificate."
)
_NO_ROOTS: Final = _(
    "This platform accepts no certification authority, so it cannot take %(certificate)s. "
    "Seal with the key registered here, without --chain."
)
_NOT_BOUND: Final = _(
    "The certificate %(certificate)s is not bound to a key of your organisation here. "
    "Bind it on the page of keys, then hand the same folder in again."
)
_CHAIN: Final = _(
    "The chain sent with the certificate %(certificate)s does not hold: %(reason)s. "
    "Seal with --chain and every certificate up to an authority accepted here: %(roots)s."
)
_OTHER: Final = _(
    "The certificate %(certificate)s names the organisation %(named)s; yours is %(own)s. "
    "Seal with a certificate of your organisation."
)
_SOON: Final = _(
    "The certificate %(certificate)s ends on %(day)s at %(time)s, before the ledger has certainly stated this bid. "
    "Bind a new one to seal again."
)
