"""Begin the draw of one serial: its officers are named, and register keys that serve this draw alone (15.1)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.models import Person
from accounts.selectors import active_spkis
from experts.models import Draw, DrawOfficer
from experts.policies.draw import may_hold_draw_seat, may_operate
from experts.selectors.draws import bidders_of, officer_get
from experts.services.draw_events import draw_locked, state_required, subject_of
from experts.services.draw_request import request_locked
from experts.states.draw import DrawState, RequestState
from kernel.errors import NotFound, RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import event_append, incident_record, record_append
from ledger.states import IncidentCode
from protocol import bodies, canonical, dsse
from protocol.draw import objects
from protocol.errors import ProtocolError
from trading.selectors import organisation as organisation_get
from trading.services.policy_body import person_reference
from trading.services.signing import SignedObject, signers


@transaction.atomic
def draw_begin(*, request_id: UUID, t: int, actor: Actor, at: datetime, cause: str = "") -> Draw:
    """Begin the next serial, with ``t`` officers needed. A further serial needs a cause and is a public incident.

    StateConflict while the request is not confirmed, or the serial before has not ended short.
    """
    require(may_operate(actor))
    request = request_locked(request_id)
    if request.state != RequestState.CONFIRMED.value:
        raise StateConflict("not_confirmed", _("The owner has not confirmed this request."))
    last = Draw.objects.select_related("end_entry").filter(lot=request.lot).order_by("-serial").first()
    _following(last, cause)
    draw = Draw.objects.create(
        request=request,
        lot=request.lot,
        serial=last.serial + 1 if last else 1,
        cause=cause,
        t=t,
        epoch=last.epoch if last else None,
        begun_at=at,
    )
    record_append(
        name="draw-begun", subject=subject_of(draw), data={"cause": cause, "t": t}, actor=actor.key, at=at
    )
    if last is not None:
        incident_record(code=IncidentCode.SECOND_DRAW, source=subject_of(draw), note=cause, at=at)
    return draw


def _following(last: Draw | None, cause: str) -> None:
    if last is None:
        if cause:
            raise RuleBroken("cause", _("The first draw of a lot needs no cause."))
        return
    if last.end_entry is None or last.end_entry.body["outcome"] != "short":
        raise StateConflict(
            "draw_runs", _("A draw of this lot goes on, or its panel is complete. No other follows.")
        )
    if not cause or cause not in objects.CAUSES:
        raise RuleBroken(
            "cause", _("Say why there is another draw: %(causes)s."), causes=", ".join(objects.CAUSES[1:])
        )


@transaction.atomic
def draw_officer_invite(
    *, draw_id: UUID, i: int, organisation_id: UUID, person_id: UUID, role: str, actor: Actor, at: datetime
) -> DrawOfficer:
    """Name an officer of the draw. RuleBroken for a person with a seat, or an organisation that has bid."""
    require(may_operate(actor))
    draw = draw_locked(draw_id)
    state_required(draw, DrawState.BEGUN)
    organisation = organisation_get(organisation_id)
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound("person", _("There is no such person."))
    if draw.officers.filter(person=person).exclude(i=i).exists():
        raise RuleBroken("officer_twice", _("A person holds more than one seat."))
    if draw.officers.filter(i=i).exists():
        raise StateConflict("officer_exists", _("This seat is given. Take the next number."))
    if organisation.code in bidders_of(draw.lot):
        raise RuleBroken("officer_of_bidder", _("Who has bid does not hold a key of the draw."))
    seat = DrawOfficer.objects.create(
        draw=draw,
        i=i,
        organisation=organisation,
        person=person,
        person_ref=person_reference(draw.lot.tender, person.identity_hash or str(person.pk)),
        name=person.name or f"officer {i}",
        role=role,
        invited_at=at,
    )
    data = {"organisation": organisation.code, "role": role}
    record_append(
        name="draw-officer-invited", subject=f"{subject_of(draw)}/{i}", data=data, actor=actor.key, at=at
    )
    return seat


def draw_cert_body(seat: DrawOfficer, sig_key: str) -> dict[str, Any]:
    """The ``officer-cert`` body which the officer's organisation signs for a key of this draw."""
    draw = seat.draw
    return bodies.body(
        "officer-cert",
        tender=draw.lot.tender.reference,
        lot=objects.lot_of(draw.lot.code, draw.serial),
        i=seat.i,
        org=seat.organisation.code,
        name=seat.name,
        person=seat.person_ref,
        role=seat.role,
        sig_key=sig_key,
    )


@transaction.atomic
def draw_officer_register(
    *, draw_id: UUID, i: int, signed: SignedObject, certificate: Mapping[str, Any], actor: Actor, at: datetime
) -> DrawOfficer:
    """Register an officer's keys: an ``officer-key`` event signed by itself, certified by the organisation (A9)."""
    draw = draw_locked(draw_id)
    seat = officer_get(draw, i)
    require(may_hold_draw_seat(actor, seat.person_id))
    state_required(draw, DrawState.BEGUN)
    body, keys = signed["body"], signers("officer-key", signed)
    place = {"tender": draw.lot.tender.reference, "lot": objects.lot_of(draw.lot.code, draw.serial), "i": i}
    if {name: body[name] for name in place} != place or keys != {body["sig_key"]}:
        raise RuleBroken(
            "officer_key_mismatch", _("This key is for another seat or draw, or not signed by itself.")
        )
    others = draw.officers.exclude(pk=seat.pk)
    if others.filter(sig_key=body["sig_key"]).exists() or others.filter(kem_key=body["pk"]).exists():
        raise RuleBroken("officer_key_twice", _("Another officer of this draw has this key."))
    _certified(seat, body["sig_key"], certificate)
    seat.sig_key, seat.kem_key, seat.certificate = body["sig_key"], body["pk"], dict(certificate)
    seat.key_entry = event_append(
        kind="officer-key", body=body, signatures=signed["signatures"], chain=None, at=at
    )
    seat.save()
    return seat


def _certified(seat: DrawOfficer, sig_key: str, certificate: Mapping[str, Any]) -> None:
    body = canonical.encode(draw_cert_body(seat, sig_key))
    try:
        spki = dsse.verify_one("officer-cert", body, certificate).hex()
    except (ProtocolError, KeyError, TypeError) as error:
        raise RuleBroken("officer_cert", _("The organisation's certificate does not verify.")) from error
    if spki not in active_spkis(seat.organisation_id) or "key" not in certificate:
        raise RuleBroken("officer_cert_stranger", _("The certificate is not by the officer's organisation."))
