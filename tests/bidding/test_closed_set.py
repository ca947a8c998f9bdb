"""The closed set: objections with a receipt, corrected closes, moved deadlines, decisions, lost shares."""

import json
from datetime import timedelta

import pytest
from django.db import transaction

from accounts.actors import SYSTEM
from bidding import services
from bidding.models import Bid, Opening, Receipt, SetObjection
from bidding.rehearsal import bidders, openings
from bidding.selectors import lots, public
from bidding.selectors.chains import LotChain
from bidding.services import stages
from bidding.services.lot_close import settle_bids, write_close
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from protocol import bodies, sealing
from tests import builders_bidding as build
from trading.rules import Times
from trading.services.policy_body import postpone_body
from trading.services.postponement import tender_postpone

pytestmark = pytest.mark.django_db


def close_without(hall, left_out):
    """What a dishonest platform would log: a close that leaves one bid out."""
    hall.deadline()
    chain = LotChain(hall.lot)
    n_close = chain.clock.n(chain.times.close_at)
    computed = chain.computed_set(n_close)
    computed.live = {org: act for org, act in computed.live.items() if act.ev != left_out.bid.ev}
    with transaction.atomic():
        opening = lots.opening_locked(hall.lot)
        stages.closed(hall.lot, at=hall.clock.now)
        stages.opening_started(hall.lot, at=hall.clock.now)
        settle_bids(hall.lot, computed)
        write_close(opening, chain, computed, n_close, hall.clock.now)
    hall.cut(3)


def objection(hall, handed):
    receipt = json.loads(Receipt.objects.get(ev=handed.bid.ev).signed)
    body = bodies.body("set-objection", policy=hall.lot.policy, receipt=receipt)
    return build.signed(handed.party, "set-objection", body)


def test_a_bid_left_out_is_brought_back_by_its_receipt(tmp_path, kept):
    """A12: the bidder's device misses its receipt; officers wait until the close is corrected."""
    hall = kept(build.hall)
    hall.bids(4)
    victim = hall.handed[0]
    close_without(hall, victim)
    assert victim.bid.ev not in {row["ev"] for row in hall.opening.close.body["bids"]}
    assert public.own_bids(hall.lot.pk, victim.party.actor)[0].in_set is False

    found = services.set_object(
        lot_id=hall.lot.pk, **objection(hall, victim), actor=victim.party.actor, at=hall.clock.now
    )
    hall.cut(3)
    assert found.grounded
    assert services.openings_drive(at=hall.clock.now) is not None
    hall.cut(3)

    assert victim.bid.ev in {row["ev"] for row in hall.opening.close.body["bids"]}
    assert SetObjection.objects.get().answered_by is not None
    hall.check()
    hall.reveal(0)
    hall.reveal(1)
    hall.end()
    assert build.faults(hall.judged(tmp_path)) == []


def test_no_share_is_promised_while_a_grounded_objection_is_open(kept):
    hall = kept(build.hall)
    hall.bids(4)
    victim = hall.handed[0]
    close_without(hall, victim)
    hall.check()
    services.set_object(
        lot_id=hall.lot.pk, **objection(hall, victim), actor=victim.party.actor, at=hall.clock.now
    )

    with pytest.raises(StateConflict) as refused:
        openings.promise(hall.one, hall.one.seats[:1], 0, at=hall.clock.now)

    assert refused.value.code == "objection_open"


def test_an_objection_without_ground_delays_nobody(kept):
    hall = kept(build.hall)
    hall.bids(3)
    hall.close()
    calm = hall.handed[0]

    found = services.set_object(
        lot_id=hall.lot.pk, **objection(hall, calm), actor=calm.party.actor, at=hall.clock.now
    )

    assert not found.grounded
    hall.check()
    openings.promise(hall.one, hall.one.seats[:1], 0, at=hall.clock.now)


