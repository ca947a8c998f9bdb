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
from experts.models import Draw, DrawExclusion, DrawRequest, Panel
from experts.policies.draw import may_ask, may_confirm_request, may_exclude, may_withdraw_request
from experts.rules.draws import (
    TOLD,
    Asked,
    request_findings,
    unit_findings,
    unit_of,
    when_findings,
    words_findings,
)
from experts.rules.naming import special_findings
from experts.rules.packs import pool_pack
from experts.rules.specialties import specialty_tree
from experts.selectors.naming import held_seats, special_allowed, standing_refused
from experts.selectors.panels import size_of
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
from trading.models import Lot
from trading.states import LotState

OVER = frozenset(
    {
        LotState.AWARDED,
        LotState.CONTRACTED,
        LotState.UNSUCCESSFUL,
        LotState.CANCELLED,
        LotState.RETENDERED,
        LotState.ARCHIVED,
    }
)
"""States of a lot in which no panel is drawn for it any more."""


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
    named: bool = False


@transaction.atomic
def draw_request(*, lot_id: UUID, fields: RequestFields, actor: Actor, at: datetime) -> DrawRequest:
    """Ask for a panel of this lot, drawn or, where the trade lets it, ``named`` by the owner (条例46, 47; 87号令48).

    RuleBroken names every fault; StateConflict when one is asked for already, and for naming before the opening or once
    a draw of the lot was asked for.
    """
    lot = lot_get(lot_id)
    require(may_ask(actor, lot.tender.project.owner_id))
    assert actor.person is not None
    asked = fields.asked
    _lot_waits(lot)
    findings = request_findings(asked, pool_pack(), specialty_tree().nodes, at, size=size_of(lot))
    findings += _words_findings(fields, lot)
    trade = lot.tender.project.trade
    if fields.named:
        findings += special_findings(pool_pack().naming_rule(trade), fields.when)
    else:
        findings += when_findings(fields.when, pool_pack().draw_rule(trade))
    if findings:
        raise RuleBroken("draw_request", findings[0].message, findings, **findings[0].data)
    if DrawRequest.objects.filter(lot=lot).exclude(state=RequestState.WITHDRAWN.value).exists():
        raise StateConflict(
            "request_exists", _("A panel of this lot is asked for already. Withdraw that first.")
        )
    if fields.named:
        special_allowed(lot)
    entry = record_append(
        name="draw-requested",
        subject=lot.number,
        data={
            **({"named": True} if fields.named else {}),
            "seats": dict(asked.seats),
            "own_members": asked.own_members,
            "employer_cap": asked.employer_cap,
            "regions": {name: list(bounds) for name, bounds in asked.regions.items()},
            "when": fields.when,
        },
        actor=actor.key,
        at=at,
    )
    request = DrawRequest.objects.create(
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
        max_rounds=0 if fields.named else fields.max_rounds,
        when=fields.when,
        named=fields.named,
        asked_by_id=actor.person,
        asked_at=at,
        entry=entry,
    )
    _exclusions_carried(request)
    return request


def _lot_waits(lot: Lot) -> None:
    """Refuse (StateConflict) before there is a policy a header could name, and once the lot needs no panel any more."""
    if not lot.policy:
        raise StateConflict(
            "lot_unpublished", _("This lot is not published yet. Ask for its panel afterwards.")
        )
    if LotState(lot.state) in OVER:
        raise StateConflict("lot_over", _("This lot needs no panel any more."))


def _exclusions_carried(request: DrawRequest) -> None:
    """A request made anew keeps every exclusion of the one before: taking a request back drops none of them."""
    before = (
        DrawRequest.objects.filter(lot=request.lot).exclude(pk=request.pk).order_by("-asked_at", "-id")[:1]
    )
    DrawExclusion.objects.bulk_create(
        DrawExclusion(
            request=request,
            unit=row.unit,
            code=row.code,
            reason=row.reason,
            evidence=row.evidence,
            by_id=row.by_id,
            at=row.at,
            entry_id=row.entry_id,
        )
        for row in DrawExclusion.objects.filter(request__in=before.values("pk")).order_by("at", "id")
    )


