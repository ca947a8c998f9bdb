"""Whether promised shares may be logged now, by the log alone (6.4, rule 4)."""

from bidding.rules import shares
from bidding.selectors.chains import LotChain

COMMIT_WINDOW = "commit-window"


def reveal_allowed(chain: LotChain, e: int) -> bool:
    """Whether the commits in the log allow shares of envelope e to be logged now (6.4, rule 4)."""
    over = False
    incidents = [event for event in chain.of("incident") if event.body["code"] == COMMIT_WINDOW]
    if incidents:
        latest = max((s.size for s in chain.clock.statements), default=0)
        over = chain.clock.reached(chain.times.open_at[e] + chain.policy["commit_s"], 0, latest)
    return shares.may_reveal(
        chain.panel, chain.commits(e), chain.set_evs, set_aside=chain.set_aside(e), window_over=over
    )