def test_a_receipt_of_somebody_else_or_a_forged_one_is_no_objection(kept):
    hall = kept(build.hall)
    hall.bids(3)
    hall.close()
    mine, rival = hall.handed[:2]
    body = objection(hall, mine)["body"]
    with pytest.raises(RuleBroken) as refused:
        services.set_object(
            lot_id=hall.lot.pk,
            **build.signed(rival.party, "set-objection", body),
            actor=rival.party.actor,
            at=hall.clock.now,
        )
    assert refused.value.code == "receipt_unknown"

    forged = objection(hall, mine)["body"]
    forged["receipt"]["body"]["leaf"] += 1
    with pytest.raises(RuleBroken) as refused:
        services.set_object(
            lot_id=hall.lot.pk,
            **build.signed(mine.party, "set-objection", forged),
            actor=mine.party.actor,
            at=hall.clock.now,
        )
    assert refused.value.code == "receipt_bad"


def test_a_postponed_deadline_keeps_the_seals(tmp_path, kept):
    """A5: a later deadline is another time, not another policy: sealed bids stay valid."""
    hall = kept(build.hall)
    hall.bids(2)
    setup = hall.lot.opening
    later = timedelta(days=1)
    times = Times(
        close_at=setup.close_at + later,
        open_at=(setup.close_at + later, setup.close_at + later),
        factor_until=None,
        check_until=setup.check_until + later,
        release_until=setup.release_until + later,
    )
    body = postpone_body(hall.lot, times, "场地停电")
    signatures = [party.signer.sign("postpone", body) for party in (hall.one.owner, hall.one.supervisor)]
    tender_postpone(
        lot_id=hall.lot.pk,
        times=times,
        reason="场地停电",
        signed={"body": body, "signatures": signatures},
        actor=hall.one.owner.actor,
        at=hall.clock.now,
    )
    hall.cut()
    hall.deadline()
    with pytest.raises(StateConflict):
        services.lot_close(lot_id=hall.lot.pk, actor=SYSTEM, at=hall.clock.now)

    hall.bid(3)
    hall.clock.to(times.close_at - timedelta(seconds=300))
    hall.clock.cut()
    hall.clock.beat(times.close_at, every=60)
    hall.cut(3)
    services.lot_close(lot_id=hall.lot.pk, actor=SYSTEM, at=hall.clock.now)
    hall.cut(3)
    hall.check()
    hall.reveal(0)
    hall.reveal(1)
    hall.end()

    assert len(public.opening_record(hall.lot.pk)["bids"]) == 3
    assert build.faults(hall.judged(tmp_path)) == []


