"""发布: number the tender, log the owner's signed policies, publish the notice. One transaction, or nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from kernel.errors import RuleBroken
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import event_append, record_append
from trading import selectors
from trading.models import Lot, LotPolicy, NumberSeries, Tender
from trading.policies import may_publish
from trading.rules import blocking, notices, objection_until, publish_blockers
from trading.rules.counting import CHINA
from trading.rules.numbers import tender_number
from trading.services.notice_publish import notice_publish
from trading.services.policy_body import lot_policy_body
from trading.services.signing import SignedObject, require_signed
from trading.states import LOT, TENDER, LotAction, LotState, TenderAction, TenderState


@transaction.atomic
def tender_publish(
    *, tender_id: UUID, policies: Mapping[UUID, SignedObject], actor: Actor, at: datetime
) -> Tender:
    """Publish a tender: from now on its documents, times and officers stand, and bids can be sealed.

    ``policies`` holds for every lot the policy signed by the owner; each must equal ``lot_policy_body`` of
    the rows byte for byte. ``RuleBroken`` (``tender_not_ready``) carries every rule that bites at ``at``.
    """
    tender = selectors.tender_for_update(tender_id)
    lots = selectors.lots_for_update(tender)
    require(may_publish(actor, tender.project.owner_id))
    next_state(TENDER, TenderAction.PUBLISH, TenderState(tender.state))
    rules, calendar = selectors.rules_of(tender, at), selectors.calendar()
    facts, methods = selectors.tender_facts(tender, at), selectors.method_rules(tender, at)
    findings = publish_blockers(facts, at, rules=rules, calendar=calendar, methods=methods)
    if blocking(findings):
        raise RuleBroken("tender_not_ready", _("The tender cannot be published yet."), findings)
    if set(policies) != {lot.pk for lot in lots}:
        raise RuleBroken("policies_incomplete", _("Each lot needs its signed policy, and no other."))
    tender.rulepack = selectors.rulepack_id(rules)
    tender.rules = rules.canonical()
    tender.state = next_state(TENDER, TenderAction.PUBLISH, TenderState(tender.state)).value
    tender.published_at = at
    tender.number = number_take(tender, at)
    tender.save()
    tender.documents.filter(published_at__isnull=True).update(published_at=at)
    for lot in lots:
        lot.state = next_state(LOT, LotAction.PUBLISH, LotState(lot.state)).value
        lot.published_at = at
        policy_log(lot=lot, signed=policies[lot.pk], body=lot_policy_body(lot), at=at)
    if tender.retender_of is not None:
        lots_retendered(tender.retender_of)
    warnings = [{"code": item.code, "field": item.field} for item in findings]
    record_append(
        name="tender-published",
        subject=tender.number,
        data={"tender": tender.reference, "rulepack": tender.rulepack, "warnings": warnings},
        actor=actor.key,
        at=at,
    )
    notice_publish(tender=tender, kind="tender", content=notice_content(tender, lots), actor=actor, at=at)
    return tender


def policy_log(*, lot: Lot, signed: SignedObject, body: Mapping[str, Any], at: datetime) -> LotPolicy:
    """Check the owner's signature over exactly ``body``, log the event, and put the policy in force."""
    t = require_signed("policy", signed, body=body, by=[lot.tender.project.owner_id])
    made = LotPolicy.objects.create(
        lot=lot,
        t=t,
        prev=lot.policy,
        body=dict(signed["body"]),
        signatures=list(signed["signatures"]),
        files=selectors.files_listed(lot),
        method=selectors.method_text(lot),
        at=at,
    )
    lot.policy = t
    lot.close_at = selectors.setup_times(lot.opening).close_at
    lot.save()
    event_append(kind="policy", body=signed["body"], signatures=signed["signatures"], chain=lot.chain, at=at)
    return made


def lots_retendered(parent: Tender) -> None:
    """The ended lots of the tender which is repeated are marked as tendered again."""
    for lot in selectors.lots_for_update(parent):
        if LotState(lot.state) in LOT[LotAction.RETENDER].sources:
            lot.state = next_state(LOT, LotAction.RETENDER, LotState(lot.state)).value
            lot.save(update_fields=["state"])


def number_take(tender: Tender, at: datetime) -> str:
    """The tender's number: the next serial of region, trade and year, or its first tender's with ``-R2``, ``-R3``.

    The series' row is locked, so that two publications at once get two numbers; a number is never reused.
    """
    if tender.retender_of is not None:
        first = tender.retender_of
        while first.retender_of is not None:
            first = first.retender_of
        Tender.objects.select_for_update(of=("self",)).get(pk=first.pk)
        again = Tender.objects.filter(number__startswith=f"{first.number}-R").count() + 2
        return f"{first.number}-R{again}"
    project, year = tender.project, at.astimezone(CHINA).year
    key: dict[str, Any] = {"region": project.region, "trade": project.trade, "year": year}
    NumberSeries.objects.get_or_create(**key)
    series = NumberSeries.objects.select_for_update().get(**key)
    series.last += 1
    series.save(update_fields=["last"])
    return tender_number(project.region, project.trade, year, series.last)


def notice_content(tender: Tender, lots: list[Lot]) -> notices.Content:
    """The tender notice of the rows as published."""
    project = tender.project
    first = selectors.first_close(tender)
    rules = selectors.rules_of(tender, tender.published_at or tender.created_at)
    last_objection = objection_until(first, rules, selectors.calendar()).moment if first else None
    parties = {"owner": project.owner, "agency": project.agency, "supervisor": project.supervisor}
    names = {
        f"{role}{suffix}": getattr(party, f"name{suffix}") if party else ""
        for role, party in parties.items()
        for suffix in ("", "_en")
    }
    wanted = (
        *(
            "number",
            "title",
            "title_en",
            "summary",
            "summary_en",
            "owner_address",
            "place",
            "subject",
            "consortium_allowed",
            "max_lots_won",
        ),
        *("obtain_documents", "documents_from", "documents_until", "contact", "note", "note_en"),
    )
    facts: dict[str, object] = {
        **{name: getattr(tender, name) for name in wanted},
        **names,
        "mandatory": project.mandatory,
        "state_funded": project.state_funded,
        "funds": "; ".join(f"{row['source']} {row['share']}%" for row in project.funds),
        "objection_until": last_objection,
    }
    return notices.tender_notice(facts, [lot_notice_facts(lot) for lot in lots])


def lot_notice_facts(lot: Lot) -> dict[str, object]:
    """One lot as its notice shows it; officers by organisation, role and number, never by their contact."""
    wanted = ("code", "name", "name_en", "scope", "scope_en", "ceiling", "duration_days", "quality")
    more = ("qualification", "manager_class", "deposit_amount", "validity_days", "policy")
    officers = [
        (seat.i, seat.organisation.name, seat.role) for seat in lot.seats.select_related("organisation")
    ]
    return {
        **{name: getattr(lot, name) for name in (*wanted, *more)},
        "method": lot.method.get("kind", ""),
        "method_text": selectors.method_text_of(lot),
        "close_at": selectors.times_in_force(lot).close_at,
        "hall": lot.opening.hall,
        "officers": officers,
        "t": lot.opening.t,
        "deposit_terms": selectors.deposit_terms(lot, lot.published_at or lot.created_at),
    }
