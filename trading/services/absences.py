"""Officers say when they are away, so that nobody postpones an opening to a day on which too few can come."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from kernel.errors import Finding, NotFound, NotPermitted, RuleBroken
from kernel.policies import require
from ledger.services import record_append
from trading import policies
from trading.models import Absence
from trading.rules.counting import local_day

MAX_DAYS = 366


@transaction.atomic
def absence_record(*, from_day: date, until_day: date, actor: Actor, at: datetime) -> Absence:
    """Say on which days one is away, as an officer and in person; ``RuleBroken`` for days past or in disorder."""
    if actor.person is None:
        raise NotPermitted("not_permitted", _("Log in first."))
    require(policies.may_hold_seat(actor, actor.person))
    if until_day < from_day or until_day < local_day(at) or (until_day - from_day).days > MAX_DAYS:
        message = _("The last day is not before the first, not past, and within a year.")
        raise RuleBroken("absence_days", message, [Finding("absence_days", message, field="until_day")])
    made = Absence.objects.create(person_id=actor.person, from_day=from_day, until_day=until_day, at=at)
    record_append(name="absence-recorded", subject=str(actor.person), data={}, actor=actor.key, at=at)
    return made


@transaction.atomic
def absence_remove(*, absence_id: UUID, actor: Actor, at: datetime) -> None:
    """Take back one's own absence; ``NotFound`` for anybody else's."""
    found = Absence.objects.select_for_update(of=("self",)).filter(pk=absence_id, person=actor.person).first()
    if found is None:
        raise NotFound("not_own", _("There is no such thing, or none you may know of."))
    found.delete()
    record_append(name="absence-removed", subject=str(actor.person), data={}, actor=actor.key, at=at)
