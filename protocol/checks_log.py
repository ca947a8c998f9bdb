"""Checks V5 to V8, V17, V19, V20: log, time, receipts, completeness (docs/protocol.md, section 10).

Each check takes the case and gives one line of evidence, or raises ProtocolError naming object and evidence.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from protocol import bodies, merkle
from protocol.case import Case
from protocol.errors import ProtocolError
from protocol.events import ZERO, Event, leaf_of, link_of
from protocol.stated import Stated
from protocol.timerule import Clockwork, Times


def v05(case: Case) -> str:
    """Every event stands in the tree: leaf of 5.1, included in its first checkpoint."""
    events = (*case.chain, *case.keys, *case.evaluation, *case.award)
    for event in events:
        included(case, event)
    return f"{len(events)} events"


def included(case: Case, event: Event) -> None:
    """Refuse (ProtocolError) an event that is not proven to stand in its first checkpoint."""
    stated = case.covering(event.leaf)
    if stated is None or stated.size != event.proof_size:
        raise ProtocolError(
            "the proof is not for the first checkpoint that covers the event",
            obj=event.name,
            evidence=str(event.leaf),
        )
    merkle.verify_inclusion(
        merkle.leaf_hash(event.value), event.leaf, stated.size, event.proof_path, stated.root
    )


def v06(case: Case) -> str:
    """Checkpoints: notes and tokens hold, one grows from the other, quorum, no back-dating."""
    anchors = case.anchors.data
    log = case.policy["log"]
    if log["origin"] != anchors["log"]["origin"] or not set(log["vkeys"]) <= set(anchors["log"]["vkeys"]):
        raise ProtocolError("the log is not the one of the anchors", obj="policy.log", evidence=log["origin"])
    before: Stated | None = None
    for position, (row, stated) in enumerate(zip(case.checkpoints, case.readings, strict=True)):
        name = f"checkpoints/{position:06d}.json"
        if stated.faults:
            raise ProtocolError(stated.faults[0], obj=name)
        path = [bytes.fromhex(h) for h in row["consistency"]]
        if before is None:
            if path:
                raise ProtocolError("the first checkpoint has a consistency proof", obj=name)
        else:
            if stated.size <= before.size:
                raise ProtocolError(
                    "checkpoints do not grow", obj=name, evidence=f"{before.size} then {stated.size}"
                )
            merkle.verify_consistency(before.size, stated.size, path, before.root, stated.root)
        before = stated
    _known(case)
    _quorum(case)
    _no_backdating(case)
    return f"{len(case.checkpoints)} checkpoints"


def _known(case: Case) -> None:
    roots = {stated.size: stated.root.hex() for stated in case.stated}
    for row in case.anchors.data["known"]:
        if roots.get(row["size"], row["root"]) != row["root"]:
            raise ProtocolError(
                "another tree was seen elsewhere", obj=f"size {row['size']}", evidence=row["root"]
            )


def quorum_of(case: Case) -> int:
    """Witness organisations needed: the larger of policy's and anchors' quorum."""
    return int(max(case.policy["witness_quorum"], case.anchors.data["witness_quorum"]))


def _quorum(case: Case) -> None:
    need, close = quorum_of(case), case.close
    if not need:
        return
    if not case.stated or len(case.stated[-1].orgs) < need:
        raise ProtocolError(
            "the last checkpoint lacks the quorum of witnesses", obj="checkpoints", evidence=str(need)
        )
    if close is not None:
        until = case.first_leaf("release-commit")
        fit = [s for s in case.stated if s.size > close.leaf and (until is None or s.size <= until)]
        if not any(len(s.orgs) >= need for s in fit):
            raise ProtocolError(
                "no checkpoint with the quorum lies between close and release", obj=close.name
            )


def _no_backdating(case: Case) -> None:
    slack = 2 * case.policy["min_checkpoint_s"] * 1000
    kinds = {row["name"]: row["kind"] for row in case.policy["time"]["sources"]}
    latest_cosigned = 0
    highest: dict[str, int] = {}
    for stated in sorted(case.stated, key=lambda s: s.size):
        for s in stated.statements:
            if kinds.get(s.source) == "tsa" and s.upper < latest_cosigned - slack:
                raise ProtocolError(
                    "a token is older than a witness's cosignature of a smaller tree", obj=s.source
                )
            if s.upper < highest.get(s.source, 0) - slack:
                raise ProtocolError("a source's times run backwards", obj=s.source, evidence=str(s.upper))
            highest[s.source] = max(highest.get(s.source, 0), s.upper)
        latest_cosigned = max([latest_cosigned, *(moment * 1000 for moment in stated.cosigned)])


def v07(case: Case) -> str:
    """No uncovered gap of checkpoints in the last 300 s before closing, up to the close event."""
    if not case.closes:
        return "no close event"
    start, end = case.first_stated(case.policy_event.leaf), case.first_stated(case.closes[0].leaf)
    if start is None or end is None:
        raise ProtocolError("policy or close has no time statement", obj="checkpoints")
    start = max((case.times().close_at - 300) * 1000, start)
    points = [
        start,
        *sorted(s.earliest for s in case.stated if s.earliest is not None and start < s.earliest <= end),
    ]
    limit = (case.policy["rush_checkpoint_s"] + 2) * 1000
    longest = 0
    for a, b in pairwise(points):
        longest = max(longest, b - a)
        if b - a > limit and not _covered(case, a, b):
            raise ProtocolError(
                "checkpoints stalled before the closing", obj=f"{a // 1000}", evidence=f"{b - a} ms"
            )
    return f"longest gap {longest} ms"


def _covered(case: Case, a: int, b: int) -> bool:
    return any(
        (event.body["from"] - 2) * 1000 <= a and b <= (event.body["to"] + 2) * 1000
        for event in case.of("incident")
    )


def v08(case: Case) -> str:
    """On time and late: postponements, replaced policies, N_close over bundle and receipts."""
    faults: list[tuple[int, str]] = []
    times = case.times(lambda leaf, fault: faults.append((leaf, fault)))
    if faults:
        raise ProtocolError(f"a postponement is not valid: {faults[0][1]}", obj=f"leaf {faults[0][0]}")
    for older, newer in pairwise(case.policies):
        if newer.leaf >= _close_number(case, older):
            raise ProtocolError("a policy was replaced after its closing", obj=newer.name)
    if case.close is None:
        return "no close event"
    extra = [s for s in (case.stating.receipt(receipt) for receipt in case.receipts) if not s.faults]
    number = case.clockwork(extra=extra).n(times.close_at)
    if case.close.body["n_close"] != number:
        raise ProtocolError(
            "the close states another N_close",
            obj=case.close.name,
            evidence=f"{case.close.body['n_close']}, not {number}",
        )
    late = sum(state == "LATE" for state in case.computed.states.values())
    return f"N_close {number}, {late} late"


def _close_number(case: Case, policy: Event) -> int:
    clock: Clockwork = case.clockwork(policy.body)
    moves = [(e.leaf, e.body) for e in case.chain if e.kind == "postpone" and e.body["policy"] == policy.ev]
    times = Times.of_policy(policy.body)
    for _, body in moves:
        times = Times.of_postpone(body)
    return clock.n(times.close_at)


def v17(case: Case) -> str:
    """Every receipt given is on the chain and ends well (A18)."""
    values = {event.leaf: (event, event.value) for event in (*case.chain, *case.evaluation, *case.elsewhere)}
    for number, receipt in enumerate(case.receipts, start=1):
        _receipt(case, receipt, values, f"receipt {number}")
    return f"{len(case.receipts)} receipts"


def _receipt(case: Case, receipt: dict[str, Any], values: dict[int, tuple[Event, bytes]], name: str) -> None:
    body = receipt["body"]
    case.signers.check("receipt", body, receipt["signatures"], None)
    stated = case.stating.receipt(receipt)
    if stated.faults:
        raise ProtocolError(stated.faults[0], obj=name)
    value = leaf_of(*(bytes.fromhex(body[part]) for part in ("r", "link", "ev", "sigs")))
    path = [bytes.fromhex(h) for h in body["path"]]
    merkle.verify_inclusion(merkle.leaf_hash(value), body["leaf"], stated.size, path, stated.root)
    roots = {s.size: s.root for s in case.stated}
    if roots.get(stated.size, stated.root) != stated.root:
        raise ProtocolError("the receipt shows another tree than the bundle: the platform forked", obj=name)
    event, at_leaf = values.get(body["leaf"], (None, b""))
    if event is None or at_leaf != value:
        raise ProtocolError(
            "the platform gave a receipt for an event the bundle leaves out", obj=name, evidence=body["ev"]
        )
    if event.kind == "bid" and not event.withheld:
        _bid_ends_well(case, event, name)


def _bid_ends_well(case: Case, event: Event, name: str) -> None:
    state = case.computed.states.get(event.ev, "void")
    if (
        event.ev in case.claimed
        or state in ("SUPERSEDED", "WITHDRAWN", "STALE", "LATE")
        or case.close is None
    ):
        case.notes.append(f"{name}: {'in the set' if event.ev in case.claimed else state.lower()}")
        return
    raise ProtocolError(
        "a bid with a receipt is not in the set, and nothing explains it", obj=name, evidence=event.ev
    )


def v19(case: Case) -> str:
    """The chain is whole: begins, ends, one policy after the other, one close in force."""
    first, last = case.chain[0], case.chain[-1]
    _linked(case)
    if first.kind != "policy" or first.body["prev"] is not None:
        raise ProtocolError("the chain does not begin with a first policy", obj=first.name)
    if last.kind not in bodies.ENDS or any(event.kind in bodies.ENDS for event in case.chain[:-1]):
        raise ProtocolError("the chain does not end once, with open-end, failed or cancelled", obj=last.name)
    if case.finished and case.close is None:
        raise ProtocolError("an opening ended without a close", obj=last.name)
    seen: list[str] = []
    closes: dict[str, str] = {}
    results: set[int] = set()
    commit = case.first_leaf("release-commit")
    for event in case.chain:
        if event.kind == "policy":
            if event.body["prev"] != (seen[-1] if seen else None):
                raise ProtocolError("a policy does not follow the one before it", obj=event.name)
            seen.append(event.ev)
        elif not event.withheld and event.body["policy"] not in seen:
            raise ProtocolError("an event names a policy the chain does not hold before it", obj=event.name)
        if event.kind == "close":
            _one_close(event, closes, commit)
        if event.kind == "result":
            e = (event.withheld or event.body)["e"]
            if e in results:
                raise ProtocolError("a second result for an envelope", obj=event.name)
            results.add(e)
    return f"{len(case.chain)} events, from policy to {last.kind}"


def _linked(case: Case) -> None:
    for chain in (case.chain, case.evaluation, case.award):
        prev = ZERO
        for event in chain:
            if event.link != link_of(event.k, prev):
                raise ProtocolError("the chain leaves out what was logged before this event", obj=event.name)
            prev = event.value
    for event in case.keys:
        if event.link != link_of(event.k, ZERO):
            raise ProtocolError("a key event is linked to another", obj=event.name)


def _one_close(event: Event, closes: dict[str, str], commit: int | None) -> None:
    policy = event.body["policy"]
    if event.body["replaces"] != closes.get(policy):
        raise ProtocolError("two closes in force", obj=event.name)
    if commit is not None and event.leaf > commit:
        raise ProtocolError("a close after the first release commit", obj=event.name)
    closes[policy] = event.ev


def v20(case: Case) -> str:
    """Nothing is left unchecked for want of an anchor (A15)."""
    tender, lot = case.index["tender"], case.index["lot"]
    if case.anchors.policy_id(tender, lot) is None:
        raise ProtocolError("the anchors hold no T for this lot", obj=f"T.{tender}/{lot}")
    sources, k = case.stating.counting(case.policy)
    if len(sources) < k:
        raise ProtocolError(
            "fewer time sources than must agree are in both policy and anchors",
            evidence=f"{len(sources)} of {k}",
        )
    orgs = case.stating.witness_orgs
    if len(orgs) < quorum_of(case):
        raise ProtocolError(
            "fewer witnesses than the quorum are in both policy and anchors", evidence=str(len(orgs))
        )
    sizes = {stated.size for stated in case.stated}
    for row in case.anchors.data["known"]:
        if sizes and row["size"] < max(sizes) and row["size"] not in sizes:
            raise ProtocolError(
                "ask for a bundle with the checkpoint of this size", obj=f"known size {row['size']}"
            )
    return "nothing left out"
