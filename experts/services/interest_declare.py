"""An expert says which units he must not judge, and takes it back. Nobody confirms it: it only leaves him out."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules import name_key, tidy
from accounts.rules.uscc import uscc_normalise
from experts.models import InterestDeclaration
from experts.policies import may_declare
from experts.rules.interests import interest_findings
from experts.rules.packs import pool_pack
from experts.services.changes import change_record, expert_locked
from experts.states import ChangeKind, ExpertState
from kernel.errors import Finding, NotFound, RuleBroken, StateConflict
from kernel.policies import require


@transaction.atomic
def interest_declare(
    *,
    expert_id: UUID,
    unit: str,
    code: str,
    relation: str,
    until: date | None,
    actor: Actor,
    at: datetime,
) -> InterestDeclaration:
    """Declare a unit and how it stands to the expert; ``until`` is its last day when it is over.

    A draw whose header is written from now on leaves him out where that unit is the owner or a bidder. RuleBroken names
    every fault at its field, ``interest_exists`` for one declared already.
    """
    expert = expert_locked(expert_id)
    require(may_declare(actor, expert.person_id))
    if expert.state == ExpertState.REMOVED.value:
        raise StateConflict("expert_left", _("This expert has left the pool. The record stays as it is."))
    if findings := interest_findings(unit, code, relation, until, pool_pack()):
        raise RuleBroken("interest", findings[0].message, findings, **findings[0].data)
    try:
        with transaction.atomic():
            made = InterestDeclaration.objects.create(
                expert=expert,
                unit=tidy(unit),
                unit_key=name_key(unit),
                code=uscc_normalise(code),
                relation=relation,
                until=until,
                by_id=actor.person,
                at=at,
            )
    except IntegrityError as error:
        message = _("You have declared this unit already. Take that back first to change it.")
        raise RuleBroken(
            "interest_exists", message, [Finding("interest_exists", message, field="unit")]
        ) from error
    more = {"unit": made.unit_key, "relation": relation, "until": until.isoformat() if until else None}
    change_record(expert, ChangeKind.DECLARED, actor=actor, at=at, more=more)
    return made


@transaction.atomic
def interest_back(*, interest_id: UUID, actor: Actor, at: datetime) -> InterestDeclaration:
    """Take a declaration back. ``StateConflict`` when that was done; ``NotFound`` for none of one's own."""
    found = InterestDeclaration.objects.select_related("expert").filter(pk=interest_id).first()
    if found is None or not may_declare(actor, found.expert.person_id).allowed:
        raise NotFound("interest", _("There is no such declaration."))
    expert = expert_locked(found.expert_id)
    row = InterestDeclaration.objects.select_for_update().get(pk=interest_id)
    if row.taken_back_at is not None:
        raise StateConflict("interest_back", _("This declaration was taken back already."))
    row.taken_back_at = at
    row.save(update_fields=["taken_back_at"])
    more = {"unit": row.unit_key, "relation": row.relation}
    change_record(expert, ChangeKind.UNDECLARED, actor=actor, at=at, more=more)
    return row
