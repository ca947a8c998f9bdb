"""An officer of a draw promises its release of one round, then hands it over sealed to the gateway (A21 to A23)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from experts.draw_keys import gateway_key
from experts.models import Draw, DrawCommit, DrawOfficer, DrawRelease, DrawRound
from experts.policies.draw import may_hold_draw_seat
from experts.selectors.draws import DrawChain, officer_get, placed, round_now
from experts.services.draw_events import (
    Signatures,
    draw_locked,
    draw_moved,
    form_checked,
    one_signer,
    party_logged,
    standing_required,
    state_required,
    subject_of,
)
from experts.states.draw import DrawAction, DrawState
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import record_append
from protocol.draw import releasing
from protocol.errors import ProtocolError


@transaction.atomic
def commit_give(
    *, draw_id: UUID, body: Mapping[str, Any], signatures: Signatures, actor: Actor, at: datetime
) -> DrawCommit:
    """Log an officer's commit for the round that is asked; the same again is the same, another is refused.

    StateConflict until the round's head stands in a checkpoint; RuleBroken for another round or unknown contributions.
    """
    draw = draw_locked(draw_id)
    given, seat = _by_officer("draw-commit", draw, body, signatures, actor)
    known = DrawCommit.objects.filter(round__draw=draw, round__j=given["j"], officer=seat.i).first()
    if known is not None:
        if known.hash != given["hash"]:
            raise StateConflict(
                "commit_exists", _("This officer has promised another release of this round.")
            )
        return known
    draw_moved(draw, DrawAction.COMMIT)
    now, chain = round_now(draw), DrawChain(draw)
    standing_required(chain, now.head)
    _of_this_round(given, now)
    if not set(given["fails"]) <= set(chain.counting):
        raise RuleBroken("other_set", _("The commit names contributions which do not count."))
    entry = party_logged(draw, "draw-commit", given, signatures, at=at)
    draw.save(update_fields=["state"])
    return DrawCommit.objects.create(round=now, officer=seat.i, hash=given["hash"], entry=entry, at=at)


def release_give(
    *, draw_id: UUID, body: Mapping[str, Any], signatures: Signatures, actor: Actor, at: datetime
) -> DrawRelease:
    """Log an officer's release, which the gateway has opened at the door.

    One that is not as committed is refused, and the refusal with the officer's number is recorded (A22); it stays
    recorded, so this is two transactions. StateConflict before enough commits are there and settle every contribution.
    """
    try:
        return _release(draw_id, body, signatures, actor, at)
    except _NotAsPromised as refused:
        record_append(
            name="draw-release-refused",
            subject=refused.subject,
            data={"officer": refused.officer, "why": refused.why},
            actor=actor.key,
            at=at,
        )
        raise RuleBroken(
            "release_bad",
            _("The release of officer %(officer)s is refused: %(why)s. Release what was promised."),
            officer=refused.officer,
            why=refused.why,
        ) from refused


class _NotAsPromised(Exception):
    """A release is not what its officer promised."""

    def __init__(self, subject: str, officer: int, why: str) -> None:
        super().__init__(why)
        self.subject, self.officer, self.why = subject, officer, why


@transaction.atomic
def _release(
    draw_id: UUID, body: Mapping[str, Any], signatures: Signatures, actor: Actor, at: datetime
) -> DrawRelease:
    draw = draw_locked(draw_id)
    given, seat = _by_officer("draw-release", draw, body, signatures, actor)
    known = DrawRelease.objects.filter(round__draw=draw, round__j=given["j"], officer=seat.i).first()
    if known is not None:
        return known
    state_required(draw, DrawState.COMMITTING)
    now, chain = round_now(draw), DrawChain(draw)
    _of_this_round(given, now)
    commits = {event.body["officer"]: event.body for event in chain.of_round("draw-commit", now.j)}
    if seat.i not in commits:
        raise StateConflict("no_commit", _("Commit first, and wait until the commit is in the log."))
    _enough(chain, now.j)
    if fault := _fault(draw, chain, given, commits[seat.i]):
        raise _NotAsPromised(f"{subject_of(draw)}/{now.j}", seat.i, fault)
    entry = party_logged(draw, "draw-release", given, signatures, at=at)
    return DrawRelease.objects.create(round=now, officer=seat.i, entry=entry, at=at)


def _fault(draw: Draw, chain: DrawChain, given: Mapping[str, Any], commit: Mapping[str, Any]) -> str:
    """Why a release, opened by the gateway, is not as committed, or ""."""
    try:
        within, shares = releasing.open_release(given, gateway_key(draw.pk).secret)
    except ProtocolError as error:
        return error.message
    return releasing.release_fault(commit, within, shares, chain.counting)


def _enough(chain: DrawChain, j: int) -> None:
    """Refuse (StateConflict) before t + 1 commits, or all of them, settle what every contribution is (A11, A21)."""
    header, votes = chain.header, chain.votes(j)
    if releasing.releasable(header, votes, chain.counting):
        return
    if len(votes) < min(len(header["officers"]), header["t"] + 1):
        raise StateConflict("too_early", _("Too few officers have committed. Wait for another one."))
    raise StateConflict(
        "too_early", _("A contribution is not settled yet. Wait for another officer’s commit.")
    )


def _by_officer(
    kind: str, draw: Draw, body: Mapping[str, Any], signatures: Signatures, actor: Actor
) -> tuple[dict[str, Any], DrawOfficer]:
    given = form_checked(kind, body, draw)
    seat = officer_get(draw, given["officer"])
    require(may_hold_draw_seat(actor, seat.person_id))
    if one_signer(kind, given, signatures) != seat.sig_key:
        raise NotPermitted(
            "signature_unknown", _("This must be signed with the officer's own key, and no other.")
        )
    return given, seat


def _of_this_round(given: Mapping[str, Any], now: DrawRound) -> None:
    if (given["j"], given["round"], given["leaf"]) != (now.j, now.head.ev, placed(now.head)):
        raise RuleBroken("other_round", _("This answers another round than the one that is asked."))
