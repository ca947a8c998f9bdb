"""Rate a member of a panel once its result is fixed: owner, centre and supervisor once each, by the pack's table."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from experts.models import Draw, DrawCall, ExpertRating, NamedRating, PanelRating
from experts.policies.conduct import may_rate_member, side_of
from experts.pool_keys import PoolKey
from experts.rules.packs import pool_pack
from experts.selectors.left_out import seat_expert
from experts.selectors.members import MEMBERS, rated_origin, ratings_of
from experts.services.changes import expert_locked
from experts.services.rating_give import rating_made
from kernel.errors import NotFound, RuleBroken, StateConflict
from kernel.policies import require

NAMED = "named"
"""In the occasion of a rating, where the serial of a draw stands otherwise: nothing was drawn."""


@transaction.atomic
def member_rate(
    *, seat: str, found: Collection[str], reason: str, actor: Actor, at: datetime, key: PoolKey
) -> ExpertRating:
    """Rate who sat on a seat, or should have. ``found`` are codes of the pack; none of them is full marks.

    The seat was drawn, or somebody was named for it. NotFound for one that nobody accepted. StateConflict
    (``not_fixed``) until the draw is opened and the result of the lot is fixed (法37), ``rating_over`` after
    ``rating_days``. RuleBroken ``rating_exists`` for a second one.
    """
    rows = DrawCall.objects.filter(Q(seat__seat=seat) | Q(named__seat=seat))
    call = rows.select_related("seat__round__draw", "named__naming__draw").first()
    if call is None:
        raise NotFound("seat", _("There is no such seat."))
    origin = call.origin
    project = origin.lot.tender.project
    require(may_rate_member(actor, project.owner_id, project.supervisor_id))
    if call.code not in MEMBERS:
        raise NotFound("seat", _("There is no such seat."))
    rated_origin(origin.pk)
    if at >= origin.asked.begins_at + timedelta(days=pool_pack().number("rating_days")):
        raise StateConflict("rating_over", _("The time to rate this panel is over."))
    side = side_of(actor, project.owner_id, project.supervisor_id)
    assert side is not None
    if seat in ratings_of(origin, side):
        raise RuleBroken("rating_exists", _("This assessment has been rated. A rating is not changed."))
    expert = expert_locked(seat_expert(call, key))
    serial = origin.serial if isinstance(origin, Draw) else NAMED
    occasion = f"{origin.lot.number} / {serial} / {side.value}"
    made = rating_made(expert, occasion, found, reason, actor, at)
    if call.named is not None:
        NamedRating.objects.create(rating=made, seat=call.named, side=side.value)
    else:
        PanelRating.objects.create(rating=made, seat=call.drawn, side=side.value)
    return made
