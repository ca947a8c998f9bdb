"""Days on which an expert cannot come, told by himself beforehand, and taken back."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from experts.models import AwayPeriod
from experts.policies import may_set_away
from experts.services.changes import change_record, expert_locked
from experts.states import ChangeKind, ExpertState
from kernel.errors import Finding, NotFound, RuleBroken, StateConflict
from kernel.policies import require
from trading.rules.counting import local_day

MOST_DAYS = 366


@transaction.atomic
def availability_set(*, expert_id: UUID, first: date, last: date, actor: Actor, at: datetime) -> AwayPeriod:
    """Tell days away, from today on. A draw reads them when its header is written; later ones are a decline."""
    expert = expert_locked(expert_id)
    require(may_set_away(actor, expert.person_id))
    if expert.state == ExpertState.REMOVED.value:
        raise StateConflict("expert_left", _("This expert has left the pool. The record stays as it is."))
    findings = _findings(first, last, local_day(at))
    standing = AwayPeriod.objects.filter(expert=expert, taken_back_at__isnull=True)
    if not findings and standing.filter(first__lte=last, last__gte=first).exists():
        message = _("Some of these days are told already. Take those back first, or choose other days.")
        findings = [Finding("away_twice", message, field="first")]
    if findings:
        raise RuleBroken("away", _("These days cannot be told as they are."), findings)
    made = AwayPeriod.objects.create(expert=expert, first=first, last=last, by_id=actor.person, at=at)
    more = {"first": first.isoformat(), "last": last.isoformat()}
    change_record(expert, ChangeKind.AWAY, actor=actor, at=at, more=more)
    return made


@transaction.atomic
def availability_back(*, away_id: UUID, actor: Actor, at: datetime) -> AwayPeriod:
    """Take days away back. ``StateConflict`` when that was done; ``NotFound`` for none of one's own."""
    found = AwayPeriod.objects.select_related("expert").filter(pk=away_id).first()
    if found is None or not may_set_away(actor, found.expert.person_id).allowed:
        raise NotFound("away", _("There are no such days."))
    expert = expert_locked(found.expert_id)
    row = AwayPeriod.objects.select_for_update().get(pk=away_id)
    if row.taken_back_at is not None:
        raise StateConflict("away_back", _("These days were taken back already."))
    row.taken_back_at = at
    row.save(update_fields=["taken_back_at"])
    more = {"first": row.first.isoformat(), "last": row.last.isoformat()}
    change_record(expert, ChangeKind.BACK, actor=actor, at=at, more=more)
    return row


def _findings(first: date, last: date, today: date) -> list[Finding]:
    if first < today:
        return [Finding("away_past", _("The first day is over. Begin with today."), field="first")]
    if last < first:
        return [Finding("away_days", _("The last day lies before the first."), field="last")]
    if (last - first).days > MOST_DAYS:
        message = _("At most a year at a time. For longer ask the keeper of the pool.")
        return [Finding("away_long", message, field="last")]
    return []
