"""Combine the shares of one envelope, judge every bid, and log the table of verdicts (6.4, rule 6; 6.5)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding import policies
from bidding.models import Absence, Bid, Release, Result
from bidding.selectors import lots
from bidding.selectors.chains import LotChain
from bidding.selectors.contents import Contents
from bidding.services.signed_events import platform_event
from bidding.states import BID, OPENING, BidAction, BidState, OpeningAction, OpeningState, Verdict
from kernel.errors import RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state

ACTIONS: Final[Mapping[str, BidAction]] = {
    Verdict.OPENED.value: BidAction.OPEN,
    Verdict.BAD_CONTENT.value: BidAction.SPOIL,
    Verdict.SET_ASIDE.value: BidAction.MISS,
    Verdict.FACTOR_MISSING.value: BidAction.MISS,
    Verdict.NOT_OPENABLE.value: BidAction.MISS,
    Verdict.BAD_DEALING.value: BidAction.MISS,
    Verdict.PLATFORM_FAULT.value: BidAction.MISS,
}


@transaction.atomic
def results_publish(*, lot_id: UUID, envelope: int, actor: Actor, at: datetime) -> Result:
    """Log the result of one envelope; idempotent. Envelope 0, which is read out, goes first.

    StateConflict ``shares_missing`` while fewer than t releases are in the log, or while a bid lacks shares
    that an officer who is not recorded absent could still give.
    """
    lot = lots.lot_get(lot_id)
    opening = lots.opening_locked(lot)
    require(policies.may_run(actor))
    known = Result.objects.filter(lot=lot, envelope=envelope).first()
    if known is not None:
        return known
    after = next_state(OPENING, OpeningAction.REVEAL, OpeningState(opening.state))
    chain = LotChain(lot)
    if envelope >= len(chain.policy["envelopes"]):
        raise RuleBroken("no_such_envelope", _("The tender has no such envelope."))
    if envelope and not Result.objects.filter(lot=lot, envelope=0).exists():
        raise StateConflict("price_first", _("The envelope that is read out is opened first."))
    contents = Contents(chain)
    _check_shares(chain, contents, envelope)
    verdicts = contents.verdicts(envelope)
    rows = [
        {"bid": ev, "verdict": verdict.word, "seed": verdict.seed, "plain": verdict.plain}
        for ev, verdict in sorted(verdicts.items())
    ]
    close = chain.close.ev if chain.close else ""
    entry = platform_event(lot, "result", at=at, e=envelope, close=close, rows=rows)
    _settle(contents, {ev: verdict.word for ev, verdict in verdicts.items()})
    opening.state, opening.revealed_at = after.value, opening.revealed_at or at
    opening.save(update_fields=["state", "revealed_at"])
    return Result.objects.create(lot=lot, envelope=envelope, entry=entry, at=at)


def _check_shares(chain: LotChain, contents: Contents, e: int) -> None:
    released = Release.objects.filter(lot=chain.lot, envelope=e)
    if released.filter(entry__leaf_index__isnull=True).exists():
        raise StateConflict("shares_missing", _("A release is not yet in the log."))
    seats = set(released.values_list("officer", flat=True))
    if len(seats) < chain.panel.t:
        raise StateConflict("shares_missing", _("Not enough officers have released their shares."))
    away = set(Absence.objects.filter(lot=chain.lot, envelope=e).values_list("officer", flat=True))
    if len(seats | away) < chain.panel.n and contents.waiting(e):
        raise StateConflict("shares_missing", _("Another officer's shares are needed for at least one bid."))


def _settle(contents: Contents, words: Mapping[str, str]) -> None:
    """Write the verdicts into the bids' own view; what one envelope spoils, another does not mend."""
    for bid in Bid.objects.select_for_update().filter(pk__in=[bid.pk for bid in contents.bids.values()]):
        action = ACTIONS.get(words.get(bid.ev, ""))
        if action is not None and BidState(bid.state) in BID[action].sources:
            bid.state = next_state(BID, action, BidState(bid.state)).value
            bid.save(update_fields=["state"])