def _words_findings(fields: RequestFields, lot: Lot) -> list[Finding]:
    tender = lot.tender
    telling = [tender.number, tender.title, tender.title_en, tender.project.name, tender.project.owner.name]
    found = words_findings(
        {name: getattr(fields, name) for name in TOLD}, [one for one in map(tidy, telling) if one]
    )
    if not tidy(fields.place):
        found.append(Finding("empty", _("Fill this in: the invited expert must know it."), field="place"))
    if fields.hours < 1 or fields.window_s < 1:
        field = "hours" if fields.hours < 1 else "window_s"
        found.append(Finding("hours", _("Give hours and time to answer as whole numbers."), field=field))
    if not 0 <= fields.max_rounds <= MAX_ROUNDS:
        text = _("There are at most %(most)s replacement rounds.")
        found.append(Finding("max_rounds", text, "A19", field="max_rounds", data={"most": MAX_ROUNDS}))
    return found


@transaction.atomic
def draw_confirm(*, request_id: UUID, owner_key: str = "", actor: Actor, at: datetime) -> DrawRequest:
    """Confirm a request as a second person, and name the registered key (SPKI, hex) the owner contributes with.

    Where nothing is drawn there is no contribution and no key.
    """
    request = request_locked(request_id)
    owner = request.lot.tender.project.owner_id
    require(may_confirm_request(actor, owner, request.asked_by_id))
    if request.named:
        return _moved(request, RequestAction.CONFIRM, actor, at, confirmed_at=at)
    if owner_key not in active_spkis(owner):
        raise RuleBroken("owner_key", _("Choose a key of your organisation that is registered and in use."))
    confirmed = _moved(request, RequestAction.CONFIRM, actor, at, owner_key=owner_key, confirmed_at=at)
    unsigned = (DrawState.BEGUN.value, DrawState.PREPARED.value)
    Draw.objects.filter(lot=request.lot, state__in=unsigned).update(request=confirmed)
    return confirmed


@transaction.atomic
def draw_withdraw(*, request_id: UUID, actor: Actor, at: datetime) -> DrawRequest:
    """Take a request back, as long as no header is signed for it, or its draw has ended short.

    A prepared header is void by it; a draw whose officers stand already goes on with the owner's next request.
    StateConflict while a signed header's draw runs, once its panel is complete, while experts are named for it, or once
    those named without a draw were called in: a lot never has both.
    """
    request = request_locked(request_id)
    confirmed = request.state == RequestState.CONFIRMED.value
    require(may_withdraw_request(actor, request.lot.tender.project.owner_id, confirmed=confirmed))
    standing_refused(request.lot)
    if request.named and Panel.objects.filter(lot=request.lot).exists():
        text = _("The experts named for this lot were called in. Name others for seats that are open.")
        raise StateConflict("named_called", text)
    _header_void(request)
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
    exclusions are in its header; and once experts are named without a draw, who were held against them before.
    """
    require(may_exclude(actor))
    assert actor.person is not None
    request = request_locked(request_id)
    if request.state == RequestState.WITHDRAWN.value:
        raise StateConflict("request_withdrawn", _("This request was taken back. Enter it for the new one."))
    if request.named and held_seats(request.lot).exists():
        text = _(
            "Experts are named and asked already. Tell the supervisor and the desk of the evaluation area."
        )
        raise StateConflict("named_asked", text)
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
    """Take back a header which nobody has signed; StateConflict when one is signed and its draw has not ended short."""
    rows = Draw.objects.select_for_update(of=("self",)).filter(lot=request.lot)
    last = rows.select_related("end_entry").order_by("-serial").first()
    if last is None or last.state == DrawState.BEGUN.value:
        return
    if last.end_entry is not None and last.end_entry.body["outcome"] == "short":
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
