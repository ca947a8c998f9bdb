"""Inviting people by e-mail: whoever logs in with the address and holds the link may join."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as _

from accounts import policies, selectors
from accounts.actors import Actor
from accounts.models import Invitation, Membership, Person
from accounts.rules import roles_findings
from accounts.services.memberships import membership_grant
from accounts.states import (
    INVITATION,
    InvitationAction,
    InvitationState,
    OrganisationKind,
    Power,
    Role,
)
from kernel.errors import NotFound, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import record_append
from protocol import hashing

VALID = timedelta(days=7)


@transaction.atomic
def invitation_send(
    *,
    organisation_id: UUID,
    email: str,
    roles: Iterable[Role],
    powers: Iterable[Power],
    token: str,
    actor: Actor,
    at: datetime,
) -> Invitation:
    """Ask an address to join, for 7 days. ``token`` is fresh randomness which only the link will hold.

    Says nothing about whether somebody already logs in with the address. Raises ``RuleBroken``:
    ``membership`` with the findings on the roles, ``invitation_exists``.
    """
    organisation = selectors.organisation_for_update(organisation_id)
    require(policies.may_manage(actor, organisation.pk))
    assert actor.person is not None
    given = frozenset(Role(role) for role in roles)
    kinds = frozenset(OrganisationKind(kind) for kind in organisation.kinds)
    if findings := roles_findings(given, kinds=kinds):
        raise RuleBroken("membership", _("These roles cannot be given."), findings)
    expired = organisation.invitations.filter(state=InvitationState.SENT.value, expires_at__lte=at)
    expired.update(state=InvitationState.WITHDRAWN.value, ended_at=at)
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                organisation=organisation,
                email=email.strip().lower(),
                roles=sorted(role.value for role in given),
                powers=sorted(Power(power).value for power in powers),
                token_hash=token_hash(token),
                invited_by_id=actor.person,
                sent_at=at,
                expires_at=at + VALID,
            )
    except IntegrityError as error:
        raise RuleBroken(
            "invitation_exists", _("This address has already been invited; take the first invitation back.")
        ) from error
    _record("invitation-sent", invitation, actor, at)
    return invitation


@transaction.atomic
def invitation_accept(*, token: str, actor: Actor, at: datetime) -> Membership:
    """Join the organisation which sent the link. The inviter must still be allowed to admit members.

    Raises ``NotFound`` for a token nobody sent, ``StateConflict`` for one used, taken back or too old,
    ``NotPermitted`` when it was sent to another address.
    """
    invitation = Invitation.objects.select_for_update().filter(token_hash=token_hash(token)).first()
    if invitation is None:
        raise NotFound("invitation", _("There is no such invitation."))
    person = Person.objects.filter(pk=actor.person).first() if actor.person else None
    require(policies.may_accept_invitation(actor, meant=bool(person and person.email == invitation.email)))
    assert person is not None
    if invitation.expires_at <= at:
        raise StateConflict("invitation_expired", _("The invitation has expired; ask for a new one."))
    invitation.state = next_state(
        INVITATION, InvitationAction.ACCEPT, InvitationState(invitation.state)
    ).value
    invitation.membership = membership_grant(
        organisation_id=invitation.organisation_id,
        person_id=person.pk,
        roles=[Role(role) for role in invitation.roles],
        powers=[Power(power) for power in invitation.powers],
        actor=selectors.actor_of(invitation.invited_by_id, invitation.organisation_id, at),
        at=at,
    )
    invitation.ended_at = at
    invitation.save(update_fields=["state", "membership", "ended_at"])
    _record("invitation-accepted", invitation, actor, at)
    return invitation.membership


@transaction.atomic
def invitation_withdraw(*, invitation_id: UUID, actor: Actor, at: datetime) -> Invitation:
    """Take an invitation back; the link leads nowhere from now on."""
    invitation = Invitation.objects.select_for_update().filter(pk=invitation_id).first()
    if invitation is None:
        raise NotFound("invitation", _("There is no such invitation."))
    require(policies.may_manage(actor, invitation.organisation_id))
    invitation.state = next_state(
        INVITATION, InvitationAction.WITHDRAW, InvitationState(invitation.state)
    ).value
    invitation.ended_at = at
    invitation.save(update_fields=["state", "ended_at"])
    _record("invitation-withdrawn", invitation, actor, at)
    return invitation


def token_hash(token: str) -> str:
    """What is kept of a link's token: SHA-256, hex."""
    return hashing.sha256(token.encode()).hex()


def _record(name: str, invitation: Invitation, actor: Actor, at: datetime) -> None:
    record_append(
        name=name,
        subject=invitation.organisation.code,
        data={
            "invitation": invitation.pk,
            "roles": invitation.roles,
            "powers": invitation.powers,
            "membership": invitation.membership_id,
        },
        actor=actor.key,
        at=at,
    )
