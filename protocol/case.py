"""A bundle, its anchors and receipts, read and held ready for the checks (docs/protocol.md, sections 7 and 10)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

from protocol import awarding, bodies, canonical, evaluation_bodies, events
from protocol.anchors import Anchors
from protocol.container import Container
from protocol.errors import BadContainer, NotCanonical, ProtocolError
from protocol.evaluation_check import Opened
from protocol.events import WITHHELD, Event
from protocol.hashing import Hasher
from protocol.opening import Release, Shares, Verdict, factor_matches, judge, sort_shares
from protocol.sealing import PartTree, Sealed
from protocol.setrule import Act, KeyLoss, SetResult, compute_set
from protocol.signers import Signers
from protocol.stated import Stated, Stating
from protocol.timerule import Clockwork, Times, times_in_force

_FILE = bodies.record(name=bodies.text(1, 300), size=bodies.number(), sha256=bodies.HASH)
_DOCUMENT = bodies.record(name=bodies.ID, size=bodies.number(), sha256=bodies.HASH)
_INDEX = bodies.headed(
    edition=bodies.one_of("public", "audit"),
    tender=bodies.KEYED,
    lot=bodies.KEYED,
    files=bodies.rows(_FILE, 1, 200_000, key=lambda row: row["name"]),
)
_DOCS = bodies.record(files=bodies.rows(_DOCUMENT, key=lambda row: row["name"]))
_CHECKPOINT = bodies.record(note=bodies.NOTE, tokens=bodies.TOKENS, consistency=bodies.PATH)
_CONTENT = re.compile(r"content/([0-9a-f]{64})\.e([0-7])\.bin", re.ASCII)
INDEX_LIMIT = 16 << 20
MEMBER_LIMIT = 16 << 20
APART_LIMIT = 256 << 20
RECEIPT = bodies.record(body=bodies.RECEIPT, signatures=bodies.SIGNATURES)


@dataclass
class Case:
    """Everything a check looks at. Built by `read_case`; properties never raise for what a check must report."""

    container: Container
    index: dict[str, Any]
    docs: list[dict[str, Any]]
    method: bytes
    chain: list[Event]
    keys: list[Event]
    checkpoints: list[dict[str, Any]]
    trees: dict[tuple[str, int], PartTree]
    anchors: Anchors
    receipts: list[dict[str, Any]]
    evaluation: list[Event] = field(default_factory=list)
    award: list[Event] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    elsewhere: list[Event] = field(default_factory=list)
    """Events of the lot's other chains, for which receipts were given, too."""

    def of(self, kind: str) -> list[Event]:
        """Chain events of this kind that are not withheld and name the policy in force, by leaf."""
        return self._in_force.get(kind, [])

    @cached_property
    def _in_force(self) -> dict[str, list[Event]]:
        """By kind: chain events that are not withheld and name the policy in force."""
        found: dict[str, list[Event]] = {}
        for event in self.chain:
            if not event.withheld and event.body.get("policy", self.policy_id) == self.policy_id:
                found.setdefault(event.kind, []).append(event)
        return found

    @cached_property
    def policies(self) -> list[Event]:
        """All policy events of the chain, by leaf; at least one (checked on reading)."""
        return [event for event in self.chain if event.kind == "policy"]

    @cached_property
    def policy_event(self) -> Event:
        """The policy in force: the last."""
        return self.policies[-1]

    @cached_property
    def policy(self) -> dict[str, Any]:
        """Its body."""
        return self.policy_event.body

    @cached_property
    def policy_id(self) -> str:
        """T in hex."""
        return self.policy_event.ev

    @cached_property
    def stating(self) -> Stating:
        """Reader of notes and tokens under policy and anchors."""
        return Stating(self.policy, self.anchors)

    @cached_property
    def readings(self) -> list[Stated]:
        """Every checkpoint as far as it holds, in bundle order."""
        return [self.stating.read(row["note"], row["tokens"]) for row in self.checkpoints]

    @cached_property
    def stated(self) -> list[Stated]:
        """Every checkpoint that reads as one, in bundle order."""
        return [stated for stated in self.readings if stated.size]

    def clockwork(self, policy: Mapping[str, Any] | None = None, extra: Iterable[Stated] = ()) -> Clockwork:
        """The statements of all checkpoints (and `extra`) under the counting sources and k."""
        sources, k = self.stating.counting(policy or self.policy)
        return Clockwork([s for stated in (*self.stated, *extra) for s in stated.statements], sources, k)

    @cached_property
    def clock(self) -> Clockwork:
        """The bundle's own statements."""
        return self.clockwork()

    def covering(self, leaf: int) -> Stated | None:
        """The first checkpoint of the bundle with size > leaf."""
        return min((s for s in self.stated if s.size > leaf), key=lambda s: s.size, default=None)

    def first_stated(self, leaf: int) -> int | None:
        """Milliseconds: smallest upper of the first checkpoint covering the leaf that has a statement."""
        held = [s for s in self.stated if s.size > leaf and s.earliest is not None]
        return min(held, key=lambda s: s.size).earliest if held else None

    @cached_property
    def signers(self) -> Signers:
        """Who signed what."""
        return Signers(self)

    @cached_property
    def closes(self) -> list[Event]:
        """Close events of the policy in force."""
        return self.of("close")

    @property
    def close(self) -> Event | None:
        """The close in force."""
        return self.closes[-1] if self.closes else None

    def need_close(self) -> Event:
        """The close in force; ProtocolError if there is none."""
        if self.close is None:
            raise ProtocolError("there is no close event", obj="chain")
        return self.close

    @property
    def finished(self) -> bool:
        """Whether the chain ends in open-end, so that everything must be there."""
        return self.chain[-1].kind == "open-end"

    def first_leaf(self, kind: str, e: int | None = None) -> int | None:
        """Leaf of the first event of a kind (of envelope e), withheld ones included; None if there is none."""
        for event in self.chain:
            if event.kind == kind and (e is None or envelope(event) == e):
                return event.leaf
        return None

    def times(self, report: Callable[[int, str], None] | None = None) -> Times:
        """Moments in force by postpones (6.1); faults go to `report`."""
        postpones = [(event.leaf, event.body) for event in self.of("postpone")]
        return times_in_force(
            self.policy,
            postpones,
            self.clock,
            first_commit=self.first_leaf("release-commit"),
            first_release=self.first_leaf("release"),
            report=report,
        )

    @cached_property
    def acts(self) -> list[Act]:
        """Bids and withdrawals that are not void, of every policy of the chain."""
        return [
            act
            for event in self.chain
            if event.kind in ("bid", "withdraw") and (act := self.signers.act(event))
        ]

    @cached_property
    def computed(self) -> SetResult:
        """The set by the rule of 6.2, from the bundle's own statements."""
        losses = [
            KeyLoss(event.body["org"], event.body["old"], event.body["new"], event.leaf)
            for event in self.keys
            if event.kind == "key-loss" and not self.signers.fault(event)
        ]
        return compute_set(
            self.policy, self.policy_id, self.acts, losses, self.clock.n(self.times().close_at)
        )

    @cached_property
    def manifests(self) -> dict[str, dict[str, Any]]:
        """Bodies of all non-void bids of the policy in force, by ev."""
        return {
            act.ev: dict(act.body)
            for act in self.acts
            if act.kind == "bid" and act.body["policy"] == self.policy_id
        }

    @cached_property
    def claimed(self) -> dict[str, None]:
        """Evs (names alone) of the set as the close in force states it, as far as they are bids of the chain."""
        rows = self.close.body["bids"] if self.close else []
        return {row["ev"]: None for row in rows if row["ev"] in self.manifests}

    @cached_property
    def bidders(self) -> dict[str, str]:
        """The organisation which each bid event of the chain names, by ev."""
        return {event.ev: str(event.body["org"]) for event in self.chain if event.kind == "bid"}

    @property
    def opened(self) -> Opened:
        """What the evaluation begins with: the bids opened in every envelope; ProtocolError before the end."""
        results = [event.body for event in self.of("result") if event.body["e"] == 0]
        if not (self.finished and results):
            raise ProtocolError("there is an evaluation without an opening that has ended", obj="eval")
        shut = {event.body["bid"] for event in self.of("attribution")}
        rows, close = results[0]["rows"], self.need_close()
        plains = {
            row["bid"]: row["plain"] for row in rows if row["verdict"] == "OPENED" and row["bid"] not in shut
        }
        seeds = {
            "policy": self.policy_id,
            "close": close.ev,
            "set_root": close.body["set_root"],
            "seeds": [[row["bid"], row["seed"]] for row in rows if row["seed"]],
        }
        return Opened(self.policy_id, plains, seeds, self.chain[-1].leaf, self.policy["ceiling"])

    @property
    def factor_end(self) -> Event | None:
        """The factor-end which names the close in force."""
        ends = [
            event for event in self.of("factor-end") if self.close and event.body["close"] == self.close.ev
        ]
        return ends[0] if ends else None

    @cached_property
    def accepted(self) -> dict[str, Event]:
        """Accepted factor events by bid ev (6.4, 2)."""
        end, close, found = self.factor_end, self.close, {}
        if end is None or close is None or close.body["factor_until"] is None:
            return {}
        limit = min(end.leaf, self.clock.n(close.body["factor_until"]))
        for event in self.of("factor"):
            bid = event.body["bid"]
            if event.leaf >= limit or bid not in self.claimed or bid in found or self.signers.void(event):
                continue
            if factor_matches(self.policy, self.manifests[bid], event.body["factors"]):
                found[bid] = event
        return found

    def decided(self, bid: str, e: int) -> bool:
        """Whether a decision sets this bid aside for envelope e."""
        return any(event.body["bid"] == bid and event.body["e"] == e for event in self.of("decision"))

    def posted_seed(self, bid: str, e: int) -> bytes | None:
        """S of a counting seed event (6.4, 5), matching or not."""
        reveal = self.first_leaf("release", e)
        n, t = len(self.policy["officers"]), self.policy["t"]
        for event in self.of("seed"):
            if (event.body["bid"], event.body["e"]) != (bid, e) or self.signers.void(event):
                continue
            fails = {
                commit.body["officer"]
                for commit in self.of("release-commit")
                if commit.leaf < event.leaf and commit.body["e"] == e and bid in commit.body["fails"]
            }
            if (reveal is None or event.leaf < reveal) and len(fails) >= n - t + 1:
                return bytes.fromhex(event.body["s"])
        return None

    def withheld(self, e: int) -> bool:
        """Whether this edition withholds envelope e."""
        return e >= 1 and self.index["edition"] == "public"

    def releases(self, e: int) -> list[Release]:
        """The releases of envelope e."""
        found = [event.body for event in self.of("release") if event.body["e"] == e]
        return [Release(body["officer"], dict(body["shares"])) for body in found]

    def shares(self, bid: str, e: int) -> Shares:
        """Good and proven wrong shares of one bid."""
        return sort_shares(Sealed.of(self.policy, self.manifests[bid], e), bid, self.releases(e))

    @cached_property
    def verdicts(self) -> dict[int, dict[str, Verdict]]:
        """Recomputed verdicts by envelope (as far as not withheld) and bid ev; empty where no result is logged."""
        seen = {event.body["e"] for event in self.of("result")}
        return {e: self._verdicts(e) for e in sorted(seen) if e < len(self.policy["envelopes"])}

    def _verdicts(self, e: int) -> dict[str, Verdict]:
        found = {}
        releases = self.releases(e)
        for ev, state in self.computed.states.items():
            if state != "LIVE" and ev not in self.claimed:
                found[ev] = Verdict(state)
        for ev in self.claimed:
            found[ev] = self._judge(ev, e, releases)
        return found

    def _judge(self, ev: str, e: int, releases: list[Release]) -> Verdict:
        if self.decided(ev, e):
            return Verdict("SET_ASIDE")
        factor = b""
        if self.policy["factor"] == "required":
            if ev not in self.accepted:
                return Verdict("FACTOR_MISSING")
            factor = bytes.fromhex(self.accepted[ev].body["factors"][e]["b"])
        sealed = Sealed.of(self.policy, self.manifests[ev], e)
        name = content_name(ev, e)
        there = name in self.container.members

        def pieces() -> Iterable[bytes] | None:
            return self.container.pieces(name) if there else None

        return judge(sealed, sort_shares(sealed, ev, releases), self.posted_seed(ev, e), factor, pieces)


