"""Openings in which a bidder, an officer or the platform errs and nobody cheats in the record: all verify."""

from __future__ import annotations

import json

from protocol import bodies, canonical
from protocol.hashing import mac
from protocol.sealing import context, deal
from tests.protocol import stories
from tests.protocol.stories import (
    Told,
    begun,
    closed,
    receipts,
    sealed,
    signed_pair,
    story,
    take,
)
from tests.protocol.world import CLOSE, START


@story(verdicts={"BAD_DEALING": 1, "OPENED": 3})
def junk_for_one_officer_is_bad_dealing():
    """Attack 14: a dealer seals junk to officer 5; officers 1 to 4 find out all the same."""
    world = begun(4)
    made = world.seal("firm-1", world.signer("firm-1"))
    body = canonical.decode(canonical.encode(made.body))
    body["envelopes"][0]["shares"][4]["enc"] = "11" * 80
    take(world, made, body)
    for number in (2, 3, 4):
        world.bid(f"firm-{number}")
    world.cut(START + 20)
    world.to_end()
    return world


@story(verdicts={"BAD_DEALING": 1, "OPENED": 3})
def a_junk_share_under_its_own_commitment_is_bad_dealing():
    """Attack 14: the junk has its own commitment, so every officer's share looks good."""
    world = begun(4)
    made = world.seal("firm-1", world.signer("firm-1"))
    body = canonical.decode(canonical.encode(made.body))
    where = context(bytes.fromhex(world.policy_id), bytes.fromhex(body["bid"]), 0)
    _, other = deal(world.policy, where, mac(b"x", b"other seed")[:32])
    body["envelopes"][0]["shares"][1] = other[1]
    take(world, made, body)
    for number in (2, 3, 4):
        world.bid(f"firm-{number}")
    world.cut(START + 20)
    world.to_end()
    return world


@story(verdicts={"PLATFORM_FAULT": 1, "OPENED": 3})
def a_ciphertext_was_lost():
    """A18: a receipt without the stored ciphertext is the platform's fault."""
    world = sealed(4)
    ev = world.ev(world.bids[0])
    del world.contents[ev, 0]
    world.to_end()
    return Told(world, receipts=receipts(world, world.bids[0]))


@story(verdicts={"OPENED": 3})
def one_officer_gives_a_wrong_share():
    """A11: proven and named; the others suffice."""
    world = closed()

    def alter(i, pair):
        if i != 2:
            return pair
        commit, release = (canonical.decode(canonical.encode(side["body"])) for side in pair)
        release["shares"][0][1] = "22" * 32
        return signed_pair(world, i, commit, release)

    world.release(0, alter=alter)
    world.finish()
    return world


@story(verdicts={"NOT_OPENABLE": 1, "OPENED": 3})
def three_officers_cannot_read_one_bid():
    """A11: n-t+1 blind FAILs settle the status; the bid stays shut and a person says why."""
    world = begun(4)
    made = world.seal("firm-1", world.signer("firm-1"))
    body = canonical.decode(canonical.encode(made.body))
    for position in (1, 2, 3):
        body["envelopes"][0]["shares"][position]["enc"] = "11" * 80
    take(world, made, body)
    for number in (2, 3, 4):
        world.bid(f"firm-{number}")
    world.cut(START + 20)
    world.to_end()
    return world


@story(verdicts={"OPENED": 3})
def exactly_t_officers_after_the_window():
    """A11: with only t of n, an incident and the window are needed."""
    world = closed()
    body = bodies.body(
        "incident",
        policy=world.policy_id,
        code="commit-window",
        from_=CLOSE,
        to=CLOSE + 1800,
        note="two officers absent",
    )
    world.put("incident", body, world.platform)
    world.release(0, officers=(1, 3, 5), at=CLOSE + 1900)
    world.finish(CLOSE + 2000)
    return world


@story(verdicts={"OPENED": 3})
def a_set_objection_is_answered_by_a_corrected_close():
    """A12: the platform left out a bid, its bidder objects, the close is corrected."""
    world = sealed()
    world.heartbeats(CLOSE - 300, CLOSE + 1)
    number = world.n_before(CLOSE)
    whole = world.set_of(number).bids()
    world.close(n_close=number, bids=whole[1:])
    missing = next(e for e in world.bids if world.ev(e) == whole[0]["ev"])
    world.end_factors()
    receipt = world.receipt(missing)
    body = bodies.body("set-objection", policy=world.policy_id, receipt=receipt)
    world.put("set-objection", body, world.signer(missing["body"]["org"]))
    world.cut(CLOSE + 500)
    first = world.ev(world.close_event)
    world.close(CLOSE + 510, n_close=number, replaces=first, check_until=CLOSE + 900)
    world.end_factors(CLOSE + 800)
    world.cut(CLOSE + 905)
    world.release(0, at=CLOSE + 1000)
    world.finish(CLOSE + 1100)
    return Told(world, receipts=[canonical.encode(receipt)])


@story()
def too_few_bids_stay_shut():
    """Art. 28: two bids; nothing is released, the chain ends in failed (audit edition only)."""
    world = sealed(2)
    world.heartbeats(CLOSE - 300, CLOSE + 1)
    world.close()
    world.put(
        "failed", bodies.body("failed", policy=world.policy_id, reason="fewer-than-min-bids"), world.platform
    )
    world.cut(CLOSE + 20)
    return world


@story()
def cancelled_before_closing():
    world = sealed()
    world.put(
        "cancelled",
        bodies.body("cancelled", policy=world.policy_id, reason="the funds were withdrawn"),
        world.owner,
    )
    world.cut(START + 100)
    return world


@story(verdicts={"OPENED": 3})
def a_trial_with_one_officer():
    """A9: 1 of 1 passes only under anchors which say min_t 1, and is labelled."""
    world = stories.World(t=1, n=1, orgs=["officer-org-1"]).play(3)
    return Told(world, anchors=world.anchors(min_t=1))


@story(verdicts={"OPENED": 3})
def a_witness_is_not_asked_for():
    """A15: no witness passes only where the anchors ask for none; the label says so."""
    world = stories.World(witness_quorum=0)
    cut = world.cut
    world.cut = lambda at, **options: cut(at, cosign=False, **options)
    sources = world.policy_body()["time"]["sources"][:1]
    body = world.policy_body
    world.policy_body = lambda **changes: body(
        **({"time": {"sources": sources, "k": 1}, "witnesses": []} | changes)
    )
    world.n_before = world.tsa_before
    world.play()
    held = json.loads(world.anchors())
    return Told(
        world, anchors=world.anchors(witnesses=[], time={"sources": held["time"]["sources"][:1], "k": 1})
    )
