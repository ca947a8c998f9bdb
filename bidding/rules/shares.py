"""When the officers' shares may be shown to anyone (docs/protocol.md, 6.4, rules 4 and 5)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Panel:
    """The officers of a lot: ``n`` of them, ``t`` needed."""

    n: int
    t: int

    @property
    def enough(self) -> int:
        """Commits after which shares may be shown at once: one more than needed, so that none can stall."""
        return min(self.n, self.t + 1)

    @property
    def hopeless(self) -> int:
        """Failed shares after which fewer than t good ones can be left."""
        return self.n - self.t + 1


def undecided(
    panel: Panel, fails: Mapping[int, Collection[str]], bids: Collection[str], set_aside: Collection[str]
) -> tuple[str, ...]:
    """The bids (ev, hex) whose fate the commits have not settled: these hold every release back.

    ``fails`` maps each officer who has committed to the bids of which the officer's share is bad.
    """
    open_bids = []
    for bid in bids:
        failed = sum(bid in listed for listed in fails.values())
        good = len(fails) - failed
        if good < panel.t and failed < panel.hopeless and bid not in set_aside:
            open_bids.append(bid)
    return tuple(sorted(open_bids))


def may_reveal(
    panel: Panel,
    fails: Mapping[int, Collection[str]],
    bids: Collection[str],
    *,
    set_aside: Collection[str] = (),
    window_over: bool = False,
) -> bool:
    """Whether releases may be logged: enough commits, and every bid's fate settled by them.

    ``window_over`` is True once an incident of code ``commit-window`` is logged and its time has come.
    """
    needed = panel.t if window_over else panel.enough
    return len(fails) >= needed and not undecided(panel, fails, bids, set_aside)


def seed_counts(panel: Panel, fails: Mapping[int, Collection[str]], bid: str) -> bool:
    """Whether the bidder may show the seed itself: so many officers failed that t shares cannot exist."""
    return sum(bid in listed for listed in fails.values()) >= panel.hopeless
