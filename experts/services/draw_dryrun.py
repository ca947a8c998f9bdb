"""The dry run of a draw's officer: a test secret sealed to the key just registered, opened and proven (A10, 15.1).

Without it a key that nobody can open with would show only when the first round waits for ever. The page of an officer
shows ``dryrun_seen`` (experts/selectors/draw_seats.py), calls ``dryrun_begin`` for a challenge, lets the browser or
``python -m protocol dryrun`` answer it, and hands the answer to ``dryrun_answer``. The names are those of the key: the
tender's reference and ``LOT-DSERIAL`` (``objects.lot_of``), stage ``publish``.
"""

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from experts.models import DrawOfficer
from experts.policies.draw import may_hold_draw_seat
from experts.selectors.draws import officer_get
from experts.services.changes import Entropy
from experts.services.draw_events import draw_locked, state_required, subject_of
from experts.states.draw import DrawState
from kernel.errors import RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import event_append, record_append
from protocol import officer
from protocol.draw import objects
from trading.services.signing import SignedObject, signers

CHALLENGE = 32
BEFORE_SIGNING = (DrawState.BEGUN, DrawState.PREPARED)


@transaction.atomic
def dryrun_begin(
    *, draw_id: UUID, i: int, actor: Actor, at: datetime, random: Entropy = secrets.token_bytes
) -> str:
    """A fresh challenge of officer ``i``, sealed to its opening key, hex; an earlier unanswered one no longer counts.

    The person of the seat alone asks for it. StateConflict ``officer_no_key`` before a key is registered, and
    ``draw_state`` once the header is signed: keys are then in T_d.
    """
    draw = draw_locked(draw_id)
    seat = officer_get(draw, i)
    require(may_hold_draw_seat(actor, seat.person_id))
    state_required(draw, *BEFORE_SIGNING)
    if not seat.kem_key:
        raise StateConflict("officer_no_key", _("This seat has no key yet."))
    tender, lot = draw.lot.tender.reference, objects.lot_of(draw.lot.code, draw.serial)
    challenge = random(CHALLENGE)
    sealed = officer.dryrun_challenge(bytes.fromhex(seat.kem_key), tender, lot, i, challenge, random)
    seat.dryrun_secret, seat.dryrun_sealed = officer.expected_answer(challenge).hex(), sealed.hex()
    seat.save(update_fields=["dryrun_secret", "dryrun_sealed"])
    record_append(
        name="draw-dryrun-asked", subject=f"{subject_of(draw)}/{i}", data={}, actor=actor.key, at=at
    )
    return seat.dryrun_sealed


@transaction.atomic
def dryrun_answer(*, draw_id: UUID, i: int, signed: SignedObject, actor: Actor, at: datetime) -> DrawOfficer:
    """Take the answer: a ``dryrun`` object signed by the officer's key; right, it is logged and ``proven_at`` is set.

    A wrong answer does not raise: it is logged, takes ``proven_at`` away, and everybody who looks at the officers sees
    it. RuleBroken ``dryrun_mismatch`` for another seat or key; StateConflict ``dryrun_not_asked`` without a challenge.
    """
    draw = draw_locked(draw_id)
    seat = officer_get(draw, i)
    require(may_hold_draw_seat(actor, seat.person_id))
    state_required(draw, *BEFORE_SIGNING)
    body, keys = signed["body"], signers("dryrun", signed)
    here = {
        "tender": draw.lot.tender.reference,
        "lot": objects.lot_of(draw.lot.code, draw.serial),
        "i": i,
        "pk": seat.kem_key,
    }
    if {name: body[name] for name in here} != here or keys != {seat.sig_key}:
        raise RuleBroken(
            "dryrun_mismatch",
            _("This answer is for another seat or draw, or not signed by the key registered for this seat."),
        )
    if not seat.dryrun_secret:
        raise StateConflict("dryrun_not_asked", _("There is no open challenge for this seat."))
    passed = secrets.compare_digest(body["answer"], seat.dryrun_secret)
    seat.dryrun_secret = seat.dryrun_sealed = ""
    seat.proven_at = at if passed else None
    seat.save(update_fields=["dryrun_secret", "dryrun_sealed", "proven_at"])
    event_append(kind="dryrun", body=body, signatures=signed["signatures"], chain=None, at=at)
    if not passed:
        record_append(
            name="draw-dryrun-failed", subject=f"{subject_of(draw)}/{i}", data={}, actor=actor.key, at=at
        )
    return seat
