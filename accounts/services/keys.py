"""Signing keys: whose key it is says the registrar; that one is lost say registrar and supervisor together.

The platform holds none of these keys. It is handed signed events (docs/protocol.md 4.2), checks them as a
stranger would, and writes them into the ledger as they are.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as _

from accounts import policies, selectors
from accounts.actors import Actor
from accounts.models import SigningKey
from accounts.rules import check_event_body, event_id, name_key, signed_by, tidy
from accounts.rules.certificates import certificate_days_left, certificate_ends, certificate_valid
from accounts.rules.records import EXPIRY_WARNING_DAYS
from accounts.rules.signed import fingerprint
from accounts.services.notifications import notify
from accounts.states import KEY, KeyAction, KeyState, OrganisationState
from kernel.errors import NotFound, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import event_append, record_append
from protocol import dsse
from protocol.errors import ProtocolError


@transaction.atomic
def signing_key_register(
    *,
    body: Mapping[str, Any],
    signatures: Sequence[Mapping[str, Any]],
    registrar: Collection[str],
    actor: Actor,
    at: datetime,
    certificates: Sequence[str] = (),
    label: str = "",
) -> SigningKey:
    """Take a ``signer-key`` event {org, name, spki} signed by the registrar and make the key usable.

    ``org`` is the organisation's code. ``registrar`` are the SPKIs (hex) trusted as registrar.
    ``certificates`` (hex, leaf first) must be for the same key. One key belongs to one organisation for ever:
    a lost key is never taken again. Raises ``RuleBroken``: ``event_body``, the signature codes,
    ``key_name``, ``key_algorithm``, ``key_certificate``, ``key_taken``.
    """
    check_event_body("signer-key", body)
    found = selectors.organisation_by_code(body["org"])
    if found is None:
        raise NotFound("organisation", _("There is no such organisation."))
    organisation = selectors.organisation_for_update(found.pk)
    require(policies.may_register_key(actor, organisation.pk))
    if organisation.state != OrganisationState.ACCEPTED.value:
        raise StateConflict("organisation_not_accepted", _("The organisation is not accepted."))
    signed_by("signer-key", body, signatures, registrar)
    if name_key(body["name"]) != name_key(organisation.name):
        raise RuleBroken("key_name", _("The registrar certified another name than the registered one."))
    algorithm = key_algorithm(body["spki"])
    certificates_check(body["spki"], certificates)
    try:
        with transaction.atomic():
            key = SigningKey.objects.create(
                organisation=organisation,
                spki=body["spki"],
                algorithm=algorithm,
                certificates=list(certificates),
                label=tidy(label),
                ev=event_id("signer-key", body),
                registered_at=at,
            )
    except IntegrityError as error:
        raise RuleBroken(
            "key_taken", _("This key is already registered; a key is never taken twice.")
        ) from error
    event_append(kind="signer-key", body=body, signatures=signatures, chain=None, at=at)
    notify(
        event="key_registered",
        to_organisation=organisation.pk,
        data={"fingerprint": fingerprint(key.spki)},
        at=at,
    )
    return key


@transaction.atomic
def signing_key_lost(
    *,
    body: Mapping[str, Any],
    signatures: Sequence[Mapping[str, Any]],
    registrar: Collection[str],
    supervisor: Collection[str],
    actor: Actor,
    at: datetime,
) -> SigningKey:
    """Take a ``key-loss`` event {org, old, new, evidence} signed by registrar **and** supervisor.

    From then on ``new``, an active key of the same organisation, may replace or withdraw the bids of ``old``
    (A2). One signature alone would be a kill switch on any rival's bid; a key which stands for both
    offices is refused too.
    """
    check_event_body("key-loss", body)
    if set(registrar) & set(supervisor):
        raise RuleBroken(
            "key_loss_two_offices", _("Registrar and supervisor must be two offices with two keys.")
        )
    old, new = _locked_pair(body["old"], body["new"])
    require(policies.may_report_key_lost(actor))
    signed_by("key-loss", body, signatures, registrar, supervisor)
    if not (old.organisation.code == new.organisation.code == body["org"]):
        raise RuleBroken("key_loss_organisation", _("Both keys must belong to the organisation named."))
    if new.state != KeyState.ACTIVE.value:
        raise StateConflict("key_loss_successor", _("The new key is not active."))
    old.state = next_state(KEY, KeyAction.LOSE, KeyState(old.state)).value
    old.ended_at, old.successor, old.loss_ev = at, new, event_id("key-loss", body)
    old.save(update_fields=["state", "ended_at", "successor", "loss_ev"])
    event_append(kind="key-loss", body=body, signatures=signatures, chain=None, at=at)
    notify(
        event="key_lost",
        to_organisation=old.organisation_id,
        data={"fingerprint": fingerprint(old.spki)},
        at=at,
    )
    return old


@transaction.atomic
def signing_key_retire(*, key_id: UUID, actor: Actor, at: datetime) -> SigningKey:
    """The organisation stops sealing with a key. What it signed stands; nothing passes to another key."""
    found = SigningKey.objects.filter(pk=key_id).first()
    if found is None:
        raise NotFound("signing_key", _("There is no such key."))
    key = selectors.signing_key_for_update(found.spki)
    require(policies.may_retire_key(actor, key.organisation_id))
    key.state = next_state(KEY, KeyAction.RETIRE, KeyState(key.state)).value
    key.ended_at = at
    key.save(update_fields=["state", "ended_at"])
    record_append(
        name="key-retired",
        subject=key.organisation.code,
        data={"key": key.pk, "ev": key.ev},
        actor=actor.key,
        at=at,
    )
    return key


@transaction.atomic
def signing_key_certificate_bind(
    *, key_id: UUID, certificates: Sequence[str], actor: Actor, at: datetime
) -> SigningKey:
    """Bind a new certificate to a registered key whose one lapses or has lapsed; the key stays the same.

    RuleBroken: ``key_certificate`` when it is for another key or cannot be read, ``certificate_not_valid``
    when it is not valid now, ``certificate_not_longer`` when it ends no later than the one in force.
    """
    found = SigningKey.objects.filter(pk=key_id).first()
    if found is None:
        raise NotFound("signing_key", _("There is no such key."))
    key = selectors.signing_key_for_update(found.spki)
    require(policies.may_ask_for_key(actor, key.organisation_id))
    if key.state != KeyState.ACTIVE.value:
        raise StateConflict("key_not_active", _("This key is not in use any more."))
    certificates_check(key.spki, certificates)
    if not certificates or not certificate_valid(certificates, at):
        raise RuleBroken("certificate_not_valid", _("This certificate is not valid now."))
    if key.certificates and certificate_ends(certificates) <= certificate_ends(key.certificates):
        raise RuleBroken("certificate_not_longer", _("This certificate ends no later than the one in force."))
    key.certificates, key.warned_days = list(certificates), None
    key.save(update_fields=["certificates", "warned_days"])
    record_append(
        name="key-certificate-bound",
        subject=key.organisation.code,
        data={"key": key.pk, "ev": key.ev, "certificates": list(certificates)},
        actor=actor.key,
        at=at,
    )
    return key


@transaction.atomic
def certificates_expiring_notify(*, at: datetime) -> int:
    """Tell organisations of certificates which lapse in 30, 7 or 1 days; each warning once. Returns how many.

    A key outlives its certificate; what a lapsed one no longer proves is the organisation's name abroad.
    """
    told = 0
    keys = SigningKey.objects.select_for_update().filter(state=KeyState.ACTIVE.value).exclude(certificates=[])
    for key in keys.order_by("registered_at"):
        left = certificate_days_left(key.certificates, at)
        step = min((days for days in EXPIRY_WARNING_DAYS if 0 <= left <= days), default=None)
        if step is None or (key.warned_days is not None and key.warned_days <= step):
            continue
        key.warned_days = step
        key.save(update_fields=["warned_days"])
        data: dict[str, object] = {
            "paper": f"{key.label} X.509 {fingerprint(key.spki)}".strip(),
            "days": left,
        }
        notify(event="paper_expiring", to_organisation=key.organisation_id, data=data, at=at)
        told += 1
    return told


def _locked_pair(old: str, new: str) -> tuple[SigningKey, SigningKey]:
    """Both keys locked in one order, whichever way round two losses name them."""
    if old == new:
        raise RuleBroken("key_loss_same", _("A key cannot succeed itself."))
    locked = {spki: selectors.signing_key_for_update(spki) for spki in sorted((old, new))}
    return locked[old], locked[new]


def key_algorithm(spki: str) -> str:
    """The algorithm of a public key (SPKI, hex); ``RuleBroken`` (``key_algorithm``) for any other key."""
    for algorithm in dsse.ALGORITHMS:
        try:
            dsse.load_spki(bytes.fromhex(spki), algorithm)
        except ProtocolError:
            continue
        return algorithm
    raise RuleBroken(
        "key_algorithm", _("The platform takes Ed25519, ECDSA P-256 and RSA keys in canonical form.")
    )


def certificates_check(spki: str, certificates: Sequence[str]) -> None:
    """Refuse (``RuleBroken``, ``key_certificate``) a chain whose leaf is not for this key; none is right too."""
    if not certificates:
        return
    try:
        leaf = dsse.load_certificate(bytes.fromhex(certificates[0]))
        same = dsse.spki_der(leaf.public_key()).hex() == spki
    except (ProtocolError, ValueError) as error:
        raise RuleBroken("key_certificate", _("The certificate cannot be read.")) from error
    if not same:
        raise RuleBroken("key_certificate", _("The certificate is for another key."))