def envelope(event: Event) -> int | None:
    """The envelope an event is about, if any."""
    value: int | None = (event.withheld or event.body).get("e")
    return value


def content_name(ev: str, e: int) -> str:
    """Member name of a ciphertext."""
    return f"content/{ev}.e{e}.bin"


def read_case(
    container: Container, anchors: Anchors, receipts: list[dict[str, Any]], apart: tuple[str, ...] = ()
) -> tuple[Case, dict[str, bytes]]:
    """Read every member (V1). NotCanonical or BadContainer names the first that is not as section 7 asks.

    Members whose names begin with one of `apart` are given back as they are, their bytes being those of the index.
    """
    if "index.json" not in container.members:
        raise BadContainer("there is no index.json", obj="index.json")
    index = canonical.decode(container.read("index.json", INDEX_LIMIT), INDEX_LIMIT)
    _INDEX(index, "index.json")
    listed = {row["name"]: row for row in index["files"]}
    if listed.keys() != container.members.keys() - {"index.json"} or "index.json" in listed:
        odd = sorted(listed.keys() ^ (container.members.keys() - {"index.json"}))
        raise BadContainer(
            "the index does not list exactly the members", obj=", ".join(odd[:3]) or "index.json"
        )
    trees = _contents(container, listed)
    small = {
        name: _checked(container, row, APART_LIMIT if name.startswith(apart) else MEMBER_LIMIT)
        for name, row in listed.items()
        if not name.startswith("content/")
    }
    try:
        docs, method = canonical.decode(small.pop("docs.json")), small.pop("method.json")
    except KeyError as error:
        raise BadContainer(f"there is no {error.args[0]}", obj=str(error.args[0])) from error
    _DOCS(docs, "docs.json")
    rooms = {room: _numbered(small, room) for room in ("chain", "keys", "checkpoints", "eval", "award")}
    others = {name: small.pop(name) for name in sorted(small) if name.startswith(apart)}
    if small:
        raise BadContainer("a member has no place in a bundle", obj=min(small))
    chain = [events.parse_event(name, data, bodies.CHAIN_FORMS) for name, data in rooms["chain"]]
    keys = [events.parse_event(name, data, bodies.KEY_FORMS) for name, data in rooms["keys"]]
    case = Case(container, index, docs["files"], method, chain, keys, [], trees, anchors, receipts)
    case.evaluation = [
        events.parse_event(name, data, evaluation_bodies.FORMS) for name, data in rooms["eval"]
    ]
    case.award = [events.parse_event(name, data, awarding.ROOM) for name, data in rooms["award"]]
    for name, data in rooms["checkpoints"]:
        value = canonical.decode(data)
        _CHECKPOINT(value, name)
        case.checkpoints.append(value)
    _whole(case)
    return case, others


