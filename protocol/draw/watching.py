"""What an officer's machine makes of a pack before it commits or releases (A22): all checked here, nothing believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from protocol import bodies, canonical, dsse, merkle
from protocol.anchors import Anchors
from protocol.draw import contributing, objects, releasing
from protocol.errors import NotCanonical, ProtocolError
from protocol.events import Event, link_of, parse_event
from protocol.stated import Stated, Stating
from protocol.timerule import Clockwork

_POINT = bodies.record(note=bodies.NOTE, tokens=bodies.TOKENS, consistency=bodies.PATH)
BOTH = ("platform", "supervisor")
_SHOWN = ("draw-header", "draw-postpone", "contribution", "draw-round", "draw-commit")


@dataclass(frozen=True)
class Pack:
    """A pack that holds: the header, what counts, the head of the last round, and the commits to it in the log."""

    header: dict[str, Any]
    contributions: dict[str, dict[str, Any]]
    j: int
    head: Event
    commits: list[Event]

    @property
    def releasable(self) -> bool:
        """Whether enough commits are logged for shares to be shown."""
        votes = [frozenset(event.body["fails"]) for event in self.commits]
        return releasing.releasable(self.header, votes, self.contributions)

    def logged(self, commit: Mapping[str, Any]) -> bool:
        """Whether this very commit is one of them."""
        ev = dsse.event_id("draw-commit", commit["body"]).hex()
        return any(event.ev == ev for event in self.commits)


def read_pack(value: Mapping[str, Any], held: Anchors) -> Pack:
    """Check a pack; ProtocolError names what does not hold.

    The policy is that of the anchors; every event stands in a checkpoint, all checkpoints in one log; header and last
    head stand in one with k sources and the quorum of witnesses; the header is signed by platform and supervisor, and
    each head follows the one before; k sources say that T_close has passed; no event is missing up to the first commit;
    every required contribution is there.
    """
    try:
        policy, listed = value["policy"], [value["events"], value["checkpoints"]]
        files = [[(str(name), text.encode()) for name, text in rows] for rows in listed]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise NotCanonical("this is not a pack of a draw", obj="pack") from error
    bodies.check_body("policy", policy)
    t = dsse.event_id("policy", policy).hex()
    if held.policy_id(policy["tender"], policy["lot"]) != t:
        raise ProtocolError("T is not that of the anchors", obj="policy")
    stating = Stating(policy, held)
    points = _points(files[1], stating)
    events = [_placed(name, data, points) for name, data in files[0]]
    if not events or events[0].kind != "draw-header" or not objects.strictly_rising([e.leaf for e in events]):
        raise ProtocolError("the pack does not begin with the header of one draw", obj="pack")
    header, draw = events[0].body, events[0].ev
    strange = [e for e in events[1:] if e.kind not in _SHOWN or e.body["header"] != draw]
    if header["policy"] != t or strange:
        raise ProtocolError("an event is of another draw or lot", obj="pack")
    heads = _heads(events, held)
    sources, k = stating.counting(policy)
    quorum = max(policy["witness_quorum"], held.data["witness_quorum"])
    for head in (heads[0], heads[-1]):
        if not any(_stands(point, head, sources, k, quorum) for point in points):
            raise ProtocolError("the head does not stand in a witnessed checkpoint", obj=head.name)
    clock = Clockwork([s for point in points for s in point.statements], sources, k)
    contributions = _contributions(events, clock)
    commits = [event for event in events if event.kind == "draw-commit" and event.body["j"] == len(heads) - 1]
    return Pack(header, contributions, len(heads) - 1, heads[-1], commits)


def _points(files: list[tuple[str, bytes]], stating: Stating) -> list[Stated]:
    """The checkpoints, each grown out of the one before."""
    points, paths = [], []
    for name, data in files:
        row = canonical.decode(data)
        _POINT(row, name)
        points.append(stating.read(row["note"], row["tokens"]))
        paths.append([bytes.fromhex(node) for node in row["consistency"]])
        if points[-1].faults:
            raise ProtocolError(points[-1].faults[0], obj=name)
    for (one, two), path in zip(pairwise(points), paths[1:], strict=True):
        merkle.verify_consistency(one.size, two.size, path, one.root, two.root)
    return points


def _placed(name: str, data: bytes, points: list[Stated]) -> Event:
    """An event which stands at its leaf in one of the checkpoints, a commit signed by nobody but its officer."""
    event = parse_event(name, data, objects.FORMS)
    point = next((point for point in points if point.size == event.proof_size), None)
    if point is None:
        raise ProtocolError("an event is proven in no checkpoint of the pack", obj=name)
    merkle.verify_inclusion(
        merkle.leaf_hash(event.value), event.leaf, point.size, event.proof_path, point.root
    )
    return event


def _signers(event: Event) -> set[str]:
    data = canonical.encode(event.body)
    return {dsse.verify_one(event.kind, data, signature).hex() for signature in event.signatures}


def _heads(events: list[Event], held: Anchors) -> list[Event]:
    """The head of each round, signed by whom it must be, one for a round."""
    heads = [event for event in events if event.kind in ("draw-header", "draw-round")]
    keys_of = {role: {str(row.get("spki")) for row in held.parties(role)} for role in BOTH}
    for j, head in enumerate(heads):
        if j and (head.body["j"], head.body["prev"]) != (j, heads[j - 1].ev):
            raise ProtocolError("a round does not follow the one before it", obj=head.name)
    for event in events:
        for role in keys_of.keys() & set(objects.ROLES.get(event.kind, ())):
            if not _signers(event) & keys_of[role]:
                raise ProtocolError(f"not signed by: {role}", obj=event.name)
        if event.kind == "draw-commit":
            keys = {row["sig_key"] for row in events[0].body["officers"] if row["i"] == event.body["officer"]}
            j = event.body["j"]
            if _signers(event) != keys or j >= len(heads) or event.body["round"] != heads[j].ev:
                raise ProtocolError("a commit is not of its officer and round", obj=event.name)
    return heads


def _stands(point: Stated, head: Event, sources: list[str], k: int, quorum: int) -> bool:
    stated = {statement.source for statement in point.statements} & set(sources)
    return point.size > head.leaf and len(stated) >= k and len(point.orgs) >= quorum


def _contributions(events: list[Event], clock: Clockwork) -> dict[str, dict[str, Any]]:
    """What counts, by ev; no event may be missing between the header and the first commit."""
    header, close_at = events[0].body, events[0].body["close_at"]
    previous, orgs, found = events[0].value, set(), {}
    required = {row["org"]: row["spki"] for row in header["required"]}
    run = next((at for at, event in enumerate(events) if event.kind == "draw-commit"), len(events) - 1)
    for event in events[1 : run + 1]:
        if event.link != link_of(event.k, previous):
            raise ProtocolError("the pack leaves out what was logged before this event", obj=event.name)
        previous = event.value
        if event.kind == "draw-postpone":
            close_at = event.body["close_at"]
    past = {s.source for s in clock.statements if s.lower >= close_at * 1000 and s.size > events[0].leaf}
    if len(past & set(clock.sources)) < clock.k:
        raise ProtocolError("the time sources do not say yet that contributions are over", obj="checkpoints")
    for event in events:
        body = event.body
        if event.kind != "contribution" or event.leaf >= clock.n(close_at) or body["org"] in orgs:
            continue
        (key, *_rest) = _signers(event)
        own = key == required.get(body["org"], key if header["open"] == "bidders" else "")
        if own and not contributing.contribution_fault(header, body, bytes.fromhex(key)):
            orgs.add(body["org"])
            found[event.ev] = body
    if missing := sorted(required.keys() - orgs):
        raise ProtocolError("a required contribution is missing", obj="pack", evidence=missing[0])
    return found
