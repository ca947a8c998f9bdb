"""Numbers at their limits, receipts of a fork, clocks of witnesses, and rooms of a bundle that are not what they say."""

from __future__ import annotations

from protocol import canonical, notes
from tests.protocol.hostile_order import opened, postponed, shut
from tests.protocol.packs import SMALL
from tests.protocol.stories import Told, altered, chain_name, closed, ended, sealed, story
from tests.protocol.world import CLOSE, START, World

ALL = [f"V{number}" for number in range(1, 25)]
DAY = 86_400


@story("V4", verdicts={"OPENED": 3})
def more_must_act_than_the_rule_allows():
    """A9: n >= 2t - 1, or a minority of junk shares could not be settled blind."""
    return World(t=3, n=4, orgs=["org-a", "org-b", "org-c", "org-d"]).play()


@story("V4", verdicts={"OPENED": 3})
def everybody_must_act():
    """t = n: one officer could stop the opening."""
    return World(t=3, n=3, orgs=["org-a", "org-b", "org-c"]).play()


@story("V9", verdicts={"OPENED": 3})
def a_close_with_another_set_root():
    world = sealed(**SMALL)
    return opened(shut(world, set_root="00" * 32))


@story("V8", "V11", verdicts={"OPENED": 3})
def a_close_before_its_own_number():
    """It claims a tree that did not exist."""
    return opened(shut(sealed(**SMALL), n_close=1 << 40))


@story("V9", "V11", "V12", "V16", "V18", "V19")
def released_without_a_close():
    """Officers opened and nobody said which bids are the set."""
    world = closed(**SMALL)
    world.release(0)
    world.finish()
    kinds = ("close", "factor-end")
    world.events = [event for event in world.events if event["kind"] not in kinds]
    return relinked(world)


def relinked(world):
    """The same world logged anew without what was taken out."""
    again = World(**SMALL)
    again.policy, again.policy_id = world.policy, world.policy_id
    kept = [event | {"leaf": None} for event in world.events]
    again.events = kept
    by_leaf = sorted(zip(world.events, kept, strict=True), key=lambda row: row[0]["leaf"])
    moments = sorted(world.moments.items())
    for size, at in moments:
        again.pending = [new for old, new in by_leaf if old["leaf"] < size and new["leaf"] is None]
        again.cut(at)
    return again


@story("V6", verdicts={"OPENED": 3})
def a_witness_whose_times_run_backwards():
    world = ended(closed(**SMALL))
    size, note, tokens = world.checkpoints[-1]
    text = notes.parse_note(note).text
    early = notes.sign_note(text, world.origin, world.log_key)
    early += notes.cosign(text, world.witness_name, world.witness_key, CLOSE - 3000)
    world.checkpoints[-1] = (size, early, tokens)
    return world


@story("V6", verdicts={"OPENED": 3})
def the_first_checkpoint_claims_a_past():
    world = ended(closed(**SMALL))
    return Told(
        world, members=altered(world, "checkpoints/000000.json", lambda v: v.update(consistency=["00" * 32]))
    )


@story("V5", verdicts={"OPENED": 3})
def a_proof_in_a_later_checkpoint():
    """The proof holds, but not in the first checkpoint that covers the event."""
    world = ended(closed(**SMALL))
    size = world.checkpoints[-1][0]
    bid = next(event for event in world.events if event["kind"] == "bid")
    path = [node.hex() for node in world.tree.inclusion_path(bid["leaf"], size)]
    change = altered(world, chain_name(world, "bid"), lambda v: v.update(proof={"size": size, "path": path}))
    return Told(world, members=change)


