"""澄清修改 (法23, 条21): drafted, submitted to the owner, published with signed policies or signed events.

A change that may affect bids makes a new policy T, and bids must be sealed again; another change is logged
as an ``addendum`` event under the same T. The rule pack says how long before the deadline each may come.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from kernel.errors import Finding, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import event_append, record_append
from protocol import canonical, hashing
from trading import policies as may
from trading import selectors
from trading.models import Addendum, Lot, OpeningSetup, Tender
from trading.rules import Times, addendum_findings, blocking, notices
from trading.rules.numbers import addendum_number
from trading.services.notice_publish import notice_publish
from trading.services.opening_setup import times_fields
from trading.services.policy_body import addendum_body, lot_policy_body
from trading.services.questions import clean_text, require_live
from trading.services.signing import SignedObject, require_signed
from trading.services.takers import supervisor_notify, takers_notify
from trading.services.tender_draft import may_draft
from trading.services.tender_publish import policy_log
from trading.states import ADDENDUM, TAKES_BIDS, AddendumAction, AddendumState, LotState

CHANGEABLE = frozenset(
    {"name", "name_en", "scope", "scope_en", "ceiling", "ceiling_method", "duration_days", "quality"}
    | {"qualification", "manager_class", "validity_days", "method", "fixed_sums"}
)
MONEY = frozenset({"ceiling"})


@dataclass(frozen=True)
class LotChange:
    """New values of one lot: fields of ``CHANGEABLE``, and its times if the deadline moves."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    times: Times | None = None


@transaction.atomic
def addendum_draft(
    *,
    tender_id: UUID,
    changes: Sequence[Mapping[str, str]],
    affects: bool,
    reason: str,
    actor: Actor,
    at: datetime,
    lots: Mapping[UUID, LotChange] | None = None,
) -> Addendum:
    """Draft an addendum: ``changes`` as people read them (``where, before, after``), ``lots`` as data.

    A change of lot data always affects bids. Files are added with ``document_add(addendum_id=…)``.
    """
    tender = selectors.tender_for_update(tender_id)
    may_draft(tender, actor, at)
    require_live(tender)
    rows = [{name: clean_text(row[name], name) for name in ("where", "before", "after")} for row in changes]
    if not rows:
        raise RuleBroken("addendum_empty", _("An addendum says what changes."))
    plan = {tender.lots.get(pk=pk).code: plan_of(change) for pk, change in (lots or {}).items()}
    if plan and not affects:
        raise RuleBroken("addendum_affects", _("A change of a lot's data affects the preparation of bids."))
    addendum = Addendum.objects.create(
        tender=tender,
        changes=rows,
        plan=plan,
        affects=affects,
        reason=clean_text(reason, "reason"),
        drafted_by=actor.key,
        drafted_at=at,
    )
    record_append(
        name="addendum-drafted", subject=tender.number, data={"changes": rows}, actor=actor.key, at=at
    )
    return addendum


def plan_of(change: LotChange) -> dict[str, Any]:
    """A lot's change as JSON; ``RuleBroken`` for a field that cannot change by addendum."""
    if odd := set(change.fields) - CHANGEABLE:
        raise RuleBroken("addendum_field", _("%(name)s cannot change by an addendum."), name=min(odd))
    fields = {
        name: str(value) if isinstance(value, Decimal) else value for name, value in change.fields.items()
    }
    times = change.times
    return {
        "fields": fields,
        "times": None
        if times is None
        else {
            "close_at": times.close_at.isoformat(),
            "open_at": [moment.isoformat() for moment in times.open_at],
            "factor_until": times.factor_until.isoformat() if times.factor_until else None,
            "check_until": times.check_until.isoformat(),
            "release_until": times.release_until.isoformat(),
        },
    }


@transaction.atomic
def addendum_submit(*, addendum_id: UUID, actor: Actor, at: datetime) -> Addendum:
    """Hand the draft to the owner; from here its text and files stand."""
    addendum = selectors.addendum_for_update(addendum_id)
    tender = selectors.tender_for_update(addendum.tender_id)
    may_draft(tender, actor, at)
    addendum.state = next_state(ADDENDUM, AddendumAction.SUBMIT, AddendumState(addendum.state)).value
    addendum.save(update_fields=["state"])
    record_append(name="addendum-submitted", subject=tender.number, data={}, actor=actor.key, at=at)
    return addendum


