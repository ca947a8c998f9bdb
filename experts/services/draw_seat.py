"""An officer's seat in a draw, in two hands (A9): accepted in person, its key made there and certified by the own body.

Where one person holds both keys, ``draw_officer_register`` does both at once.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.services import notify
from experts.models import Draw, DrawOfficer, DrawSeatTaken
from experts.policies.draw import may_certify_draw_key, may_hold_draw_seat
from experts.selectors.draws import officer_get
from experts.selectors.exchanges import taken_of
from experts.services.draw_begin import key_checked, key_put
from experts.services.draw_events import draw_locked, state_required, subject_of
from experts.states.draw import DrawState
from kernel.errors import StateConflict
from kernel.policies import require
from ledger.services import record_append
from trading.services.signing import SignedObject


@transaction.atomic
def draw_seat_accept(*, draw_id: UUID, i: int, actor: Actor, at: datetime) -> DrawSeatTaken:
    """Accept seat ``i``, in person; accepted again it is accepted once. StateConflict once the header is prepared.

    Who takes the seat of an officer that was changed accepts it anew.
    """
    draw = draw_locked(draw_id)
    seat = officer_get(draw, i)
    require(may_hold_draw_seat(actor, seat.person_id))
    state_required(draw, DrawState.BEGUN)
    known = taken_of(seat)
    if known is not None:
        return known
    record_append(
        name="draw-seat-accepted", subject=f"{subject_of(draw)}/{i}", data={}, actor=actor.key, at=at
    )
    taken, _new = DrawSeatTaken.objects.update_or_create(seat=seat, defaults={"accepted_at": at})
    return taken


@transaction.atomic
def draw_key_ask(
    *, draw_id: UUID, i: int, signed: SignedObject, actor: Actor, at: datetime, automated: bool = False
) -> DrawSeatTaken:
    """Hand in one's new key for a seat and ask one's organisation to certify it; a later key replaces it.

    ``automated`` declares that a program of the organisation will act for the officer (A25). StateConflict
    ``seat_not_accepted`` before the seat is accepted; RuleBroken for a key of another seat, draw or officer.
    """
    draw = draw_locked(draw_id)
    seat = officer_get(draw, i)
    require(may_hold_draw_seat(actor, seat.person_id))
    state_required(draw, DrawState.BEGUN)
    taken = taken_of(seat)
    if taken is None:
        raise StateConflict("seat_not_accepted", _("Accept the seat first."))
    key_checked(draw, seat, signed)
    kept = {"body": dict(signed["body"]), "signatures": list(signed["signatures"])}
    taken.asked, taken.asked_at = {"signed": kept, "automated": automated}, at
    taken.save(update_fields=["asked", "asked_at"])
    data = {"sig_key": signed["body"]["sig_key"]}
    record_append(name="draw-key-made", subject=f"{subject_of(draw)}/{i}", data=data, actor=actor.key, at=at)
    told = {"name": seat.name, "url": f"/draws/{draw.pk}/officer/{i}/certify/"}
    notify(event="draw_key_to_certify", to_organisation=seat.organisation_id, data=told, at=at)
    return taken


@transaction.atomic
def draw_key_certify(
    *, draw_id: UUID, i: int, certificate: Mapping[str, Any], actor: Actor, at: datetime
) -> DrawOfficer:
    """Certify the key an officer has handed in, with the organisation's own key: it goes into the log, to be tried."""
    draw = draw_locked(draw_id)
    seat = officer_get(draw, i)
    require(may_certify_draw_key(actor, seat.organisation_id))
    state_required(draw, DrawState.BEGUN)
    taken = taken_of(seat)
    if taken is None or not taken.asked:
        raise StateConflict("officer_no_key", _("This seat has no key yet."))
    signed, automated = taken.asked["signed"], bool(taken.asked["automated"])
    key_checked(draw, seat, signed)
    key_put(draw, seat, signed, certificate, actor=actor, at=at, automated=automated)
    taken.asked, taken.asked_at = {}, None
    taken.save(update_fields=["asked", "asked_at"])
    notify(event="draw_dryrun", to_person=seat.person_id, data={"url": officer_page(draw)}, at=at)
    return seat


def officer_page(draw: Draw) -> str:
    """The address of the officers' page of a draw, as messages name it."""
    return f"/draws/{draw.pk}/officer/"
