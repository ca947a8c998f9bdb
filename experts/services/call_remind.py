"""Remind who has accepted, once and by the way that called him, some hours before he is expected."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from experts.models import CallReminder, DrawCall
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
    first = draw.request.begins_at - timedelta(hours=pool_pack().number("reminder_hours"))
    if not first <= at < draw.request.begins_at:
        return 0
    rows = DrawCall.objects.filter(seat__round__draw=draw, seat__code=SeatCode.ACCEPTED.value)
    waiting = rows.filter(seat__reminder__isnull=True).order_by("seat__seat").values_list("pk", flat=True)
    return sum(_reminded(pk, draw.pk, draw.request.begins_at, at, key, gateway) for pk in list(waiting))


@transaction.atomic
def _reminded(
    pk: UUID, draw_id: UUID, begins_at: datetime, at: datetime, key: PoolKey, gateway: CallGateway
) -> bool:
    row = DrawCall.objects.select_for_update(of=("self",)).select_related("seat").get(pk=pk)
    if CallReminder.objects.filter(seat=row.seat).exists():
        return False
    try:
        receipt = gateway.call(called(row, draw_id, key, until=begins_at, at=at, reminder=True))
    except Unavailable:
        return False
    CallReminder.objects.create(seat=row.drawn, receipt=receipt, handed_at=at)
    return True
