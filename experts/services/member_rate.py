"""Rate a member of a panel once its result is fixed: owner, centre and supervisor once each, by the pack's table."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from experts.models import DrawCall, ExpertRating, PanelRating
from experts.policies.conduct import may_rate_member, side_of
from experts.pool_keys import PoolKey
from experts.rules.packs import pool_pack
from experts.selectors.left_out import seat_expert
from experts.selectors.members import MEMBERS, RESULT_FIXED
from experts.services.changes import expert_locked
from experts.services.rating_give import rating_made
from experts.states.draw import DrawState
from kernel.errors import NotFound, RuleBroken, StateConflict
from kernel.policies import require


@transaction.atomic
def member_rate(
    *, seat: str, found: Collection[str], reason: str, actor: Actor, at: datetime, key: PoolKey
) -> ExpertRating:
    """Rate who sat on a seat, or should have. ``found`` are codes of the pack; none of them is full marks.

    NotFound for a seat that nobody accepted. StateConflict (``not_fixed``) until the draw is opened and the result of
    the lot is fixed (法37), ``rating_over`` after ``rating_days``. RuleBroken ``rating_exists`` for a second one.
    """
    row = DrawCall.objects.select_related("seat__round__draw__lot__tender__project").filter(seat__seat=seat)
    call = row.select_related("seat__round__draw__request").first()
    if call is None:
        raise NotFound("seat", _("There is no such seat."))
    draw = call.drawn.round.draw
    project = draw.lot.tender.project
    require(may_rate_member(actor, project.owner_id, project.supervisor_id))
    if call.drawn.code not in MEMBERS:
        raise NotFound("seat", _("There is no such seat."))
    if draw.state != DrawState.REVEALED.value or draw.lot.state not in RESULT_FIXED:
        raise StateConflict("not_fixed", _("Members are rated once the result of the lot is fixed."))
    if at >= draw.request.begins_at + timedelta(days=pool_pack().number("rating_days")):
        raise StateConflict("rating_over", _("The time to rate this panel is over."))
    side = side_of(actor, project.owner_id, project.supervisor_id)
    assert side is not None
    if PanelRating.objects.filter(seat=call.drawn, side=side.value).exists():
        raise RuleBroken("rating_exists", _("This assessment has been rated. A rating is not changed."))
    expert = expert_locked(seat_expert(call, key))
    occasion = f"{draw.lot.number} / {draw.serial} / {side.value}"
    made = rating_made(expert, occasion, found, reason, actor, at)
    PanelRating.objects.create(rating=made, seat=call.drawn, side=side.value)
    return made
