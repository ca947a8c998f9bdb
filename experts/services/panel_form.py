"""Call a panel together: who accepted in the draws opened to everybody or was named, and the owner's own members."""

import secrets
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding.selectors.lots import lot_get
from experts.models import Draw, DrawCall, DrawnSeat, Expert, NamedSeat, OwnMember, Panel
from experts.policies.panel import may_form
from experts.pool_keys import PoolKey
from experts.selectors.draws import opened_seat, revealed
from experts.selectors.left_out import seat_expert
from experts.selectors.mandates import own_request
from experts.selectors.named import named_due, named_request
from experts.selectors.panels import panel_of, request_of
from experts.services.answer_record import expert_of
from experts.services.changes import Entropy
from experts.services.own_follow import own_follow
from experts.services.panel_events import panel_locked, panel_recorded
from experts.services.seat_call import OWN, SeatOrigin, seat_call
from experts.states.draw import SeatCode
from experts.states.panel import PanelState
from kernel.errors import StateConflict
from kernel.policies import require
from trading.models import Lot


@transaction.atomic
def panel_form(
    *, lot_id: UUID, actor: Actor, at: datetime, key: PoolKey, random: Entropy = secrets.token_bytes
) -> Panel:
    """Call in everybody who accepted, drawn or named, and has a login, and the owner's own members. Again: who is new.

    Somebody tied to a bidder by employer or membership, or of the supervisor's office, is called in and out at once:
    another is drawn in his place (条例 46), for a member of the owner's a substitute steps in. StateConflict while a
    draw of this lot is not opened; where nothing is drawn, before the named are called in.
    """
    require(may_form(actor))
    lot = lot_get(lot_id)
    draws = _draws(lot, at)
    last = draws[-1] if draws else None
    panel = panel_of(lot)
    if panel is None:
        request = request_of(lot)
        panel = Panel.objects.create(lot=lot, draw=last, place=request.place, formed_at=at)
    panel = panel_locked(panel.pk)
    if panel.state != PanelState.FORMING.value:
        return panel
    before = panel.seats.count()
    for drawn, expert, specialty in _accepted(panel, draws, key):
        if expert.person_id is not None:
            origin = SeatOrigin(drawn=drawn, expert=expert, specialty=specialty)
            seat_call(panel, expert.person_id, origin, at=at, random=random)
    for named, expert in _named(panel, key):
        if expert.person_id is not None:
            origin = SeatOrigin(named=named, expert=expert, specialty=named.specialty)
            seat_call(panel, expert.person_id, origin, at=at, random=random)
    for own in OwnMember.objects.filter(request=own_request(lot), left_at__isnull=True, rank__isnull=True):
        if not panel.seats.filter(person=own.person_id).exists():
            seat_call(panel, own.person_id, OWN, at=at, random=random)
    own_follow(panel, at=at, random=random)
    if (came := panel.seats.count() - before) and last and panel.draw_id != last.pk:
        panel.draw = last
        panel.save(update_fields=["draw"])
    if came:
        panel_recorded(panel, "panel-called", {"members": came}, actor.key, at)
    return panel


def _draws(lot: Lot, at: datetime) -> list[Draw]:
    """The draws of the lot, all opened to everybody; none where its experts are named instead."""
    if named_request(lot) is not None:
        if not named_due(at).filter(lot=lot).exists():
            raise StateConflict("not_called", _("The experts named for this lot are not called in yet."))
        return []
    draws = list(revealed([lot]).select_related("lot__tender", "epoch", "request"))
    if not draws or any(draw.reveal_entry_id is None for draw in draws):
        raise StateConflict("not_revealed", _("A draw of this lot is not opened to everybody yet."))
    return draws


def _accepted(panel: Panel, draws: list[Draw], key: PoolKey) -> Iterator[tuple[DrawnSeat, Expert, str]]:
    """Accepted seats nobody sits on yet, with expert and specialty: the gateway's keys are public by now."""
    taken = set(panel.seats.exclude(drawn__isnull=True).values_list("drawn_id", flat=True))
    for draw in draws:
        rows = DrawnSeat.objects.select_related("round").filter(
            round__draw=draw, code=SeatCode.ACCEPTED.value
        )
        for row in rows.order_by("round__j", "seat"):
            if row.pk not in taken:
                yield row, expert_of(row, draw, key), opened_seat(row, draw).specialty


def _named(panel: Panel, key: PoolKey) -> Iterator[tuple[NamedSeat, Expert]]:
    """Experts named for open seats who accepted and are not called in yet."""
    rows = DrawCall.objects.select_related("named__naming").filter(
        named__naming__lot=panel.lot, named__code=SeatCode.ACCEPTED.value, named__panel_seat__isnull=True
    )
    for row in rows.order_by("named__naming__at", "named__seat"):
        if row.named is not None:
            yield row.named, Expert.objects.get(pk=seat_expert(row, key))
