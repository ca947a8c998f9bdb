"""初步评审: a member's own findings on form, qualification and responsiveness of each bid (12号令 22-25)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules import tidy
from experts.models import ReviewMark
from experts.policies.panel import may_read_bids
from experts.selectors.evaluated import Evaluation
from experts.services.panel_events import panel_in, seat_locked
from experts.states.panel import MemberState, PanelState
from kernel.errors import Finding, RuleBroken
from kernel.policies import require

NOTE: Final = 1000
Findings = Mapping[str, tuple[bool, str]]
"""By item: whether the bid passes, and where it does not: clause, page and sentence."""


@transaction.atomic
def review_mark(
    *, seat_id: UUID, bid: str, findings: Findings, actor: Actor, at: datetime
) -> list[ReviewMark]:
    """Keep this member's findings on some items of a bid (by event); others' stay unseen, as long as he likes.

    RuleBroken names each item the review does not know, and each "no" without clause, page and sentence. A "no"
    rejects nobody: that takes a motion and the panel's vote.
    """
    seat = seat_locked(seat_id)
    require(may_read_bids(actor, seat.person_id, seated=seat.state == MemberState.SEATED.value))
    panel_in(seat.panel, PanelState.REVIEWING)
    evaluation = Evaluation(seat.panel.lot)
    row = evaluation.get(bid).bid
    known = {one.code for one in evaluation.items}
    found = []
    for item, (passes, note) in findings.items():
        if item not in known:
            found.append(Finding("item", _("The review knows no such item."), field=f"item-{item}"))
        if not passes and not tidy(note):
            text = _("Say which clause is not met, on which page, in which sentence.")
            found.append(Finding("note", text, "条例51", field=f"note-{item}"))
        if len(note) > NOTE:
            text = _("Use at most %(most)s characters.")
            found.append(Finding("long", text, field=f"note-{item}", data={"most": NOTE}))
    if found:
        raise RuleBroken("review", found[0].message, found, **found[0].data)
    made = []
    for item, (passes, note) in findings.items():
        kept, _new = ReviewMark.objects.update_or_create(
            seat=seat, bid=row, item=item, defaults={"passes": passes, "note": tidy(note), "at": at}
        )
        made.append(kept)
    return made
