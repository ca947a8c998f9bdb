"""Ranking, ties by the declared rules and no other, candidates (docs/protocol.md, section 16.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from protocol import canonical
from protocol.errors import ProtocolError
from protocol.evaluation_method import Method
from protocol.hashing import sha256


@dataclass(frozen=True)
class Ranking:
    """What ranking looks at. `scores[bid][""]` is the sum of what was judged."""

    method: Method
    prices: Mapping[str, Fraction]
    totals: dict[str, Fraction]
    scores: dict[str, dict[str, Fraction]]
    votes: list[list[str]]
    seeds: Mapping[str, Any] | None


Ranked = tuple[str, list[list[Any]], list[str], list[dict[str, Any]]]


def rank(given: Ranking) -> Ranked:
    """Status, rows [bid, rank, deciding number], candidates, and each tie with the rule that decided it.

    Bids which no declared rule parts share a rank. If that leaves open who is a candidate or in which place, the
    status is "tie" and the candidates end before them: 实施条例 53 asks for candidates in order.
    """
    trail: list[dict[str, Any]] = []
    classes = [part for tied in _split(_first(given)) for part in _parted(given, tied, 0, trail)]
    order: list[list[Any]] = []
    candidates: list[str] = []
    status, most = "ranked", given.method.data["candidates"]
    for tied in classes:
        place = len(order) + 1
        order.extend([bid, place, _number(given, bid)] for bid in tied)
        if len(tied) > 1 and place <= most:
            status = "tie"
        if status == "ranked" and place <= most:
            candidates.extend(tied)
    return status, order, candidates, trail


def _first(given: Ranking) -> dict[str, Any]:
    """What ranks first of all: the lowest evaluated price, or the highest total."""
    if given.method.lowest:
        return dict(given.prices)
    return {bid: -total for bid, total in given.totals.items()}


def _number(given: Ranking, bid: str) -> str:
    stage = given.method.stages["money" if given.method.lowest else "total"]
    return stage.text((given.prices if given.method.lowest else given.totals)[bid])


def _split(keys: Mapping[str, Any]) -> list[list[str]]:
    """Bids with equal keys together, smallest key first, ascending by bid within."""
    return [sorted(bid for bid in keys if keys[bid] == key) for key in sorted(set(keys.values()))]


def _parted(given: Ranking, tied: list[str], start: int, trail: list[dict[str, Any]]) -> list[list[str]]:
    """The group parted by the rules from `start` on; a rule that cannot be applied yet ends it undecided."""
    if len(tied) == 1:
        return [tied]
    rules = given.method.data["ties"]
    for at, rule in list(enumerate(rules))[start:]:
        keys = _keys(given, rule, tied)
        parts = _split(keys) if keys else [tied]
        trail.append({"bids": tied, "step": at + 1, "rule": rule["rule"], "of": rule["of"], "parts": parts})
        if not keys:
            trail[-1]["parts"] = []
            return [tied]
        if len(parts) > 1:
            return [one for part in parts for one in _parted(given, part, at + 1, trail)]
    return [tied]


def _keys(given: Ranking, rule: Mapping[str, Any], tied: list[str]) -> dict[str, Any] | None:
    """A key for each bid, smaller first; None where the lot or the vote has not been taken."""
    if rule["rule"] == "price-lower":
        return {bid: given.prices[bid] for bid in tied}
    if rule["rule"] == "score-higher":
        names = [""] if rule["of"] is None else given.method.leaves(rule["of"])
        return {bid: -sum(given.scores[bid][name] for name in names) for bid in tied}
    if rule["rule"] == "seeds":
        return {bid: lot(given.seeds, bid) for bid in tied} if given.seeds else None
    votes = [vote for vote in given.votes if sorted(vote) == tied]
    if len(votes) > 1:
        raise ProtocolError("two votes on one tie", obj=", ".join(tied))
    return {bid: place for place, bid in enumerate(votes[0])} if votes else None


def lot(seeds: Mapping[str, Any], bid: str) -> str:
    """A bid's lot, as ADR 31 draws: the smallest wins. Nobody could know or choose it before all bids were opened."""
    text = canonical.encode({**seeds, "bid": bid})
    return sha256(b"sunlit/tie/1\n" + text).hex()


def drawn(seeds: Mapping[str, Any], values: list[str]) -> str:
    """The coefficient of a method whose draw is "derived" (ADR 31)."""
    text = canonical.encode({**seeds, "values": values})
    return values[int.from_bytes(sha256(b"sunlit/coefficient/1\n" + text), "big") % len(values)]
