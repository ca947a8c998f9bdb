"""Checks V2 to V4 and V9 to V18: people, bids, opening, results (docs/protocol.md, section 10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from protocol import bodies, canonical, dsse, merkle
from protocol.case import Case, envelope
from protocol.errors import ProtocolError
from protocol.events import Event
from protocol.hashing import sha256
from protocol.opening import ready
from protocol.sealing import ct_root
from protocol.setrule import set_root


def v02(case: Case) -> str:
    """Every signature of an authority verifies and every role has signed; void bidder events are noted."""
    for event in (*case.chain, *case.keys, *case.evaluation, *case.award):
        fault = case.signers.fault(event)
        if fault and event.kind in bodies.VOIDABLE:
            case.notes.append(f"{event.name}: void, {fault}")
        elif fault:
            raise ProtocolError(fault, obj=event.name)
    return f"{case.signers.count} signatures"


def v03(case: Case) -> str:
    """T is the published one; documents and method are those it binds."""
    published = case.anchors.policy_id(case.index["tender"], case.index["lot"])
    if published != case.policy_id:
        raise ProtocolError("T is not the one published", obj=case.policy_event.name, evidence=case.policy_id)
    root = merkle.root([merkle.leaf_hash(canonical.encode(row)) for row in case.docs])
    if root.hex() != case.policy["docs_root"]:
        raise ProtocolError(
            "the tender documents are not those bound by T", obj="docs.json", evidence=root.hex()
        )
    method = sha256(case.method).hex()
    if method != case.policy["method"]:
        raise ProtocolError(
            "the evaluation method is not the one bound by T", obj="method.json", evidence=method
        )
    return f"T {case.policy_id[:16]}…, {len(case.docs)} documents"


def v04(case: Case) -> str:
    """Officers are certified from outside, distinct, from several organisations, and t fits (A9)."""
    policy, n, t = case.policy, len(case.policy["officers"]), case.policy["t"]
    officers = policy["officers"]
    for seat in officers:
        _certified(case, seat)
    for member in ("person", "sig_key", "pk"):
        if len({seat[member] for seat in officers}) != n:
            raise ProtocolError(
                "two officers are the same person or share a key", obj="policy.officers", evidence=member
            )
    minimum = case.anchors.data["min_t"]
    if t < minimum:
        raise ProtocolError(
            "fewer officers than the anchors ask for open a bid", obj="policy.t", evidence=f"{t} < {minimum}"
        )
    if minimum == 1 and t == n == 1:
        return "trial: one officer"
    largest = Counter(seat["org"] for seat in officers).most_common(1)[0]
    if largest[1] == n or largest[1] >= t:
        raise ProtocolError(
            "one organisation alone could open", obj=largest[0], evidence=f"{largest[1]} officers, t = {t}"
        )
    if not (2 <= t < n and n >= 2 * t - 1):
        raise ProtocolError("t of n is outside the rule", obj="policy.t", evidence=f"{t} of {n}")
    return f"{n} officers of {len({seat['org'] for seat in officers})} organisations, {t} open"


def _certified(case: Case, seat: dict[str, Any]) -> None:
    policy, name = case.policy, f"officer {seat['i']}"
    body = {
        **bodies.HEADER,
        "tender": policy["tender"],
        "lot": policy["lot"],
        **{key: seat[key] for key in ("i", "org", "name", "person", "role", "sig_key")},
    }
    spki = dsse.verify_one("officer-cert", canonical.encode(body), seat["cert"])
    stated = case.first_stated(case.policy_event.leaf)
    held = case.signers.roles_of(spki, seat["cert"], None if stated is None else stated // 1000)
    if ("officer-org", seat["org"]) not in held:
        raise ProtocolError("the anchors do not know the organisation which certifies this officer", obj=name)
    wanted = {key: policy[key] for key in ("tender", "lot")} | {
        key: seat[key] for key in ("i", "pk", "sig_key")
    }
    for event in case.keys:
        said = {key: event.body.get(key) for key in wanted}
        if event.kind == "officer-key" and said == wanted and event.leaf < case.policy_event.leaf:
            return
    raise ProtocolError("no officer-key event before the policy names this key", obj=name)


def v09(case: Case) -> str:
    """The close holds exactly the bids which the rule of 6.2 gives."""
    if case.close is None and not case.finished:
        return "no close event"
    close, computed = case.need_close(), case.computed
    if computed.faults:
        ev, fault = computed.faults[0]
        raise ProtocolError(f"an event breaks the rule of the set: {fault}", obj=f"event {ev}")
    rows = computed.bids()
    if close.body["bids"] != rows:
        odd = {row["ev"] for row in rows} ^ {row["ev"] for row in close.body["bids"]}
        raise ProtocolError(
            "the close holds another set of bids", obj=close.name, evidence=", ".join(sorted(odd)[:3])
        )
    if close.body["set_root"] != set_root(row["ev"] for row in rows).hex():
        raise ProtocolError("set_root is not that of the set", obj=close.name)
    return f"{len(rows)} bids"


def v10(case: Case) -> str:
    """Ciphertexts are those of the manifests, of bids of the set."""
    size = 0
    for (ev, e), tree in sorted(case.trees.items()):
        rows = case.manifests.get(ev, {}).get("envelopes", [])
        if ev not in case.claimed or e >= len(rows) or case.withheld(e):
            raise ProtocolError("a ciphertext that is no part of the set", obj=f"content/{ev}.e{e}.bin")
        if (tree.root().hex(), tree.size) != (rows[e]["ct_root"], rows[e]["size"]):
            raise ProtocolError(
                "a ciphertext was changed", obj=f"content/{ev}.e{e}.bin", evidence=ct_root(tree.hashes).hex()
            )
        size += tree.size
    return f"{len(case.trees)} ciphertexts, {size} bytes"


def v11(case: Case) -> str:
    """First the close, then factors, then the set check, then commits, releases, results, the end."""
    if case.close is None:
        if case.finished or case.first_leaf("release-commit") is not None:
            case.need_close()
        return "no close event"
    _close_order(case)
    end = case.factor_end
    commit = case.first_leaf("release-commit")
    if end is None:
        if commit is not None or case.finished:
            raise ProtocolError("no factor-end names the close in force", obj=case.close.name)
        return "closed, not opened"
    if (
        sum(event.body["close"] == case.close.ev for event in case.of("factor-end")) > 1
        or end.leaf < case.close.leaf
    ):
        raise ProtocolError("factor-end stands twice, or before its close", obj=end.name)
    until = case.close.body["factor_until"]
    if (
        until is not None
        and not set(case.claimed) <= case.accepted.keys()
        and not case.clock.reached(until, 0, end.leaf)
    ):
        raise ProtocolError("the factor phase was ended before its time", obj=end.name)
    for e in range(len(case.policy["envelopes"])):
        _release_order(case, e, end)
    _end_order(case)
    return "in order"


def _close_order(case: Case) -> None:
    times, low = case.times(), (0, 0)
    for event in case.closes:
        body = event.body
        if event.leaf < body["n_close"]:
            raise ProtocolError("the close was logged before its own N_close", obj=event.name)
        if (body["factor_until"] is None) != (case.policy["factor_until"] is None):
            raise ProtocolError("the close and the policy disagree on a factor phase", obj=event.name)
        stated = (body["factor_until"] or 0, body["check_until"])
        if event is case.closes[0] and stated != (times.factor_until or 0, times.check_until):
            raise ProtocolError("the close states other moments than those in force", obj=event.name)
        if stated[0] < low[0] or stated[1] < low[1]:
            raise ProtocolError("a corrected close shortens a phase", obj=event.name)
        low = stated


def _commits(case: Case, e: int, before: int | None = None) -> Iterator[Event]:
    for event in case.of("release-commit"):
        if event.body["e"] == e and (before is None or event.leaf < before):
            yield event


def _release_order(case: Case, e: int, end: Event) -> None:
    close, policy, times = case.need_close(), case.policy, case.times()
    commits = list(_commits(case, e))
    reveal = case.first_leaf("release", e)
    if not commits:
        if reveal is not None or case.finished:
            raise ProtocolError("there is no release-commit", obj=f"envelope {e}")
        return
    officers = [event.body["officer"] for event in commits]
    if len(set(officers)) != len(officers):
        raise ProtocolError("an officer committed twice", obj=f"envelope {e}")
    if any(event.leaf < end.leaf or event.body["close"] != close.ev for event in commits):
        raise ProtocolError(
            "a commit before the factor phase ended, or to another close", obj=f"envelope {e}"
        )
    moment = max(times.open_at[e], close.body["check_until"])
    if not case.clock.reached(moment, close.leaf, commits[0].leaf):
        raise ProtocolError("officers committed before the opening time was reached", obj=commits[0].name)
    if reveal is None:
        if case.finished:
            raise ProtocolError("there is no release", obj=f"envelope {e}")
        return
    before = list(_commits(case, e, reveal))
    n, t = len(policy["officers"]), policy["t"]
    if len(before) < min(n, t + 1):
        window = case.clock.reached(times.open_at[e] + policy["commit_s"], 0, reveal)
        told = any(
            event.body["code"] == "commit-window" and event.leaf < reveal for event in case.of("incident")
        )
        if len(before) < t or not (window and told):
            raise ProtocolError("shares were shown before enough officers had committed", obj=f"envelope {e}")
    votes = [(event.body["officer"], frozenset(event.body["fails"])) for event in before]
    for ev in case.claimed:
        decided = any(
            d.leaf < reveal and (d.body["bid"], d.body["e"]) == (ev, e) for d in case.of("decision")
        )
        if not ready(policy, ev, votes, decided=decided):
            raise ProtocolError(
                "shares were shown while a bid was unsettled", obj=f"envelope {e}", evidence=ev
            )


def _end_order(case: Case) -> None:
    for event in case.chain:
        if event.kind == "result":
            last = max(
                (r.leaf for r in case.chain if r.kind == "release" and envelope(r) == envelope(event)),
                default=None,
            )
            if last is None or last > event.leaf:
                raise ProtocolError("a result before the last release", obj=event.name)
    first = case.first_leaf("result", 0)
    for event in case.of("attribution"):
        if first is None or event.leaf < first:
            raise ProtocolError("an attribution before the result", obj=event.name)


def v12(case: Case) -> str:
    """Releases are whole and are what their officers committed to (A11)."""
    seen: set[tuple[int, int]] = set()
    wrong, number = 0, 0
    for event in case.of("release"):
        body, close = event.body, case.need_close()
        seat = (body["officer"], body["e"])
        commits = [c for c in _commits(case, body["e"], event.leaf) if c.body["officer"] == body["officer"]]
        fails = [ev for ev, share in body["shares"] if share == "FAIL"]
        if seat in seen:
            raise ProtocolError("an officer released an envelope twice", obj=event.name)
        if not any(c.body["hash"] == event.ev and c.body["fails"] == fails for c in commits):
            raise ProtocolError("a release is not the one its officer committed to", obj=event.name)
        if body["close"] != close.ev or body["set_root"] != close.body["set_root"]:
            raise ProtocolError("a release is for another set", obj=event.name)
        left_out = set(case.claimed) - {ev for ev, _ in body["shares"]}
        if left_out:
            raise ProtocolError("a release leaves out a bid", obj=event.name, evidence=min(left_out))
        seen.add(seat)
        number += len(body["shares"])
    for e in case.verdicts:
        for ev in case.claimed:
            for officer in case.shares(ev, e).wrong:
                wrong += 1
                case.notes.append(f"officer {officer} gave a wrong share of bid {ev[:16]}, envelope {e}")
    return f"{number} shares, {wrong} wrong"


def _rows(case: Case) -> Iterator[tuple[Event, dict[str, Any], Any]]:
    """Result rows that are not withheld, with the verdict recomputed (None if there is none)."""
    for event in case.of("result"):
        found = case.verdicts.get(event.body["e"], {})
        for row in event.body["rows"]:
            yield event, row, found.get(row["bid"])


def v13(case: Case) -> str:
    """Published seeds are those recomputed from shares, and no two are equal (A14)."""
    seeds = []
    for event, row, verdict in _rows(case):
        if verdict is not None and row["seed"] != verdict.seed:
            raise ProtocolError(
                "a published seed is not the one the shares give", obj=event.name, evidence=row["bid"]
            )
    for found in case.verdicts.values():
        seeds += [verdict.seed for verdict in found.values() if verdict.seed]
    if len(set(seeds)) != len(seeds):
        raise ProtocolError("two envelopes were sealed with one seed", obj="results")
    return f"{len(seeds)} seeds"


def v14(case: Case) -> str:
    """factor-end lists exactly the accepted factors."""
    close, end = case.close, case.factor_end
    if close is None or end is None:
        return "no factor phase"
    taken = {event.name for event in case.accepted.values()}
    case.notes.extend(
        f"{event.name}: factor not accepted" for event in case.of("factor") if event.name not in taken
    )
    listed = [{"bid": bid, "factor": event.ev} for bid, event in sorted(case.accepted.items())]
    if end.body["factors"] != listed:
        raise ProtocolError("factor-end does not list exactly the accepted factors", obj=end.name)
    return f"{len(listed)} factors"


def v15(case: Case) -> str:
    """Published content digests are those of the decrypted files."""
    opened = 0
    for event, row, verdict in _rows(case):
        if verdict is not None and row["plain"] != verdict.plain:
            raise ProtocolError(
                "a published content is not what was sealed", obj=event.name, evidence=row["bid"]
            )
        opened += bool(verdict and verdict.plain)
    return f"{opened} files"


def v16(case: Case) -> str:
    """Verdicts, the end and the attributions are as recomputed."""
    unopened: dict[str, str] = {}
    for event in case.of("result"):
        found = case.verdicts.get(event.body["e"], {})
        given = {row["bid"]: row["verdict"] for row in event.body["rows"]}
        wanted = {ev: verdict.word for ev, verdict in found.items()}
        if given != wanted or event.body["close"] != case.need_close().ev:
            odd = sorted(ev for ev in given.keys() | wanted.keys() if given.get(ev) != wanted.get(ev))
            raise ProtocolError(
                "a published verdict is not the one recomputed",
                obj=event.name,
                evidence="; ".join(f"{ev[:16]} {given.get(ev)}, not {wanted.get(ev)}" for ev in odd[:3]),
            )
        unopened |= {ev: word for ev, word in wanted.items() if ev in case.claimed and word != "OPENED"}
    if case.finished:
        _end(case, unopened)
    return f"{sum(len(found) for found in case.verdicts.values())} verdicts"


def _end(case: Case, unopened: dict[str, str]) -> None:
    end = case.chain[-1]
    results = [[envelope(event), event.ev] for event in case.chain if event.kind == "result"]
    expected = list(range(len(case.policy["envelopes"])))
    if sorted(results) != end.body["results"] or [e for e, _ in sorted(results)] != expected:
        raise ProtocolError("open-end does not name each result", obj=end.name)
    if end.body["close"] != case.need_close().ev:
        raise ProtocolError("open-end names another close", obj=end.name)
    for ev, word in sorted(unopened.items()):
        if not any(event.body["bid"] == ev for event in case.of("attribution")):
            raise ProtocolError(f"nobody recorded why a bid stayed shut ({word})", obj=f"bid {ev}")


def v18(case: Case) -> str:
    """Nothing was opened that had to stay shut."""
    least = max(case.policy["min_bids"], case.anchors.data["min_bids"])
    released = [event for event in case.chain if event.kind == "release"]
    if released and len(case.claimed) < least:
        raise ProtocolError(
            "fewer bids than may be opened", obj=released[0].name, evidence=f"{len(case.claimed)} < {least}"
        )
    for event in case.of("release"):
        odd = {ev for ev, _ in event.body["shares"]} - set(case.claimed)
        if odd:
            raise ProtocolError("a release covers a bid outside the set", obj=event.name, evidence=min(odd))
    return f"{len(released)} releases"
