"""Give the bidders back the time an interruption took from their windows: a close anew of the same set."""

from datetime import datetime, timedelta
from typing import Final

from bidding.models import Opening
from bidding.selectors.chains import LotChain
from bidding.services.lot_close import ask_factors, settle_bids, write_close
from bidding.states import OpeningState

WINDOWED: Final = frozenset({OpeningState.CLOSED, OpeningState.FACTOR, OpeningState.CHECK})
"""Phases in which a window of the bidders runs or is still to come; no release is promised yet."""


def windows_extend(opening: Opening, *, began: datetime, at: datetime) -> Opening:
    """Move every window that had not ended when the pause began, by whole seconds of the pause.

    The caller has locked the opening and asked who may. The close in force may set factor and check later than
    the policy (docs/protocol.md, 6.1); factors given stay given.
    """
    spent = timedelta(seconds=-(-(at - began) // timedelta(seconds=1)))
    chain = LotChain(opening.lot)
    moved = False
    for name in ("factor_until", "check_until"):
        until = getattr(opening, name)
        if until is not None and until > began:
            setattr(opening, name, until + spent)
            moved = True
    if not moved or chain.commits(0):
        return opening
    n_close = chain.clock.n(chain.times.close_at)
    computed = chain.computed_set(n_close)
    settle_bids(opening.lot, computed)
    write_close(opening, chain, computed, n_close, at)
    if chain.policy["factor"] == "required":
        ask_factors(opening, opening.lot)
    return opening
