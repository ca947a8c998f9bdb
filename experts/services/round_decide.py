"""Decide a round from commits and releases: what counts, the seed, the seats. A decided one stays (A23)."""

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from experts.draw_keys import GatewayKey, gateway_key
from experts.models import Draw, DrawnSeat, DrawRound
from experts.policies.draw import may_settle
from experts.selectors.draws import DrawChain, posed, round_now, standing
from experts.services.changes import Entropy
from experts.services.draw_events import draw_locked, draw_moved, platform_logged, subject_of
from experts.states.draw import DrawAction, DrawState
from kernel.errors import StateConflict
from kernel.policies import require
from ledger.services import record_append
from protocol.draw import panels, plan, problem, releasing
from protocol.errors import BadContent


@transaction.atomic
def round_decide(
    *, draw_id: UUID, actor: Actor, at: datetime, random: Entropy = secrets.token_bytes
) -> DrawRound:
    """Write the result of the round once its releases give one; a decided round is returned as it is.

    StateConflict ``round_waits`` while a contribution waits for commits or good shares. Officers whose share matches
    nothing are named in the ledger. With too few contributions left the result has no seats (A21).
    """
    require(may_settle(actor))
    draw = draw_locked(draw_id)
    now = round_now(draw)
    if now.result_id is not None and draw.state != DrawState.COMMITTING.value:
        return now
    draw_moved(draw, DrawAction.DECIDE)
    chain, key = DrawChain(draw), gateway_key(draw.pk)
    read, found = round_outcome(chain, now, key)
    for i, ev in read.wrong:
        data = {"officer": i, "contribution": ev, "round": now.j}
        record_append(name="draw-share-wrong", subject=subject_of(draw), data=data, actor=actor.key, at=at)
    drawn: dict[bytes, problem.Seat] = {}
    if found.seed is not None:
        before = standing(draw, now.head)
        made = plan.plan(panels.next_round(posed(draw), before))
        drawn = panels.take(before, made, found.seed, key.secret, bytes.fromhex(draw.t_d), now.j)
    now.result = platform_logged(
        draw,
        "draw-result",
        at=at,
        j=now.j,
        round=now.head.ev,
        in_=found.inside,
        out=found.out,
        bad=found.bad,
        panel=releasing.panel_root(drawn).hex(),
        seats=len(drawn),
    )
    now.save(update_fields=["result"])
    _seats_kept(draw, now, drawn, key, random)
    draw.save(update_fields=["state"])
    return now


def round_outcome(
    chain: DrawChain, now: DrawRound, key: GatewayKey
) -> tuple[releasing.Opened, releasing.Outcome]:
    """What the round's placed releases give; StateConflict while they do not give it."""
    opened = {
        event.body["officer"]: releasing.open_release(event.body, key.secret)[1]
        for event in chain.of_round("draw-release", now.j)
    }
    read = releasing.read(chain.header, now.j, chain.counting, opened)
    if len(opened) < chain.header["t"]:
        raise StateConflict("round_waits", _("The round waits for its officers."))
    try:
        found = releasing.outcome(
            chain.header, bytes.fromhex(now.head.ev), now.j, chain.counting, chain.votes(now.j), read
        )
    except BadContent as waits:
        raise StateConflict("round_waits", _("The round waits for its officers.")) from waits
    return read, found


def _seats_kept(
    draw: Draw, now: DrawRound, drawn: dict[bytes, problem.Seat], key: GatewayKey, random: Entropy
) -> None:
    """Keep the seats under their hash, in the order of the hashes; who sits there sealed to the gateway."""
    DrawnSeat.objects.bulk_create(
        DrawnSeat(
            round=now,
            seat=seat.hex(),
            sealed=key.seal_seat(drawn[seat], bytes.fromhex(draw.t_d), random(32)),
        )
        for seat in sorted(drawn)
    )
