"""After the answers: the panel is complete, or a replacement round is asked, or the draw ends short (A23, A25)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from experts.models import Draw, DrawAnswer, DrawRound
from experts.policies.draw import may_settle
from experts.rules.packs import DRAW_FALLBACK, pool_pack
from experts.selectors.draws import DrawChain, posed, round_now, standing
from experts.services.draw_events import (
    Signatures,
    draw_locked,
    draw_moved,
    paper_kept,
    platform_logged,
    state_required,
    subject_of,
)
from experts.services.draw_tell import officers_asked
from experts.services.draw_told import panel_told
from experts.states.draw import DrawAction, DrawState
from kernel.errors import StateConflict
from kernel.policies import require
from ledger.services import record_append
from protocol.draw import panels, plan, problem


@transaction.atomic
def round_next(*, draw_id: UUID, actor: Actor, at: datetime) -> Draw:
    """Take the next step of an answered draw: complete, a further round, or short when none is left or possible.

    StateConflict ``not_in_log`` until every answer has its place: the next head binds them in the order of the log.
    """
    require(may_settle(actor))
    draw = draw_locked(draw_id)
    if draw.state == DrawState.DRAWN.value:
        return _nobody(draw, actor, at)
    state_required(draw, DrawState.ANSWERED)
    chain, found, now = DrawChain(draw), standing(draw), round_now(draw)
    events = chain.of("draw-event")
    if len(events) != DrawAnswer.objects.filter(seat__round__draw=draw).count():
        raise StateConflict("not_in_log", _("This is not yet in the log. Try again in a few seconds."))
    problem_, whole = posed(draw), sum(draw.request.seats.values())
    if len(found.accepted()) == whole:
        draw_moved(draw, DrawAction.COMPLETE)
        draw.save(update_fields=["state"])
        record_append(name="draw-complete", subject=subject_of(draw), data={}, actor=actor.key, at=at)
        panel_told(draw, 0, at)
        return draw
    if now.j >= draw.header["max_rounds"]:
        return ended_short(draw, "short", actor, at)
    try:
        made = plan.plan(panels.next_round(problem_, found))
    except problem.NoPanel:
        return ended_short(draw, "infeasible", actor, at)
    entry = platform_logged(
        draw,
        "draw-round",
        at=at,
        j=now.j + 1,
        prev=now.head.ev,
        events=panels.events_root(event.ev for event in events),
        accepted=found.listed("accepted"),
        removed=found.listed("removed"),
        plan=paper_kept(draw, panels.stated(made)).digest,
    )
    draw_moved(draw, DrawAction.NEXT)
    draw.save(update_fields=["state"])
    DrawRound.objects.create(draw=draw, j=now.j + 1, head=entry)
    officers_asked(draw, at)
    return draw


def _nobody(draw: Draw, actor: Actor, at: datetime) -> Draw:
    """A decided round which drew nobody, since too few contributions were left, ends the serial (A21)."""
    if round_now(draw).seats.exists():
        raise StateConflict("not_called", _("The drawn experts have not been called yet."))
    return ended_short(draw, "contributors", actor, at)


def ended_short(
    draw: Draw,
    cause: str,
    actor: Actor,
    at: datetime,
    *,
    missing: Sequence[int] = (),
    beside: Signatures = (),
) -> Draw:
    """End a locked draw short: those who accepted stay, another serial fills what is open, or the law's fallback.

    ``missing`` are the officers, or the places of contributors, who are the cause; then the supervisor's signature
    stands ``beside`` the platform's.
    """
    draw_moved(draw, DrawAction.SHORTEN)
    panel = standing(draw).listed("accepted")
    members = {"outcome": "short", "cause": cause, "missing": list(missing), "panel": panel}
    draw.end_entry = platform_logged(draw, "draw-end", at=at, beside=beside, **members)
    draw.save(update_fields=["state", "end_entry"])
    rule = pool_pack().rules[DRAW_FALLBACK]
    data: dict[str, Any] = {"cause": cause, "kept": len(panel), "missing": list(missing)}
    data |= {"article": rule.article, "fallback": rule.text_zh}
    record_append(name="draw-short", subject=subject_of(draw), data=data, actor=actor.key, at=at)
    panel_told(draw, sum(draw.request.seats.values()) - len(panel), at)
    return draw
