"""An officer promises one release: the hash of what is to come, and the bids whose share is bad, in clear (A11)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding import policies
from bidding.models import ReleaseCommit, Result
from bidding.selectors import lots
from bidding.selectors.chains import LotChain
from bidding.services.lot_close import require_current
from bidding.services.set_object import objection_open
from bidding.services.signed_events import Signatures, body_checked, party_event, verified
from bidding.states import OPENING, OpeningAction, OpeningState
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from trading.models import Lot, OfficerSeat


@transaction.atomic
def commit_submit(
    *, lot_id: UUID, body: Mapping[str, Any], signatures: Signatures, actor: Actor, at: datetime
) -> ReleaseCommit:
    """Log a commit of one officer for one envelope; the same one again is the same one, another is refused.

    StateConflict ``too_early`` until the set check and the envelope's time are proven past by a statement that
    stands in the log before the commit (6.4, rule 3); ``objection_open`` while an objection is unanswered.
    """
    lot = lots.lot_get(lot_id)
    opening = lots.opening_locked(lot)
    commit = body_checked("release-commit", body, lot)
    seat = lots.seat_get(lot, commit["officer"])
    require(policies.may_release(actor, seat.person_id))
    signed_by_seat("release-commit", commit, signatures, seat)
    known = ReleaseCommit.objects.filter(lot=lot, envelope=commit["e"], officer=seat.i).first()
    if known is not None:
        if known.hash != commit["hash"]:
            raise StateConflict(
                "commit_exists", _("This officer has promised another release of this envelope.")
            )
        return known
    state = OpeningState(opening.state)
    after = state if state is OpeningState.REVEALED else next_state(OPENING, OpeningAction.COMMIT, state)
    if Result.objects.filter(lot=lot, envelope=commit["e"]).exists():
        raise StateConflict("no_releases_now", _("Shares are not released now."))
    if objection_open(opening):
        raise StateConflict("objection_open", _("An objection to the closed set is not yet answered."))
    chain = LotChain(lot)
    require_current(opening, chain)
    _check_commit(chain, commit)
    entry = party_event(lot, "release-commit", commit, signatures, at=at)
    opening.state = after.value
    opening.save(update_fields=["state"])
    return ReleaseCommit.objects.create(
        lot=lot,
        envelope=commit["e"],
        officer=seat.i,
        hash=commit["hash"],
        fails=commit["fails"],
        entry=entry,
        at=at,
    )


def signed_by_seat(kind: str, body: Mapping[str, Any], signatures: Signatures, seat: OfficerSeat) -> None:
    """Refuse (NotPermitted) unless the one signature is by the key of this seat."""
    if verified(kind, body, signatures) != [seat.sig_key]:
        raise NotPermitted(
            "signature_unknown", _("This must be signed with the officer's own key, and no other.")
        )


def _check_commit(chain: LotChain, commit: Mapping[str, Any]) -> None:
    close, ends = chain.close, chain.of("factor-end")
    if close is None or not ends or ends[-1].body["close"] != close.ev:
        raise StateConflict(
            "too_early", _("Shares may be promised once the decryption phase is closed in the log.")
        )
    if commit["close"] != close.ev:
        raise RuleBroken("other_close", _("The commit names another close than the one in force."))
    if commit["e"] >= len(chain.policy["envelopes"]) or not set(commit["fails"]) <= set(chain.set_evs):
        raise RuleBroken("other_set", _("The commit is not about this envelope and set."))
    check_until = max(close.body["check_until"], chain.times.check_until)
    moment = max(chain.times.open_at[commit["e"]], check_until)
    latest = max((s.size for s in chain.clock.statements), default=0)
    if not chain.clock.reached(moment, close.leaf, latest):
        raise StateConflict(
            "too_early", _("The set check, or the time of this envelope, is not yet proven past.")
        )


def officers_of(lot: Lot) -> frozenset[UUID]:
    """The persons who hold a seat of this lot."""
    return frozenset(OfficerSeat.objects.filter(lot=lot).values_list("person_id", flat=True))
