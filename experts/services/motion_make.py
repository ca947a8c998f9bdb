"""否决: moved by a member over his signature, decided by more than half of the members, then in the log (条例 51)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules.words import said
from bidding.services.signed_events import Signatures
from experts.models import MotionVote, Panel, PanelQuestion, PanelSeat, RejectionMotion
from experts.policies.panel import may_read_bids
from experts.rules.packs import CompetitionRule, pool_pack
from experts.rules.review import article_of, motion_findings
from experts.selectors.competition import competition_of
from experts.selectors.evaluated import Evaluation, carried
from experts.selectors.panels import majority, seated
from experts.services.panel_events import (
    eval_form,
    key_of,
    panel_in,
    panel_recorded,
    seat_event,
    seat_locked,
    seat_signed,
)
from experts.states.panel import MOTION, AskedState, MemberState, MotionAction, MotionState, PanelState
from kernel.errors import Finding, NotFound, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import event_append
from protocol import evaluation_bodies, hashing

NOTE: Final = 1000
OPEN: Final = (MotionState.MOVED.value, MotionState.CONFIRMED.value)


@transaction.atomic
def motion_make(
    *,
    seat_id: UUID,
    body: Mapping[str, Any],
    quote: str,
    signatures: Signatures,
    actor: Actor,
    at: datetime,
) -> RejectionMotion:
    """Move to reject a bid: ``body`` is the ``rejection`` event, signed by the mover; ``quote`` the sentence it hashes.

    RuleBroken names what is missing: an article that is not the ground's, a price nobody was asked about (12号令 21).
    StateConflict while another motion on this bid is open, or it is rejected. The mover's vote is for it.
    """
    seat = seat_locked(seat_id)
    _member(seat, actor)
    value = eval_form(seat.panel, "rejection", body)
    _proper(seat, value, quote)
    evaluation = Evaluation(seat.panel.lot)
    opened = evaluation.get(value["bid"])
    if seat.panel.motions.filter(bid=opened.bid, state__in=OPEN).exists():
        raise StateConflict("motion_open", _("A motion on this bid is open, or it is rejected already."))
    heard = PanelQuestion.objects.filter(panel=seat.panel, bid=opened.bid, kind="low-price")
    price = evaluation.price_of(seat.panel, opened)
    found = _competing(seat.panel, value, evaluation) or motion_findings(
        value["ground"],
        price=price,
        ceiling=evaluation.ceiling,
        asked=heard.exclude(state=AskedState.ASKED.value).exists(),
    )
    if found:
        raise RuleBroken("motion", found[0].message, found, **found[0].data)
    seat_signed(seat, "rejection", value, signatures)
    made = RejectionMotion.objects.create(
        panel=seat.panel,
        bid=opened.bid,
        mover=seat,
        quote=quote,
        signatures=[dict(one) for one in signatures],
        at=at,
        **{name: value[name] for name in ("ground", "article", "clause", "page", "reason")},
    )
    data = {"bid": opened.ev, "ground": made.ground}
    panel_recorded(seat.panel, "panel-motion", data, key_of(seat), at, seat=seat.seat)
    MotionVote.objects.create(motion=made, seat=seat, agrees=True, at=at)
    return _decided(made, at)


@transaction.atomic
def motion_vote(
    *, motion_id: UUID, seat_id: UUID, agrees: bool, note: str = "", actor: Actor, at: datetime
) -> RejectionMotion:
    """Vote on a motion, once; against it with a word why, which is kept (条例 53). The deciding vote logs it.

    A member who came after a rejection was logged confirms it the same way, or does not (条例 48).
    """
    seat = seat_locked(seat_id)
    _member(seat, actor)
    motion = motion_get(seat.panel, motion_id)
    if motion.state not in OPEN:
        raise StateConflict("motion_over", _("This motion is decided."))
    if motion.votes.filter(seat=seat).exists():
        raise StateConflict("voted", _("You have voted on this motion."))
    kept = said(note, NOTE, "note", optional=True)
    if not agrees and not kept:
        message = _("Say in a few words why you are against it.")
        raise RuleBroken("note", message, [Finding("note", message, "条例53", field="note")])
    MotionVote.objects.create(motion=motion, seat=seat, agrees=agrees, note=kept, at=at)
    return _decided(motion, at)


@transaction.atomic
def rejection_void(
    *,
    motion_id: UUID,
    seat_id: UUID,
    body: Mapping[str, Any],
    signatures: Signatures,
    actor: Actor,
    at: datetime,
) -> RejectionMotion:
    """Take back, as the chair, a rejection the members in their seats no longer carry (条例 48; ``rejection-void``).

    StateConflict while a majority stands behind it, or some who could make one have not voted.
    """
    seat = seat_locked(seat_id)
    _member(seat, actor)
    motion = motion_get(seat.panel, motion_id)
    if motion.state != MotionState.CONFIRMED.value or motion.entry is None:
        raise StateConflict("not_rejected", _("Only a rejection in the log is taken back."))
    if seat.panel.chair_id != seat.pk:
        raise StateConflict("not_chair", _("The chair does this."))
    here = seated(seat.panel)
    silent = len(here) - motion.votes.filter(seat__in=here).count()
    if majority(seat.panel, carried(motion) + silent):
        raise StateConflict("carried", _("The panel carries this rejection, or members have not voted yet."))
    if body.get("rejection") != motion.entry.ev:
        raise RuleBroken("other_motion", _("This was made for another rejection. Open the page again."))
    motion.void_entry = seat_event(seat, "rejection-void", body, signatures, at=at)
    motion.state = next_state(MOTION, MotionAction.VOID, MotionState(motion.state)).value
    motion.save(update_fields=["state", "void_entry"])
    return motion


def motions_left(seat: PanelSeat, at: datetime) -> None:
    """The open motions of a member who falls out, whose row the caller has locked, are void with his opinions."""
    for motion in seat.motions.filter(state=MotionState.MOVED.value):
        motion.state = next_state(MOTION, MotionAction.VOID, MotionState(motion.state)).value
        motion.decided_at = at
        motion.save(update_fields=["state", "decided_at"])


def motion_get(panel: Panel, motion_id: UUID) -> RejectionMotion:
    """A motion of this panel; NotFound for another's."""
    found = panel.motions.select_related("bid", "mover", "entry", "panel__lot__tender").filter(pk=motion_id)
    if not (rows := list(found)):
        raise NotFound("motion", _("There is no such motion."))
    return rows[0]