class TestLostShares:
    """What may still be decided, and by whom, before any share is shown, and nothing after."""

    def test_owner_and_supervisor_set_a_bid_aside_before_the_first_share(self, tmp_path, kept):
        hall = kept(build.hall)
        hall.bids(4)
        hall.close()
        hall.check()
        aside = hall.handed[0].bid
        body = bodies.body(
            "decision",
            policy=hall.lot.policy,
            e=0,
            bid=aside.ev,
            outcome="set-aside",
            reason="法院裁定",
            name="某主任",
        )
        signatures = [party.signer.sign("decision", body) for party in (hall.one.owner, hall.one.supervisor)]
        with pytest.raises(NotPermitted):
            services.decision_record(
                lot_id=hall.lot.pk,
                body=body,
                signatures=signatures[:1],
                actor=hall.one.owner.actor,
                at=hall.clock.now,
            )

        services.decision_record(
            lot_id=hall.lot.pk,
            body=body,
            signatures=signatures,
            actor=hall.one.owner.actor,
            at=hall.clock.now,
        )
        hall.cut()
        hall.reveal(0)
        hall.reveal(1)
        hall.end()

        shown = next(row for row in public.opening_record(hall.lot.pk)["bids"] if row["ev"] == aside.ev)
        assert shown["verdicts"][0]["verdict"] == "SET_ASIDE"
        assert shown["line"] is None
        assert build.faults(hall.judged(tmp_path)) == []

    def test_after_a_share_is_shown_nobody_can_be_set_aside(self, kept):
        hall = kept(build.hall)
        hall.bids(3)
        hall.close()
        hall.check()
        hall.release(0)
        body = bodies.body(
            "decision",
            policy=hall.lot.policy,
            e=0,
            bid=hall.handed[0].bid.ev,
            outcome="set-aside",
            reason="太便宜",
            name="某主任",
        )
        signatures = [party.signer.sign("decision", body) for party in (hall.one.owner, hall.one.supervisor)]

        with pytest.raises(StateConflict) as refused:
            services.decision_record(
                lot_id=hall.lot.pk,
                body=body,
                signatures=signatures,
                actor=hall.one.owner.actor,
                at=hall.clock.now,
            )

        assert refused.value.code == "too_late_to_decide"

    def test_a_seed_is_refused_where_shares_exist(self, kept):
        """6.4, rule 5: otherwise a bidder with one officer could decide after seeing the others."""
        hall = kept(build.hall)
        hall.bids(3)
        hall.close()
        hall.check()
        openings.promise(hall.one, hall.one.seats, 0, at=hall.clock.now)
        hall.cut()
        mine = hall.handed[0]
        secret = mine.sealed.secrets[0]
        body = bodies.body("seed", policy=hall.lot.policy, bid=mine.bid.ev, e=0, s=secret.s.hex())

        with pytest.raises(StateConflict) as refused:
            services.seed_reveal(
                bid_id=mine.bid.pk,
                **build.signed(mine.party, "seed", body),
                actor=mine.party.actor,
                at=hall.clock.now,
            )

        assert refused.value.code == "no_seed_now"


class TestClock:
    def test_the_clock_drives_a_whole_opening(self, tmp_path, kept):
        """Every step is asked again and again and taken once."""
        hall = kept(build.hall)
        hall.bids(3)
        hall.deadline()
        for _ in range(3):
            services.openings_drive(at=hall.clock.now)
            hall.cut(3)
        assert hall.opening.state == "check"
        hall.clock.to(hall.opening.check_until + timedelta(seconds=3))
        hall.clock.cut()
        for e in (0, 1):
            kept = openings.promise(hall.one, hall.one.seats, e, at=hall.clock.now)
            hall.cut()
            openings.hand_over(hall.one, kept, at=hall.clock.now)
            hall.cut()
            services.openings_drive(at=hall.clock.now)
            hall.cut()
        hall.end()

        assert Opening.objects.get(lot=hall.lot).state == "recorded"
        assert build.faults(hall.judged(tmp_path)) == []

    def test_the_clock_opens_the_way_when_one_officer_stalls(self, tmp_path, kept):
        """A11: t commits, the window over: an incident, then the release; nobody can stall."""
        hall = kept(build.hall)
        hall.bids(3)
        hall.close()
        hall.check()
        releases = {}
        for e in (0, 1):
            releases[e] = openings.promise(hall.one, hall.one.seats[:2], e, at=hall.clock.now)
        hall.cut()
        hall.clock.to(hall.one.close_at + timedelta(seconds=hall.one.policy["commit_s"] + 5))
        hall.clock.cut()
        services.openings_drive(at=hall.clock.now)
        hall.cut()

        for e in (0, 1):
            openings.hand_over(hall.one, releases[e], at=hall.clock.now)
            hall.cut()
            services.openings_drive(at=hall.clock.now)
            hall.cut()
        hall.end()

        assert build.faults(hall.judged(tmp_path)) == []

    def test_bids_of_a_replaced_policy_are_stale_and_only_their_bidders_are_called(self, kept):
        """Journeys 11: 须重新递交; nobody else learns, not even that a call was made."""
        hall = kept(build.hall)
        hall.bids(2)
        Bid.objects.filter(pk=hall.handed[0].bid.pk).update(policy="0" * 64)
        from accounts.models import Outbox

        assert services.bids_stale(lot_id=hall.lot.pk, at=hall.clock.now) == 1

        told = Outbox.objects.filter(event="bid_stale")
        assert {row.person_id for row in told} == {hall.handed[0].party.actor.person}
        assert services.bids_stale(lot_id=hall.lot.pk, at=hall.clock.now) == 0

    def test_the_log_beats_fast_near_a_deadline_whoever_bids(self, kept):
        hall = kept(build.hall)
        hall.before_close(minutes=30)
        assert not services.rush_beat(at=hall.clock.now)
        hall.before_close(minutes=4)
        assert services.rush_beat(at=hall.clock.now)


