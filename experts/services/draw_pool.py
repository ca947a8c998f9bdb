"""The pool of a draw: its epoch and the paper that shows it, before the header needs them.

Of 100,000 experts both take some ten seconds. So the clock makes them while officers still come together, and whoever
has the header made waits for the lottery alone.
"""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.actors import SYSTEM
from experts.models import Draw
from experts.pool_keys import PoolKey
from experts.rules.draws import office_findings
from experts.selectors.opened_pool import Shown, changed_since, pool_opened, pool_shown
from experts.services.changes import Entropy
from experts.services.draw_events import draw_locked, paper_kept
from experts.services.epoch_cut import epoch_cut_opened
from experts.states.draw import DrawState

AGAIN = timedelta(hours=1)
"""The clock cuts anew for a draw at most so often, however often the pool changes; the header's making always does."""


@transaction.atomic
def draw_pool(*, draw_id: UUID, at: datetime, key: PoolKey, random: Entropy = secrets.token_bytes) -> bool:
    """Cut the epoch of a draw whose officers are all ready, and keep its paper; whether there was anything to do."""
    draw = draw_locked(draw_id)
    if DrawState(draw.state) is not DrawState.BEGUN or draw.serial > 1 or not _ready(draw):
        return False
    if draw.epoch is not None and (at - draw.epoch.cut_at < AGAIN or not changed_since(draw.epoch, at)):
        return False
    pool_made(draw, at=at, key=key, random=random)
    draw.save(update_fields=["epoch", "pool_paper"])
    return True


def pool_made(draw: Draw, *, at: datetime, key: PoolKey, random: Entropy) -> Shown:
    """What the pool of a draw shows; epoch and paper are set on the row (not saved) and made anew where they are old.

    A later serial keeps the epoch of the first (V24). RuleBroken ``paper_size`` for more experts than a verifier reads.
    """
    epoch = draw.epoch
    if epoch is None or (draw.serial == 1 and changed_since(epoch, at)):
        draw.epoch, opened = epoch_cut_opened(actor=SYSTEM, at=at, key=key, random=random)
    elif draw.pool_paper is not None:
        return pool_shown(epoch, key)
    else:
        opened = pool_opened(epoch, key)
    draw.pool_paper = paper_kept(draw, opened.paper)
    return opened.pool


def _ready(draw: Draw) -> bool:
    """Whether the officers could hold the draw, and each has passed the dry run."""
    seats = list(draw.officers.select_related("organisation"))
    codes = [seat.organisation.code for seat in seats]
    unproven = any(seat.proven_at is None for seat in seats)
    return not unproven and not office_findings(codes, draw.t, trial=not settings.PRODUCTION)
