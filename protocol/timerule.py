"""What counts as time: statements, N(x), times in force (docs/protocol.md, sections 5.3 and 6.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from protocol import bodies

DAY = 86_400


@dataclass(frozen=True)
class Statement:
    """A source says: the tree of `size` existed at `upper` at the latest, not before `lower` (milliseconds, UTC)."""

    source: str
    size: int
    lower: int
    upper: int


@dataclass(frozen=True)
class Clockwork:
    """All statements of the counting sources, and how many sources must agree."""

    statements: Sequence[Statement]
    sources: Sequence[str]
    k: int

    def n(self, moment: int) -> int:
        """N(moment): the k-th largest over sources of the largest size stated by then; 0 if too few sources."""
        best = dict.fromkeys(self.sources, 0)
        for s in self.statements:
            if s.upper <= moment * 1000 and s.source in best:
                best[s.source] = max(best[s.source], s.size)
        ranked = sorted(best.values(), reverse=True)
        return ranked[self.k - 1] if len(ranked) >= self.k else 0

    def reached(self, moment: int, after: int, until: int) -> bool:
        """Whether some counting source states, on a size > `after` and <= `until`, that `moment` had come."""
        return any(
            s.lower >= moment * 1000 and after < s.size <= until
            for s in self.statements
            if s.source in self.sources
        )

    def stated_within(self, start: int, end: int) -> int:
        """How many sources have a statement with upper within [start, end] (seconds)."""
        return len(
            {
                s.source
                for s in self.statements
                if s.source in self.sources and start * 1000 <= s.upper <= end * 1000
            }
        )


def tsa_bounds(gen_time_ms: int, resolution_ms: int, accuracy_ms: int) -> tuple[int, int]:
    """Bounds of an RFC 3161 token (A3)."""
    return gen_time_ms - accuracy_ms, gen_time_ms + resolution_ms + accuracy_ms


def witness_bounds(timestamp: int, accuracy_ms: int) -> tuple[int, int]:
    """Bounds of a cosignature made at `timestamp` (seconds)."""
    return timestamp * 1000 - accuracy_ms, (timestamp + 1) * 1000 + accuracy_ms


@dataclass(frozen=True)
class Times:
    """The moments in force of one policy, in seconds."""

    close_at: int
    open_at: tuple[int, ...]
    factor_until: int | None
    check_until: int
    release_until: int

    @classmethod
    def of_policy(cls, policy: Mapping[str, Any]) -> Times:
        """The moments the policy itself states."""
        opens = tuple(row["open_at"] for row in policy["envelopes"])
        return cls(
            policy["close_at"], opens, policy["factor_until"], policy["check_until"], policy["release_until"]
        )

    @classmethod
    def of_postpone(cls, body: Mapping[str, Any]) -> Times:
        """The moments a postpone event asks for."""
        return cls(
            body["close_at"],
            tuple(body["open_at"]),
            body["factor_until"],
            body["check_until"],
            body["release_until"],
        )

    def flat(self) -> list[int | None]:
        """All moments in a fixed order, for comparing."""
        return [self.close_at, *self.open_at, self.factor_until, self.check_until, self.release_until]

    def orderly(self) -> bool:
        """Whether the moments keep the order of a policy."""
        return bodies.times_in_order(self.__dict__) and min(self.open_at) >= self.close_at


Postpone = tuple[int, Mapping[str, Any]]


def postpone_fault(  # noqa: PLR0911 - one return for each reason
    cur: Times, leaf: int, new: Times, clock: Clockwork, first_commit: int | None, first_release: int | None
) -> str:
    """Why a postpone at `leaf` is not valid, or "" if it is (A5). None stands for "not yet"."""
    old_flat, new_flat = cur.flat(), new.flat()
    if len(old_flat) != len(new_flat) or any(
        (a is None) != (b is None) for a, b in zip(old_flat, new_flat, strict=True)
    ):
        return "it does not give the same moments as the policy"
    moved = [
        (a, b) for a, b in zip(old_flat, new_flat, strict=True) if a is not None and b is not None and a != b
    ]
    if not moved or any(b < a for a, b in moved):
        return "it moves no moment, or one to an earlier time"
    if not new.orderly():
        return "its moments are out of order"
    if leaf < clock.n(cur.close_at):
        return ""
    if new.close_at == cur.close_at:
        in_time = all(leaf < clock.n(a) for a, _ in moved)
        revealed = first_release is not None and first_release < leaf
        return "" if in_time and not revealed else "a moment it moves had passed, or shares had been shown"
    if clock.stated_within(cur.close_at - 60, cur.close_at) >= clock.k:
        return "the closing was undisturbed"
    if first_commit is not None and first_commit < leaf:
        return "a release had been committed"
    return "" if leaf < clock.n(cur.close_at + DAY) else "it came more than 24 hours after the closing"


def times_in_force(
    policy: Mapping[str, Any],
    postpones: Iterable[Postpone],
    clock: Clockwork,
    *,
    first_commit: int | None = None,
    first_release: int | None = None,
    report: Callable[[int, str], None] | None = None,
) -> Times:
    """The moments in force after all valid postpones, taken by leaf; faults go to `report(leaf, why)`."""
    cur = Times.of_policy(policy)
    for leaf, body in sorted(postpones, key=lambda row: row[0]):
        new = Times.of_postpone(body)
        fault = postpone_fault(cur, leaf, new, clock, first_commit, first_release)
        if fault and report is not None:
            report(leaf, fault)
        if not fault:
            cur = new
    return cur
