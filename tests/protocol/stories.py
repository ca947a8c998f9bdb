"""Honest and hostile tenders, each with the outcome both verifiers must give (protocol-review A1 to A18).

A story gives a `Told`: the world, what is handed out, and the checks that must fail (none: the bundle verifies).
Stories named `only_vN` are refused by that check and no other. `python -m tests.protocol.golden` writes them as golden
files under tests/vectors/bundles.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from protocol import bodies, canonical, dsse
from tests.protocol.world import CLOSE, START, World


@dataclass
class Told:
    """What a reader is given, and what must come of it."""

    world: World
    fails: frozenset[str] = frozenset()
    verdicts: dict[str, int] = field(default_factory=dict)
    edition: str = "audit"
    members: dict[str, bytes] | None = None
    anchors: bytes | None = None
    receipts: list[bytes] = field(default_factory=list)
    zipped: Callable[[bytes], bytes] | None = None
    """What is done to the zip file's bytes at last."""

    def anchors_bytes(self):
        return self.anchors or self.world.anchors()

    def write(self, path):
        """The bundle as a reader gets it."""
        self.world.write(path, self.edition, self.members)
        if self.zipped:
            path.write_bytes(self.zipped(path.read_bytes()))
        return path


STORIES = {}


def story(*fails, verdicts=None):
    """Register a story; `fails` are the checks which must refuse it."""

    def register(function):
        def tell():
            told = function()
            told = told if isinstance(told, Told) else Told(told)
            told.fails = frozenset(fails)
            told.verdicts = verdicts or {}
            return told

        STORIES[function.__name__.replace("_", "-")] = tell
        return function

    return register


def begun(bidders=3, **options):
    """Published, bidders enrolled, nothing sealed yet."""
    world = World(**options)
    world.publish()
    for number in range(bidders):
        world.enrol(f"firm-{number + 1}")
    world.cut(START + 10)
    return world


def sealed(bidders=3, **options):
    """As `begun`, with one bid each."""
    world = begun(bidders, **options)
    world.bids = [world.bid(f"firm-{number + 1}") for number in range(bidders)]
    world.cut(START + 20)
    return world


def closed(bidders=3, close=None, **options):
    """As `sealed`, closed, factors in, the set check over."""
    world = sealed(bidders, **options)
    world.heartbeats(CLOSE - 300, CLOSE + 1)
    world.close(**(close(world) if close else {}))
    world.end_factors()
    world.cut(CLOSE + 605)
    return world


def ended(world, **finish):
    """Release and end what is closed."""
    for e in range(world.envelopes):
        world.release(e)
    world.finish(**finish)
    return world


def receipts(world, *events):
    return [canonical.encode(world.receipt(event)) for event in events]


def altered(world, name, change, edition="audit"):
    """All members, with one JSON member changed."""
    members = world.members(edition)
    value = canonical.decode(members[name], 16 << 20)
    change(value)
    members[name] = canonical.encode(value)
    return members


def chain_name(world, kind):
    chain = [event for event in world.events if event["chain"] is True]
    return f"chain/{next(i for i, event in enumerate(chain) if event['kind'] == kind):06d}.json"


# honest ----------------------------------------------------------------------------------------------------


def postpone(world, at, by):
    body = bodies.body(
        "postpone",
        policy=world.policy_id,
        close_at=CLOSE + by,
        open_at=[CLOSE + by] * world.envelopes,
        factor_until=None,
        check_until=CLOSE + 600 + by,
        release_until=CLOSE + 7200 + by,
        reason="an objection is open",
    )
    event = world.put("postpone", body, world.owner, world.supervisor)
    world.cut(at)
    return event


def take(world, made, body):
    """Put a changed manifest, signed again by its bidder, in place of the one made."""
    signature = world.signer(body["org"]).sign("bid", body)
    old, new = (dsse.event_id("bid", b).hex() for b in (made.body, body))
    for e in range(world.envelopes):
        world.contents[new, e] = world.contents.pop((old, e))
    world.secrets[new] = world.secrets.pop(old)
    return world.put("bid", body, signatures=[signature])


def signed_pair(world, i, commit, release):
    signer = world.seats[i - 1]["signer"]
    commit["hash"] = dsse.event_id("release", release).hex()
    return (
        {"body": commit, "signatures": [signer.sign("release-commit", commit)]},
        {"body": release, "signatures": [signer.sign("release", release)]},
    )
