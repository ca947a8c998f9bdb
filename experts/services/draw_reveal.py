"""Open a draw to everybody at its time: the gateway's key into the log, and how the draw ended (A23)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from experts.draw_keys import gateway_key
from experts.models import Draw
from experts.policies.draw import may_settle
from experts.selectors.draws import DrawChain, opened_already, standing
from experts.services.draw_events import draw_locked, draw_moved, platform_logged
from experts.states.draw import DrawAction, DrawState
from kernel.errors import StateConflict
from kernel.policies import require
from trading.models import Lot
from trading.states import LotState

NEVER = frozenset({LotState.UNSUCCESSFUL, LotState.CANCELLED, LotState.RETENDERED, LotState.ARCHIVED})
"""Lots whose bids are not opened any more."""


@transaction.atomic
def draw_reveal(*, draw_id: UUID, actor: Actor, at: datetime) -> Draw:
    """Publish the gateway's key and, of a complete panel, the end. Revealed already: as it is.

    StateConflict until its time is proven past by the time sources (V23), and while a later serial is not to be opened
    yet: its panel keeps seats of this one.
    """
    require(may_settle(actor))
    draw = draw_locked(draw_id)
    if draw.reveal_entry_id is not None:
        return draw
    whole = draw.state == DrawState.COMPLETE.value
    draw_moved(draw, DrawAction.REVEAL)
    if draw.request.when == "before-opening" and not _over(draw.lot):
        raise StateConflict(
            "draw_before_opening", _("The bids have not been opened: nobody learns the panel before that.")
        )
    if draw.reveal_at is None or at < draw.reveal_at or not _proven(DrawChain(draw)):
        raise StateConflict("not_yet", _("The time of the reveal has not come."))
    if _goes_on(draw, at):
        raise StateConflict("later_runs", _("A later draw of this lot goes on; it keeps seats of this one."))
    draw.reveal_entry = platform_logged(draw, "draw-reveal", at=at, gateway=gateway_key(draw.pk).secret.hex())
    if whole:
        panel = standing(draw).listed("accepted")
        draw.end_entry = platform_logged(
            draw, "draw-end", at=at, outcome="complete", cause="", missing=[], panel=panel
        )
    draw.save(update_fields=["state", "reveal_entry", "end_entry"])
    return draw


def _over(lot: Lot) -> bool:
    """Whether the bids were opened, or never will be."""
    return LotState(lot.state) in NEVER or opened_already(lot)


def _proven(chain: DrawChain) -> bool:
    return chain.passed(chain.reveal_at, chain.header_leaf)


def _goes_on(draw: Draw, at: datetime) -> bool:
    """Whether a later serial is still being drawn, or waits for its own reveal."""
    ended = (DrawState.COMPLETE.value, DrawState.SHORT.value, DrawState.REVEALED.value)
    later = Draw.objects.filter(lot=draw.lot_id, serial__gt=draw.serial)
    return later.exclude(state__in=ended, reveal_at__lte=at).exists()
