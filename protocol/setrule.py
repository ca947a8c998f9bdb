"""Which bids are in the set (docs/protocol.md, sections 6.2 and 6.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from protocol import merkle, sealing


@dataclass(frozen=True)
class Act:
    """A bid or withdraw event whose signatures verify: what it says, where it stands, who signed it.

    `key` is H(SPKI) of its first signature in hex, `spki` that SPKI in hex, `org` the organisation of the key.
    """

    kind: str
    ev: str
    leaf: int
    body: Mapping[str, Any]
    org: str
    key: str
    spki: str


@dataclass(frozen=True)
class KeyLoss:
    """A key-loss event: the registrar and the supervisor say that `org` now uses `new` for `old` (SPKI hex)."""

    org: str
    old: str
    new: str
    leaf: int


@dataclass
class SetResult:
    """The set, the state of every bid seen, and every broken rule."""

    live: dict[str, Act] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    faults: list[tuple[str, str]] = field(default_factory=list)

    def bids(self) -> list[dict[str, Any]]:
        """The rows of a close body: ev and leaf of every live bid, by ev."""
        acts = sorted(self.live.values(), key=lambda act: act.ev)
        return [{"ev": act.ev, "leaf": act.leaf} for act in acts]


def set_root(evs: Iterable[str]) -> bytes:
    """MTH over the event ids (hex) of the set, ascending."""
    return merkle.root([merkle.leaf_hash(bytes.fromhex(ev)) for ev in sorted(evs)])


def bid_fault(  # noqa: PLR0911 - one return for each reason
    policy: Mapping[str, Any], policy_id: str, act: Act
) -> str:
    """Why a bid does not conform to its policy (6.3), or ""."""
    body = act.body
    made = sealing.bid_id(bytes.fromhex(policy_id), bytes.fromhex(act.spki), bytes.fromhex(body["nonce"]))
    if body["bid"] != made.hex() or body["signer"] != act.key:
        return "its bid id is not made from policy, signer and nonce"
    if body["org"] != act.org:
        return "it names another organisation than its key's"
    if [row["e"] for row in body["envelopes"]] != [row["e"] for row in policy["envelopes"]]:
        return "its envelopes are not those of the policy"
    seats = [officer["i"] for officer in policy["officers"]]
    for row in body["envelopes"]:
        if [share["i"] for share in row["shares"]] != seats:
            return f"envelope {row['e']} has not one share for each officer"
        if (row["factor"] is None) != (policy["factor"] == "none"):
            return f"envelope {row['e']} has a factor against the policy, or lacks one"
        if row["size"] > policy["max_size"] or not sealing.lawful_size(row["size"], policy["pad_floor"]):
            return f"envelope {row['e']} has a size that no padded file has"
    return ""


def compute_set(
    policy: Mapping[str, Any], policy_id: str, acts: Iterable[Act], losses: Iterable[KeyLoss], n_close: int
) -> SetResult:
    """Go through the acts by leaf and say which bids are live at N_close (A2).

    `acts` must hold no void event. A copy of an ev already taken changes nothing.
    """
    result = SetResult()
    known = [loss for loss in losses if loss.leaf < n_close]
    taken: set[str] = set()
    ids: set[str] = set()
    for act in sorted(acts, key=lambda act: act.leaf):
        if act.ev in taken:
            continue
        taken.add(act.ev)
        if act.kind == "bid" and act.body["policy"] != policy_id:
            result.states[act.ev] = "STALE"
        elif act.body["policy"] != policy_id:
            continue
        elif act.leaf >= n_close:
            if act.kind == "bid":
                result.states[act.ev] = "LATE"
        elif act.kind == "bid":
            _take_bid(policy, policy_id, act, known, ids, result)
        else:
            _take_withdraw(act, known, result)
    return result


def _take_bid(
    policy: Mapping[str, Any],
    policy_id: str,
    act: Act,
    losses: list[KeyLoss],
    ids: set[str],
    result: SetResult,
) -> None:
    fault = bid_fault(policy, policy_id, act)
    before = result.live.get(act.org)
    if not fault and act.body["replaces"] != (before.ev if before else None):
        fault = "it does not replace its organisation's live bid"
    if not fault and before and not _same_hand(before, act, losses):
        fault = "it replaces a bid under another key without a key-loss event"
    if not fault and act.body["bid"] in ids:
        fault = "its bid id has occurred before"
    if fault:
        result.faults.append((act.ev, fault))
        return
    ids.add(act.body["bid"])
    if before:
        result.states[before.ev] = "SUPERSEDED"
    result.live[act.org] = act
    result.states[act.ev] = "LIVE"


def _take_withdraw(act: Act, losses: list[KeyLoss], result: SetResult) -> None:
    before = result.live.get(act.org)
    if before is None or before.ev != act.body["target"]:
        result.faults.append((act.ev, "it withdraws what is not its organisation's live bid"))
    elif not _same_hand(before, act, losses):
        result.faults.append((act.ev, "it withdraws a bid under another key without a key-loss event"))
    else:
        del result.live[act.org]
        result.states[before.ev] = "WITHDRAWN"


def _same_hand(before: Act, act: Act, losses: list[KeyLoss]) -> bool:
    """Same key, or a chain of one key-loss from the old key to the new one, logged before."""
    return before.spki == act.spki or any(
        loss.org == act.org and loss.old == before.spki and loss.new == act.spki and loss.leaf < act.leaf
        for loss in losses
    )
