"""Begin the draw of one serial: its officers are named, and register keys that serve this draw alone (15.1)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.models import Organisation, Person
from accounts.selectors import active_spkis
from accounts.services import notify
from experts.models import Draw, DrawAnswer, DrawOfficer, OfficerExchanged
from experts.policies.draw import may_hold_draw_seat, may_operate
from experts.rules.draws import profile_findings
from experts.selectors.draws import bidders_of, officer_get
from experts.selectors.naming import standing_refused
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
    """Begin the next serial, with ``t`` officers needed. A further serial needs the cause for which
    the one before ended, or "order", and is a public incident.

    StateConflict while the request is not confirmed, where it asks for no draw (``named_not_drawn``), or while the
    serial before has not ended, or is complete and nobody has left its panel since, or experts are named for its open
    seats. RuleBroken ``draw_trial_only`` for one officer alone in production.
    """
    require(may_operate(actor))
    if findings := profile_findings(t, trial=not settings.PRODUCTION):
        raise RuleBroken(findings[0].code, findings[0].message, findings)
    request = request_locked(request_id)
    if request.state != RequestState.CONFIRMED.value:
        raise StateConflict("not_confirmed", _("The owner has not confirmed this request."))
    if request.named:
        raise StateConflict(
            "named_not_drawn", _("The owner names the experts of this lot. Nothing is drawn for it.")
        )
    last = Draw.objects.select_related("end_entry").filter(lot=request.lot).order_by("-serial").first()
    _following(last, cause)
    standing_refused(request.lot)
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
    if last.end_entry is None or (last.end_entry.body["outcome"] != "short" and not _left_since(last)):
        raise StateConflict(
            "draw_runs", _("A draw of this lot goes on, or its panel is complete. No other follows.")
        )
    causes = [one for one in (last.end_entry.body["cause"], "order") if one]
    if cause not in causes:
        raise RuleBroken("cause", _("Say why there is another draw: %(causes)s."), causes=", ".join(causes))


def _left_since(last: Draw) -> bool:
    """Whether somebody who had accepted has fallen out of the panel since the draw ended (条例 48; V24)."""
    assert last.end_entry is not None
    since = DrawAnswer.objects.filter(seat__round__draw__lot=last.lot_id, entry__seq__gt=last.end_entry.seq)
    return since.exclude(entry__leaf_index__isnull=True).exists()


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
    seat_allowed(draw, i, organisation, person)
    if draw.officers.filter(i=i).exists():
        raise StateConflict("officer_exists", _("This seat is given. Take the next number."))
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
    seat_offered(draw, person.pk, at)
    return seat


def seat_allowed(draw: Draw, i: int, organisation: Organisation, person: Person) -> None:
    """RuleBroken when this person holds another seat of the draw than ``i``, or the organisation has bid (A9)."""
    if draw.officers.filter(person=person).exclude(i=i).exists():
        raise RuleBroken("officer_twice", _("A person holds more than one seat."))
    if organisation.code in bidders_of(draw.lot):
        raise RuleBroken("officer_of_bidder", _("Who has bid does not hold a key of the draw."))


def seat_offered(draw: Draw, person: UUID, at: datetime) -> None:
    """Tell a person of the seat it is asked to take."""
    told = {"title": draw.lot.tender.title, "url": f"/draws/{draw.pk}/officer/"}
    notify(event="draw_seat_offered", to_person=person, data=told, at=at)


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
    *,
    draw_id: UUID,
    i: int,
    signed: SignedObject,
    certificate: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    automated: bool = False,
) -> DrawOfficer:
    """Register an officer's keys: an ``officer-key`` event signed by itself, certified by the organisation (A9).

    ``automated`` declares that a program of the organisation will act for the officer (A25); it is recorded, and a
    draw whose officers are all programs cannot be prepared. A new key has to be proven by a dry run again.
    """
    draw = draw_locked(draw_id)
    seat = officer_get(draw, i)
    require(may_hold_draw_seat(actor, seat.person_id))
    state_required(draw, DrawState.BEGUN)
    key_checked(draw, seat, signed)
    return key_put(draw, seat, signed, certificate, actor=actor, at=at, automated=automated)


def key_checked(draw: Draw, seat: DrawOfficer, signed: SignedObject) -> None:
    """RuleBroken unless this is a new officer-key for exactly this seat of this draw, signed by itself."""
    body, keys = signed["body"], signers("officer-key", signed)
    lot = objects.lot_of(draw.lot.code, draw.serial)
    place = {"tender": draw.lot.tender.reference, "lot": lot, "i": seat.i}
    if {name: body[name] for name in place} != place or keys != {body["sig_key"]}:
        raise RuleBroken(
            "officer_key_mismatch", _("This key is for another seat or draw, or not signed by itself.")
        )
    others = draw.officers.exclude(pk=seat.pk)
    if others.filter(sig_key=body["sig_key"]).exists() or others.filter(kem_key=body["pk"]).exists():
        raise RuleBroken("officer_key_twice", _("Another officer of this draw has this key."))
    void = OfficerExchanged.objects.filter(exchange__seat__draw=draw)
    if void.filter(Q(sig_key=body["sig_key"]) | Q(kem_key=body["pk"])).exists():
        raise RuleBroken(
            "officer_key_void", _("This key is void since an officer was changed. Make a new one.")
        )


def key_put(
    draw: Draw,
    seat: DrawOfficer,
    signed: SignedObject,
    certificate: Mapping[str, Any],
    *,
    actor: Actor,
    at: datetime,
    automated: bool,
) -> DrawOfficer:
    """Register a checked key under its organisation's certificate and log it; the draw is locked (A9)."""
    body = signed["body"]
    _certified(seat, body["sig_key"], certificate)
    seat.sig_key, seat.kem_key, seat.certificate = body["sig_key"], body["pk"], dict(certificate)
    seat.automated, seat.proven_at, seat.dryrun_secret, seat.dryrun_sealed = automated, None, "", ""
    seat.key_entry = event_append(
        kind="officer-key", body=body, signatures=signed["signatures"], chain=None, at=at
    )
    seat.save()
    if automated:
        record_append(
            name="draw-officer-automated",
            subject=f"{subject_of(draw)}/{seat.i}",
            data={},
            actor=actor.key,
            at=at,
        )
    return seat


def _certified(seat: DrawOfficer, sig_key: str, certificate: Mapping[str, Any]) -> None:
    body = canonical.encode(draw_cert_body(seat, sig_key))
    try:
        spki = dsse.verify_one("officer-cert", body, certificate).hex()
    except (ProtocolError, KeyError, TypeError) as error:
        raise RuleBroken("officer_cert", _("The organisation's certificate does not verify.")) from error
    if spki not in active_spkis(seat.organisation_id) or "key" not in certificate:
        raise RuleBroken("officer_cert_stranger", _("The certificate is not by the officer's organisation."))
