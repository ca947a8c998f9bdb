"""The owner names members of its own (招标人代表), as many as it asked for, before anybody is drawn (法37)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.selectors import memberships_at
from experts.models import Draw, DrawRequest, OwnMember, Panel
from experts.policies.panel import may_name_own
from experts.services.draw_request import request_locked
from experts.states.draw import BEFORE_COMMITS, RequestState
from kernel.errors import Finding, RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import record_append


@transaction.atomic
def own_members_name(
    *, request_id: UUID, persons: Sequence[UUID], actor: Actor, at: datetime
) -> list[OwnMember]:
    """Name them all anew; those named before and not now are taken back. The ledger tells how many, not whom.

    RuleBroken for another number than was asked for, or somebody who is not of the owner; StateConflict once the
    officers are asked to commit: nobody is named with a view to who was drawn. Where nothing is drawn, once the members
    are called in.
    """
    request = request_locked(request_id)
    owner = request.lot.tender.project.owner_id
    require(may_name_own(actor, owner))
    if request.state == RequestState.WITHDRAWN.value or _drawn(request):
        raise StateConflict("named_late", _("Members of your own are named before anybody is drawn."))
    wanted = list(dict.fromkeys(persons))
    if len(wanted) != request.own_members or len(wanted) != len(persons):
        message = _("You asked for %(asked)s members of your own. Name exactly so many.")
        found = [
            Finding("own_members", message, "法37", field="persons", data={"asked": request.own_members})
        ]
        raise RuleBroken("own_members", message, found, asked=request.own_members)
    here = set(
        memberships_at(at).filter(organisation=owner, person__in=wanted).values_list("person", flat=True)
    )
    if set(wanted) - here:
        message = _("Name people who are members of your organisation here.")
        raise RuleBroken("own_stranger", message, [Finding("own_stranger", message, "法37", field="persons")])
    assert actor.person is not None
    entry = record_append(
        name="panel-own-named",
        subject=f"{request.lot.number}/panel",
        data={"members": len(wanted)},
        actor=actor.key,
        at=at,
    )
    standing = OwnMember.objects.filter(request=request, left_at__isnull=True)
    standing.exclude(person__in=wanted).update(left_at=at)
    kept = set(standing.values_list("person_id", flat=True))
    for person in wanted:
        if person not in kept:
            OwnMember.objects.create(
                request=request, person_id=person, by_id=actor.person, at=at, entry=entry
            )
    return list(OwnMember.objects.filter(request=request, left_at__isnull=True))


def _drawn(request: DrawRequest) -> bool:
    if request.named:
        return Panel.objects.filter(lot=request.lot).exists()
    return (
        Draw.objects.filter(lot=request.lot).exclude(state__in=[one.value for one in BEFORE_COMMITS]).exists()
    )
