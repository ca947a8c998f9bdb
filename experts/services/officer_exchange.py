"""An officer of a draw is changed before its header is signed: ill, key lost, or the body withdrew (A9, A10).

The operator proposes, with cause and reason; another person, of the supervisor, agrees, or refuses with a reason. Once
agreed the seat stands as when it was first offered: whoever takes it accepts it, makes a key, has it certified and
proves it in a dry run. The keys before are void. A header that was prepared is taken back, and the next preparation
checks number, bodies and keys anew.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.models import Membership
from accounts.rules import tidy
from accounts.services import notify
from experts.models import (
    Draw,
    DrawOfficer,
    DrawSeatTaken,
    OfficerExchange,
    OfficerExchanged,
    OfficerExchangeRefused,
)
from experts.policies.draw import may_agree_exchange, may_propose_exchange
from experts.rules.exchanges import Asked, exchange_findings, reason_findings
from experts.selectors.draws import officer_get
from experts.selectors.exchanges import pending_of, unsigned_required
from experts.services.draw_begin import seat_allowed, seat_offered
from experts.services.draw_events import draw_locked, draw_moved, subject_of
from experts.states.draw import DrawAction, DrawState
from kernel.errors import NotFound, RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import record_append
from trading.selectors.seats import officer_candidates
from trading.services.policy_body import person_reference


@transaction.atomic
def officer_exchange_propose(
    *,
    draw_id: UUID,
    i: int,
    organisation_id: UUID,
    person_id: UUID,
    role: str,
    cause: str,
    reason: str,
    actor: Actor,
    at: datetime,
) -> OfficerExchange:
    """Propose, as the operator, who takes seat ``i``; a later proposal of the draw replaces it.

    ``cause`` is "prevented", "key-lost" or "body-left"; ``reason`` is public. StateConflict ``officers_fixed`` once
    the header is signed; RuleBroken for whoever may hold no key of this draw (A9).
    """
    require(may_propose_exchange(actor))
    draw = draw_locked(draw_id)
    seat = officer_get(draw, i)
    member = _checked(draw, seat, organisation_id, person_id, cause, reason, at)
    data = {"cause": cause, "reason": tidy(reason), "organisation": member.organisation.code, "role": role}
    entry = record_append(
        name="draw-officer-proposed", subject=f"{subject_of(draw)}/{i}", data=data, actor=actor.key, at=at
    )
    assert actor.person is not None
    told = {"title": draw.lot.tender.title, "url": f"/draws/{draw.pk}/officers/change/"}
    supervisor = draw.lot.tender.project.supervisor_id
    if supervisor is not None:
        notify(event="draw_officer_proposed", to_organisation=supervisor, data=told, at=at)
    return OfficerExchange.objects.create(
        seat=seat,
        organisation=member.organisation,
        person=member.person,
        role=role,
        cause=cause,
        reason=tidy(reason),
        by_id=actor.person,
        at=at,
        entry=entry,
    )


@transaction.atomic
def officer_exchange_agree(*, draw_id: UUID, exchange_id: UUID, actor: Actor, at: datetime) -> DrawOfficer:
    """Agree, as the supervisor, to the proposal that was read: the seat is given anew and the old keys are void.

    Agreed to again nothing changes. StateConflict ``exchange_changed`` when another proposal has come since, and
    ``officers_fixed`` once the header is signed; NotPermitted for who proposed it; RuleBroken as for proposing.
    """
    draw = draw_locked(draw_id)
    asked = _asked(draw, exchange_id)
    require(may_agree_exchange(actor, draw.lot.tender.project.supervisor_id, asked.by_id))
    seat = officer_get(draw, asked.seat.i)
    if OfficerExchanged.objects.filter(exchange=asked).exists():
        return seat
    _in_force(draw, asked)
    member = _checked(draw, seat, asked.organisation_id, asked.person_id, asked.cause, asked.reason, at)
    _kept(draw, seat, asked, actor, at)
    before = seat.person_id
    _given(draw, seat, asked, member, at)
    _header_back(draw)
    seat_offered(draw, seat.person_id, at)
    if before != seat.person_id:
        notify(event="draw_seat_ended", to_person=before, data={"title": draw.lot.tender.title}, at=at)
    return seat


@transaction.atomic
def officer_exchange_refuse(
    *, draw_id: UUID, exchange_id: UUID, reason: str, actor: Actor, at: datetime
) -> OfficerExchangeRefused:
    """Refuse, as the supervisor, the proposal that was read; who proposed it is told why, and may propose another.

    Refused again nothing changes. StateConflict ``exchange_changed`` when it is not the proposal in force, and
    ``officers_fixed`` once the header is signed; NotPermitted for who proposed it; RuleBroken ``reason`` without one.
    """
    draw = draw_locked(draw_id)
    asked = _asked(draw, exchange_id)
    require(may_agree_exchange(actor, draw.lot.tender.project.supervisor_id, asked.by_id))
    unsigned_required(draw)
    if (known := OfficerExchangeRefused.objects.filter(exchange=asked).first()) is not None:
        return known
    _in_force(draw, asked)
    if findings := reason_findings(reason):
        raise RuleBroken(findings[0].code, findings[0].message, findings, **findings[0].data)
    entry = record_append(
        name="draw-officer-refused",
        subject=f"{subject_of(draw)}/{asked.seat.i}",
        data={"reason": tidy(reason), "cause": asked.cause, "organisation": asked.organisation.code},
        actor=actor.key,
        at=at,
    )
    told = {"title": draw.lot.tender.title, "url": f"/draws/{draw.pk}/officers/change/"}
    notify(event="draw_officer_refused", to_person=asked.by_id, data=told, at=at)
    assert actor.person is not None
    return OfficerExchangeRefused.objects.create(
        exchange=asked, reason=tidy(reason), by_id=actor.person, at=at, entry=entry
    )


def _in_force(draw: Draw, asked: OfficerExchange) -> None:
    if asked != pending_of(draw):
        raise StateConflict("exchange_changed", _("Another change was proposed since. Read that one."))


def _asked(draw: Draw, exchange_id: UUID) -> OfficerExchange:
    rows = OfficerExchange.objects.select_related("seat", "organisation", "person")
    found = rows.filter(pk=exchange_id, seat__draw=draw).first()
    if found is None:
        raise NotFound("exchange", _("There is no such change to agree to."))
    return found


def _checked(
    draw: Draw, seat: DrawOfficer, organisation: UUID, person: UUID, cause: str, reason: str, at: datetime
) -> Membership:
    """The new officer's membership, if the change is lawful now."""
    unsigned_required(draw)
    chosen = [
        row
        for row in officer_candidates(at)
        if (row.organisation_id, row.person_id) == (organisation, person)
    ]
    if not chosen:
        raise RuleBroken("officer_stranger", _("This person does not work as an officer of this body."))
    [member] = chosen[:1]
    seat_allowed(draw, seat.i, member.organisation, member.person)
    others = draw.officers.exclude(pk=seat.pk).select_related("organisation")
    asked = Asked(
        cause=cause,
        reason=reason,
        same_person=seat.person_id == person,
        same_body=seat.organisation_id == organisation,
        organisation=member.organisation.code,
        others=[row.organisation.code for row in others],
    )
    if findings := exchange_findings(asked, draw.t, trial=not settings.PRODUCTION):
        raise RuleBroken(findings[0].code, findings[0].message, findings, **findings[0].data)
    return member


