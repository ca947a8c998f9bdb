"""Opening packs of worlds: what the platform hands to an officer's offline tool."""

from __future__ import annotations

from protocol import bodies, canonical, officer
from protocol.setrule import set_root
from tests.protocol.world import World

SMALL = {"t": 2, "n": 3, "orgs": ["org-a", "org-b", "org-c"]}


def signed(event):
    """A logged event as a signed object."""
    return {"body": event["body"], "signatures": event["signatures"]}


def pack_of(world: World, **changes) -> bytes:
    """The pack of a world whose set check is over; `changes` replace arguments of make_pack."""
    close = world.close_event
    size, note, tokens = next(row for row in world.checkpoints if row[0] > close["leaf"])
    by_ev = {world.ev(event): event for event in world.events if event["kind"] == "bid"}
    given = {
        "policy": signed(world.policy_event),
        "close": signed(close),
        "manifests": [signed(by_ev[ev]) for ev in world.live()],
        "event": close,
        "path": world.tree.inclusion_path(close["leaf"], size),
        "stated": (note, tokens),
        "now": world.checkpoints[-1][1:],
    }
    return officer.make_pack(**(given | changes))


def with_set(world: World, evs_and_events) -> dict:
    """A close over other bids, signed by the platform and logged, as changes for `pack_of`."""
    rows = sorted(
        ({"ev": ev, "leaf": event["leaf"] or 0} for ev, event in evs_and_events), key=lambda r: r["ev"]
    )
    body = canonical.decode(canonical.encode(world.close_event["body"]))
    body |= {"bids": rows, "set_root": set_root(row["ev"] for row in rows).hex()}
    bodies.check_body("close", body)
    event = world.put("close", body, world.platform)
    world.cut(world.last + 60)
    size, note, tokens = world.checkpoints[-1]
    return {
        "close": signed(event),
        "event": event,
        "path": world.tree.inclusion_path(event["leaf"], size),
        "stated": (note, tokens),
        "now": (note, tokens),
        "manifests": [signed(event) for _, event in sorted(evs_and_events, key=lambda row: row[0])],
    }
