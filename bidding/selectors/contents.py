"""What is inside the envelopes, once the shares are there: verdicts and opened files, by the protocol's rules."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from bidding import store
from bidding.models import Bid
from bidding.rules import shares as share_rules
from bidding.selectors.chains import LotChain, Placed
from protocol.line import NotAnOpeningLine, OpeningLine, read_line
from protocol.opening import Release, Shares, Verdict, judge, sort_shares
from protocol.sealing import Sealed


class Contents:
    """Verdicts and files of one lot, from the ledger's events and the store's ciphertext."""

    def __init__(self, chain: LotChain) -> None:
        """The chain has its factor-end; before it nothing can be opened."""
        self.chain = chain

    @cached_property
    def accepted(self) -> dict[str, Placed]:
        """The factor events which the factor-end in force accepted, by bid."""
        close = self.chain.close
        ends = [
            end for end in self.chain.of("factor-end") if close is not None and end.body["close"] == close.ev
        ]
        events = {event.ev: event for event in self.chain.of("factor")}
        return {row["bid"]: events[row["factor"]] for end in ends for row in end.body["factors"]}

    @cached_property
    def bids(self) -> dict[str, Bid]:
        """The lot's bids by event id, with their parts."""
        rows = (
            Bid.objects.filter(lot=self.chain.lot)
            .prefetch_related("upload__parts")
            .select_related("organisation")
        )
        return {bid.ev: bid for bid in rows}

    def releases(self, e: int) -> list[Release]:
        """The releases of envelope e which have their place."""
        found = [event.body for event in self.chain.of("release") if event.body["e"] == e]
        return [Release(body["officer"], dict(body["shares"])) for body in found]

    def shares(self, ev: str, e: int) -> Shares:
        """Good and proven wrong shares of one bid."""
        return sort_shares(self._sealed(ev, e), ev, self.releases(e))

    def verdicts(self, e: int) -> dict[str, Verdict]:
        """The verdict of every bid event for envelope e (6.5), by event id."""
        close = self.chain.close
        computed = self.chain.computed_set(close.body["n_close"] if close else 0)
        inside = self.chain.set_evs
        found = {
            ev: Verdict(state)
            for ev, state in computed.states.items()
            if state != "LIVE" and ev not in inside
        }
        found.update((ev, self._judged(ev, e)) for ev in inside)
        return found

    def waiting(self, e: int) -> list[str]:
        """Bids of the set which more officers could still open: fewer than t good shares, and not settled."""
        failed = self.chain.commits(e)
        return [
            ev
            for ev in self.chain.set_evs
            if ev not in self.chain.set_aside(e)
            and (not self._needs_factor() or ev in self.accepted)
            and len(self.shares(ev, e).good) < self.chain.panel.t
            and not share_rules.seed_counts(self.chain.panel, failed, ev)
        ]

    def file(self, ev: str, e: int, seed: str) -> Iterator[bytes]:
        """The file of an envelope judged OPENED, streamed; ``seed`` as in the result."""
        pieces = ciphertext(self.bids[ev], e)
        return self._sealed(ev, e).open(bytes.fromhex(seed), self._factor(ev, e), pieces() or ())

    def line(self, ev: str, seed: str) -> OpeningLine | None:
        """The opening line of a bid judged OPENED, or None when envelope 0 holds something else."""
        try:
            return read_line(b"".join(self.file(ev, 0, seed)))
        except NotAnOpeningLine:
            return None

    def _sealed(self, ev: str, e: int) -> Sealed:
        return Sealed.of(self.chain.policy, self.chain.manifest(ev), e)

    def _needs_factor(self) -> bool:
        return bool(self.chain.policy["factor"] == "required")

    def _factor(self, ev: str, e: int) -> bytes:
        return bytes.fromhex(self.accepted[ev].body["factors"][e]["b"]) if self._needs_factor() else b""

    def _judged(self, ev: str, e: int) -> Verdict:
        if ev in self.chain.set_aside(e):
            return Verdict("SET_ASIDE")
        if self._needs_factor() and ev not in self.accepted:
            return Verdict("FACTOR_MISSING")
        pieces = ciphertext(self.bids[ev], e)
        return judge(
            self._sealed(ev, e), self.shares(ev, e), self._posted(ev, e), self._factor(ev, e), pieces
        )

    def _posted(self, ev: str, e: int) -> bytes | None:
        """S of the first counting seed event (6.4, rule 5)."""
        releases = [event.leaf for event in self.chain.of("release") if event.body["e"] == e]
        first = min(releases, default=None)
        for event in self.chain.of("seed"):
            if event.body["e"] != e or event.body["bid"] != ev or (first is not None and event.leaf > first):
                continue
            before = {
                commit.body["officer"]: commit.body["fails"]
                for commit in self.chain.of("release-commit")
                if commit.body["e"] == e and commit.leaf < event.leaf
            }
            if share_rules.seed_counts(self.chain.panel, before, ev):
                return bytes.fromhex(event.body["s"])
        return None


def ciphertext(bid: Bid, e: int) -> Callable[[], Iterable[bytes] | None]:
    """How to read the ciphertext of an envelope from the store; the call gives None when a part is lost."""
    box = store.default()
    parts = sorted(
        (part for part in bid.upload.parts.all() if part.envelope == e), key=lambda part: part.number
    )

    def pieces() -> Iterable[bytes] | None:
        if not parts or not all(box.exists(part.key) for part in parts):
            return None
        return (piece for part in parts for piece in box.read(part.key))

    return pieces