@transaction.atomic
def addendum_revise(*, addendum_id: UUID, actor: Actor, at: datetime) -> Addendum:
    """Take a submitted addendum back to draft."""
    addendum = selectors.addendum_for_update(addendum_id)
    tender = selectors.tender_for_update(addendum.tender_id)
    may_draft(tender, actor, at)
    addendum.state = next_state(ADDENDUM, AddendumAction.REVISE, AddendumState(addendum.state)).value
    addendum.save(update_fields=["state"])
    record_append(name="addendum-revised", subject=tender.number, data={}, actor=actor.key, at=at)
    return addendum


def planned(lot: Lot, addendum: Addendum) -> OpeningSetup:
    """Put the addendum's new values into ``lot`` (not saved) and return its set-up with the times to be.

    Without new times, those in force are taken: a postponement so far becomes part of the new policy.
    """
    plan = addendum.plan.get(lot.code, {})
    for name, value in plan.get("fields", {}).items():
        setattr(lot, name, Decimal(value) if name in MONEY and value is not None else value)
    setup = lot.opening
    times = read_times(plan.get("times")) or selectors.times_in_force(lot)
    names = [row["name"] for row in setup.envelopes]
    for name, value in times_fields(times, names).items():
        setattr(setup, name, value)
    return setup


def read_times(data: Mapping[str, Any] | None) -> Times | None:
    """The times of a plan."""
    if data is None:
        return None
    factor = data["factor_until"]
    return Times(
        close_at=datetime.fromisoformat(data["close_at"]),
        open_at=tuple(datetime.fromisoformat(moment) for moment in data["open_at"]),
        factor_until=datetime.fromisoformat(factor) if factor else None,
        check_until=datetime.fromisoformat(data["check_until"]),
        release_until=datetime.fromisoformat(data["release_until"]),
    )


def lots_touched(addendum: Addendum) -> list[Lot]:
    """The lots whose bids the addendum concerns: those in its plan or with own files; else every lot taking bids."""
    rows = addendum.tender.lots.select_related("tender__project", "opening").order_by("no")
    lots = [lot for lot in rows if LotState(lot.state) in TAKES_BIDS]
    own = set(addendum.documents.exclude(lot=None).values_list("lot", flat=True))
    shared = addendum.documents.filter(lot=None).exists()
    if shared or not (addendum.plan or own):
        return lots
    return [lot for lot in lots if lot.code in addendum.plan or lot.pk in own]


def addendum_bodies(addendum: Addendum) -> dict[UUID, tuple[str, dict[str, Any]]]:
    """What the owner must sign, per lot: ``("policy", body)`` or ``("addendum", body)``."""
    found: dict[UUID, tuple[str, dict[str, Any]]] = {}
    for lot in lots_touched(addendum):
        if addendum.affects:
            setup = planned(lot, addendum)
            found[lot.pk] = ("policy", lot_policy_body(lot, setup=setup, addendum=addendum))
        else:
            found[lot.pk] = ("addendum", addendum_body(lot, hashes_of(addendum), note_text(addendum)))
    return found


def hashes_of(addendum: Addendum) -> list[str]:
    """What an ``addendum`` event binds: the addendum's own text as canonical JSON, then its files by name."""
    text = canonical.encode({"changes": addendum.changes, "reason": addendum.reason})
    return [hashing.sha256(text).hex(), *(row.sha256 for row in addendum.documents.order_by("name"))]


def note_text(addendum: Addendum) -> str:
    """The note of an ``addendum`` event: its changes in one text, cut to the protocol's length."""
    lines = [f"{row['where']}: {row['before']} → {row['after']}" for row in addendum.changes]
    return "\n".join([*lines, addendum.reason])[:2000]


