"""Tenders in which somebody cheats from the closing on. Each is refused by the checks it names and by no other."""

from __future__ import annotations

from protocol import bodies, canonical, cobblestone, dsse, sealing
from protocol.hashing import tagged
from tests.protocol.stories import (
    Told,
    begun,
    closed,
    ended,
    receipts,
    sealed,
    signed_pair,
    story,
    take,
)
from tests.protocol.world import CLOSE, START, World


@story("V11", verdicts={"OPENED": 3})
def only_v11_committed_before_the_set_check_was_over():
    """Attack 21; A12."""
    world = sealed()
    world.heartbeats(CLOSE - 300, CLOSE + 1)
    world.close()
    world.end_factors()
    world.release(0, at=CLOSE + 500)
    world.finish()
    return world


@story("V11", verdicts={"OPENED": 3})
def shown_with_exactly_t_commits_at_once():
    """A11: with t present one officer could read everything and stall."""
    world = closed()
    world.release(0, officers=(1, 2, 3))
    world.finish()
    return world


@story("V11", verdicts={"OPENED": 2, "FACTOR_MISSING": 1})
def the_factor_phase_cut_short():
    """A bidder's window was closed early, and its bid called undecryptable."""
    world = sealed(factor="required", min_bids=2)
    world.heartbeats(CLOSE - 300, CLOSE + 1)
    world.close()
    rows = []
    for ev in world.live()[:2]:
        org = dict(world.manifests())[ev]["org"]
        factors = [{"e": e, "b": secret.b.hex()} for e, secret in sorted(world.secrets[ev].items())]
        event = world.put(
            "factor",
            bodies.body("factor", policy=world.policy_id, bid=ev, factors=factors),
            world.signer(org),
        )
        rows.append({"bid": ev, "factor": world.ev(event)})
    world.cut(CLOSE + 100)
    end = bodies.body("factor-end", policy=world.policy_id, close=world.ev(world.close_event), factors=rows)
    world.put("factor-end", end, world.platform)
    world.cut(CLOSE + 110)
    world.cut(CLOSE + 605)
    return ended(world)


@story("V12", verdicts={"OPENED": 3})
def only_v12_another_release_than_committed():
    """A11: an officer saw the others' shares and then said FAIL."""
    world = closed()

    def alter(i, pair):
        if i != 4:
            return pair
        commit, release = pair
        body = canonical.decode(canonical.encode(release["body"]))
        body["shares"][0][1] = "FAIL"
        return commit, {"body": body, "signatures": [world.seats[3]["signer"].sign("release", body)]}

    world.release(0, alter=alter)
    world.finish()
    return world


@story("V12", verdicts={"OPENED": 3})
def an_officer_leaves_out_one_bid():
    """Attack 20."""
    world = closed()

    def alter(i, pair):
        if i != 4:
            return pair
        commit, release = (canonical.decode(canonical.encode(side["body"])) for side in pair)
        release["shares"].pop()
        return signed_pair(world, i, commit, release)

    world.release(0, alter=alter)
    world.finish()
    return world


def with_result(change, **options):
    """End with a changed result of envelope 0."""
    world = closed(**options)
    world.release(0)
    body = canonical.decode(canonical.encode(world.result_body(0)))
    change(body["rows"])
    world.finish(results={0: body})
    return world


@story("V13", verdicts={"OPENED": 3})
def only_v13_another_seed_published():
    return with_result(lambda rows: rows[0].update(seed="00" * 32))


@story("V13", verdicts={"OPENED": 6})
def one_seed_in_two_envelopes():
    """A14: with one seed for both, opening the price would open the technical part."""
    world = begun(envelopes=2)
    for number in (1, 2):
        world.bid(f"firm-{number}")
    made = world.seal("firm-3", world.signer("firm-3"))
    body = canonical.decode(canonical.encode(made.body))
    old = dsse.event_id("bid", made.body).hex()
    seed = world.secrets[old][0].s
    where = sealing.context(bytes.fromhex(world.policy_id), bytes.fromhex(body["bid"]), 1)
    key, salt = sealing.content_key(where, seed, b"")
    data = cobblestone.encrypt(key, salt, where, b"".join(sealing.padded(3, [b"abc"], 4096)))
    tree = sealing.PartTree()
    tree.update(data)
    body["envelopes"][1] |= {
        "seed": tagged("seedcommit", where, seed).hex(),
        "shares": sealing.deal(world.policy, where, seed)[1],
        "ct_root": tree.root().hex(),
        "size": tree.size,
    }
    world.contents[old, 1] = data
    take(world, made, body)
    world.cut(START + 20)
    world.to_end()
    return world


@story("V14", verdicts={"OPENED": 3})
def only_v14_a_factor_not_listed():
    world = sealed(factor="required")
    world.heartbeats(CLOSE - 300, CLOSE + 1)
    world.close()
    put = world.put

    def shorten(kind, body, *signers, **options):
        if kind == "factor-end":
            body = body | {"factors": body["factors"][1:]}
        return put(kind, body, *signers, **options)

    world.put = shorten
    world.end_factors()
    world.cut(CLOSE + 605)
    return ended(world)


@story("V15", verdicts={"OPENED": 3})
def only_v15_another_content_published():
    """The record shows a price that was not sealed."""
    return with_result(lambda rows: rows[0].update(plain="00" * 32))


