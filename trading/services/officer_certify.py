"""An officer's key in two hands (A9): the officer makes it, the officer's organisation certifies it.

Where one person holds both keys, ``officer_key_register`` does both at once.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.services import notify
from kernel.errors import StateConflict
from kernel.policies import require
from ledger.services import record_append
from trading import policies, selectors
from trading.models import OfficerSeat
from trading.services.officers import check_key, key_put, require_open_seat
from trading.services.signing import SignedObject
from trading.states import SeatState


@transaction.atomic
def officer_key_ask(
    *, seat_id: UUID, signed: SignedObject, tool: str, actor: Actor, at: datetime
) -> OfficerSeat:
    """Hand in one's new key for a seat and ask one's organisation to certify it; a later key replaces it."""
    seat = selectors.seat_for_update(seat_id)
    require(policies.may_hold_seat(actor, seat.person_id))
    require_open_seat(seat)
    if seat.state == SeatState.INVITED.value:
        raise StateConflict("seat_not_accepted", _("Accept the seat first."))
    check_key(seat, signed, tool)
    kept = {"body": dict(signed["body"]), "signatures": list(signed["signatures"])}
    seat.asked_key = {"signed": kept, "tool": tool}
    seat.save(update_fields=["asked_key"])
    subject = f"{seat.lot.chain}/{seat.i}"
    record_append(
        name="officer-key-made",
        subject=subject,
        data={"sig_key": signed["body"]["sig_key"]},
        actor=actor.key,
        at=at,
    )
    data = {"title": seat.lot.tender.title, "name": seat.name, "url": f"/seats/{seat.pk}/certify/"}
    notify(event="officer_key_to_certify", to_organisation=seat.organisation_id, data=data, at=at)
    return seat


@transaction.atomic
def officer_key_certify(
    *, seat_id: UUID, certificate: Mapping[str, Any], actor: Actor, at: datetime
) -> OfficerSeat:
    """Certify an officer's key with the organisation's own key; from here it is in the log, to be tried."""
    seat = selectors.seat_for_update(seat_id)
    require(policies.may_certify_seat(actor, seat.organisation_id))
    require_open_seat(seat)
    if not seat.asked_key:
        raise StateConflict("officer_no_key", _("This seat has no key yet."))
    signed, tool = seat.asked_key["signed"], seat.asked_key["tool"]
    check_key(seat, signed, tool)
    key_put(seat, signed, certificate, tool, at)
    told = {
        "title": seat.lot.tender.title,
        "opening_at": seat.lot.opening.close_at,
        "url": f"/seats/{seat.pk}/",
    }
    notify(event="officer_dryrun", to_person=seat.person_id, data=told, at=at)
    return seat
