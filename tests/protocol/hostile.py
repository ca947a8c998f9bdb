"""Tenders in which somebody cheats. Each is refused by the checks it names and by no other."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from protocol import bodies, canonical
from protocol.hashing import sha256
from tests.protocol.stories import (
    Told,
    altered,
    chain_name,
    closed,
    ended,
    postpone,
    receipts,
    sealed,
    story,
)
from tests.protocol.world import CLOSE, START, World

DAY = 86_400


def anchored(world, change):
    value = json.loads(world.anchors())
    change(value)
    return json.dumps(value).encode()


# one bundle for each check, which only that check refuses ----------------------------------------------------


@story(*[f"V{number}" for number in range(1, 25)])
def only_v1_an_additional_member():
    """A failed V1 leaves nothing to be made."""
    world = World().play()
    return Told(world, members=altered(world, "docs.json", lambda value: value.update(note="")))


@story("V2", verdicts={"OPENED": 3})
def only_v2_a_signature_of_nobody():
    """An incident was logged under a key that is no party's."""
    world = closed()
    body = bodies.body("incident", policy=world.policy_id, code="power", from_=CLOSE, to=CLOSE + 1, note="")
    world.put("incident", body, world.signer("stranger"))
    return ended(world)


@story("V3", verdicts={"OPENED": 3})
def only_v3_another_method():
    """A6: the criteria were swapped after sealing."""
    world = World().play()
    return Told(world, members=world.members() | {"method.json": b'{"method":"highest-price"}'})


@story("V3", verdicts={"OPENED": 3})
def another_document():
    """A6: a tender document was swapped after sealing."""
    world = World().play()
    return Told(world, members=altered(world, "docs.json", lambda v: v["files"][0].update(sha256="00" * 32)))


@story("V3", verdicts={"OPENED": 3})
def another_policy_than_the_notice_printed():
    world = World().play()
    return Told(world, anchors=world.anchors(T={f"{world.tender}/{world.lot}": "00" * 32}))


@story("V4", verdicts={"OPENED": 3})
def only_v4_invented_officers():
    """A9: a consistent world whose officers nobody outside has certified."""
    world = World().play()
    return Told(
        world,
        anchors=anchored(
            world, lambda v: v.update(parties=[p for p in v["parties"] if p["role"] != "officer-org"])
        ),
    )


@story("V4", verdicts={"OPENED": 3})
def one_organisation_holds_t_officers():
    """A9: at least two organisations is not enough if one of them has t officers."""
    return World(orgs=["a-org", "a-org", "a-org", "b-org", "b-org"]).play()


@story("V4", verdicts={"OPENED": 3})
def one_person_sits_twice():
    """Attack 13."""
    world = World()
    world.seats[4]["person"] = world.derive("person 1").hex()
    return world.play()


@story("V4", verdicts={"OPENED": 3})
def a_lower_threshold_than_the_anchors_ask():
    """Attack 12."""
    world = World().play()
    return Told(world, anchors=world.anchors(min_t=4))


@story("V5", verdicts={"OPENED": 3})
def only_v5_a_proof_of_another_tree():
    world = World().play()
    return Told(
        world,
        members=altered(
            world, chain_name(world, "close"), lambda v: v["proof"]["path"].__setitem__(0, "00" * 32)
        ),
    )


@story("V5", verdicts={"OPENED": 3})
def another_signature_than_the_logged_one():
    """A1: the leaf binds who signed; open-end carries a second, later signature."""
    world = World().play()

    def change(value):
        value["signatures"].append(world.platform.sign("open-end", value["body"]))

    return Told(world, members=altered(world, chain_name(world, "open-end"), change))


@story("V6", verdicts={"OPENED": 3})
def only_v6_no_growth_of_the_tree():
    world = World().play()
    return Told(
        world,
        members=altered(
            world, "checkpoints/000004.json", lambda v: v["consistency"].__setitem__(0, "00" * 32)
        ),
    )


@story("V6", verdicts={"OPENED": 3})
def the_policy_asks_for_no_witness_but_the_anchors_do():
    """A15: owner and platform wrote quorum 0 into T."""
    world = World(witness_quorum=0)
    world.cut = _unwitnessed(world, START + 4000)
    world.play()
    return Told(world, anchors=world.anchors(witness_quorum=1))


def _unwitnessed(world, moment):
    cut = world.cut

    def silent(at, **options):
        return cut(at, cosign=at < moment, **options)

    return silent


@story("V6", verdicts={"OPENED": 3})
def a_token_made_before_a_smaller_tree_was_cosigned():
    """A3: the log and a time-stamp authority lie together about the past; a witness saw otherwise."""
    world = closed()
    ended(world)
    size, note, _ = world.checkpoints[-1]
    text = note.split("\n\n")[0] + "\n"
    token = world.tsa.respond(
        sha256(text.encode()), at=datetime.fromtimestamp(START, tz=UTC), serial=999, accuracy_ms=0
    )
    world.checkpoints[-1] = (size, note, [{"source": "tsa", "token": token.hex()}])
    return world


@story("V6", verdicts={"OPENED": 3})
def a_fork_seen_elsewhere():
    """Attack 8: somebody noted another root of the same size."""
    world = World().play()
    return Told(world, anchors=world.anchors(known=[{"size": world.checkpoints[3][0], "root": "00" * 32}]))


@story("V7", verdicts={"OPENED": 3})
def only_v7_a_stall_at_the_closing():
    """Attack 42: checkpoints stall before the deadline and nobody says why."""
    world = sealed()
    world.cut(CLOSE - 290)
    world.cut(CLOSE - 5)
    world.close()
    world.end_factors()
    world.cut(CLOSE + 605)
    return ended(world)


