"""The record is signed from the seats of those who conducted the opening, each with a registered key (法36)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules.words import said
from bidding import policies
from bidding.models import Opening, RecordSignature, SeatVacancy
from bidding.selectors import lots
from bidding.selectors.mandates import chairing, named_for
from bidding.selectors.signing import KIND, record_digest, seats_of, signature_body
from bidding.services.signed_events import Signatures, signed_by
from bidding.states import HostSeat, OpeningState
from kernel.errors import Finding, NotPermitted, RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import record_append
from trading.models import Lot

REASON: Final = 500
"""Characters of why a seat does not sign."""
SENTENCES: Final[Mapping[HostSeat, str]] = {
    HostSeat.CHAIR: _("The chair has not signed the record as it stands now."),
    HostSeat.READER: _("The reader has not signed the record as it stands now."),
    HostSeat.RECORDER: _("The recorder has not signed the record as it stands now."),
    HostSeat.WITNESS: _("The witness has not signed the record as it stands now."),
}


@transaction.atomic
def record_sign(
    *,
    lot_id: UUID,
    seat: HostSeat,
    body: Mapping[str, Any],
    signatures: Signatures,
    actor: Actor,
    at: datetime,
) -> RecordSignature:
    """Put the signature of a seat under the record as it stands; idempotent for the same record.

    ``body`` is ``signature_body`` of the person who signs; exactly one signature, by an active key of their
    organisation. StateConflict ``record_changed`` when the record is another one by now, RuleBroken
    ``two_seats`` when the person has signed from another seat: one person does not watch over itself.
    """
    lot, _opening = _reading(lot_id)
    owner = lot.tender.project.owner_id
    agencies = chairing(lot, actor, at)
    require(policies.may_sign_record(actor, seat, owner, agencies, named_for(lot, seat)))
    if actor.organisation is None or actor.person is None:
        raise NotPermitted("not_permitted", _("A record is signed by a person for its organisation."))
    digest = record_digest(lot)
    if dict(body) != signature_body(lot, seat, actor, digest):
        raise StateConflict("record_changed", _("The record has changed since you read it. Read it again."))
    known = RecordSignature.objects.filter(lot=lot, digest=digest)
    if (own := known.filter(seat=seat.value).first()) is not None:
        return own
    if known.filter(person=actor.person).exists():
        raise RuleBroken("two_seats", _("You have signed from another seat; each seat is another person's."))
    signed_by(KIND, body, signatures, organisations=[actor.organisation])
    if len(signatures) != 1:
        raise NotPermitted("signature_unknown", _("Sign once, with one key."))
    data = {"body": dict(body), "signature": dict(signatures[0])}
    entry = record_append(name="record-signed", subject=lot.number, data=data, actor=actor.key, at=at)
    return RecordSignature.objects.create(
        lot=lot,
        seat=seat.value,
        organisation_id=actor.organisation,
        person_id=actor.person,
        digest=digest,
        entry=entry,
        at=at,
        **data,
    )


@transaction.atomic
def vacancy_record(*, lot_id: UUID, seat: HostSeat, reason: str, actor: Actor, at: datetime) -> SeatVacancy:
    """Record why a seat does not sign (absent, refuses); idempotent. Its signature may still follow."""
    lot, _opening = _reading(lot_id)
    owner = lot.tender.project.owner_id
    require(policies.may_record_vacancy(actor, seat, owner, chairing(lot, actor, at)))
    if (known := SeatVacancy.objects.filter(lot=lot, seat=seat.value).first()) is not None:
        return known
    data = {"seat": seat.value, "reason": said(reason, REASON, "reason")}
    entry = record_append(name="record-unsigned", subject=lot.number, data=data, actor=actor.key, at=at)
    return SeatVacancy.objects.create(lot=lot, by=actor.name, entry=entry, at=at, **data)


def unsigned(lot: Lot, digest: str) -> list[Finding]:
    """One finding for each seat whose signature under this record is missing without a recorded reason."""
    return [
        Finding("record_unsigned", SENTENCES[state.seat], "法36", data={"seat": state.seat.value})
        for state in seats_of(lot, digest)
        if state.open
    ]


def _reading(lot_id: UUID) -> tuple[Lot, Opening]:
    """Lot and locked opening while the record is open to be signed."""
    lot = lots.lot_get(lot_id)
    opening = lots.opening_locked(lot)
    if opening.state != OpeningState.REVEALED.value:
        raise StateConflict("not_signed_now", _("A record is signed between the reading and its closing."))
    return lot, opening
