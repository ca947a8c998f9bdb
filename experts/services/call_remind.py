"""Remind who has accepted, drawn or named, once and by the way that called him, some hours before he is expected."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.actors import Actor
from experts.models import CallReminder, DrawCall, NamedReminder
from experts.policies.draw import may_settle
from experts.pool_keys import PoolKey
from experts.rules.packs import pool_pack
from experts.selectors.draws import draw_get
from experts.services.call_start import CallGateway, called
from experts.states.draw import SeatCode
from kernel.errors import Unavailable
from kernel.policies import require


def reminders_hand(*, draw_id: UUID, actor: Actor, at: datetime, key: PoolKey, gateway: CallGateway) -> int:
    """Remind everybody of this draw whose time has come; how many. A failing one is tried again until then."""
    require(may_settle(actor))
    draw = draw_get(draw_id)
    if not draw.request.begins_at - _span() <= at < draw.request.begins_at:
        return 0
    rows = DrawCall.objects.filter(seat__round__draw=draw, seat__code=SeatCode.ACCEPTED.value)
    waiting = rows.filter(seat__reminder__isnull=True).order_by("seat__seat").values_list("pk", flat=True)
    return sum(_reminded(pk, at, key, gateway) for pk in list(waiting))


def named_reminders_hand(*, actor: Actor, at: datetime, key: PoolKey, gateway: CallGateway) -> int:
    """Remind the named as the drawn are, whatever has become of the draw that left their seats open; how many.

    Those of a lot without a draw, too.
    """
    require(may_settle(actor))
    soon = {"begins_at__gt": at, "begins_at__lte": at + _span()}
    asked = [
        Q(**{f"named__naming__{of}__{field}": moment for field, moment in soon.items()})
        for of in ("draw__request", "request")
    ]
    rows = DrawCall.objects.filter(
        asked[0] | asked[1], named__code=SeatCode.ACCEPTED.value, named__reminder__isnull=True
    )
    waiting = rows.order_by("named__seat").values_list("pk", flat=True)
    return sum(_reminded(pk, at, key, gateway) for pk in list(waiting))


def _span() -> timedelta:
    """How long before the evaluation one is reminded."""
    return timedelta(hours=pool_pack().number("reminder_hours"))


@transaction.atomic
def _reminded(pk: UUID, at: datetime, key: PoolKey, gateway: CallGateway) -> bool:
    DrawCall.objects.select_for_update().filter(pk=pk).first()
    named = ("named__naming__draw__request", "named__naming__request")
    row = DrawCall.objects.select_related("seat__round__draw__request", *named).get(pk=pk)
    kept: type[NamedReminder | CallReminder] = NamedReminder if row.named else CallReminder
    seat, until = row.named or row.drawn, row.origin.asked.begins_at
    if kept.objects.filter(seat=seat.pk).exists():
        return False
    try:
        receipt = gateway.call(called(row, row.gateway_id, key, until=until, at=at, reminder=True))
    except Unavailable:
        return False
    kept.objects.create(seat_id=seat.pk, receipt=receipt, handed_at=at)
    return True
