"""开标人: a seat is offered, accepted, certified with a key, and proven by a dry run (amendments A9, A10)."""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.models import Person
from accounts.selectors import active_spkis
from accounts.services import notify
from kernel.errors import NotFound, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import event_append, record_append
from protocol import canonical, dsse, officer
from protocol.errors import ProtocolError
from trading import policies, selectors
from trading.models import DryRun, OfficerSeat
from trading.services.policy_body import officer_cert_body, person_reference
from trading.services.signing import SignedObject, signers
from trading.services.tender_draft import may_draft, require_draft
from trading.states import SEAT, SeatAction, SeatState, TenderState

Entropy = Callable[[int], bytes]
CHALLENGE = 32
TOOLS = ("offline", "browser")


@transaction.atomic
def officer_seat_invite(
    *,
    lot_id: UUID,
    i: int,
    organisation_id: UUID,
    person_id: UUID,
    role: str,
    actor: Actor,
    at: datetime,
    name: str = "",
) -> OfficerSeat:
    """Offer seat ``i`` of a draft lot to a person of an organisation; a declined seat is offered anew.

    The supervising body does not operate what it supervises, so it holds no key.
    """
    lot = selectors.lot_for_update(lot_id)
    may_draft(lot.tender, actor, at)
    require_draft(lot.tender)
    if not hasattr(lot, "opening"):
        raise StateConflict("opening_missing", _("Set up the opening first: the invitation names its day."))
    organisation = selectors.organisation(organisation_id)
    if organisation.pk == lot.tender.project.supervisor_id:
        raise RuleBroken(
            "officer_of_supervisor", _("The supervisor does not hold a key of what it supervises.")
        )
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound("person", _("There is no such person."))
    if lot.seats.filter(person=person).exclude(i=i).exists():
        raise RuleBroken("officer_twice", _("A person holds more than one seat."))
    DryRun.objects.filter(seat__lot=lot, seat__i=i).delete()
    lot.seats.filter(i=i).delete()
    seat = OfficerSeat.objects.create(
        lot=lot,
        i=i,
        organisation=organisation,
        person=person,
        person_ref=person_reference(lot.tender, person.identity_hash or str(person.pk)),
        name=name or person.name or f"officer {i}",
        role=role,
        invited_at=at,
    )
    record_append(
        name="officer-invited",
        subject=f"{lot.tender.reference}/{lot.code}/{i}",
        data={"organisation": organisation.code, "role": role},
        actor=actor.key,
        at=at,
    )
    told = {"title": lot.tender.title, "url": f"/seats/{seat.pk}/", "opens_at": lot.opening.close_at}
    notify(event="seat_offered", to_person=person.pk, data=told, at=at)
    return seat


@transaction.atomic
def officer_seat_accept(*, seat_id: UUID, actor: Actor, at: datetime) -> OfficerSeat:
    """Accept a seat, in person."""
    seat = selectors.seat_for_update(seat_id)
    require(policies.may_hold_seat(actor, seat.person_id))
    seat.state = next_state(SEAT, SeatAction.ACCEPT, SeatState(seat.state)).value
    seat.accepted_at = at
    seat.save(update_fields=["state", "accepted_at"])
    record_append(
        name="officer-accepted", subject=f"{seat.lot.chain}/{seat.i}", data={}, actor=actor.key, at=at
    )
    return seat


@transaction.atomic
def officer_key_register(
    *,
    seat_id: UUID,
    signed: SignedObject,
    certificate: Mapping[str, Any],
    tool: str,
    actor: Actor,
    at: datetime,
) -> OfficerSeat:
    """Register the officer's keys for this lot: an ``officer-key`` event signed with ``sig_key`` itself.

    ``certificate`` is the organisation's signature over the ``officer-cert`` body (A9): without it nobody
    outside could tell five officers from five inventions. A new key makes the dry run necessary again.
    """
    seat = selectors.seat_for_update(seat_id)
    require(policies.may_hold_seat(actor, seat.person_id))
    require_open_seat(seat)
    check_key(seat, signed, tool)
    key_put(seat, signed, certificate, tool, at)
    return seat


def check_key(seat: OfficerSeat, signed: SignedObject, tool: str) -> None:
    """``RuleBroken`` unless this is a new key for exactly this seat, signed by itself."""
    if tool not in TOOLS:
        raise RuleBroken("officer_tool", _("Say whether the key was made offline or in the browser."))
    body = signed["body"]
    keys = signers("officer-key", signed)
    expected = {"tender": seat.lot.tender.reference, "lot": seat.lot.code, "i": seat.i}
    _same_seat("officer_key_mismatch", body, expected)
    if keys != {body["sig_key"]}:
        raise RuleBroken(
            "officer_key_mismatch",
            _(
                "This is not signed by the key it names (sig_key). Hand in officer-key.json as the tool wrote it."
            ),
        )
    others = seat.lot.seats.exclude(pk=seat.pk)
    if others.filter(Q(opening_key=body["pk"]) | Q(sig_key=body["sig_key"])).exists():
        raise RuleBroken("officer_key_twice", _("Another officer of this lot has this key."))