@story("V8", verdicts={"OPENED": 3})
def only_v8_another_n_close():
    return ended(closed(close=lambda world: {"n_close": world.n_before(CLOSE) - 8}))


@story("V8", verdicts={"OPENED": 3})
def postponed_after_an_undisturbed_closing():
    """A5: one second after the closing, nothing having gone wrong."""
    world = sealed()
    world.heartbeats(CLOSE - 300, CLOSE + 1)
    postpone(world, CLOSE + 2, DAY)
    world.close()
    world.end_factors()
    world.cut(CLOSE + 605)
    return ended(world)


@story("V8", "V9", verdicts={"OPENED": 4})
def a_late_bid_is_taken_in():
    """Attacks 6 and 7; A3: whole-second genTime equal to close_at is late."""
    world = sealed()
    world.heartbeats(CLOSE - 300, CLOSE)
    world.enrol("firm-4")
    world.bid("firm-4")
    world.cut(CLOSE)
    late = len(world.leaves)
    world.close(n_close=late)
    world.end_factors()
    world.cut(CLOSE + 605)
    return ended(world)


@story("V9", verdicts={"OPENED": 3})
def only_v9_a_bid_left_out_of_the_close():
    """Attack 5."""
    world = sealed(4)
    world.heartbeats(CLOSE - 300, CLOSE + 1)
    number = world.n_before(CLOSE)
    world.close(n_close=number, bids=world.set_of(number).bids()[1:])
    world.end_factors()
    world.cut(CLOSE + 605)
    return ended(world)


@story("V9", "V17", verdicts={"OPENED": 3})
def a_bid_with_a_receipt_left_out_of_the_close():
    world = sealed(4)
    world.heartbeats(CLOSE - 300, CLOSE + 1)
    number = world.n_before(CLOSE)
    whole = world.set_of(number).bids()
    world.close(n_close=number, bids=whole[1:])
    world.end_factors()
    world.cut(CLOSE + 605)
    ended(world)
    return Told(world, receipts=receipts(world, *[e for e in world.bids if world.ev(e) == whole[0]["ev"]]))


def claiming(world, change):
    """Close on another set than the rule gives."""
    world.heartbeats(CLOSE - 300, CLOSE + 1)
    number = world.n_before(CLOSE)
    bids = sorted(change(world.set_of(number).bids()), key=lambda row: row["ev"])
    world.close(n_close=number, bids=bids)
    world.end_factors()
    world.cut(CLOSE + 605)
    return ended(world)


def row(world, event):
    return {"ev": world.ev(event), "leaf": event["leaf"]}


@story("V9")
def the_old_bid_wins():
    """A2: A was replaced by B; the platform logs A once more and opens it."""
    world = sealed()
    first = world.bids[0]
    second = world.bid("firm-1", replaces=world.ev(first))
    world.cut(START + 30)
    world.put("bid", first["body"], signatures=first["signatures"])
    world.cut(START + 40)
    return claiming(
        world, lambda bids: [b for b in bids if b["ev"] != world.ev(second)] + [row(world, first)]
    )


@story("V9")
def a_withdrawn_bid_is_opened():
    """Attack 23."""
    world = sealed(4)
    world.withdraw("firm-4", world.ev(world.bids[3]))
    world.cut(START + 30)
    return claiming(world, lambda bids: [*bids, row(world, world.bids[3])])


@story("V9", verdicts={"OPENED": 3})
def replaced_under_a_key_nobody_declared_lost():
    """A2: whoever enrols a second key for a rival could remove its bid."""
    world = sealed()
    other = world.enrol("firm-1", "firm-1 other key")
    world.cut(START + 25)
    world.bid("firm-1", signer=other, replaces=world.ev(world.bids[0]))
    world.cut(START + 30)
    return claiming(world, lambda bids: bids)


@story("V9", verdicts={"OPENED": 3})
def two_bids_of_one_organisation():
    world = sealed()
    other = world.enrol("firm-1", "firm-1 other key")
    world.cut(START + 25)
    world.bid("firm-1", signer=other)
    world.cut(START + 30)
    return claiming(world, lambda bids: bids)


@story("V9", verdicts={"OPENED": 3})
def a_bid_copied_by_a_rival():
    """Attack 17: the manifest of firm-1 under the signature of firm-4."""
    world = sealed()
    world.enrol("firm-4")
    world.cut(START + 25)
    rival = world.signer("firm-4")
    body = canonical.decode(canonical.encode(world.bids[0]["body"])) | {
        "org": "firm-4",
        "signer": sha256(rival.spki).hex(),
    }
    world.put("bid", body, rival)
    world.cut(START + 30)
    return claiming(world, lambda bids: bids)


@story("V10", verdicts={"OPENED": 3, "BAD_CONTENT": 1})
def only_v10_a_ciphertext_changed_by_the_platform():
    """Attack 1: the platform spoils a stored ciphertext and calls the content bad."""
    world = sealed(4)
    ev = world.ev(world.bids[0])
    data = bytearray(world.contents[ev, 0])
    data[100] ^= 1
    world.contents[ev, 0] = bytes(data)
    world.to_end()
    return world


@story("V10", verdicts={"OPENED": 2, "BAD_CONTENT": 2})
def two_ciphertexts_swapped():
    """Attack 2."""
    world = sealed(4)
    first, second = ((world.ev(event), 0) for event in world.bids[:2])
    world.contents[first], world.contents[second] = world.contents[second], world.contents[first]
    world.to_end()
    return world