@story("V16", verdicts={"OPENED": 3})
def only_v16_an_openable_bid_called_bad():
    def change(rows):
        rows[0].update(verdict="BAD_CONTENT")

    return with_result(change)


@story("V16", verdicts={"PLATFORM_FAULT": 1, "OPENED": 3})
def nobody_said_whose_fault_it_was():
    """Decision 11: a bid stayed shut and no person recorded why."""
    world = sealed(4)
    del world.contents[world.ev(world.bids[0]), 0]
    world.to_end(attribute=False)
    return world


@story("V17", verdicts={"OPENED": 3})
def only_v17_a_receipt_off_the_chain():
    """A1, attack 4: a bid was logged beside the chain and forgotten."""
    world = begun(4)
    world.bids = [world.bid(f"firm-{number}") for number in (1, 2, 3)]
    made = world.seal("firm-4", world.signer("firm-4"))
    hidden = world.put("bid", made.body, signatures=made.signatures, chain=False)
    world.cut(START + 20)
    world.events.remove(hidden)
    world.to_end()
    return Told(world, receipts=receipts(world, hidden))


@story("V17", verdicts={"OPENED": 4})
def a_withdrawal_with_a_receipt_forgotten():
    """A4: the withdrawn bid was opened; the receipt of the withdrawal proves it."""
    world = sealed(4)
    body = bodies.body("withdraw", policy=world.policy_id, target=world.ev(world.bids[3]))
    hidden = world.put("withdraw", body, world.signer("firm-4"), chain=False)
    world.cut(START + 30)
    world.events.remove(hidden)
    world.to_end()
    return Told(world, receipts=receipts(world, hidden))


@story("V8", verdicts={"OPENED": 3})
def the_newest_checkpoint_in_time_left_out():
    """A3: a receipt shows that the log held more in time than the close admits."""
    world = sealed()
    world.heartbeats(CLOSE - 300, CLOSE - 2)
    number = len(world.leaves)
    world.enrol("firm-4")
    world.cut(CLOSE - 10)
    extra = world.bids[0]
    hidden = world.checkpoints[-1]
    receipt = world.receipt(extra)
    body = receipt["body"] | {
        "note": hidden[1],
        "tokens": hidden[2],
        "path": [node.hex() for node in world.tree.inclusion_path(extra["leaf"], hidden[0])],
    }
    receipt = {"body": body, "signatures": [world.platform.sign("receipt", body)]}
    world.checkpoints.pop()
    world.cut(CLOSE + 1)
    world.close(n_close=number)
    world.end_factors()
    world.cut(CLOSE + 605)
    ended(world)
    return Told(world, receipts=[canonical.encode(receipt)])


@story("V18", verdicts={"OPENED": 2})
def only_v18_two_bids_opened():
    """Art. 28; A6: opening two bids leaks prices before the re-tender."""
    return ended(closed(2))


@story("V18", verdicts={"OPENED": 3, "LATE": 1})
def a_release_covers_a_late_bid():
    """Attack 23."""
    world = sealed()
    world.heartbeats(CLOSE - 300, CLOSE + 1)
    world.enrol("firm-4")
    late = world.bid("firm-4")
    world.cut(CLOSE + 2)
    world.close()
    world.end_factors()
    world.cut(CLOSE + 605)

    def alter(i, pair):
        if i != 1:
            return pair
        commit, release = (canonical.decode(canonical.encode(side["body"])) for side in pair)
        release["shares"] = sorted([*release["shares"], [world.ev(late), "33" * 32]])
        return signed_pair(world, i, commit, release)

    world.release(0, alter=alter)
    world.finish()
    return world


@story("V19", verdicts={"OPENED": 3})
def only_v19_an_incident_left_out():
    """A1: the bundle drops one event of its chain."""
    world = closed()
    body = bodies.body(
        "incident", policy=world.policy_id, code="power", from_=CLOSE, to=CLOSE + 60, note="power cut"
    )
    dropped = world.put("incident", body, world.platform)
    ended(world)
    world.events.remove(dropped)
    return world


@story("V19", verdicts={"OPENED": 3})
def two_closes_in_force():
    """A1: a spare close was logged blind, to be used or forgotten later."""
    world = sealed()
    world.heartbeats(CLOSE - 300, CLOSE + 1)
    number = world.n_before(CLOSE)
    world.put("close", world.close_body(number, check_until=CLOSE + 600), world.platform)
    world.cut(CLOSE + 2)
    world.close(check_until=CLOSE + 601)
    world.end_factors()
    world.cut(CLOSE + 605)
    return ended(world)


@story("V19", verdicts={"OPENED": 3})
def the_chain_breaks_off():
    world = closed()
    world.release(0)
    world.put("result", world.result_body(0), world.platform)
    world.cut(CLOSE + 900)
    return world


@story("V20", "V3", verdicts={"OPENED": 3})
def no_t_in_the_anchors():
    """A15: a check that cannot be made fails."""
    world = World().play()
    return Told(world, anchors=world.anchors(T={}))


@story("V20", verdicts={"OPENED": 3})
def only_v20_a_known_size_that_is_not_in_the_bundle():
    world = World().play()
    return Told(
        world, anchors=world.anchors(known=[{"size": world.checkpoints[3][0] + 1, "root": "00" * 32}])
    )


@story(*[f"V{number}" for number in range(1, 25)])
def a_public_edition_that_shows_the_technical_release():
    """A16."""
    world = World(envelopes=2).play()
    return Told(world, edition="public", members=world.members("audit"))
