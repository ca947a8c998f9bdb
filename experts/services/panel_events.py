"""What every service of a panel begins and ends with: rows locked, states moved, events signed and logged."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding.services.signed_events import Signatures, verified
from experts.models import Panel, PanelSeat
from experts.selectors.panels import panel_get, seat_get
from experts.selectors.rests import awake, returned
from experts.states.panel import MEMBER, PANEL, MemberAction, MemberState, PanelAction, PanelState
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from kernel.transitions import next_state
from ledger.keys import platform_signer
from ledger.models import Entry
from ledger.services import event_append, record_append
from protocol import canonical, evaluation_bodies
from protocol.errors import NotCanonical


def panel_locked(panel_id: UUID) -> Panel:
    """The panel, its row locked until the transaction ends; NotFound when there is none."""
    Panel.objects.select_for_update().filter(pk=panel_id).first()
    return panel_get(panel_id)


def seat_locked(seat_id: UUID, *, gate: Callable[[PanelSeat], None] = returned) -> PanelSeat:
    """A member's seat, its panel's row locked; NotFound when there is none.

    ``gate`` refuses while the panel rests (``selectors.rests``); only what a rest leaves open gives another.
    """
    panel_locked(seat_get(seat_id).panel_id)
    seat = seat_get(seat_id)
    gate(seat)
    return seat


def panel_moved(panel: Panel, action: PanelAction) -> PanelState:
    """Put the panel into the state an action leads to (not yet saved); StateConflict when it leads nowhere."""
    state = next_state(PANEL, action, PanelState(panel.state))
    panel.state = state.value
    return state


def member_moved(seat: PanelSeat, action: MemberAction) -> MemberState:
    """Put a seat into the state an action leads to (not yet saved); StateConflict when it leads nowhere."""
    state = next_state(MEMBER, action, MemberState(seat.state))
    seat.state = state.value
    return state


def panel_in(panel: Panel, *states: PanelState) -> None:
    """Refuse (StateConflict) unless the panel stands in one of these states, and while it rests (``panel_rests``)."""
    awake(panel)
    if PanelState(panel.state) not in states:
        raise StateConflict("panel_state", _("This is not possible in the present state of the evaluation."))


def seated_required(seat: PanelSeat) -> None:
    """Refuse (StateConflict ``not_seated``) unless the member is in his seat."""
    if seat.state != MemberState.SEATED.value:
        raise StateConflict("not_seated", _("Only a member in his seat does this."))


def key_of(seat: PanelSeat) -> str:
    """How the ledger names a member who acts: panel and seat, neither name nor account."""
    return f"panel/{seat.panel_id}/{seat.seat}"


def actor_key(panel: Panel, actor: Actor) -> str:
    """How the ledger names whoever acts on a panel: a member by his seat, others by their ids."""
    own = panel.seats.filter(person=actor.person).first() if actor.person else None
    return key_of(own) if own else actor.key


def panel_recorded(
    panel: Panel, name: str, data: Mapping[str, object], key: str, at: datetime, *, seat: int | None = None
) -> Entry:
    """Write an act of the panel into the ledger, under the lot and the seat it is about."""
    subject = f"{panel.lot.number}/panel" + (f"/{seat}" if seat is not None else "")
    return record_append(name=name, subject=subject, data=data, actor=key, at=at)


def eval_form(panel: Panel, kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body, if it has the form of its kind and names the lot's policy; RuleBroken names the member at fault."""
    value = dict(body)
    try:
        evaluation_bodies.check_body(kind, value)
        canonical.encode(value)
    except NotCanonical as error:
        raise RuleBroken(
            "malformed", _("This is not a well-formed object: %(reason)s"), reason=str(error)
        ) from error
    if value["policy"] != panel.lot.policy:
        raise RuleBroken("other_lot", _("This was made for another lot. Open the page again."))
    return value


def seat_signed(seat: PanelSeat, kind: str, body: Mapping[str, Any], signatures: Signatures) -> None:
    """Refuse (NotPermitted ``signature_unknown``) unless exactly this seat's key has signed this body."""
    if len(signatures) != 1 or verified(kind, body, signatures) != [seat.sig_key]:
        raise NotPermitted(
            "signature_unknown", _("This must be signed with the key this member made when signing in.")
        )


def seat_event(
    seat: PanelSeat, kind: str, body: Mapping[str, Any], signatures: Signatures, *, at: datetime
) -> Entry:
    """Write a member's event into the lot's chain of the evaluation, checked for form, seat and signature."""
    value = eval_form(seat.panel, kind, body)
    if value["seat"] != seat.seat:
        raise RuleBroken("other_seat", _("This was made for another seat. Open the page again."))
    seat_signed(seat, kind, value, signatures)
    return event_append(kind=kind, body=value, signatures=signatures, chain=seat.panel.chain, at=at)


def platform_event(panel: Panel, kind: str, *, at: datetime, **members: Any) -> Entry:
    """Sign an event of the evaluation as the platform, and write it into the lot's chain of it."""
    body = evaluation_bodies.body(kind, policy=panel.lot.policy, **members)
    signatures = [platform_signer().sign(kind, body)]
    return event_append(kind=kind, body=body, signatures=signatures, chain=panel.chain, at=at)