@transaction.atomic
def addendum_publish(
    *, addendum_id: UUID, signed: Mapping[UUID, SignedObject], actor: Actor, at: datetime
) -> Addendum:
    """Publish an addendum. ``signed`` holds, per lot of ``addendum_bodies``, what the owner signed.

    If it affects bids, fifteen full days must lie before every deadline concerned, or the deadline must move.
    If it is said not to and comes later than that, it goes to the supervisor's list at once.
    """
    tender = selectors.tender_for_update(selectors.addendum_for_update(addendum_id).tender_id)
    locked = {lot.pk: lot for lot in selectors.lots_for_update(tender)}
    addendum = selectors.addendum_for_update(addendum_id)
    addendum.tender = tender
    require(may.may_publish(actor, tender.project.owner_id))
    require_live(tender)
    next_state(ADDENDUM, AddendumAction.PUBLISH, AddendumState(addendum.state))
    required = addendum_bodies(addendum)
    if not required or set(signed) != set(required):
        raise RuleBroken(
            "signatures_incomplete", _("Each lot concerned needs its signed object, and no other.")
        )
    findings = lead_findings(addendum, [locked[pk] for pk in required], at)
    if blocking(findings):
        raise RuleBroken("addendum_not_ready", _("The addendum cannot be published like this."), findings)
    addendum.state = AddendumState.PUBLISHED.value
    addendum.number = addendum_number(tender.number, count_published(tender) + 1)
    addendum.published_at, addendum.late_notice = at, bool(findings)
    addendum.save()
    files_put_in_force(addendum, at)
    for pk, (kind, body) in required.items():
        put_in_force(locked[pk], addendum, kind, body, signed[pk], at)
    record_append(
        name="addendum-published",
        subject=addendum.number,
        data={"affects": addendum.affects, "reason": addendum.reason, "late": addendum.late_notice},
        actor=actor.key,
        at=at,
    )
    announce(tender, addendum, actor, at)
    return addendum


def lead_findings(addendum: Addendum, lots: Sequence[Lot], at: datetime) -> list[Finding]:
    """The rule of fifteen days, asked for every lot concerned."""
    rules = selectors.rules_of(addendum.tender, at)
    findings = []
    for lot in lots:
        close_at = selectors.times_in_force(lot).close_at
        new_times = read_times(addendum.plan.get(lot.code, {}).get("times"))
        if new_times is not None and new_times.close_at < close_at:
            message = _("The deadline can only move later.")
            article = rules["addendum_lead"].article
            findings.append(Finding("deadline_earlier", message, article, True, f"lots[{lot.code}].close_at"))
        method = addendum.plan.get(lot.code, {}).get("fields", {}).get("method")
        findings += selectors.method_findings(lot, at, method) if method is not None else ()
        findings += addendum_findings(
            at=at,
            close_at=close_at,
            new_close_at=new_times.close_at if new_times else close_at,
            affects=addendum.affects,
            reason=addendum.reason,
            rules=rules,
        )
    return findings


def addendum_findings_at(addendum: Addendum, at: datetime) -> list[Finding]:
    """What would forbid, or put on the supervisor's list, this addendum if it were published at ``at``."""
    return lead_findings(addendum, lots_touched(addendum), at)


def count_published(tender: Tender) -> int:
    """How many addenda of the tender are published."""
    return tender.addenda.filter(state=AddendumState.PUBLISHED.value).count()


def files_put_in_force(addendum: Addendum, at: datetime) -> None:
    """The addendum's files replace those of the same name."""
    names = list(addendum.documents.values_list("name", flat=True))
    addendum.tender.documents.filter(name__in=names, withdrawn_at__isnull=True).exclude(
        addendum=addendum
    ).update(withdrawn_at=at)
    addendum.documents.update(published_at=at)


def put_in_force(
    lot: Lot, addendum: Addendum, kind: str, body: Mapping[str, Any], signed: SignedObject, at: datetime
) -> None:
    """Log the owner's signed object for one lot: a new policy, or the addendum event."""
    if kind == "policy":
        setup = planned(lot, addendum)
        setup.save()
        if lot_policy_body(lot, setup=setup) != body:
            raise StateConflict("addendum_changed", _("The tender changed while the addendum was signed."))
        policy_log(lot=lot, signed=signed, body=body, at=at)
        return
    require_signed("addendum", signed, body=body, by=[lot.tender.project.owner_id])
    event_append(kind="addendum", body=body, signatures=signed["signatures"], chain=lot.chain, at=at)


def announce(tender: Tender, addendum: Addendum, actor: Actor, at: datetime) -> None:
    """Notice and message to every taker, in the same words for all."""
    close_at = selectors.first_close(tender)
    assert close_at is not None
    words = notices.addendum_notice(
        number=addendum.number,
        changes=addendum.changes,
        affects=addendum.affects,
        reason=addendum.reason,
        close_at=close_at,
    )
    notice_publish(tender=tender, kind="addendum", content=words, actor=actor, at=at)
    data = {"deadline_at": close_at, "affects": addendum.affects}
    takers_notify(tender=tender, event="addendum_published", data=data, at=at)
    if addendum.late_notice:
        told = {"number": addendum.number, "reason": addendum.reason, "deadline_at": close_at}
        supervisor_notify(tender=tender, event="addendum_late", data=told, at=at)
