"""密封检查 (法36, A8, A12): the closed set goes to whoever holds a receipt, after the factors, and counts nobody before."""

import json

import pytest

from accounts.actors import ANONYMOUS, SYSTEM
from accounts.selectors import actor_of
from accounts.services import membership_grant
from accounts.states import Role
from bidding import services
from bidding.models import Receipt
from bidding.selectors import public
from bidding.selectors.sealing import own_opening, seal_page
from bidding.selectors.set_proof import set_proof
from kernel.errors import NotFound, NotPermitted, StateConflict
from protocol import merkle, notes
from tests import builders_accounts as people
from tests import builders_bidding as build
from tests.bidding.test_closed_set import close_without

pytestmark = pytest.mark.django_db
FACTOR = build.Panel(t=2, n=3, factor=True)


def receipt_of(handed):
    return json.loads(Receipt.objects.get(ev=handed.bid.ev).signed)["body"]


def tree_of(note):
    return notes.Checkpoint.parse(notes.parse_note(note).text)


def test_before_the_factor_phase_ends_the_set_is_shown_to_no_bidder(kept):
    """A8: bidders who knew who came could withhold their factors together and push the tender under three."""
    hall = kept(build.hall, panel=FACTOR)
    hall.bids(3)
    mine = hall.handed[0].party.actor
    hall.close()

    assert hall.opening.set_root
    assert public.opening_seen(hall.lot.pk).set_root == ""
    with pytest.raises(NotPermitted):
        set_proof(hall.lot, mine, 0)
    with pytest.raises(StateConflict) as refused:
        services.seal_confirm(bid_id=hall.handed[0].bid.pk, actor=mine, at=hall.clock.now)
    assert refused.value.code == "not_yet"
    hall.check()

    assert public.opening_seen(hall.lot.pk).set_root == hall.opening.set_root
    assert len(set_proof(hall.lot, mine, 0)["close"]["body"]["bids"]) == 3


def test_the_proof_leads_from_the_receipt_to_the_closed_set(kept):
    hall = kept(build.hall)
    handed = hall.bids(4)[1]
    hall.close()
    hall.check()
    held = receipt_of(handed)
    before = tree_of(held["note"])

    proof = set_proof(hall.lot, handed.party.actor, before.size)

    after = tree_of(proof["note"])
    merkle.verify_consistency(
        before.size,
        after.size,
        [bytes.fromhex(node) for node in proof["consistency"]],
        before.root,
        after.root,
    )
    assert {"ev": held["ev"], "leaf": held["leaf"]} in proof["close"]["body"]["bids"]
    assert set(proof["close"]) == {"body", "signatures", "r", "link", "leaf"}  # k would find rivals' leaves


def test_who_holds_no_receipt_of_a_bid_is_shown_nothing(kept):
    """Withdrawn, never there, or not signed in: the number is none of their business even now."""
    hall = kept(build.hall)
    hall.bids(4)
    gone = hall.handed[3]
    services.bid_withdraw(
        bid_id=gone.bid.pk, **build.withdrawal(hall.one, gone), actor=gone.party.actor, at=hall.clock.now
    )
    hall.cut()
    services.receipts_due(lot_id=hall.lot.pk, at=hall.clock.now)
    hall.close()
    hall.check()

    for actor in (gone.party.actor, hall.bidder(9).actor, hall.one.owner.actor, ANONYMOUS):
        with pytest.raises(NotPermitted):
            set_proof(hall.lot, actor, 0)


def test_a_bidder_left_out_is_shown_the_set_it_is_not_in(kept):
    """A12: what it does not find there is its alarm."""
    hall = kept(build.hall)
    hall.bids(4)
    victim = hall.handed[0]
    close_without(hall, victim)
    hall.check()

    proof = set_proof(hall.lot, victim.party.actor, 0)

    assert victim.bid.ev not in {row["ev"] for row in proof["close"]["body"]["bids"]}


def member(hall, handed, number, *powers):
    """A further member of this bidder with these powers only."""
    now = hall.clock.now
    person = people.person(number, at=now)
    membership_grant(
        organisation_id=handed.party.organisation.pk,
        person_id=person.pk,
        roles={Role.BIDDER},
        powers=frozenset(powers),
        actor=SYSTEM,
        at=now,
    )
    return actor_of(person.pk, handed.party.organisation.pk, now)


def test_any_member_of_the_bidder_checks_the_seal_but_only_who_seals_signs(kept):
    """法36: tenderers *or their representatives* check; what binds the bidder still takes the power to seal."""
    hall = kept(build.hall)
    hall.bids(4)
    hall.close()
    hall.check()
    mine, rival = hall.handed[:2]
    helper = member(hall, mine, 7001)

    assert own_opening(hall.lot.number, helper, hall.clock.now)["checks"]
    proof = set_proof(hall.lot, helper, 0)
    assert mine.bid.ev in {row["ev"] for row in proof["close"]["body"]["bids"]}
    seen = own_opening(hall.lot.number, helper, hall.clock.now)
    assert (seen["objectable"], seen["objects"], seen["seals"]) == (True, False, False)
    assert own_opening(hall.lot.number, mine.party.actor, hall.clock.now)["objects"]
    services.seal_confirm(bid_id=mine.bid.pk, actor=helper, at=hall.clock.now)
    with pytest.raises(NotPermitted):
        seal_page(hall.lot.number, helper, hall.clock.now)
    with pytest.raises(NotFound):
        services.seal_confirm(bid_id=rival.bid.pk, actor=helper, at=hall.clock.now)
    assert rival.bid.ev not in json.dumps(seen["data"], default=str)
    assert rival.party.organisation.name not in json.dumps(seen["data"], default=str, ensure_ascii=False)


def test_a_member_without_power_is_shown_the_set_no_earlier_and_decrypts_nothing(kept):
    """A8 holds for every member: before the factors are over nobody of the bidder learns who came."""
    hall = kept(build.hall, panel=FACTOR)
    hall.bids(3)
    helper = member(hall, hall.handed[0], 7002)
    hall.close()

    seen = own_opening(hall.lot.number, helper, hall.clock.now)
    assert (seen["due"], seen["data"]["factor"], seen["checks"]) == (True, False, False)
    with pytest.raises(NotPermitted):
        set_proof(hall.lot, helper, 0)
    for actor in (hall.one.owner.actor, hall.one.supervisor.actor, hall.one.seats[0].party.actor, ANONYMOUS):
        with pytest.raises(NotPermitted):
            own_opening(hall.lot.number, actor, hall.clock.now)
