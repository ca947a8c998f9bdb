"""Who belongs to an organisation, in which roles, with which powers, for how long."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts import policies, selectors
from accounts.actors import Actor
from accounts.models import Membership, Person
from accounts.rules import roles_findings, tidy
from accounts.states import OrganisationKind, Power, Role
from kernel.errors import NotFound, RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import record_append

REPLACED = "replaced"


@transaction.atomic
def membership_grant(
    *,
    organisation_id: UUID,
    person_id: UUID,
    roles: Iterable[Role],
    actor: Actor,
    at: datetime,
    powers: Iterable[Power] = (),
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
) -> Membership:
    """Admit a person, or give a member other roles and powers (the old membership ends in the same moment).

    The person is locked, so that two organisations cannot make one person maker and checker at once. Raises
    ``RuleBroken`` (``membership``) with all findings: role not of this kind, two posts, administrator.
    """
    organisation = selectors.organisation_for_update(organisation_id)
    require(policies.may_manage(actor, organisation.pk))
    person = Person.objects.select_for_update().filter(pk=person_id, is_active=True).first()
    if person is None:
        raise NotFound("person", _("There is no such person."))
    given, starts = frozenset(Role(role) for role in roles), valid_from or at
    findings = roles_findings(
        given,
        kinds=frozenset(OrganisationKind(kind) for kind in organisation.kinds),
        held_elsewhere=selectors.roles_held(person.pk, at, other_than=organisation.pk),
    )
    if findings:
        raise RuleBroken("membership", _("These roles cannot be given."), findings)
    if valid_to is not None and valid_to <= starts:
        raise RuleBroken("membership_term", _("The membership ends before it begins."))
    Membership.objects.filter(person=person, organisation=organisation, revoked_at__isnull=True).update(
        revoked_at=at, revoked_reason=REPLACED
    )
    member = Membership.objects.create(
        person=person,
        organisation=organisation,
        roles=sorted(role.value for role in given),
        powers=sorted(Power(power).value for power in powers),
        valid_from=starts,
        valid_to=valid_to,
        granted_at=at,
    )
    _require_manager(organisation.pk, at)
    record_append(
        name="membership-granted",
        subject=organisation.code,
        data={
            "membership": member.pk,
            "person": person.pk,
            "roles": member.roles,
            "powers": member.powers,
            "from": member.valid_from,
            "to": member.valid_to,
        },
        actor=actor.key,
        at=at,
    )
    return member


@transaction.atomic
def membership_revoke(*, membership_id: UUID, reason: str, actor: Actor, at: datetime) -> Membership:
    """End a membership at once. The last member who may manage the others cannot be removed."""
    found = Membership.objects.filter(pk=membership_id).first()
    if found is None:
        raise NotFound("membership", _("There is no such membership."))
    organisation = selectors.organisation_for_update(found.organisation_id)
    require(policies.may_manage(actor, organisation.pk))
    member = Membership.objects.select_for_update().get(pk=membership_id)
    if member.revoked_at is not None:
        raise StateConflict("membership_ended", _("This membership has already ended."))
    if not tidy(reason):
        raise RuleBroken("reason", _("Give the reason."))
    member.revoked_at, member.revoked_reason = at, tidy(reason)
    member.save(update_fields=["revoked_at", "revoked_reason"])
    _require_manager(organisation.pk, at)
    record_append(
        name="membership-revoked",
        subject=organisation.code,
        data={"membership": member.pk, "person": member.person_id, "reason": member.revoked_reason},
        actor=actor.key,
        at=at,
    )
    return member


def _require_manager(organisation_id: UUID, at: datetime) -> None:
    if not selectors.members_told(organisation_id, {Power.MEMBERS}, at):
        raise RuleBroken("membership_last", _("Somebody must remain who admits and removes members."))