def _whole(case: Case) -> None:
    for listing in (case.chain, case.keys, case.evaluation, case.award):
        leaves = [event.leaf for event in listing]
        if any(a >= b for a, b in pairwise(leaves)):
            raise NotCanonical("events are not by rising leaf", obj=listing[0].name)
    for event in (*case.chain, *case.evaluation):
        if event.withheld and case.index["edition"] != "public":
            raise NotCanonical(f"{event.name}: an audit edition withholds nothing", obj=event.name)
        must_hide = event.kind in WITHHELD and event.body.get("e", 0) >= 1
        if must_hide and case.index["edition"] == "public":
            raise NotCanonical(f"{event.name}: a public edition must withhold this", obj=event.name)
    if not case.policies:
        raise NotCanonical("there is no policy event", obj="chain")
    for event in case.policies:
        if (event.body["tender"], event.body["lot"]) != (case.index["tender"], case.index["lot"]):
            raise NotCanonical(f"{event.name}: another tender or lot than the index", obj=event.name)


def _numbered(small: dict[str, bytes], room: str) -> list[tuple[str, bytes]]:
    names = sorted(name for name in small if name.startswith(room + "/"))
    for position, name in enumerate(names):
        if name != f"{room}/{position:06d}.json":
            raise BadContainer(f"{name}: members of {room} are not numbered from 000000", obj=name)
    return [(name, small.pop(name)) for name in names]


def _checked(container: Container, row: Mapping[str, Any], limit: int) -> bytes:
    hasher = Hasher()
    data = container.read(row["name"], limit)
    hasher.update(data)
    _compare(row, hasher)
    return data


def _contents(
    container: Container, listed: Mapping[str, Mapping[str, Any]]
) -> dict[tuple[str, int], PartTree]:
    trees = {}
    for name, row in listed.items():
        if not name.startswith("content/"):
            continue
        match = _CONTENT.fullmatch(name)
        if not match:
            raise BadContainer(f"{name}: not the name of a ciphertext", obj=name)
        tree, hasher = PartTree(), Hasher()
        for piece in container.pieces(name):
            tree.update(piece)
            hasher.update(piece)
        _compare(row, hasher)
        trees[match[1], int(match[2])] = tree
    return trees


def _compare(row: Mapping[str, Any], hasher: Hasher) -> None:
    if (hasher.size, hasher.digest().hex()) != (row["size"], row["sha256"]):
        raise BadContainer(f"{row['name']}: size or digest differs from the index", obj=row["name"])
