"""Examine whether the conditions are met, and admit: two people, so that nobody fills the pool alone."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from experts.models import Expert, PoolImport
from experts.policies import may_admit, may_change
from experts.rules.eligibility import eligibility_findings
from experts.rules.packs import pool_pack
from experts.selectors.records import facts_of
from experts.services.changes import change_record, expert_locked, moved, reasoned
from experts.states import ChangeKind, ExpertAction, ExpertState
from kernel.errors import NotFound, RuleBroken, StateConflict
from kernel.policies import require
from trading.rules.counting import local_day


@transaction.atomic
def expert_examine(*, expert_id: UUID, actor: Actor, at: datetime, reason: str = "") -> Expert:
    """Find the conditions met (法37): eight years, senior title or the same level, by the rule pack.

    ``RuleBroken`` (``not_eligible``) names every condition that is not met with its article. ``reason`` says on what
    papers; for a level without the title it is needed.
    """
    expert = expert_locked(expert_id)
    require(may_change(actor, expert.person_id))
    moved(expert, ExpertAction.EXAMINE)
    facts, pack = facts_of(expert), pool_pack()
    findings = eligibility_findings(facts, pack=pack, today=local_day(at))
    if any(finding.blocks for finding in findings):
        raise RuleBroken("not_eligible", _("The conditions of the pool are not met."), findings)
    why = reasoned(reason) if facts.title_grade != "senior" else reason.strip()
    expert.examined_by_id = actor.person
    expert.save(update_fields=["state", "examined_by"])
    more = {"pack": f"{pack.id} {pack.version}"}
    change_record(expert, ChangeKind.EXAMINE, actor=actor, at=at, reason=why, more=more)
    return expert


@transaction.atomic
def expert_admit(*, expert_id: UUID, admit: bool, actor: Actor, at: datetime, reason: str = "") -> Expert:
    """Admit whom somebody else examined, or return the record with a reason; the waiting period begins now.

    ``NotPermitted`` for whoever examined it; ``RuleBroken`` (``not_eligible``) when the conditions no longer hold.
    """
    expert = expert_locked(expert_id)
    require(may_admit(actor, expert.person_id, expert.examined_by_id))
    if not admit:
        moved(expert, ExpertAction.RETURN)
        expert.examined_by = None
        expert.save(update_fields=["state", "examined_by"])
        change_record(expert, ChangeKind.RETURN, actor=actor, at=at, reason=reasoned(reason))
        return expert
    _enter(expert, actor, at, reason)
    return expert


@transaction.atomic
def expert_leave_outside(*, expert_id: UUID, actor: Actor, at: datetime, reason: str) -> Expert:
    """Leave outside the pool whom somebody else examined: an owner may name him once, where nothing is drawn (条例47).

    He is in no epoch and is never drawn; examined anew he can be admitted. ``NotPermitted`` for whoever examined it,
    ``RuleBroken`` (``not_eligible``) when the conditions of the law no longer hold, or without a reason.
    """
    expert = expert_locked(expert_id)
    require(may_admit(actor, expert.person_id, expert.examined_by_id))
    moved(expert, ExpertAction.LEAVE_OUTSIDE)
    _eligible(expert, at)
    expert.save(update_fields=["state"])
    change_record(expert, ChangeKind.LEAVE_OUTSIDE, actor=actor, at=at, reason=reasoned(reason))
    return expert


@transaction.atomic
def import_admit(*, import_id: UUID, actor: Actor, at: datetime) -> int:
    """Admit everybody of an import who is still examined; a second person, as for one. Returns how many.

    ``StateConflict`` when nobody of it is left to admit.
    """
    found = PoolImport.objects.select_for_update().filter(pk=import_id).first()
    if found is None:
        raise NotFound("import", _("There is no such import."))
    require(may_admit(actor, None, found.by_id))
    waiting = Expert.objects.select_for_update().filter(source=found, state=ExpertState.EXAMINED.value)
    rows = list(waiting.order_by("pk"))
    if not rows:
        raise StateConflict("import_admitted", _("Nobody of this import waits to be admitted."))
    for expert in rows:
        require(may_admit(actor, expert.person_id, expert.examined_by_id))
        _enter(expert, actor, at, "")
    return len(rows)


def _enter(expert: Expert, actor: Actor, at: datetime, reason: str) -> None:
    """Into the pool; the expert's row is one whose row the caller has locked."""
    moved(expert, ExpertAction.ADMIT)
    _eligible(expert, at)
    expert.in_pool_since = local_day(at)
    expert.save(update_fields=["state", "in_pool_since"])
    change_record(expert, ChangeKind.ADMIT, actor=actor, at=at, reason=reason.strip())


def _eligible(expert: Expert, at: datetime) -> None:
    findings = eligibility_findings(facts_of(expert), pack=pool_pack(), today=local_day(at))
    if any(finding.blocks for finding in findings):
        raise RuleBroken("not_eligible", _("The conditions of the pool are not met."), findings)
