"""签到: a member signs in by the own login, makes a key on the own device, and the log of entries begins."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules.words import said
from bidding.services.signed_events import Signatures, verified
from experts.models import PanelSeat, Passage
from experts.policies.panel import may_log_passage, may_sit
from experts.selectors.panels import KEY_KIND, key_body
from experts.selectors.rests import anytime, awake
from experts.services.panel_events import (
    actor_key,
    key_of,
    member_moved,
    panel_in,
    panel_recorded,
    seat_locked,
)
from experts.states.panel import IN_THE_ROOM, MemberAction, MemberState, PanelState
from kernel.errors import Finding, NotPermitted, RuleBroken, StateConflict
from kernel.policies import require

PLACE = 200
WAYS = ("in", "out")


@transaction.atomic
def member_sign_in(
    *, seat_id: UUID, spki: str, signatures: Signatures, place: str, actor: Actor, at: datetime
) -> PanelSeat:
    """Take in the key (SPKI, hex) this member's device made, shown by its signature over ``key_body``.

    ``place`` is the room, or city and device where he takes part from elsewhere. The same key again changes nothing.
    RuleBroken ``key_taken`` for a key of another seat of this panel.
    """
    seat = seat_locked(seat_id)
    require(may_sit(actor, seat.person_id))
    if seat.sig_key and seat.sig_key == spki and MemberState(seat.state) in IN_THE_ROOM:
        return seat
    panel_in(seat.panel, PanelState.FORMING)
    member_moved(seat, MemberAction.SIGN_IN)
    if verified(KEY_KIND, key_body(seat, spki), signatures) != [spki]:
        raise NotPermitted(
            "signature_unknown", _("The new key must sign for itself, for this panel and seat.")
        )
    if seat.panel.seats.filter(sig_key=spki).exclude(pk=seat.pk).exists():
        raise RuleBroken("key_taken", _("Another member of this panel has this key. Make a new one."))
    kept = said(place, PLACE, "place")
    seat.sig_key, seat.signed_in_at = spki, at
    seat.save(update_fields=["state", "sig_key", "signed_in_at"])
    panel_recorded(
        seat.panel, "panel-signed-in", {"spki": spki, "place": kept}, key_of(seat), at, seat=seat.seat
    )
    passed(seat, "in", kept, "", actor, at)
    return seat


@transaction.atomic
def passage_log(
    *, seat_id: UUID, way: str, place: str, note: str = "", actor: Actor, at: datetime
) -> Passage:
    """Note that a member comes in or goes out; RuleBroken for somebody who is there already, or is gone already.

    After a rest a member who comes in has signed in again. StateConflict while the panel rests: the room is sealed.
    """
    seat = seat_locked(seat_id, gate=anytime)
    require(may_log_passage(actor, seat.person_id))
    awake(seat.panel)
    if way not in WAYS:
        message = _("Choose in or out.")
        raise RuleBroken("way", message, [Finding("way", message, field="way")])
    if seat.signed_in_at is None:
        raise StateConflict("not_signed_in", _("This member has not signed in yet."))
    if inside(seat) is (way == "in"):
        raise RuleBroken("way_again", _("The log says so already. Note the other way first."))
    return passed(seat, way, said(place, PLACE, "place"), said(note, PLACE, "note", optional=True), actor, at)


def inside(seat: PanelSeat) -> bool:
    """Whether the last line of the log says that the member is there."""
    last = Passage.objects.filter(seat=seat).order_by("-at", "-id").first()
    return last is not None and last.way == "in"


def passed(seat: PanelSeat, way: str, place: str, note: str, actor: Actor, at: datetime) -> Passage:
    """Write a line of the log of entries and exits, and its record into the ledger."""
    assert actor.person is not None
    data = {"way": way, "place": place, "note": note}
    key = actor_key(seat.panel, actor)
    entry = panel_recorded(seat.panel, "panel-passage", data, key, at, seat=seat.seat)
    return Passage.objects.create(seat=seat, by_id=actor.person, at=at, entry=entry, **data)
