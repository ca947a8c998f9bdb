"""Close the contributions of a draw once T_close is proven past and every required one is there (A20)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from experts.models import Draw
from experts.policies.draw import may_settle
from experts.selectors.draws import DrawChain
from experts.services.draw_events import draw_locked, draw_moved, subject_of
from experts.services.draw_tell import officers_asked
from experts.states.draw import DrawAction
from kernel.errors import StateConflict
from kernel.policies import require
from ledger.services import record_append


@transaction.atomic
def draw_close(*, draw_id: UUID, actor: Actor, at: datetime) -> Draw:
    """Ask the officers for round 0.

    StateConflict ``not_yet`` until T_close is proven past, ``contributors_missing`` while a required contribution is
    missing: no draw then, until T_close has been moved and it has come.
    """
    require(may_settle(actor))
    draw = draw_locked(draw_id)
    draw_moved(draw, DrawAction.CLOSE)
    chain = DrawChain(draw)
    if not chain.closed():
        raise StateConflict(
            "not_yet", _("The end of contributions is not yet proven past by the time sources.")
        )
    if missing := chain.missing():
        raise StateConflict(
            "contributors_missing",
            _("A required contribution is missing: %(who)s. Postpone the draw, or remind them."),
            who=", ".join(missing),
        )
    draw.save(update_fields=["state"])
    record_append(
        name="draw-closed",
        subject=subject_of(draw),
        data={"contributions": sorted(chain.counting)},
        actor=actor.key,
        at=at,
    )
    officers_asked(draw, at)
    return draw
