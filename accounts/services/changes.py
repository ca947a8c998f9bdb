"""主体变更: a bidder tells that it has merged, was divided, became insolvent or changed its name (条38)."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts import policies, selectors
from accounts.actors import Actor
from accounts.models import OrganisationChange
from accounts.rules import tidy
from accounts.rules.notices import BEIJING
from accounts.states import ChangeKind
from kernel.errors import RuleBroken
from kernel.policies import require
from ledger.services import record_append

LONGEST = 4000


@transaction.atomic
def organisation_change_tell(
    *,
    organisation_id: UUID,
    topic: str,
    kind: ChangeKind,
    facts: str,
    new_name: str,
    happened_on: date,
    actor: Actor,
    at: datetime,
) -> OrganisationChange:
    """Take a written notice of a change for one lot (``topic``, its number); told twice is two notices.

    It changes no registered name: that is entered at the intake desk, which sees the licence. Whether the
    firm still qualifies the panel or the owner decides. RuleBroken: ``facts``, ``happened_on``.
    """
    organisation = selectors.organisation_for_update(organisation_id)
    require(policies.may_tell_change(actor, organisation.pk))
    if not tidy(facts) or len(facts) > LONGEST:
        raise RuleBroken("facts", _("Say what has changed, in at most %(most)s characters."), most=LONGEST)
    if happened_on > at.astimezone(BEIJING).date():
        raise RuleBroken("happened_on", _("This day is still to come."))
    change = OrganisationChange.objects.create(
        organisation=organisation,
        topic=topic,
        kind=kind.value,
        facts=facts.strip(),
        name_then=organisation.name,
        new_name=tidy(new_name),
        happened_on=happened_on,
        told_by_id=actor.person,
        told_at=at,
    )
    record_append(
        name="organisation-change-told",
        subject=topic,
        data={
            "organisation": organisation.code,
            "kind": kind.value,
            "facts": change.facts,
            "new_name": change.new_name,
            "happened_on": happened_on,
        },
        actor=actor.key,
        at=at,
    )
    return change
