"""暂停与恢复: by an unanswered objection, an order, a fault; bidders' windows never shorten."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from kernel.errors import Finding, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import record_append
from trading import policies, selectors
from trading.models import Lot, Objection, Suspension, Tender
from trading.rules import moment_text, notices, resume_floor
from trading.services.notice_publish import notice_publish
from trading.services.takers import takers_notify
from trading.states import LOT, TENDER, LotAction, LotState, TenderAction, TenderState


@transaction.atomic
def tender_suspend(
    *, tender_id: UUID, ground: str, text: str, actor: Actor, at: datetime, article: str = ""
) -> Tender:
    """Suspend a tender: ``order`` (by its supervisor), ``fault`` or ``owner``. Sealing and withdrawing stay open."""
    tender = selectors.tender_for_update(tender_id)
    lots = selectors.lots_for_update(tender)
    project = tender.project
    require(policies.may_suspend(actor, project.owner_id, project.supervisor_id))
    if ground not in {"order", "fault", "owner"} or not text.strip():
        raise RuleBroken("suspension_ground", _("A suspension needs a ground and its text."))
    if ground == "order":
        require(policies.may_lift(actor, project.owner_id, project.supervisor_id, ground))
    suspension_begin(tender=tender, lots=lots, ground=ground, text=text, article=article, actor=actor, at=at)
    return tender


def suspension_begin(
    *,
    tender: Tender,
    lots: Sequence[Lot],
    ground: str,
    text: str,
    article: str,
    actor: Actor,
    at: datetime,
    objection: Objection | None = None,
) -> Suspension:
    """Write the suspension and stop tender and lots, unless they are stopped already. Rows are locked."""
    if tender.state != TenderState.SUSPENDED.value:
        tender.state = next_state(TENDER, TenderAction.SUSPEND, TenderState(tender.state)).value
        tender.suspended_at = at
        tender.save(update_fields=["state", "suspended_at"])
    deadlines = {}
    for lot in lots:
        if lot.state == LotState.OPEN.value:
            lot.state = next_state(LOT, LotAction.SUSPEND, LotState(lot.state)).value
            lot.suspended_at = at
            lot.save(update_fields=["state", "suspended_at"])
        deadlines[lot.code] = selectors.times_in_force(lot).close_at.isoformat()
    made = Suspension.objects.create(
        tender=tender,
        objection=objection,
        ground=ground,
        text=text,
        article=article,
        deadlines=deadlines,
        by=actor.key,
        since=at,
    )
    record_append(
        name="tender-suspended",
        subject=tender.number,
        data={"ground": ground, "article": article, "deadlines": deadlines},
        actor=actor.key,
        at=at,
    )
    words = notices.suspension_notice(ground=ground, text=text, article=article, since=at)
    notice_publish(tender=tender, kind="suspension", content=words, actor=actor, at=at)
    takers_notify(
        tender=tender, event="tender_suspended", data={"reason": text or ground, "article": article}, at=at
    )
    return made


@transaction.atomic
def tender_resume(*, tender_id: UUID, actor: Actor, at: datetime) -> Tender:
    """Lift what the actor may lift and go on; unanswered objections and others' orders keep it stopped.

    ``RuleBroken`` (``deadline_too_early``) when a lot's deadline would take time from bidders: postpone first.
    """
    tender = selectors.tender_for_update(tender_id)
    lots = selectors.lots_for_update(tender)
    project = tender.project
    next_state(TENDER, TenderAction.RESUME, TenderState(tender.state))
    for suspension in selectors.suspensions_open(tender):
        if suspension.ground == "objection":
            raise StateConflict("objection_open", _("An objection is not answered yet."))
        require(policies.may_lift(actor, project.owner_id, project.supervisor_id, suspension.ground))
        suspension.lifted_at = at
        suspension.save(update_fields=["lifted_at"])
        record_append(
            name="suspension-lifted",
            subject=tender.number,
            data={"ground": suspension.ground},
            actor=actor.key,
            at=at,
        )
    findings = resume_findings(tender, lots, at)
    if findings:
        raise RuleBroken(
            "deadline_too_early", _("The deadline must be moved before the tender goes on."), findings
        )
    resume(tender=tender, lots=lots, actor=actor, at=at)
    return tender


def resume_findings(tender: Tender, lots: Sequence[Lot], at: datetime) -> list[Finding]:
    """For each lot whose deadline in force is earlier than the suspensions allow: the earliest one."""
    rules = selectors.rules_of(tender, at)
    findings = []
    spells = list(tender.suspensions.filter(since__gte=tender.suspended_at))
    for lot in lots:
        if lot.state != LotState.SUSPENDED.value:
            continue
        floors = [
            resume_floor(
                close_at=datetime.fromisoformat(spell.deadlines[lot.code]),
                suspended_at=spell.since,
                lifted_at=spell.lifted_at or at,
                rules=rules,
            )
            for spell in spells
            if lot.code in spell.deadlines
        ]
        floor = max(floors, default=at)
        if selectors.times_in_force(lot).close_at < max(floor, at):
            message = _("Lot %(lot)s: the deadline must be %(earliest)s or later.")
            data = {"lot": lot.code, "earliest": moment_text(max(floor, at))}
            article = rules["suspension_gives_back"].article
            findings.append(Finding("deadline_too_early", message, article, True, f"lots[{lot.code}]", data))
    return findings


def resume_when_possible(*, tender: Tender, lots: Sequence[Lot], actor: Actor, at: datetime) -> bool:
    """Go on if nothing holds the tender any more and every deadline is late enough; else stay stopped."""
    if tender.state != TenderState.SUSPENDED.value or selectors.suspensions_open(tender).exists():
        return False
    if resume_findings(tender, lots, at):
        return False
    resume(tender=tender, lots=lots, actor=actor, at=at)
    return True


def resume(*, tender: Tender, lots: Sequence[Lot], actor: Actor, at: datetime) -> None:
    """Set tender and lots going, with notice and message. Rows are locked and the deadlines checked."""
    last = tender.suspensions.order_by("lifted_at").last()
    tender.state = next_state(TENDER, TenderAction.RESUME, TenderState(tender.state)).value
    tender.suspended_at = None
    tender.save(update_fields=["state", "suspended_at"])
    deadlines = {}
    for lot in lots:
        if lot.state == LotState.SUSPENDED.value:
            lot.state = next_state(LOT, LotAction.RESUME, LotState(lot.state)).value
            lot.suspended_at = None
            lot.save(update_fields=["state", "suspended_at"])
            deadlines[lot.code] = selectors.times_in_force(lot).close_at
    record_append(
        name="tender-resumed", subject=tender.number, data={"deadlines": deadlines}, actor=actor.key, at=at
    )
    ground = last.ground if last else "owner"
    words = notices.resumption_notice(ground=ground, lifted_at=at, deadlines=deadlines)
    notice_publish(tender=tender, kind="resumption", content=words, actor=actor, at=at)
    if deadlines:
        takers_notify(
            tender=tender, event="tender_resumed", data={"deadline_at": min(deadlines.values())}, at=at
        )