def _member(seat: PanelSeat, actor: Actor) -> None:
    require(may_read_bids(actor, seat.person_id, seated=seat.state == MemberState.SEATED.value))
    panel_in(seat.panel, PanelState.REVIEWING)


def _proper(seat: PanelSeat, value: Mapping[str, Any], quote: str) -> None:
    """The event says this seat, the article of its ground, and the hash of the sentence told beside it."""
    found = []
    if value["seat"] != seat.seat:
        found.append(Finding("other_seat", _("This was made for another seat. Open the page again.")))
    for_want = value["ground"] == "document" and value["article"] == _rule(seat.panel).code
    if not for_want and value["article"] != article_of(value["ground"]):
        found.append(
            Finding("article", _("This ground stands on another article."), "条例51", field="ground")
        )
    if value["quote"] != quote_hash(quote):
        found.append(Finding("quote", _("The sentence is not the one that was signed."), field="quote"))
    if found:
        raise RuleBroken("motion", found[0].message, found)


def _rule(panel: Panel) -> CompetitionRule:
    return pool_pack().competition_rule(panel.lot.tender.project.trade)


def _competing(panel: Panel, value: Mapping[str, Any], evaluation: Evaluation) -> list[Finding]:
    """Want of competition is no ground while enough bids are valid, nor before the other motions are decided."""
    rule = _rule(panel)
    if value["article"] != rule.code:
        return []
    found = competition_of(panel, [one.ev for one in evaluation.opened])
    if found.short:
        return []
    text = _("This ground stands only while fewer than %(fewer)s bids are valid.")
    return [Finding("competition", text, rule.code, field="ground", data={"fewer": rule.fewer})]


def quote_hash(quote: str) -> str | None:
    """How the log names the sentence of the bid: its hash, or nothing where there is none."""
    return hashing.sha256(quote.encode()).hex() if quote else None


def _decided(motion: RejectionMotion, at: datetime) -> RejectionMotion:
    """Log it when more than half of the seated members are for it, drop it when they can no longer be."""
    if motion.state != MotionState.MOVED.value:
        return motion
    here = seated(motion.panel)
    silent = len(here) - motion.votes.filter(seat__in=here).count()
    if majority(motion.panel, carried(motion)):
        action = MotionAction.CONFIRM
        body = rejection_body(motion)
        motion.entry = event_append(
            kind="rejection", body=body, signatures=motion.signatures, chain=motion.panel.chain, at=at
        )
    elif majority(motion.panel, carried(motion) + silent):
        return motion
    else:
        action = MotionAction.DROP
    motion.state = next_state(MOTION, action, MotionState(motion.state)).value
    motion.decided_at = at
    motion.save(update_fields=["state", "decided_at", "entry"])
    data = {"bid": motion.bid.ev, "decided": motion.state}
    panel_recorded(motion.panel, "panel-motion-decided", data, "system", at)
    return motion


def rejection_body(motion: RejectionMotion) -> dict[str, Any]:
    """The ``rejection`` event of a motion, as its mover signed it."""
    return evaluation_bodies.body(
        "rejection",
        policy=motion.panel.lot.policy,
        seat=motion.mover.seat,
        bid=motion.bid.ev,
        ground=motion.ground,
        article=motion.article,
        clause=motion.clause,
        page=motion.page,
        quote=quote_hash(motion.quote),
        reason=motion.reason,
    )
