"""Suspend, resume, renew, end: what moves an expert who is in the pool. Each with its reason, some with a decision."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import SYSTEM, Actor
from accounts.rules import tidy
from experts.models import Expert, ExpertSuspension
from experts.policies import may_change, may_expire
from experts.rules.facts import facts_findings
from experts.rules.packs import pool_pack
from experts.rules.specialties import specialty_tree
from experts.selectors.records import facts_of
from experts.services.changes import change_record, expert_locked, moved, reasoned
from experts.states import ChangeKind, ExpertAction, ExpertState, RemovalGround
from kernel.errors import Finding, RuleBroken
from kernel.policies import require
from trading.rules.counting import local_day


@transaction.atomic
def expert_suspend(
    *,
    expert_id: UUID,
    reason: str,
    decision_no: str,
    actor: Actor,
    at: datetime,
    last: date | None = None,
) -> Expert:
    """Take an expert out of all draws from today, by a decision with a number, until ``last`` or until it is lifted.

    A panel that sits already is not touched by this: a member is replaced by its own rules (条例46, 48).
    """
    expert = expert_locked(expert_id)
    require(may_change(actor, expert.person_id))
    moved(expert, ExpertAction.SUSPEND)
    today, why, number = local_day(at), reasoned(reason), tidy(decision_no)
    if not number:
        message = _("Give the number of the decision.")
        raise RuleBroken("decision_no", message, [Finding("decision_no", message, field="decision_no")])
    if last is not None and last < today:
        message = _("The suspension would be over already.")
        raise RuleBroken("suspension_days", message, [Finding("suspension_days", message, field="last")])
    expert.save(update_fields=["state"])
    ExpertSuspension.objects.create(
        expert=expert, first=today, last=last, reason=why, decision_no=number, by_id=actor.person, at=at
    )
    more = {"decision_no": number, "last": last.isoformat() if last else None}
    change_record(expert, ChangeKind.SUSPEND, actor=actor, at=at, reason=why, more=more)
    return expert


@transaction.atomic
def expert_resume(*, expert_id: UUID, reason: str, actor: Actor, at: datetime) -> Expert:
    """Lift a suspension; the expert waits anew, so that nobody is put back just before a draw."""
    expert = expert_locked(expert_id)
    require(may_change(actor, expert.person_id))
    moved(expert, ExpertAction.RESUME)
    expert.in_pool_since = local_day(at)
    expert.save(update_fields=["state", "in_pool_since"])
    change_record(expert, ChangeKind.RESUME, actor=actor, at=at, reason=reasoned(reason))
    return expert


@transaction.atomic
def expert_renew(*, expert_id: UUID, term_to: date, reason: str, actor: Actor, at: datetime) -> Expert:
    """A new term from today. Who is in the pool goes on; whose term was over is admitted anew by a second person.

    ``RuleBroken`` (``expert``) for a term longer than the pack allows or one that is over.
    """
    expert = expert_locked(expert_id)
    require(may_change(actor, expert.person_id))
    in_pool = expert.state == ExpertState.IN_POOL.value
    action = ExpertAction.EXTEND if in_pool else ExpertAction.RENEW
    moved(expert, action)
    today = local_day(at)
    expert.term_to = term_to
    if not in_pool:
        expert.term_from, expert.examined_by_id = today, actor.person
    begun = replace(facts_of(expert), term_from=today)
    findings = [
        finding
        for finding in facts_findings(begun, pack=pool_pack(), tree=specialty_tree(), today=today)
        if finding.field == "term_to"
    ]
    if findings:
        raise RuleBroken("expert", _("The record cannot be written as it is."), findings)
    expert.save(update_fields=["state", "term_from", "term_to", "examined_by"])
    change_record(expert, ChangeKind(action.value), actor=actor, at=at, reason=reasoned(reason))
    return expert


@transaction.atomic
def expert_remove(
    *, expert_id: UUID, ground: RemovalGround, reason: str, actor: Actor, at: datetime
) -> Expert:
    """Take an expert out for good. The record stays, so that earlier draws can be explained."""
    expert = expert_locked(expert_id)
    require(may_change(actor, expert.person_id))
    moved(expert, ExpertAction.REMOVE)
    expert.save(update_fields=["state"])
    change_record(
        expert,
        ChangeKind.REMOVE,
        actor=actor,
        at=at,
        reason=reasoned(reason),
        ground=RemovalGround(ground).value,
    )
    return expert


@transaction.atomic
def terms_expire(*, actor: Actor = SYSTEM, at: datetime) -> int:
    """End the terms that are over. Called by the clock as often as it likes; returns how many ended."""
    require(may_expire(actor))
    live = [ExpertState.IN_POOL.value, ExpertState.SUSPENDED.value]
    over = Expert.objects.select_for_update().filter(state__in=live, term_to__lt=local_day(at))
    rows = list(over.order_by("pk"))
    for expert in rows:
        moved(expert, ExpertAction.EXPIRE)
        expert.save(update_fields=["state"])
        change_record(expert, ChangeKind.EXPIRE, actor=actor, at=at)
    return len(rows)
