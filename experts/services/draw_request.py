"""The owner asks for a panel, a second person confirms; the exclusions' desk enters the units that stay out."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules import tidy
from accounts.selectors import active_spkis
from bidding.selectors.lots import lot_get
from experts.models import DrawExclusion, DrawRequest
from experts.policies.draw import may_ask, may_confirm_request, may_exclude
from experts.rules.draws import Asked, request_findings, unit_findings, unit_of
from experts.rules.packs import pool_pack
from experts.rules.specialties import specialty_tree
from experts.states.draw import (
    DRAW,
    REQUEST,
    DrawAction,
    DrawState,
    RequestAction,
    RequestState,
)
from kernel.errors import Finding, NotFound, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import record_append
from protocol.draw.objects import MAX_ROUNDS


@dataclass(frozen=True)
class RequestFields:
    """What a request says beside its numbers."""

    asked: Asked
    category: str
    place: str
    city: str
    hours: int
    fee: str
    window_s: int = 1800
    max_rounds: int = 5
    when: str = "after-opening"


@transaction.atomic
def draw_request(*, lot_id: UUID, fields: RequestFields, actor: Actor, at: datetime) -> DrawRequest:
    """Ask for a panel of this lot. RuleBroken names every fault; StateConflict when one is asked for already."""
    lot = lot_get(lot_id)
    require(may_ask(actor, lot.tender.project.owner_id))
    assert actor.person is not None
    asked = fields.asked
    findings = request_findings(asked, pool_pack(), specialty_tree().nodes, at)
    findings += _words_findings(fields)
    if findings:
        raise RuleBroken("draw_request", findings[0].message, findings, **findings[0].data)
    if DrawRequest.objects.filter(lot=lot).exclude(state=RequestState.WITHDRAWN.value).exists():
        raise StateConflict(
            "request_exists", _("A panel of this lot is asked for already. Withdraw that first.")
        )
    entry = record_append(
        name="draw-requested",
        subject=lot.number,
        data={
            "seats": dict(asked.seats),
            "own_members": asked.own_members,
            "employer_cap": asked.employer_cap,
            "regions": {name: list(bounds) for name, bounds in asked.regions.items()},
            "when": fields.when,
        },
        actor=actor.key,
        at=at,
    )
    return DrawRequest.objects.create(
        lot=lot,
        seats=dict(asked.seats),
        own_members=asked.own_members,
        employer_cap=asked.employer_cap,
        regions={name: list(bounds) for name, bounds in asked.regions.items()},
        begins_at=asked.begins_at,
        category=tidy(fields.category),
        place=tidy(fields.place),
        city=tidy(fields.city),
        hours=fields.hours,
        fee=tidy(fields.fee),
        window_s=fields.window_s,
        max_rounds=fields.max_rounds,
        when=fields.when,
        asked_by_id=actor.person,
        asked_at=at,
        entry=entry,
    )


def _words_findings(fields: RequestFields) -> list[Finding]:
    found = []
    for name in ("category", "place", "city", "fee"):
        if not tidy(getattr(fields, name)):
            found.append(Finding("empty", _("Fill this in: the invited expert must know it."), field=name))
    if fields.hours < 1 or fields.window_s < 1:
        found.append(Finding("hours", _("Give hours and time to answer as whole numbers."), field="hours"))
    if not 0 <= fields.max_rounds <= MAX_ROUNDS:
        text = _("There are at most %(most)s replacement rounds.")
        found.append(Finding("max_rounds", text, "A19", field="max_rounds", data={"most": MAX_ROUNDS}))
    if fields.when not in {"after-opening", "before-opening"}:
        found.append(Finding("when", _("Say whether the draw is before or after the opening."), field="when"))
    return found


@transaction.atomic
def draw_confirm(*, request_id: UUID, owner_key: str, actor: Actor, at: datetime) -> DrawRequest:
    """Confirm a request as a second person, and name the registered key (SPKI, hex) the owner contributes with."""
    request = request_locked(request_id)
    owner = request.lot.tender.project.owner_id
    require(may_confirm_request(actor, owner, request.asked_by_id))
    if owner_key not in active_spkis(owner):
        raise RuleBroken("owner_key", _("Choose a key of your organisation that is registered and in use."))
    return _moved(request, RequestAction.CONFIRM, actor, at, owner_key=owner_key, confirmed_at=at)


@transaction.atomic
def draw_withdraw(*, request_id: UUID, actor: Actor, at: datetime) -> DrawRequest:
    """Take a request back which nobody has confirmed."""
    request = request_locked(request_id)
    require(may_ask(actor, request.lot.tender.project.owner_id))
    return _moved(request, RequestAction.WITHDRAW, actor, at)


def _moved(
    request: DrawRequest, action: RequestAction, actor: Actor, at: datetime, **changes: object
) -> DrawRequest:
    request.state = next_state(REQUEST, action, RequestState(request.state)).value
    for name, value in changes.items():
        setattr(request, name, value)
    request.save()
    record_append(
        name=f"draw-request-{action.value}", subject=request.lot.number, data={}, actor=actor.key, at=at
    )
    return request


@transaction.atomic
def exclusion_enter(
    *, request_id: UUID, unit: str, code: str, reason: str, evidence: str, actor: Actor, at: datetime
) -> DrawExclusion:
    """Exclude the people of a unit from this draw, with a reason and the hash of the evidence; once for each reason.

    A header that was prepared and not signed is void by it and is prepared anew. StateConflict while a draw runs:
    exclusions are in its header.
    """
    require(may_exclude(actor))
    assert actor.person is not None
    request = request_locked(request_id)
    findings = unit_findings(reason, evidence)
    if not unit_of(unit):
        findings.append(Finding("unit", _("Name the unit whose people stay out."), field="unit"))
    if findings:
        raise RuleBroken("exclusion", findings[0].message, findings)
    known = request.exclusions.filter(unit=unit_of(unit), reason=reason).first()
    if known is not None:
        return known
    _header_void(request)
    entry = record_append(
        name="draw-exclusion",
        subject=request.lot.number,
        data={"unit": unit_of(unit), "reason": reason, "evidence": evidence},
        actor=actor.key,
        at=at,
    )
    return DrawExclusion.objects.create(
        request=request,
        unit=unit_of(unit),
        code=code.strip().upper(),
        reason=reason,
        evidence=evidence,
        by_id=actor.person,
        at=at,
        entry=entry,
    )


def _header_void(request: DrawRequest) -> None:
    """Take back a header which nobody has signed; StateConflict when one is signed and its draw has not ended."""
    last = request.draws.select_for_update().order_by("-serial").first()
    if last is None or last.end_entry_id is not None or last.state == DrawState.BEGUN.value:
        return
    if last.state != DrawState.PREPARED.value:
        raise StateConflict(
            "header_signed", _("The header is signed; its exclusions stand. Tell the supervisor.")
        )
    last.state = next_state(DRAW, DrawAction.REOPEN, DrawState.PREPARED).value
    last.header = {}
    last.save(update_fields=["state", "header"])


def request_locked(request_id: UUID) -> DrawRequest:
    """The request, locked; NotFound when there is none."""
    rows = DrawRequest.objects.select_for_update(of=("self",)).select_related("lot__tender__project")
    found = rows.filter(pk=request_id).first()
    if found is None:
        raise NotFound("draw_request", _("There is no such request for a panel."))
    return found
