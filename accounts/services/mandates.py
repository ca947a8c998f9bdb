"""Owner and agency (委托代理, 条14): offered and accepted with signatures, ended by either side."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as _

from accounts import policies, selectors
from accounts.actors import Actor
from accounts.models import Mandate, Organisation
from accounts.rules import MandateFacts, mandate_body, mandate_findings, signed_by, tidy
from accounts.rules.mandates import KIND
from accounts.services.notifications import notify
from accounts.states import MANDATE, MandateAction, MandatePower, MandateState, OrganisationKind
from kernel.errors import RuleBroken
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import record_append


@transaction.atomic
def mandate_grant(
    *,
    owner_id: UUID,
    agency_id: UUID,
    tender: str,
    powers: Iterable[MandatePower],
    valid_from: datetime,
    valid_to: datetime,
    fee_basis: str,
    fee_payer: str,
    signatures: Sequence[Mapping[str, Any]],
    actor: Actor,
    at: datetime,
) -> Mandate:
    """Offer a mandate for one tender; ``signatures`` are the owner's over ``mandate_body`` of these facts.

    Raises ``RuleBroken``: ``mandate`` with all findings, ``mandate_exists``, and the signature codes of
    ``rules.signed_by``.
    """
    owner = selectors.organisation_for_update(owner_id)
    require(policies.may_offer_mandate(actor, owner.pk))
    agency = selectors.organisation_get(agency_id)
    facts = MandateFacts(
        owner=owner.code,
        agency=agency.code,
        tender=tidy(tender),
        powers=frozenset(MandatePower(power) for power in powers),
        valid_from=valid_from,
        valid_to=valid_to,
        fee_basis=tidy(fee_basis),
        fee_payer=fee_payer,
    )
    if findings := mandate_findings(facts):
        raise RuleBroken("mandate", _("The mandate cannot be taken as it is."), findings)
    _require_active(owner, OrganisationKind.OWNER)
    _require_active(agency, OrganisationKind.AGENCY)
    body = mandate_body(facts)
    signed_by(KIND, body, signatures, selectors.active_spkis(owner.pk))
    try:
        with transaction.atomic():
            mandate = Mandate.objects.create(
                owner=owner,
                agency=agency,
                tender=facts.tender,
                powers=body["powers"],
                valid_from=valid_from,
                valid_to=valid_to,
                fee_basis=facts.fee_basis,
                fee_payer=fee_payer,
                body=body,
                owner_signatures=list(signatures),
                offered_at=at,
            )
    except IntegrityError as error:
        raise RuleBroken(
            "mandate_exists", _("The owner has already given a mandate for this tender; revoke it first.")
        ) from error
    _record(mandate, "mandate-offered", actor, at)
    notify(
        event="mandate_offered",
        to_organisation=agency.pk,
        data={"owner": owner.name, "tender": mandate.tender},
        at=at,
    )
    return mandate


@transaction.atomic
def mandate_accept(
    *, mandate_id: UUID, signatures: Sequence[Mapping[str, Any]], actor: Actor, at: datetime
) -> Mandate:
    """The agency signs the very body the owner signed; from now on the mandate counts within its term."""
    mandate = selectors.mandate_for_update(mandate_id)
    require(policies.may_accept_mandate(actor, mandate.agency_id))
    _require_active(mandate.agency, OrganisationKind.AGENCY)
    signed_by(KIND, mandate.body, signatures, selectors.active_spkis(mandate.agency_id))
    mandate.state = next_state(MANDATE, MandateAction.ACCEPT, MandateState(mandate.state)).value
    mandate.agency_signatures, mandate.accepted_at = list(signatures), at
    mandate.save(update_fields=["state", "agency_signatures", "accepted_at"])
    _record(mandate, "mandate-accepted", actor, at)
    notify(
        event="mandate_accepted",
        to_organisation=mandate.owner_id,
        data={"agency": mandate.agency.name, "tender": mandate.tender},
        at=at,
    )
    return mandate


@transaction.atomic
def mandate_revoke(*, mandate_id: UUID, reason: str, actor: Actor, at: datetime) -> Mandate:
    """Either side ends a mandate at once; acts done under it stand."""
    mandate = selectors.mandate_for_update(mandate_id)
    require(policies.may_revoke_mandate(actor, mandate.owner_id, mandate.agency_id))
    if not tidy(reason):
        raise RuleBroken("reason", _("Give the reason."))
    mandate.state = next_state(MANDATE, MandateAction.REVOKE, MandateState(mandate.state)).value
    mandate.revoked_at, mandate.revoked_reason = at, tidy(reason)
    mandate.save(update_fields=["state", "revoked_at", "revoked_reason"])
    _record(mandate, "mandate-revoked", actor, at)
    for party in (mandate.owner_id, mandate.agency_id):
        data: dict[str, object] = {"tender": mandate.tender, "reason": mandate.revoked_reason}
        notify(event="mandate_revoked", to_organisation=party, data=data, at=at)
    return mandate


def _require_active(organisation: Organisation, kind: OrganisationKind) -> None:
    if not selectors.organisation_is_active(organisation.pk, kind):
        raise RuleBroken(
            "organisation_not_active",
            _("%(name)s is not an accepted organisation of this kind."),
            name=organisation.name,
        )


def _record(mandate: Mandate, name: str, actor: Actor, at: datetime) -> None:
    record_append(
        name=name,
        subject=mandate.tender,
        data={
            "mandate": mandate.pk,
            "body": mandate.body,
            "owner_signatures": mandate.owner_signatures,
            "agency_signatures": mandate.agency_signatures,
            "reason": mandate.revoked_reason,
        },
        actor=actor.key,
        at=at,
    )
