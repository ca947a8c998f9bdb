"""Honest tenders, and accidents that befall honest people: all verify (protocol-review A1 to A18)."""

from __future__ import annotations

import json

from protocol import bodies, setrule
from tests.protocol import stories
from tests.protocol.stories import (
    Told,
    begun,
    ended,
    postpone,
    receipts,
    sealed,
    story,
)
from tests.protocol.world import CLOSE, START


@story(verdicts={"OPENED": 4})
def honest():
    world = stories.World().play(4)
    return Told(world, receipts=receipts(world, *world.bids))


@story(verdicts={"OPENED": 6})
def honest_two_envelopes():
    return stories.World(envelopes=2).play(3)


@story(verdicts={"OPENED": 3})
def honest_public_edition():
    return Told(stories.World(envelopes=2).play(3), edition="public")


@story(verdicts={"OPENED": 3})
def honest_with_factor():
    return stories.World(factor="required").play(3)


@story(verdicts={"OPENED": 2, "FACTOR_MISSING": 1})
def a_factor_is_missing():
    world = sealed(factor="required", min_bids=2)
    world.heartbeats(CLOSE - 300, CLOSE + 1)
    world.close()
    world.end_factors(evs=world.live()[:2])
    world.cut(CLOSE + 605)
    return ended(world)


@story(verdicts={"OPENED": 4, "FACTOR_MISSING": 2})
def a_factor_for_one_envelope_only_opens_nothing():
    """A13: B of envelope 0 alone must not open envelope 0."""
    world = sealed(factor="required", envelopes=2)
    world.heartbeats(CLOSE - 300, CLOSE + 1)
    world.close()
    world.end_factors(partial=world.live()[:1])
    world.cut(CLOSE + 605)
    return ended(world)


@story(verdicts={"OPENED": 3, "SUPERSEDED": 1, "WITHDRAWN": 1, "LATE": 1})
def every_end_of_a_receipt():
    """A18: in the set, superseded, withdrawn, late."""
    world = sealed(4)
    first, gone = world.bids[0], world.bids[3]
    again = world.bid("firm-1", replaces=world.ev(first))
    withdrawn = world.withdraw("firm-4", world.ev(gone))
    world.cut(START + 30)
    world.heartbeats(CLOSE - 300, CLOSE + 1)
    late = world.bid("firm-4")
    world.cut(CLOSE + 2)
    world.close()
    world.end_factors()
    world.cut(CLOSE + 605)
    ended(world)
    return Told(world, receipts=receipts(world, first, again, gone, withdrawn, late))


@story(verdicts={"OPENED": 3, "STALE": 1})
def a_policy_was_replaced():
    """A6, A18: a bid under the policy before does not count, and its receipt ends well."""
    world = begun()
    old = world.bid("firm-1")
    world.cut(START + 20)
    first = world.policy_id
    world.policy = world.policy_body(prev=first, ceiling="900000.00")
    world.policy_event = world.put("policy", world.policy, world.owner)
    world.policy_id = world.ev(world.policy_event)
    world.cut(START + 30)
    world.bids = [world.bid(f"firm-{number}") for number in (1, 2, 3)]
    world.cut(START + 40)
    world.to_end()
    return Told(world, receipts=receipts(world, old))


@story(verdicts={"OPENED": 3, "SUPERSEDED": 1})
def an_old_bid_logged_again_does_not_win():
    """A2: A, then B which replaces A, then A once more: B counts."""
    world = sealed()
    first = world.bids[0]
    world.bid("firm-1", replaces=world.ev(first))
    world.cut(START + 30)
    world.put("bid", first["body"], signatures=first["signatures"])
    world.cut(START + 40)
    world.to_end()
    return world


@story(verdicts={"OPENED": 3, "WITHDRAWN": 1})
def a_withdrawn_bid_logged_again_stays_out():
    world = sealed(4)
    gone = world.bids[3]
    world.withdraw("firm-4", world.ev(gone))
    world.cut(START + 30)
    world.put("bid", gone["body"], signatures=gone["signatures"])
    world.cut(START + 40)
    world.to_end()
    return world