class TestJunk:
    """A bidder seals junk to some officers: the same verdict whoever is present, and by name (attack 14)."""

    def junk(self, hall, number, officers):
        party = hall.bidder(number)
        sealed, contents = build.seal(hall.one, party)
        body = json.loads(json.dumps(sealed.body))
        for i in officers:
            body["envelopes"][0]["shares"][i - 1]["enc"] = "11" * 80
        forged = sealing.SealedBid(body, [party.signer.sign("bid", body)], sealed.secrets)
        bid = bidders.submit(hall.one, party, forged, contents, at=hall.clock.now)
        handed = bidders.Handed(party, None, bid, forged)
        hall.handed.append(handed)
        return handed

    @pytest.mark.parametrize("officers", [(1,), (3,)])
    def test_junk_to_one_officer_is_bad_dealing_whoever_opens(self, tmp_path, officers, kept):
        hall = kept(build.hall)
        hall.bids(3)
        junk = self.junk(hall, 4, officers)
        hall.cut()

        hall.opened()
        hall.end()

        shown = next(row for row in public.opening_record(hall.lot.pk)["bids"] if row["ev"] == junk.bid.ev)
        assert shown["verdicts"][0]["verdict"] == "BAD_DEALING"
        assert shown["attribution"] is not None
        assert build.faults(hall.judged(tmp_path)) == []

    def test_junk_to_too_many_officers_lets_the_bidder_show_its_seed_but_convicts_it(self, tmp_path, kept):
        """6.4, rules 4 and 5: blind FAILs settle it; the seed counts only before the first share."""
        hall = kept(build.hall)
        hall.bids(3)
        junk = self.junk(hall, 4, (1, 2))
        hall.cut()
        hall.close()
        hall.check()
        kept = openings.promise(hall.one, hall.one.seats, 0, at=hall.clock.now)
        hall.cut()
        secret = junk.sealed.secrets[0]
        wrong = bodies.body("seed", policy=hall.lot.policy, bid=junk.bid.ev, e=0, s="00" * 32)
        with pytest.raises(RuleBroken):
            services.seed_reveal(
                bid_id=junk.bid.pk,
                **build.signed(junk.party, "seed", wrong),
                actor=junk.party.actor,
                at=hall.clock.now,
            )
        body = bodies.body("seed", policy=hall.lot.policy, bid=junk.bid.ev, e=0, s=secret.s.hex())
        services.seed_reveal(
            bid_id=junk.bid.pk,
            **build.signed(junk.party, "seed", body),
            actor=junk.party.actor,
            at=hall.clock.now,
        )
        hall.cut()
        openings.hand_over(hall.one, kept, at=hall.clock.now)
        hall.cut()
        services.results_publish(lot_id=hall.lot.pk, envelope=0, actor=SYSTEM, at=hall.clock.now)
        hall.cut()
        hall.reveal(1)
        hall.end()

        shown = next(row for row in public.opening_record(hall.lot.pk)["bids"] if row["ev"] == junk.bid.ev)
        assert shown["verdicts"][0]["verdict"] == "BAD_DEALING"
        assert build.faults(hall.judged(tmp_path)) == []
