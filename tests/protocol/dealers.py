"""Bidders who change one value of their own manifest, sign it, and have it logged like any other bid."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from protocol import bodies, dsse
from protocol.errors import ProtocolError
from tests.protocol import changes, stories
from tests.protocol.world import START, World

NEUTRAL = ("/client ",)  # the name of the sealing program, which nothing depends on


def begun() -> World:
    """Four firms about to bid, factor asked for; two of three officers open."""
    return stories.begun(4, t=2, n=3, factor="required", orgs=["org-a", "org-b", "org-c"])


def manifests(world: World) -> Iterator[tuple[str, dict]]:
    """(label, changed manifest of firm-1) for every change that keeps the form of a manifest."""
    made = world.copy().seal("firm-1", world.signer("firm-1"))
    for label, keys, what in changes.json_changes(made.body):
        body = changes.changed(made.body, keys, what)
        try:
            bodies.check_body("bid", body)
        except ProtocolError:
            continue
        if not label.startswith(NEUTRAL):
            yield label, body


def played(begun_world: World, body: dict) -> World:
    """The tender in which firm-1 handed in `body` in place of what it sealed."""
    world = begun_world.copy()
    signer = world.signer("firm-1")
    made = world.seal("firm-1", signer)
    old, new = (dsse.event_id("bid", b).hex() for b in (made.body, body))
    world.contents[new, 0] = world.contents.pop((old, 0))
    world.secrets[new] = world.secrets.pop(old)
    world.put("bid", body, signer)
    for number in (2, 3, 4):
        world.bid(f"firm-{number}")
    world.cut(START + 20)
    world.to_end()
    return world


def write(world: World, path: Path) -> Path:
    """Its bundle."""
    return world.write(path)
