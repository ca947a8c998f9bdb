"""What bidders put into ciphertexts, and what logs and authorities put into checkpoints."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from protocol import canonical, cobblestone, notes, sealing
from protocol.hashing import sha256, tagged
from tests.protocol.hostile_people import Authority
from tests.protocol.packs import SMALL
from tests.protocol.stories import Told, begun, closed, ended, sealed, story, take
from tests.protocol.two_keys import two_key_content
from tests.protocol.world import CLOSE, START, World


def with_content(make):
    """Four bids; the content of firm-1 is what `make(key, salt, context)` gives, honestly dealt and signed."""
    world = begun(4, **SMALL)
    made = world.seal("firm-1", world.signer("firm-1"))
    body = canonical.decode(canonical.encode(made.body))
    old = next(iter(world.secrets))
    seed = world.secrets[old][0].s
    where = sealing.context(bytes.fromhex(world.policy_id), bytes.fromhex(body["bid"]), 0)
    data = make(*sealing.content_key(where, seed, b""), where)
    tree = sealing.PartTree()
    tree.update(data)
    body["envelopes"][0] |= {"ct_root": tree.root().hex(), "size": tree.size}
    world.contents[old, 0] = data
    take(world, made, body)
    for number in (2, 3, 4):
        world.bid(f"firm-{number}")
    world.cut(START + 20)
    world.to_end()
    return world


@story(verdicts={"OPENED": 3, "BAD_CONTENT": 1})
def padding_which_is_not_zero():
    return with_content(
        lambda key, salt, where: cobblestone.encrypt(
            key, salt, where, (3).to_bytes(8, "big") + b"abc" + b"\1" * 4085
        )
    )


@story(verdicts={"OPENED": 3, "BAD_CONTENT": 1})
def a_length_beyond_the_content():
    return with_content(
        lambda key, salt, where: cobblestone.encrypt(
            key, salt, where, (1 << 40).to_bytes(8, "big") + bytes(4088)
        )
    )


@story(verdicts={"OPENED": 3, "BAD_CONTENT": 1})
def more_padding_than_the_rule_gives():
    return with_content(
        lambda key, salt, where: cobblestone.encrypt(key, salt, where, (3).to_bytes(8, "big") + bytes(8184))
    )


@story(verdicts={"OPENED": 3, "BAD_CONTENT": 1})
def content_under_another_key():
    """A18: ct_root is right, the content does not decrypt: the bidder's doing."""
    return with_content(
        lambda key, salt, where: cobblestone.encrypt(sha256(key), salt, where, bytes(8) + bytes(4088))
    )


@story(verdicts={"OPENED": 3, "BAD_CONTENT": 1})
def content_for_two_keys():
    """Attack 15: a chunk which verifies under two keys; the header commits to one, so there is one verdict."""
    return with_content(lambda key, salt, where: two_key_content(sha256(key), key, salt, where))


@story(verdicts={"OPENED": 3, "BAD_CONTENT": 1})
def content_sealed_for_another_envelope():
    """Attack 2: the context binds tender, bid and envelope."""
    return with_content(
        lambda key, salt, where: cobblestone.encrypt(key, salt, where[:-1] + b"\1", bytes(8) + bytes(4088))
    )


@story(verdicts={"OPENED": 3, "BAD_DEALING": 1})
def another_seed_than_the_one_committed_to():
    """Attack 16."""
    world = begun(4, **SMALL)
    made = world.seal("firm-1", world.signer("firm-1"))
    body = canonical.decode(canonical.encode(made.body))
    where = sealing.context(bytes.fromhex(world.policy_id), bytes.fromhex(body["bid"]), 0)
    body["envelopes"][0]["seed"] = tagged("seedcommit", where, b"\5" * 32).hex()
    take(world, made, body)
    for number in (2, 3, 4):
        world.bid(f"firm-{number}")
    world.cut(START + 20)
    world.to_end()
    return world


def at_last_checkpoint(change):
    """An honest tender whose last checkpoint is changed."""
    world = ended(closed(**SMALL))
    size, note, tokens = world.checkpoints[-1]
    world.checkpoints[-1] = (size, *change(world, note, tokens))
    return world


@story("V6", verdicts={"OPENED": 3})
def a_token_for_another_text():
    """Attack 31."""
    return at_last_checkpoint(lambda world, note, tokens: (note, world.checkpoints[-2][2]))