@story(verdicts={"OPENED": 3, "STALE": 3})
def a_policy_replaced_after_it_was_postponed():
    """V8 asks whether it came before the closing as last postponed."""
    world = sealed(**SMALL)
    late = CLOSE + DAY
    moments = {"close_at": late, "open_at": [late], "check_until": late + 600, "release_until": late + 7200}
    postponed(world, START + 50, **moments)
    world.cut(CLOSE + 3600)
    envelopes = [{"e": 0, "name": "envelope 0", "open_at": late}]
    changes = {**moments, "envelopes": envelopes}
    changes.pop("open_at")
    world.policy = world.policy_body(prev=world.policy_id, **changes)
    world.policy_event = world.put("policy", world.policy, world.owner)
    world.policy_id = world.ev(world.policy_event)
    world.cut(CLOSE + 3700)
    world.bids = [world.bid(f"firm-{number}") for number in (1, 2, 3)]
    world.cut(CLOSE + 3800)
    world.heartbeats(late - 300, late + 1)
    world.close(late + 5, n_close=world.n_before(late))
    world.end_factors(late + 400)
    world.cut(late + 605)
    world.release(0, at=late + 700)
    world.finish(late + 900)
    return world


def receipt_with(change):
    """An honest tender, and a receipt changed and signed again by the platform."""
    world = World(**SMALL).play()
    body = change(world, dict(world.receipt(world.bids[0])["body"]))
    receipt = {"body": body, "signatures": [world.platform.sign("receipt", body)]}
    return Told(world, receipts=[canonical.encode(receipt)])


@story("V17", verdicts={"OPENED": 3})
def a_receipt_under_a_note_of_nobody():
    def change(world, body):
        text = notes.parse_note(body["note"]).text
        return body | {"note": notes.sign_note(text, world.origin, world.witness_key)}

    return receipt_with(change)


@story("V17", verdicts={"OPENED": 3})
def a_receipt_of_another_tree():
    """Attack 8: the log showed this bidder another tree of the same size, with its leaf in it."""

    def change(world, body):
        fork = World(**SMALL)
        fork.publish()
        for number in (1, 2, 3):
            fork.enrol(f"firm-{number}")
        fork.cut(START + 11)
        fork.derive = lambda label: world.derive("fork " + label)
        bid = next(event for event in world.events if event["kind"] == "bid")
        event = fork.put("bid", bid["body"], signatures=bid["signatures"])
        fork.cut(START + 20)
        return fork.receipt(event)["body"]

    return receipt_with(change)


@story("V17", verdicts={"OPENED": 3})
def a_receipt_signed_by_somebody_else():
    told = receipt_with(lambda world, body: body)
    value = canonical.decode(told.receipts[0])
    value["signatures"] = [told.world.owner.sign("receipt", value["body"])]
    told.receipts = [canonical.encode(value)]
    return told


@story("V17", verdicts={"OPENED": 3})
def a_receipt_which_is_none():
    told = receipt_with(lambda world, body: body)
    told.receipts = [b'{"body":{}}']
    return told


def members_with(change):
    """An honest tender with other members."""
    world = World(**SMALL).play()
    members = world.members()
    change(members)
    return Told(world, members=members)


@story(*ALL)
def a_gap_in_the_numbers_of_a_room():
    return members_with(
        lambda m: m.update({"keys/000099.json": m.pop(max(n for n in m if n.startswith("keys/")))})
    )


@story(*ALL)
def no_list_of_documents():
    return members_with(lambda m: m.pop("docs.json"))


@story(*ALL)
def no_policy_at_all():
    def change(members):
        names = sorted(name for name in members if name.startswith("chain/"))
        rest = [members.pop(name) for name in names][1:]
        members.update({f"chain/{number:06d}.json": data for number, data in enumerate(rest)})

    return members_with(change)


@story(*ALL)
def a_ciphertext_by_another_name():
    def change(members):
        name = min(name for name in members if name.startswith("content/"))
        members[name.replace(".e0.", ".e9.")] = members.pop(name)

    return members_with(change)


@story("V10", verdicts={"OPENED": 3})
def a_ciphertext_of_no_bid():
    return members_with(lambda m: m.update({f"content/{'ab' * 32}.e0.bin": b"x"}))
