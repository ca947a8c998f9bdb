"""Write a tender: create it, add lots, hand it to the owner for publication, take it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.states import MandatePower
from kernel.errors import RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import record_append
from trading import policies, selectors
from trading.models import Lot, Override, Tender
from trading.rules import blocking, publish_blockers
from trading.services.takers import supervisor_notify
from trading.states import (
    LOT,
    TENDER,
    LotAction,
    LotState,
    ProjectState,
    TenderAction,
    TenderState,
)

OVERRIDABLE = frozenset(
    {"remedy_stated", "ceiling_stated", "rest_day", "rest_days_unsure", "earliest_hour"}
    | {"boq_readable", "boq_arithmetic", "boq_within_ceiling"}
)


@dataclass(frozen=True)
class TenderFields:
    """What the data sheet says of the whole tender."""

    title: str
    title_en: str = ""
    summary: str = ""
    summary_en: str = ""
    owner_address: str = ""
    place: str = ""
    obtain_documents: str = ""
    contact: str = ""
    subject: str = "works"
    consortium_allowed: bool | None = None
    max_lots_won: int | None = None
    documents_from: datetime | None = None
    documents_until: datetime | None = None
    questions_until: datetime | None = None
    media: Sequence[str] = ()
    note: str = ""
    note_en: str = ""


@dataclass(frozen=True)
class LotFields:
    """What the data sheet says of one lot. Money in yuan, two places."""

    name: str
    name_en: str = ""
    scope: str = ""
    scope_en: str = ""
    estimate: Decimal | None = None
    estimate_public: bool = False
    ceiling: Decimal | None = None
    ceiling_method: str = ""
    floor_price: Decimal | None = None
    fixed_sums: Mapping[str, str] = field(default_factory=dict)
    duration_days: int | None = None
    quality: str = ""
    qualification: str = ""
    manager_class: str = ""
    deposit_amount: Decimal = Decimal(0)
    deposit_forms: Sequence[str] = ()
    deposit_validity_days: int | None = None
    validity_days: int | None = None
    bond_percent: Decimal = Decimal(0)
    method: Mapping[str, Any] = field(default_factory=dict)


def may_draft(tender: Tender, actor: Actor, at: datetime) -> None:
    """``NotPermitted`` unless the actor is of the owner, or of its agency with a mandate to draft."""
    project = tender.project
    charged = selectors.agencies(project, tender.reference, MandatePower.DRAFT, at)
    require(policies.may_draft(actor, project.owner_id, charged))


def require_draft(tender: Tender) -> None:
    """``StateConflict`` once the tender is no longer a draft: saving now and fixing later does not exist."""
    if tender.state != TenderState.DRAFT.value:
        raise StateConflict("tender_not_draft", _("This tender is no longer a draft."), state=tender.state)


@transaction.atomic
def tender_create(
    *,
    project_id: UUID,
    fields: TenderFields,
    actor: Actor,
    at: datetime,
    retender_of: UUID | None = None,
) -> Tender:
    """Begin a tender of an accepted project; ``retender_of`` names the tender it repeats.

    The project's agency may begin it, too: its mandate names the tender, which does not exist yet.
    """
    project = selectors.project_for_update(project_id)
    charged = frozenset({project.agency_id}) if project.agency_id else frozenset()
    require(policies.may_draft(actor, project.owner_id, charged))
    if project.state != ProjectState.ACCEPTED.value:
        raise StateConflict("project_not_accepted", _("The project has not been accepted at intake."))
    tender = Tender(project=project, created_at=at)
    if retender_of is not None:
        tender.retender_of = retender_parent(retender_of, project.pk)
    fill(tender, fields)
    tender.save()
    record_append(
        name="tender-created",
        subject=tender.reference,
        data={"project": str(project.pk)},
        actor=actor.key,
        at=at,
    )
    return tender


def retender_parent(tender_id: UUID, project_id: UUID) -> Tender:
    """The tender to be repeated: of the same project, unsuccessful or terminated as a whole or in one of its lots."""
    parent = selectors.tender_for_update(tender_id)
    ended = {TenderState.UNSUCCESSFUL.value, TenderState.CANCELLED.value}
    of_lots = parent.lots.filter(state__in=[state.value for state in LOT[LotAction.RETENDER].sources])
    if parent.project_id != project_id or not (parent.state in ended or of_lots.exists()):
        raise StateConflict("not_retenderable", _("Only an unsuccessful or terminated tender is repeated."))
    return parent


@transaction.atomic
def tender_amend(*, tender_id: UUID, fields: TenderFields, actor: Actor, at: datetime) -> Tender:
    """Change the data sheet of a draft."""
    tender = selectors.tender_for_update(tender_id)
    may_draft(tender, actor, at)
    require_draft(tender)
    fill(tender, fields)
    tender.save()
    record_append(name="tender-amended", subject=tender.reference, data={}, actor=actor.key, at=at)
    return tender


@transaction.atomic
def lot_add(*, tender_id: UUID, fields: LotFields, actor: Actor, at: datetime) -> Lot:
    """Add a lot to a draft; lots are numbered 1, 2, … within their tender."""
    tender = selectors.tender_for_update(tender_id)
    may_draft(tender, actor, at)
    require_draft(tender)
    last = tender.lots.aggregate(last=Max("no"))["last"] or 0
    lot = Lot(tender=tender, no=last + 1, created_at=at)
    fill(lot, fields)
    lot.save()
    record_append(name="lot-added", subject=f"{tender.reference}/{lot.code}", data={}, actor=actor.key, at=at)
    return lot


@transaction.atomic
def lot_amend(*, lot_id: UUID, fields: LotFields, actor: Actor, at: datetime) -> Lot:
    """Change a lot of a draft."""
    lot = selectors.lot_for_update(lot_id)
    may_draft(lot.tender, actor, at)
    require_draft(lot.tender)
    fill(lot, fields)
    lot.save()
    record_append(
        name="lot-amended", subject=f"{lot.tender.reference}/{lot.code}", data={}, actor=actor.key, at=at
    )
    return lot


@transaction.atomic
def tender_ready(*, tender_id: UUID, actor: Actor, at: datetime) -> Tender:
    """Hand the tender to the owner: nothing blocks its publication, and nothing may change while it is signed."""
    tender = selectors.tender_for_update(tender_id)
    lots = selectors.lots_for_update(tender)
    may_draft(tender, actor, at)
    rules, calendar = selectors.rules_of(tender, at), selectors.calendar()
    facts, methods = selectors.tender_facts(tender, at), selectors.method_rules(tender, at)
    findings = publish_blockers(facts, at, rules=rules, calendar=calendar, methods=methods)
    if blocking(findings):
        raise RuleBroken("tender_not_ready", _("The tender cannot be published yet."), findings)
    tender.state = next_state(TENDER, TenderAction.PREPARE, TenderState(tender.state)).value
    tender.ready_at = at
    tender.save(update_fields=["state", "ready_at"])
    for lot in lots:
        lot.state = next_state(LOT, LotAction.PREPARE, LotState(lot.state)).value
        lot.save(update_fields=["state"])
    record_append(name="tender-ready", subject=tender.reference, data={}, actor=actor.key, at=at)
    return tender


@transaction.atomic
def tender_revise(*, tender_id: UUID, actor: Actor, at: datetime) -> Tender:
    """Take a tender back to draft; what was signed for it no longer fits."""
    tender = selectors.tender_for_update(tender_id)
    lots = selectors.lots_for_update(tender)
    may_draft(tender, actor, at)
    tender.state = next_state(TENDER, TenderAction.REVISE, TenderState(tender.state)).value
    tender.ready_at = None
    tender.save(update_fields=["state", "ready_at"])
    for lot in lots:
        lot.state = next_state(LOT, LotAction.REVISE, LotState(lot.state)).value
        lot.save(update_fields=["state"])
    record_append(name="tender-revised", subject=tender.reference, data={}, actor=actor.key, at=at)
    return tender


@transaction.atomic
def override_record(
    *, tender_id: UUID, rule: str, reason: str, actor: Actor, at: datetime, lot_id: UUID | None = None
) -> Override:
    """Let a rule pass, by name and with a reason; it stands on the supervisor's list from this moment.

    Only rules of which the law or the pack allows it (``OVERRIDABLE``).
    """
    tender = selectors.tender_for_update(tender_id)
    require(policies.may_override(actor, tender.project.owner_id))
    if tender.state not in {TenderState.DRAFT.value, TenderState.READY.value}:
        raise StateConflict("tender_published", _("This tender is already published."))
    if rule not in OVERRIDABLE:
        raise RuleBroken("not_overridable", _("The rule %(rule)s cannot be overridden."), rule=rule)
    if not reason.strip():
        raise RuleBroken("override_reason", _("An override needs a reason."))
    rules = selectors.rules_of(tender, at)
    article = rules.rules[rule].article if rule in rules.rules else ""
    lot = tender.lots.get(pk=lot_id) if lot_id else None
    made = Override.objects.create(
        tender=tender,
        lot=lot,
        rule=rule,
        article=article,
        reason=reason.strip(),
        by=actor.key,
        at=at,
        supervisor_notified_at=at,
    )
    record_append(
        name="rule-overridden",
        subject=tender.reference,
        data={"rule": rule, "lot": lot.code if lot else "", "reason": made.reason},
        actor=actor.key,
        at=at,
    )
    told = {"article": article or rule, "reason": made.reason}
    supervisor_notify(tender=tender, event="rule_overridden", data=told, at=at)
    return made


def fill(row: Tender | Lot, given: TenderFields | LotFields) -> None:
    """Copy the fields into the row; sequences and mappings as plain JSON."""
    for item in fields(given):
        value: Any = getattr(given, item.name)
        if isinstance(value, Mapping):
            value = dict(value)
        elif isinstance(value, Sequence) and not isinstance(value, str):
            value = list(value)
        setattr(row, item.name, value)