@story("V6", verdicts={"OPENED": 3})
def a_token_of_a_source_nobody_named():
    return at_last_checkpoint(
        lambda world, note, tokens: (note, [tokens[0], tokens[0] | {"source": "tsa-2"}])
    )


@story("V6", verdicts={"OPENED": 3})
def a_token_for_a_witness():
    return at_last_checkpoint(
        lambda world, note, tokens: (note, [tokens[0], tokens[0] | {"source": world.witness_name}][1:])
    )


def under_anchors(**changes):
    """An honest tender under anchors which know another authority."""
    world = World(**SMALL).play()
    held = json.loads(world.anchors())
    held["time"]["sources"][0] |= changes
    return Told(world, anchors=json.dumps(held).encode())


@story("V6", "V8", "V9", verdicts={"OPENED": 3})
def tokens_under_another_policy():
    """Attack 31: then that source says nothing, and nothing is in time."""
    return under_anchors(policy_oids=["1.2.3.4"])


@story("V6", "V8", "V9", verdicts={"OPENED": 3})
def tokens_under_another_root():
    """Attack 31: the authority's root is not the anchors'."""
    return under_anchors(root=Authority(World(**SMALL), "tsa root").root.hex())


@story("V6", verdicts={"OPENED": 3})
def a_checkpoint_signed_by_nobody_known():
    def change(world, note, tokens):
        text = notes.parse_note(note).text
        return _stranger(world, text), tokens

    return at_last_checkpoint(change)


def _stranger(world, text):
    """The log's signature, and one of a witness which nobody named."""
    other = World("stranger")
    note = notes.sign_note(text, world.origin, world.log_key)
    return note + notes.cosign(text, "witness.example/w9", other.witness_key, CLOSE + 900)


@story("V6", verdicts={"OPENED": 3})
def a_witness_before_the_log():
    """5.2: the log's signature comes first."""

    def change(world, note, tokens):
        head, _, lines = note.partition("\n\n")
        first, second = lines.splitlines(keepends=True)
        return f"{head}\n\n{second}{first}", tokens

    return at_last_checkpoint(change)


@story("V6", verdicts={"OPENED": 3})
def the_last_checkpoint_without_its_witness():
    def change(world, note, tokens):
        return note.rsplit("\n", 2)[0] + "\n", tokens

    return at_last_checkpoint(change)


@story("V6", verdicts={"OPENED": 3})
def another_log_than_the_anchors():
    """A15: the policy names a log of its own."""
    world = World(**SMALL).play()
    held = json.loads(world.anchors())
    return Told(world, anchors=world.anchors(log=held["log"] | {"origin": "log.example/other"}))


@story("V6", verdicts={"OPENED": 3})
def a_checkpoint_of_another_origin():
    """Signed by the right key under another name."""

    def change(world, note, tokens):
        text = notes.parse_note(note).text.replace(world.origin, "log.example/other", 1)
        return notes.sign_note(text, "log.example/other", world.log_key), []

    return at_last_checkpoint(change)


@story("V6", verdicts={"OPENED": 3})
def a_note_which_is_no_checkpoint():
    """It is left out by every check but V6; what it covered alone is proven by none."""
    world = ended(closed(**SMALL))
    world.cut(CLOSE + 1000)
    members = world.members()
    name = max(name for name in members if name.startswith("checkpoints/"))
    value = canonical.decode(members[name]) | {"note": "something else\n"}
    return Told(world, members=members | {name: canonical.encode(value)})


@story("V6", verdicts={"OPENED": 3})
def no_quorum_between_close_and_release():
    world = sealed(**SMALL)
    world.heartbeats(CLOSE - 300, CLOSE + 1)
    cut = world.cut
    world.cut = lambda at, **options: cut(at, cosign=not CLOSE < at < CLOSE + 720, **options)
    world.close()
    world.end_factors()
    world.cut(CLOSE + 605)
    return ended(world)


@story("V6", verdicts={"OPENED": 3})
def a_source_whose_times_run_backwards():
    """The same authority is an hour earlier on a larger tree."""

    def change(world, note, tokens):
        text = notes.parse_note(note).text
        made = world.tsa.respond(
            sha256(text.encode()), at=datetime.fromtimestamp(CLOSE - 3000, tz=UTC), serial=77, accuracy_ms=0
        )
        return note, [{"source": "tsa", "token": made.hex()}]

    return at_last_checkpoint(change)