def _same_seat(code: str, body: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """``RuleBroken`` naming the first member which is another seat's."""
    for name, value in expected.items():
        if body[name] != value:
            raise RuleBroken(
                code,
                _(
                    "This is for another seat: %(member)s is %(given)s, and here it is %(wanted)s. "
                    "Use the command shown here."
                ),
                member=name,
                given=body[name],
                wanted=value,
            )


def key_put(
    seat: OfficerSeat, signed: SignedObject, certificate: Mapping[str, Any], tool: str, at: datetime
) -> None:
    """Register a checked key under its organisation's certificate and log it; the seat is locked."""
    body = signed["body"]
    check_certificate(seat, body["sig_key"], certificate)
    seat.state = next_state(SEAT, SeatAction.REGISTER, SeatState(seat.state)).value
    seat.sig_key, seat.opening_key, seat.tool = body["sig_key"], body["pk"], tool
    seat.certificate, seat.registered_at, seat.proven_at = dict(certificate), at, None
    seat.dryrun_secret = seat.dryrun_sealed = ""
    seat.asked_key = {}
    seat.save()
    event_append(kind="officer-key", body=body, signatures=signed["signatures"], chain=None, at=at)


def check_certificate(seat: OfficerSeat, sig_key: str, certificate: Mapping[str, Any]) -> None:
    """``RuleBroken`` unless an active key of the officer's organisation signed exactly this officer and key."""
    body = canonical.encode(officer_cert_body(seat, sig_key))
    try:
        spki = dsse.verify_one("officer-cert", body, certificate).hex()
    except (ProtocolError, KeyError, TypeError) as error:
        raise RuleBroken("officer_cert", _("The organisation's certificate does not verify.")) from error
    if spki not in active_spkis(seat.organisation_id) or "key" not in certificate:
        raise RuleBroken("officer_cert_stranger", _("The certificate is not by the officer's organisation."))


@transaction.atomic
def officer_dryrun_challenge(
    *, seat_id: UUID, actor: Actor, at: datetime, entropy: Entropy = secrets.token_bytes
) -> str:
    """A fresh challenge sealed to the officer's key, as hex; an earlier unanswered one no longer counts.

    The info of the seal is fixed by tender, lot and seat, so a sealed share sent in its place opens for nobody.
    """
    seat = selectors.seat_for_update(seat_id)
    require(policies.may_hold_seat(actor, seat.person_id))
    if not seat.opening_key:
        raise StateConflict("officer_no_key", _("This seat has no key yet."))
    challenge = entropy(CHALLENGE)
    sealed = officer.dryrun_challenge(
        bytes.fromhex(seat.opening_key), seat.lot.tender.reference, seat.lot.code, seat.i, challenge, entropy
    )
    seat.dryrun_secret = officer.expected_answer(challenge).hex()
    seat.dryrun_sealed = sealed.hex()
    seat.save(update_fields=["dryrun_secret", "dryrun_sealed"])
    record_append(name="dryrun-asked", subject=f"{seat.lot.chain}/{seat.i}", data={}, actor=actor.key, at=at)
    return seat.dryrun_sealed


@transaction.atomic
def officer_dryrun(*, seat_id: UUID, signed: SignedObject, actor: Actor, at: datetime) -> OfficerSeat:
    """Take the officer's answer: a ``dryrun`` event signed with the officer's key.

    A wrong answer marks the seat as failed (it does not raise): a red officer must be seen by everybody.
    """
    seat = selectors.seat_for_update(seat_id)
    require(policies.may_hold_seat(actor, seat.person_id))
    body = signed["body"]
    keys = signers("dryrun", signed)
    expected = {
        "tender": seat.lot.tender.reference,
        "lot": seat.lot.code,
        "i": seat.i,
        "pk": seat.opening_key,
    }
    _same_seat("dryrun_mismatch", body, expected)
    if keys != {seat.sig_key}:
        raise RuleBroken(
            "dryrun_mismatch",
            _(
                "This is not signed by the key of this seat (sig_key). "
                "Answer with the keys which were handed in for it."
            ),
        )
    if not seat.dryrun_secret:
        raise StateConflict("dryrun_not_asked", _("There is no open challenge for this seat."))
    passed = secrets.compare_digest(body["answer"], seat.dryrun_secret)
    action = SeatAction.PROVE if passed else SeatAction.FAIL
    seat.state = next_state(SEAT, action, SeatState(seat.state)).value
    seat.dryrun_secret = seat.dryrun_sealed = ""
    seat.proven_at = at if passed else None
    seat.tool = body["tool"]
    seat.save()
    entry = event_append(kind="dryrun", body=body, signatures=signed["signatures"], chain=None, at=at)
    DryRun.objects.create(
        seat=seat,
        stage=body["stage"],
        passed=passed,
        tool=body["tool"],
        tried_key=body["pk"],
        ev=entry.ev,
        at=at,
    )
    return seat


def require_open_seat(seat: OfficerSeat) -> None:
    """Keys are in T: once the tender is with the owner or published, a seat's key no longer changes."""
    if seat.lot.tender.state != TenderState.DRAFT.value:
        raise StateConflict("officer_key_frozen", _("The officers' keys are part of the published policy."))