@story(verdicts={"OPENED": 3})
def an_unsigned_copy_logged_before_changes_nothing():
    """A2: only the first leaf with valid signatures counts."""
    world = begun()
    made = world.seal("firm-1", world.signer("firm-1"))
    forged = [made.signatures[0] | {"sig": "00" * 64}]
    world.put("bid", made.body, signatures=forged)
    world.cut(START + 15)
    world.put("bid", made.body, signatures=made.signatures)
    for number in (2, 3):
        world.bid(f"firm-{number}")
    world.cut(START + 20)
    world.set_of = _without_forged(world, forged)
    world.to_end()
    return world


def _without_forged(world, forged):
    rule = type(world).set_of

    def set_of(n_close):
        kept, world.events = world.events, [e for e in world.events if e["signatures"] != forged]
        try:
            return rule(world, n_close)
        finally:
            world.events = kept

    return set_of


@story(verdicts={"OPENED": 3, "SUPERSEDED": 1})
def a_lost_key_is_replaced_before_everyones_eyes():
    """A2: with key-loss, signed by registrar and supervisor, the new key may replace the bid."""
    world = sealed()
    new = world.enrol("firm-1", "firm-1 new key")
    old = world.signer("firm-1")
    body = bodies.body("key-loss", org="firm-1", old=old.spki.hex(), new=new.spki.hex(), evidence="00" * 32)
    loss = world.put("key-loss", body, world.registrar, world.supervisor, chain=False)
    world.cut(START + 30)
    world.bid("firm-1", signer=new, replaces=world.ev(world.bids[0]))
    world.cut(START + 40)
    rule = world.set_of

    def set_of(n_close):
        world.losses = [setrule.KeyLoss("firm-1", old.spki.hex(), new.spki.hex(), loss["leaf"])]
        return rule(n_close)

    world.set_of = set_of
    world.to_end()
    return world


@story(verdicts={"OPENED": 3})
def a_postponed_closing_keeps_the_seals():
    """A5: owner and supervisor move the closing by a day; bids sealed before stand."""
    world = sealed()
    day = 86_400
    postpone(world, START + 50, day)
    late = CLOSE + day
    world.heartbeats(late - 300, late + 1)
    world.close(late + 5, n_close=world.n_before(late), check_until=CLOSE + day + 600)
    world.end_factors(late + 400)
    world.cut(late + 605)
    world.release(0, at=late + 700)
    world.finish(late + 900)
    return world


@story(verdicts={"OPENED": 3})
def two_of_three_sources_decide():
    """A3: one of three sources is silent around the closing; the other two decide."""
    world = stories.World()
    sources = world.policy_body()["time"]["sources"]
    world.publish(
        time={
            "sources": [*sources, {"kind": "tsa", "name": "tsa-2", "org": "tsa-2-org", "accuracy_ms": 0}],
            "k": 2,
        }
    )
    for number in (1, 2, 3):
        world.enrol(f"firm-{number}")
    world.cut(START + 10)
    world.bids = [world.bid(f"firm-{number}") for number in (1, 2, 3)]
    world.cut(START + 20)
    world.to_end()
    anchors = json.loads(world.anchors())
    anchors["time"]["sources"].append(anchors["time"]["sources"][0] | {"name": "tsa-2", "org": "tsa-2-org"})
    return Told(world, anchors=json.dumps(anchors).encode())


@story(verdicts={"OPENED": 3})
def a_stall_told_in_an_incident():
    """A7: a stall before the closing which an incident covers does not condemn the tender."""
    world = sealed()
    world.heartbeats(CLOSE - 300, CLOSE - 200)
    body = bodies.body(
        "incident",
        policy=world.policy_id,
        code="time-source",
        from_=CLOSE - 240,
        to=CLOSE,
        note="the authority was down",
    )
    world.put("incident", body, world.platform)
    world.cut(CLOSE)
    world.heartbeats(CLOSE + 1, CLOSE + 2)
    world.close()
    world.end_factors()
    world.cut(CLOSE + 605)
    return ended(world)
