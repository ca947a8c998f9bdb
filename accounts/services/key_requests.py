"""Keys on their way: a member asks, the registrar signs; a loss is reported, two offices sign.

The platform signs nothing here. It keeps a request until the registrar's signature comes in from the
registrar's own device, and hands the signed event to ``services.keys``.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as _

from accounts import policies, selectors
from accounts.actors import Actor
from accounts.models import KeyLoss, KeyRequest, Organisation, SigningKey
from accounts.rules import signed_by, tidy
from accounts.rules.words import said
from accounts.services.keys import certificates_check, key_algorithm, signing_key_lost, signing_key_register
from accounts.states import (
    KEY_LOSS,
    KEY_REQUEST,
    KeyLossState,
    KeyRequestState,
    KeyState,
    OrganisationState,
    RequestAction,
    Role,
)
from kernel.errors import NotFound, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import record_append
from protocol import bodies, hashing

KIND = "key-request"
MAX_REPORT = 2000


def key_request_body(code: str, spki: str) -> dict[str, str]:
    """What a new key signs to prove that whoever asks holds it."""
    return {"v": "sunlit-key-request/v1", "org": code, "spki": spki}


def signer_key_body(organisation: Organisation, spki: str) -> dict[str, Any]:
    """The ``signer-key`` event the registrar signs (docs/protocol.md 4.2)."""
    return bodies.body("signer-key", org=organisation.code, name=organisation.name, spki=spki)


@transaction.atomic
def key_request_open(
    *,
    organisation_id: UUID,
    spki: str,
    label: str,
    signatures: Sequence[Mapping[str, Any]],
    actor: Actor,
    at: datetime,
    certificates: Sequence[str] = (),
) -> KeyRequest:
    """Ask the registrar to certify a key which its owner has proved to hold.

    ``signatures`` are the key's own over ``key_request_body``. Raises ``RuleBroken``: ``key_algorithm``,
    the signature codes, ``key_certificate``, ``key_taken``.
    """
    organisation = selectors.organisation_for_update(organisation_id)
    require(policies.may_ask_for_key(actor, organisation.pk))
    if organisation.state != OrganisationState.ACCEPTED.value:
        raise StateConflict("organisation_not_accepted", _("The organisation is not accepted."))
    algorithm = key_algorithm(spki)
    signed_by(KIND, key_request_body(organisation.code, spki), signatures, {spki})
    certificates_check(spki, certificates)
    taken = SigningKey.objects.filter(spki=spki).exists()
    try:
        if taken:
            raise IntegrityError  # noqa: TRY301 the same refusal, whichever table knows the key
        with transaction.atomic():
            request = KeyRequest.objects.create(
                organisation=organisation,
                spki=spki,
                algorithm=algorithm,
                certificates=list(certificates),
                label=tidy(label),
                requested_by_id=actor.person,
                requested_at=at,
            )
    except IntegrityError as error:
        raise RuleBroken(
            "key_taken", _("This key is already registered; a key is never taken twice.")
        ) from error
    _record("key-asked-for", request, organisation, actor, at)
    return request


@transaction.atomic
def key_request_certify(
    *,
    request_id: UUID,
    signatures: Sequence[Mapping[str, Any]],
    registrar: Collection[str],
    actor: Actor,
    at: datetime,
) -> KeyRequest:
    """Take the registrar's signature over ``signer_key_body`` and register the key."""
    request: KeyRequest = _locked(KeyRequest, request_id)
    require(policies.may_certify_key(actor))
    request.state = next_state(KEY_REQUEST, RequestAction.CERTIFY, KeyRequestState(request.state)).value
    request.decided_at = at
    request.save(update_fields=["state", "decided_at"])
    signing_key_register(
        body=signer_key_body(request.organisation, request.spki),
        signatures=signatures,
        registrar=registrar,
        certificates=request.certificates,
        label=request.label,
        actor=actor,
        at=at,
    )
    return request


@transaction.atomic
def key_request_refuse(*, request_id: UUID, reason: str, actor: Actor, at: datetime) -> KeyRequest:
    """Refuse to certify a key, with the reason its owner will read."""
    request: KeyRequest = _locked(KeyRequest, request_id)
    require(policies.may_certify_key(actor))
    if not tidy(reason):
        raise RuleBroken("reason", _("Give the reason."))
    request.state = next_state(KEY_REQUEST, RequestAction.REFUSE, KeyRequestState(request.state)).value
    request.decided_at, request.refused_reason = at, tidy(reason)
    request.save(update_fields=["state", "decided_at", "refused_reason"])
    _record("key-refused", request, request.organisation, actor, at)
    return request


