"""Prepare a draw: a fresh epoch, who is eligible, the fair lottery with its proof, and the header to be signed."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.selectors import active_spkis
from experts.draw_keys import gateway_made
from experts.models import Draw
from experts.policies.draw import may_operate
from experts.pool_keys import PoolKey
from experts.rules.draws import (
    Window,
    hand_findings,
    office_findings,
    out_of_draw,
    times_findings,
)
from experts.rules.packs import pool_pack
from experts.selectors.draws import opened_already, placed, serials, standing
from experts.selectors.left_out import employer_codes, own_reasons, units_of
from experts.selectors.opened_pool import Shown
from experts.services.changes import Entropy
from experts.services.draw_events import draw_locked, draw_moved, paper_kept, subject_of
from experts.services.draw_pool import pool_made
from experts.states.draw import DrawAction, RequestState
from kernel.errors import Finding, RuleBroken, StateConflict
from kernel.policies import require
from ledger import sources
from ledger.keys import platform_signer
from ledger.services import record_append
from protocol import canonical
from protocol.draw import eligible, objects, panels, plan, problem
from protocol.errors import ProtocolError
from trading.selectors import times_in_force

DAY, WEEK, LEAST = 86_400, 604_800, 600


@dataclass(frozen=True)
class Times:
    """When contributions close, when everything is opened to everybody, and how long officers have for a round.

    ``release_s`` are seconds from T_close, later from the head of a round; after them a round whose officers stayed
    away can be ended (draw_stall).
    """

    close_at: datetime
    reveal_at: datetime
    release_s: int = DAY


@transaction.atomic
def draw_prepare(
    *,
    draw_id: UUID,
    supervisor_key: str,
    times: Times,
    actor: Actor,
    at: datetime,
    key: PoolKey,
    random: Entropy = secrets.token_bytes,
) -> Draw:
    """Make the header; again, as long as nobody has signed it. A later serial keeps the pool of the first (V24).

    RuleBroken ``draw_infeasible`` gives in words why no panel exists: then there is no draw, and nothing was written.
    RuleBroken also while an officer has not passed the dry run, or when a program acts for every officer (A25).
    StateConflict before the opening, or while an officer's key is not in the log.
    """
    require(may_operate(actor))
    draw = draw_locked(draw_id)
    draw_moved(draw, DrawAction.PREPARE)
    _checked(draw, supervisor_key, times, at)
    shown = pool_made(draw, at=at, key=key, random=random)
    exclusions = _left_out(draw, shown, key)
    posed = _posed(draw, shown, exclusions, times)
    made = _planned(posed, draw)
    kept = {
        "exclusions": paper_kept(draw, canonical.encode(exclusions)),
        "problem": paper_kept(draw, panels.paper_of(posed)),
        "plan": paper_kept(draw, panels.stated(made)),
    }
    assert draw.pool_paper is not None
    papers = {"pool": draw.pool_paper.digest, **{name: row.digest for name, row in kept.items()}}
    gateway = gateway_made(draw.pk, random)
    draw.header = _header(draw, papers, len(exclusions), supervisor_key, times, gateway.public)
    draw.close_at, draw.reveal_at = times.close_at, times.reveal_at
    draw.save()
    t_d = objects.header_id(draw.header).hex()
    data = {
        "header": t_d,
        "label": objects.attested(draw.header, {row["org"] for row in draw.header["required"]}),
    }
    record_append(name="draw-prepared", subject=subject_of(draw), data=data, actor=actor.key, at=at)
    return draw


def _checked(draw: Draw, supervisor_key: str, times: Times, at: datetime) -> None:
    """Refuse what the header could not say truthfully."""
    project = draw.lot.tender.project
    if draw.request.state != RequestState.CONFIRMED.value:
        raise StateConflict("not_confirmed", _("The owner has not confirmed this request."))
    if project.supervisor_id is None or supervisor_key not in active_spkis(project.supervisor_id):
        raise RuleBroken("supervisor_key", _("Choose a registered key of the supervisor of this project."))
    if not LEAST <= times.release_s <= WEEK:
        text = _("Officers have between ten minutes and seven days for a round.")
        raise RuleBroken("release_s", text, [Finding("release_s", text, "A25", field="release_s")])
    rule = pool_pack().draw_rule(project.trade)
    due = times_in_force(draw.lot).close_at if draw.request.when == "before-opening" else None
    asked = Window(times.close_at, times.reveal_at, draw.request.begins_at, due)
    if findings := times_findings(asked, rule, at):
        raise RuleBroken(findings[0].code, findings[0].message, findings, **findings[0].data)
    if draw.request.when == "after-opening" and not opened_already(draw.lot):
        raise StateConflict(
            "draw_before_opening", _("This draw is after the opening, which has not taken place.")
        )
    seats = list(draw.officers.select_related("organisation", "key_entry"))
    if [seat.i for seat in seats] != list(range(1, len(seats) + 1)):
        raise RuleBroken("officers", _("Number the officers 1, 2, … without a gap."))
    codes = [seat.organisation.code for seat in seats]
    findings = office_findings(codes, draw.t, trial=not settings.PRODUCTION)
    findings += hand_findings([(seat.i, seat.proven_at is not None, seat.automated) for seat in seats])
    if findings:
        raise RuleBroken(findings[0].code, findings[0].message, findings, **findings[0].data)
    for seat in seats:
        placed(seat.key_entry)


def _left_out(draw: Draw, shown: Shown, key: PoolKey) -> list[dict[str, str]]:
    """The exclusions of a header. Before the opening none: nothing of it may derive from bids or takers (A24)."""
    if draw.request.when == "before-opening":
        return []
    reasons = own_reasons(draw, shown.people.values(), key)
    own = {name: reasons[expert] for name, expert in shown.people.items() if expert in reasons}
    return out_of_draw(shown.rows, units_of(draw), employer_codes(), own)


def _posed(
    draw: Draw,
    shown: Shown,
    exclusions: list[dict[str, str]],
    times: Times,
) -> problem.Problem:
    seats = dict(draw.request.seats)
    excluded = {row["eid"] for row in exclusions}
    day = eligible.day_of(int(times.close_at.timestamp()))
    able = eligible.experts(shown.rows, set(seats), day, excluded)
    regions = {name: (low, high) for name, (low, high) in draw.request.regions.items()}
    made = problem.Problem(seats, tuple(able), draw.request.employer_cap, regions)
    try:
        return problem.of_value(canonical.decode(panels.paper_of(made), 1 << 28))
    except ProtocolError as error:
        raise RuleBroken(
            "draw_problem", _("This draw cannot be stated: %(why)s"), why=str(error)[:500]
        ) from error


def _planned(posed: problem.Problem, draw: Draw) -> plan.Plan:
    """The fair lottery for what is left after earlier serials."""
    before = standing(draw) if draw.serial > 1 else panels.Standing()
    made = plan_of(panels.next_round(posed, before))
    if made.mixture is not None:
        raise RuleBroken(
            "draw_crosses",
            _(
                "These bounds cross: an employer stands in more than one bounded region. Drop the cap or the bounds."
            ),
        )
    return made


def plan_of(left: problem.Problem) -> plan.Plan:
    """The plan of a problem; RuleBroken ``draw_infeasible`` with the reason in words when no panel exists."""
    try:
        return plan.plan(left)
    except problem.NoPanel as error:
        raise RuleBroken(
            "draw_infeasible",
            _("No panel keeps these rules: %(why)s"),
            why=error.reasons["zh"],
            reasons=error.reasons,
        ) from error


def _header(
    draw: Draw, papers: Mapping[str, str], excluded: int, supervisor_key: str, times: Times, gateway: str
) -> dict[str, Any]:
    request, lot, pack = draw.request, draw.lot, pool_pack()
    before = list(serials(draw))
    kept = standing(draw).listed("accepted") if draw.serial > 1 else []
    assert draw.epoch is not None
    after = request.when == "after-opening"
    return objects.body(
        "draw-header",
        tender=lot.tender.reference,
        lot=lot.code,
        serial=draw.serial,
        prev=before[-1].t_d if before else None,
        cause=draw.cause,
        kept=kept,
        policy=lot.policy,
        when=request.when,
        pool={
            "epoch": draw.epoch.number,
            "root": draw.epoch.root,
            "count": draw.epoch.size,
            "rows": papers["pool"],
        },
        exclusions={"rows": papers["exclusions"], "count": excluded},
        problem=papers["problem"],
        plan=papers["plan"],
        rulepack=f"{pack.id} {pack.version}",
        t=draw.t,
        officers=_officers(draw),
        gateway=gateway,
        required=_required(draw, supervisor_key),
        open="bidders" if after else "none",
        close_at=int(times.close_at.timestamp()),
        reveal_at=int(times.reveal_at.timestamp()),
        window_s=request.window_s,
        release_s=times.release_s,
        max_rounds=request.max_rounds,
        beacon=None,
    )


def _officers(draw: Draw) -> list[dict[str, Any]]:
    return [
        {
            "i": seat.i,
            "org": seat.organisation.code,
            "name": seat.name,
            "person": seat.person_ref,
            "role": seat.role,
            "kem": "x25519",
            "pk": seat.kem_key,
            "sig_key": seat.sig_key,
            "cert": seat.certificate,
        }
        for seat in draw.officers.select_related("organisation").order_by("i")
    ]


def _required(draw: Draw, supervisor_key: str) -> list[dict[str, str]]:
    """Owner, centre and supervisor, each with the one key it contributes with, by organisation (A20)."""
    project = draw.lot.tender.project
    assert project.supervisor is not None
    rows = [
        {"org": project.owner.code, "role": "owner", "spki": draw.request.owner_key},
        {"org": sources.log_org(), "role": "platform", "spki": platform_signer().spki.hex()},
        {"org": project.supervisor.code, "role": "supervisor", "spki": supervisor_key},
    ]
    return sorted(rows, key=lambda row: row["org"])
