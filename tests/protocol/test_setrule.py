"""Which bids are in the set: every rule of 6.2 and 6.3 broken alone (A2)."""

import pytest

from protocol import canonical, dsse, setrule
from protocol.hashing import sha256
from protocol.setrule import Act, KeyLoss, compute_set
from tests.protocol.packs import SMALL
from tests.protocol.stories import begun


@pytest.fixture(scope="module")
def lot():
    world = begun(3, **SMALL)
    world.end = 100
    return world


def acted(world, body, leaf, signer, org="firm-1", kind="bid"):
    ev = dsse.event_id(kind, body).hex()
    return Act(kind, ev, leaf, body, org, sha256(signer.spki).hex(), signer.spki.hex())


def bid(world, leaf, *, org="firm-1", key=None, replaces=None, change=None):
    signer = world.signer(key or org)
    body = canonical.decode(canonical.encode(world.seal(org, signer, replaces=replaces).body))
    if change:
        change(body)
    return acted(world, body, leaf, signer, org)


def withdraw(world, leaf, target, *, org="firm-1", key=None):
    body = {"v": "sealedbid/v1", "policy": world.policy_id, "target": target.ev}
    return acted(world, body, leaf, world.signer(key or org), org, "withdraw")


def result(world, *acts, losses=()):
    return compute_set(world.policy, world.policy_id, acts, losses, world.end)


def states(found, *acts):
    return [found.states.get(act.ev) for act in acts]


def test_one_bid_of_each_organisation_is_live(lot):
    first, second = bid(lot, 1), bid(lot, 2, org="firm-2")

    found = result(lot, second, first)

    assert found.faults == []
    assert found.bids() == sorted(
        [{"ev": first.ev, "leaf": 1}, {"ev": second.ev, "leaf": 2}], key=lambda r: r["ev"]
    )
    assert setrule.set_root([first.ev, second.ev]) == setrule.set_root([second.ev, first.ev])


def test_head_of_the_replacing_chain_wins_whatever_is_logged_last(lot):
    """A2: A, B (replaces A), A again."""
    first = bid(lot, 1)
    second = bid(lot, 2, replaces=first.ev)
    again = Act(first.kind, first.ev, 3, first.body, first.org, first.key, first.spki)

    found = result(lot, first, second, again)

    assert states(found, first, second) == ["SUPERSEDED", "LIVE"]
    assert found.faults == []


def test_a_withdrawn_bid_stays_out(lot):
    first = bid(lot, 1)
    gone = withdraw(lot, 2, first)
    again = Act(first.kind, first.ev, 3, first.body, first.org, first.key, first.spki)
    other = bid(lot, 4)

    found = result(lot, first, gone, again, other)

    assert states(found, first, other) == ["WITHDRAWN", "LIVE"]
    assert found.faults == []


def test_late_bids_and_late_withdrawals(lot):
    first, late = bid(lot, 1), bid(lot, 100, org="firm-2")
    gone = withdraw(lot, 101, first)

    found = result(lot, first, late, gone)

    assert states(found, first, late) == ["LIVE", "LATE"]
    assert found.faults == []


def test_bids_and_withdrawals_of_an_earlier_policy(lot):
    stale = bid(lot, 1, change=lambda body: body.update(policy="00" * 32))
    gone = withdraw(lot, 2, stale)
    gone.body["policy"] = "00" * 32

    assert states(result(lot, stale, gone), stale) == ["STALE"]


FAULTS = {
    "its bid id is not made": lambda body: body.update(bid="00" * 16),
    "another nonce": lambda body: body.update(nonce="00" * 16),
    "another signer": lambda body: body.update(signer="00" * 32),
    "another organisation": lambda body: body.update(org="firm-2"),
    "envelopes are not": lambda body: body.update(envelopes=[]),
    "one envelope more": lambda body: body["envelopes"].append(body["envelopes"][0] | {"e": 1}),
    "one share for each officer": lambda body: body["envelopes"][0]["shares"].pop(),
    "a factor against": lambda body: body["envelopes"][0].update(factor="00" * 32),
    "a size that no padded file": lambda body: body["envelopes"][0].update(size=4167),
    "a size beyond the policy": lambda body: body["envelopes"][0].update(size=1 << 31),
    "live bid": lambda body: body.update(replaces="00" * 32),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_bid_that_does_not_conform_is_a_fault_and_changes_nothing(name, lot):
    act = bid(lot, 1, change=FAULTS[name])

    found = result(lot, act)

    assert [ev for ev, _ in found.faults] == [act.ev]
    assert found.live == {}
    assert found.states == {}


def test_a_second_bid_must_replace_the_first(lot):
    first, second = bid(lot, 1), bid(lot, 2)

    found = result(lot, first, second)

    assert [ev for ev, _ in found.faults] == [second.ev]
    assert states(found, first) == ["LIVE"]


def test_a_bid_id_occurs_once(lot):
    first = bid(lot, 1)
    gone = withdraw(lot, 2, first)
    body = canonical.decode(canonical.encode(first.body)) | {"client": "another"}
    again = acted(lot, body, 3, lot.signer("firm-1"))

    found = result(lot, first, gone, again)

    assert found.faults == [(again.ev, "its bid id has occurred before")]


LOSS = dict(org="firm-1", leaf=2)  # noqa: C408 - members of a KeyLoss


@pytest.mark.parametrize(
    ("change", "accepted"),
    [
        ({}, True),
        ({"leaf": 3}, False),  # logged after the bid it should carry
        ({"leaf": 100}, False),  # too late for the closing
        ({"org": "firm-2"}, False),
        ({"old": "aa"}, False),
        ({"new": "aa"}, False),
    ],
)
@pytest.mark.parametrize("kind", ["bid", "withdraw"])
def test_another_key_needs_its_key_loss(kind, change, accepted, lot):
    first = bid(lot, 1)
    keys = {"old": lot.signer("firm-1").spki.hex(), "new": lot.signer("new").spki.hex()}
    loss = KeyLoss(**(LOSS | keys | change))
    made = {
        "bid": lambda: bid(lot, 3, key="new", replaces=first.ev),
        "withdraw": lambda: withdraw(lot, 3, first, key="new"),
    }
    second = made[kind]()

    found = result(lot, first, second, losses=[loss])

    assert (found.faults == []) is accepted
    assert states(found, first) == [("SUPERSEDED" if kind == "bid" else "WITHDRAWN") if accepted else "LIVE"]


def test_what_is_withdrawn_must_be_the_organisations_live_bid(lot):
    first, other = bid(lot, 1), bid(lot, 2, org="firm-2")
    wrong = withdraw(lot, 3, other)
    nothing = withdraw(lot, 4, first, org="firm-3")

    found = result(lot, first, other, wrong, nothing)

    assert [ev for ev, _ in found.faults] == [wrong.ev, nothing.ev][: len(found.faults)]
    assert states(found, first, other) == ["LIVE", "LIVE"]