@transaction.atomic
def key_loss_report(
    *, organisation_id: UUID, old: str, new: str, report: str, actor: Actor, at: datetime
) -> KeyLoss:
    """Report that key ``old`` is lost and ``new``, another registered key, takes its place (SPKI, hex).

    Nothing changes until registrar and supervisor have signed. The report stays here; the ledger gets its
    hash. Raises ``RuleBroken``: ``reason``, ``key_loss_same``, ``key_loss_reported``.
    """
    organisation = selectors.organisation_for_update(organisation_id)
    require(policies.may_ask_for_key(actor, organisation.pk))
    text = said(report, MAX_REPORT, "report", optional=True)
    if not text:
        raise RuleBroken("reason", _("Give the reason."))
    if old == new:
        raise RuleBroken("key_loss_same", _("A key cannot succeed itself."))
    keys = {key.spki: key for key in selectors.signing_keys_of(organisation.pk)}
    if any(keys.get(spki) is None or keys[spki].state != KeyState.ACTIVE.value for spki in (old, new)):
        raise RuleBroken("key_loss_organisation", _("Both keys must belong to the organisation named."))
    evidence = hashing.sha256(text.encode()).hex()
    body = bodies.body("key-loss", org=organisation.code, old=old, new=new, evidence=evidence)
    try:
        with transaction.atomic():
            loss = KeyLoss.objects.create(
                organisation=organisation,
                old=keys[old],
                new=keys[new],
                report=text,
                body=body,
                reported_by_id=actor.person,
                reported_at=at,
            )
    except IntegrityError as error:
        raise RuleBroken("key_loss_reported", _("The loss of this key has already been reported.")) from error
    _record("key-loss-reported", loss, organisation, actor, at)
    return loss


@transaction.atomic
def key_loss_sign(
    *,
    loss_id: UUID,
    signatures: Sequence[Mapping[str, Any]],
    registrar: Collection[str],
    supervisor: Collection[str],
    actor: Actor,
    at: datetime,
) -> KeyLoss:
    """Take one office's signature over the report's body; with both, the loss goes into the ledger.

    The intake desk brings the registrar's, a supervisor brings the supervisor's.
    """
    loss: KeyLoss = _locked(KeyLoss, loss_id)
    require(policies.may_sign_key_loss(actor, loss.organisation_id))
    next_state(KEY_LOSS, RequestAction.CERTIFY, KeyLossState(loss.state))
    office, keys = ("supervisor", supervisor) if Role.SUPERVISOR in actor.roles else ("registrar", registrar)
    signed_by("key-loss", loss.body, signatures, keys)
    setattr(loss, f"{office}_signatures", list(signatures))
    if loss.registrar_signatures and loss.supervisor_signatures:
        loss.state, loss.decided_at = KeyLossState.ENTERED.value, at
    loss.save(update_fields=[f"{office}_signatures", "state", "decided_at"])
    _record("key-loss-signed", loss, loss.organisation, actor, at)
    if loss.state == KeyLossState.ENTERED.value:
        signing_key_lost(
            body=loss.body,
            signatures=[*loss.registrar_signatures, *loss.supervisor_signatures],
            registrar=registrar,
            supervisor=supervisor,
            actor=actor,
            at=at,
        )
    return loss


@transaction.atomic
def key_loss_refuse(*, loss_id: UUID, reason: str, actor: Actor, at: datetime) -> KeyLoss:
    """Refuse a report, with the reason; the old key stays as it is."""
    loss: KeyLoss = _locked(KeyLoss, loss_id)
    require(policies.may_sign_key_loss(actor, loss.organisation_id))
    if not tidy(reason):
        raise RuleBroken("reason", _("Give the reason."))
    loss.state = next_state(KEY_LOSS, RequestAction.REFUSE, KeyLossState(loss.state)).value
    loss.decided_at, loss.refused_reason = at, tidy(reason)
    loss.save(update_fields=["state", "decided_at", "refused_reason"])
    _record("key-loss-refused", loss, loss.organisation, actor, at)
    return loss


def _locked(model: type[Any], pk: UUID) -> Any:
    row = model.objects.select_for_update(of=("self",)).select_related("organisation").filter(pk=pk).first()
    if row is None:
        raise NotFound("key_request", _("There is no such request."))
    return row


def _record(
    name: str, row: KeyRequest | KeyLoss, organisation: Organisation, actor: Actor, at: datetime
) -> None:
    record_append(
        name=name,
        subject=organisation.code,
        data={"request": row.pk, "state": row.state, "reason": row.refused_reason},
        actor=actor.key,
        at=at,
    )