def _kept(draw: Draw, seat: DrawOfficer, asked: OfficerExchange, actor: Actor, at: datetime) -> None:
    """Write down who held the seat, and the keys that are void from now on."""
    data = {
        "cause": asked.cause,
        "reason": asked.reason,
        "was": {"organisation": seat.organisation.code, "role": seat.role, "sig_key": seat.sig_key},
        "organisation": asked.organisation.code,
        "role": asked.role,
    }
    entry = record_append(
        name="draw-officer-changed", subject=f"{subject_of(draw)}/{seat.i}", data=data, actor=actor.key, at=at
    )
    assert actor.person is not None
    OfficerExchanged.objects.create(
        exchange=asked,
        organisation=seat.organisation,
        person_id=seat.person_id,
        name=seat.name,
        sig_key=seat.sig_key,
        kem_key=seat.kem_key,
        by_id=actor.person,
        at=at,
        entry=entry,
    )


def _given(draw: Draw, seat: DrawOfficer, asked: OfficerExchange, member: Membership, at: datetime) -> None:
    """The seat as it stands when it is offered: a person of a body, no key."""
    person = member.person
    seat.organisation, seat.person, seat.role, seat.invited_at = member.organisation, person, asked.role, at
    seat.person_ref = person_reference(draw.lot.tender, person.identity_hash or str(person.pk))
    seat.name = person.name or f"officer {seat.i}"
    seat.sig_key, seat.kem_key, seat.certificate, seat.key_entry = "", "", {}, None
    seat.automated, seat.proven_at, seat.dryrun_secret, seat.dryrun_sealed = False, None, "", ""
    seat.save()
    DrawSeatTaken.objects.filter(seat=seat).update(asked={}, asked_at=None)


def _header_back(draw: Draw) -> None:
    """A header that nobody has signed names the old officer: it is made anew."""
    if DrawState(draw.state) is DrawState.PREPARED:
        draw_moved(draw, DrawAction.REOPEN)
        draw.header = {}
        draw.save(update_fields=["state", "header"])
