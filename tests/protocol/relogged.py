"""Worlds played again with one body changed: signed anew by its signers, and logged anew in the same places.

So that whoever holds the signing keys of a party and the log's key can change one thing and nothing else; the bids of a
world are sealed once.
"""

from __future__ import annotations

import copy
import re

from protocol import bundle, dsse, merkle
from protocol.errors import ProtocolError
from tests.protocol import stories
from tests.protocol.drawn.world import DrawWorld
from tests.protocol.evaluation.decided import Decided
from tests.protocol.evaluation.panel import SEATS
from tests.protocol.world import World

NEUTRAL = {
    "signer-key": r"/name .*",  # what the registrar calls an organisation; nothing is decided by it
    "draw-event": r"/(at|record) .*",  # when somebody answered, and the record of the call: the platform's word
    "candidate-out": r"/(ground|evidence|content) .*",  # why a candidate fell is the owner's word, with its paper
    "written-report": r"/content .*",  # which paper the owner hands over: nothing later names it
}


class Recording(World):
    """What remembers in which order a world logged what."""

    def __init__(self, *args, **options):
        self.script = []
        super().__init__(*args, **options)

    def put(self, *args, **options):
        event = super().put(*args, **options)
        self.script.append(event)
        return event

    def cut(self, at, **options):
        self.script.append((at, options))
        return super().cut(at, **options)


class Recorded(Recording):
    """A world of that kind."""


class RecordedDraw(Recording, DrawWorld):
    """A world of that kind with draws."""


class RecordedAward(Recording, Decided):
    """A world of that kind whose lot is evaluated and awarded."""


def recorded(tell):
    """Tell a story with a recorded world."""
    kept, stories.World = stories.World, Recorded
    try:
        return tell()
    finally:
        stories.World = kept


def neutral(kind: str, label: str) -> bool:
    """Whether a change of a body, signed and logged again by its own signers, is theirs to make."""
    return kind in NEUTRAL and re.fullmatch(NEUTRAL[kind], label) is not None


def signers_of(world: World, event: dict) -> list[dsse.Signer]:
    """The signers of an event, found by their keys."""
    known = [world.owner, world.supervisor, world.platform, world.registrar]
    known += [seat["signer"] for seat in world.seats]
    known += [world.signer(f"firm-{number}") for number in range(1, 6)]
    known += [world.signer(f"member {seat}") for seat in SEATS]
    for serial in range(1, 1 + len(getattr(world, "serials", ()))):
        known += [world.signer(f"draw {serial} officer {i}") for i in range(1, world.draw_n + 1)]
    by_key = {signer.spki.hex(): signer for signer in known}
    return [by_key[signature["key"]] for signature in event["signatures"]]


def sign(kind: str, body: dict, signers: list[dsse.Signer], before: list[dict]) -> list[dict]:
    """Signatures over a changed body; those from before where it is outside the profile and cannot be signed."""
    try:
        return [signer.sign(kind, body) for signer in signers]
    except ProtocolError:
        return before


def resigned(world: World, event: dict, body: dict, signers: list[dsse.Signer]) -> dict[str, bytes]:
    """All members, the event with another body and new signatures, its leaf as it was."""
    room = {True: "chain", False: "keys"}.get(event["chain"], event["chain"])
    listed = sorted((e for e in world.events if e["chain"] == event["chain"]), key=lambda e: e["leaf"])
    changed = event | {"body": body, "signatures": sign(event["kind"], body, signers, event["signatures"])}
    events = [changed if e is event else e for e in listed]
    made = dict(bundle.event_members(room, events, world.checkpoints, world.tree, "audit"))
    return world.members() | made


def logged_again(world: Recording, position: int, body: dict, signers: list[dsse.Signer]) -> dict[str, bytes]:
    """All members of a world which logged another body at this place and all else as before."""
    again = copy.copy(world)
    again.leaves, again.heads, again.pending, again.events = [], {}, [], []
    again.checkpoints, again.tree, again.serial, again.script = [], merkle.Tree(), 0, []
    wanted = world.events[position]
    for step in world.script:
        if isinstance(step, tuple):
            again.cut(step[0], **step[1])
            continue
        event = step | {"leaf": None, "value": None, "link": None}
        if step is wanted:
            signatures = sign(step["kind"], body, signers, step["signatures"])
            event |= {"body": body, "signatures": signatures}
        again.pending.append(event)
        again.events.append(event)
    members = again.members()
    return members | {name: data for name, data in world.members().items() if name.startswith("content/")}
