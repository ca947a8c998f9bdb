"""The opening from the closed set to the record, and what may not happen on the way."""

from datetime import timedelta

import pytest

from accounts.actors import ANONYMOUS, SYSTEM
from accounts.models import Outbox
from bidding import services, store
from bidding.models import Bid, Opening, OpeningRecord, ReleaseCommit
from bidding.rehearsal import bidders, openings
from bidding.rehearsal.tenders import Panel
from bidding.selectors import public
from bidding.states import BidState, Edition, Finding, OpeningState
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from tests import builders_bidding as build

pytestmark = pytest.mark.django_db
FACTOR = Panel(t=2, n=3, factor=True)


def states(hall):
    return sorted(Bid.objects.filter(lot=hall.lot).values_list("state", flat=True))


def test_a_lot_opens_and_a_stranger_verifies_both_editions(tmp_path, kept):
    hall = kept(build.hall)
    hall.bids(3)

    hall.opened()
    hall.end()

    services.receipts_due(lot_id=hall.lot.pk, at=hall.clock.now)
    assert states(hall) == ["opened"] * 3
    assert build.faults(hall.judged(tmp_path)) == []
    assert build.faults(hall.judged(tmp_path, Edition.PUBLIC)) == []
    facts = public.opening_record(hall.lot.pk, ANONYMOUS)
    assert sorted(bid["line"]["price"] for bid in facts["bids"]) == ["9000001.00", "9000002.00", "9000003.00"]
    assert [row.edition for row in public.bundles(hall.lot.pk)] == ["public"]


def test_a_lot_with_factors_opens_and_verifies(tmp_path, kept):
    hall = kept(build.hall, panel=FACTOR)
    hall.bids(3)

    hall.opened()
    hall.end()

    assert states(hall) == ["opened"] * 3
    assert build.faults(hall.judged(tmp_path)) == []


def test_two_bids_are_never_opened_and_nobody_learns_who_or_how_many(tmp_path, kept):
    """法28, 实施条例44: fewer than three, no opening; they may bid again, so names stay sealed for good."""
    hall = kept(build.hall)
    hall.bids(2)

    opening = hall.close()

    assert (opening.state, opening.reason) == ("failed", "too-few-bids")
    assert states(hall) == ["sealed_for_good"] * 2
    hall.lot.refresh_from_db()
    assert hall.lot.state == "unsuccessful"
    for actor in (ANONYMOUS, hall.one.owner.actor, hall.one.supervisor.actor, hall.one.seats[0].party.actor):
        with pytest.raises(NotPermitted):
            public.closed_set(hall.lot.pk, actor)
        with pytest.raises(NotPermitted):
            public.opening_record(hall.lot.pk, actor)
    assert public.bundles(hall.lot.pk) == []
    with pytest.raises(NotPermitted):
        services.bundle_export(lot_id=hall.lot.pk, edition=Edition.PUBLIC, actor=SYSTEM, at=hall.clock.now)
    assert build.faults(hall.judged(tmp_path)) == []


def test_no_officer_can_promise_anything_of_a_failed_lot(kept):
    hall = kept(build.hall)
    hall.bids(2)
    hall.close()
    seat = hall.one.seats[0]
    from protocol import bodies

    body = bodies.body(
        "release-commit", policy=hall.lot.policy, e=0, officer=1, close="0" * 64, hash="0" * 64, fails=[]
    )

    with pytest.raises(StateConflict):
        services.commit_submit(
            lot_id=hall.lot.pk,
            body=body,
            signatures=[seat.signer.sign("release-commit", body)],
            actor=seat.party.actor,
            at=hall.clock.now,
        )


def test_lot_close_waits_until_the_time_sources_prove_the_deadline_past(kept):
    hall = kept(build.hall)
    hall.bids(3)
    hall.clock.to(hall.one.close_at + timedelta(minutes=5))

    with pytest.raises(StateConflict) as refused:
        services.lot_close(lot_id=hall.lot.pk, actor=SYSTEM, at=hall.clock.now)

    assert refused.value.code == "not_yet"


def test_lot_close_is_the_clock_s_alone(kept):
    hall = kept(build.hall)
    hall.bids(3)
    hall.deadline()

    for actor in (hall.one.owner.actor, hall.one.supervisor.actor, hall.handed[0].party.actor):
        with pytest.raises(NotPermitted):
            services.lot_close(lot_id=hall.lot.pk, actor=actor, at=hall.clock.now)


def test_names_come_only_after_the_factor_phase_and_not_for_everyone(kept):
    """A8: until the factor phase ends, officers and supervisor alone see the set."""
    hall = kept(build.hall, panel=FACTOR)
    hall.bids(3)
    hall.close()
    supervisor, owner = hall.one.supervisor.actor, hall.one.owner.actor
    officer = hall.one.seats[0].party.actor

    assert len(public.closed_set(hall.lot.pk, supervisor)) == 3
    assert len(public.closed_set(hall.lot.pk, officer)) == 3
    for actor in (owner, ANONYMOUS, hall.handed[0].party.actor):
        with pytest.raises(NotPermitted):
            public.closed_set(hall.lot.pk, actor)

    hall.check()
    assert len(public.closed_set(hall.lot.pk, owner)) == 3
    with pytest.raises(NotPermitted):
        public.closed_set(hall.lot.pk, ANONYMOUS)


def test_each_bidder_of_the_set_is_told_in_the_same_words(kept):
    hall = kept(build.hall)
    hall.bids(3)

    hall.close()

    told = Outbox.objects.filter(event="opening_started", channel="site")
    assert told.count() == 3
    assert len({str(row.data) for row in told}) == 1


class TestShares:
    def test_a_commit_before_the_set_check_is_over_is_refused(self, kept):
        """A12: the bidders' devices must have had time to look for their receipts."""
        hall = kept(build.hall)
        hall.bids(3)
        hall.close()
        services.factor_end(lot_id=hall.lot.pk, actor=SYSTEM, at=hall.clock.now)
        hall.cut(3)

        with pytest.raises(StateConflict) as refused:
            openings.promise(hall.one, hall.one.seats[:1], 0, at=hall.clock.now)

        assert refused.value.code == "too_early"

    def test_shares_wait_for_one_officer_more_than_needed(self, kept):
        """A11: with exactly t commits one officer could read everything and then stall."""
        hall = kept(build.hall)
        hall.bids(3)
        hall.close()
        hall.check()
        kept = openings.promise(hall.one, hall.one.seats[:2], 0, at=hall.clock.now)
        hall.cut()

        with pytest.raises(StateConflict) as refused:
            openings.hand_over(hall.one, kept, at=hall.clock.now)

        assert refused.value.code == "commits_missing"

    def test_an_absent_officer_stops_nothing_once_the_window_is_over(self, tmp_path, kept):
        """Journeys 16: any t officers open; the absence is on record, by name."""
        hall = kept(build.hall)
        hall.bids(3)
        hall.close()
        hall.check()
        kept = openings.promise(hall.one, hall.one.seats[:2], 0, at=hall.clock.now)
        hall.clock.to(hall.one.close_at + timedelta(seconds=hall.one.policy["commit_s"] + 3))
        hall.clock.cut()
        began = hall.one.close_at
        services.incident_record(
            lot_id=hall.lot.pk,
            code="commit-window",
            begins_at=began,
            ends_at=hall.clock.now,
            note="officer 3 did not answer",
            actor=SYSTEM,
            at=hall.clock.now,
        )
        hall.cut()
        openings.hand_over(hall.one, kept, at=hall.clock.now)
        services.absence_record(
            lot_id=hall.lot.pk, envelope=0, officer=3, reason="未到", actor=SYSTEM, at=hall.clock.now
        )
        hall.cut()
        services.results_publish(lot_id=hall.lot.pk, envelope=0, actor=SYSTEM, at=hall.clock.now)
        hall.cut()
        kept = openings.promise(hall.one, hall.one.seats[:2], 1, at=hall.clock.now)
        hall.cut()
        openings.hand_over(hall.one, kept, at=hall.clock.now)
        hall.cut()
        services.results_publish(lot_id=hall.lot.pk, envelope=1, actor=SYSTEM, at=hall.clock.now)
        hall.cut()
        hall.end()

        facts = public.opening_record(hall.lot.pk)
        assert facts["officers"][2]["absent"] == [{"e": 0, "reason": "未到"}]
        assert build.faults(hall.judged(tmp_path)) == []

    def test_nobody_sees_a_release_before_enough_are_in(self, kept):
        hall = kept(build.hall)
        hall.bids(3)
        hall.close()
        hall.check()
        kept = openings.promise(hall.one, hall.one.seats[:3], 0, at=hall.clock.now)
        hall.cut()
        openings.hand_over(hall.one, kept[:2], at=hall.clock.now)
        hall.cut()

        with pytest.raises(NotPermitted):
            public.releases_seen(hall.lot.pk, 0)

        services.results_publish(lot_id=hall.lot.pk, envelope=0, actor=SYSTEM, at=hall.clock.now)
        hall.cut()
        assert [row["officer"] for row in public.releases_seen(hall.lot.pk, 0)] == [1, 2]
        assert public.releases_seen(hall.lot.pk, 1) == []

    def test_a_release_other_than_the_promised_one_is_refused(self, kept):
        """Attack 20: an officer drops one bid after seeing the others' shares."""
        hall = kept(build.hall)
        hall.bids(3)
        hall.close()
        hall.check()
        kept = openings.promise(hall.one, hall.one.seats[:3], 0, at=hall.clock.now)
        hall.cut()
        seat, release = kept[0]
        body = {
            **release["body"],
            "shares": [[release["body"]["shares"][0][0], "FAIL"], *release["body"]["shares"][1:]],
        }
        forged = {"body": body, "signatures": [seat.signer.sign("release", body)]}

        with pytest.raises(RuleBroken) as refused:
            openings.hand_over(hall.one, [(seat, forged)], at=hall.clock.now)

        assert refused.value.code == "not_as_promised"

    def test_only_the_officer_of_the_seat_may_release(self, kept):
        hall = kept(build.hall)
        hall.bids(3)
        hall.close()
        hall.check()
        first, second = hall.one.seats[0], hall.one.seats[1]
        stolen = type(first)(first.i, second.party, first.secret, first.signer)

        with pytest.raises(NotPermitted):
            openings.promise(hall.one, [stolen], 0, at=hall.clock.now)

        wrong_key = type(first)(first.i, first.party, first.secret, second.signer)
        with pytest.raises(NotPermitted):
            openings.promise(hall.one, [wrong_key], 0, at=hall.clock.now)

    def test_a_second_promise_of_another_release_is_refused(self, kept):
        hall = kept(build.hall)
        hall.bids(3)
        hall.close()
        hall.check()
        openings.promise(hall.one, hall.one.seats[:1], 0, at=hall.clock.now)
        openings.promise(hall.one, hall.one.seats[:1], 0, at=hall.clock.now)
        other = type(hall.one.seats[0])(
            1, hall.one.seats[0].party, hall.one.seats[1].secret, hall.one.seats[0].signer
        )

        with pytest.raises(StateConflict) as refused:
            openings.promise(hall.one, [other], 0, at=hall.clock.now)

        assert refused.value.code == "commit_exists"
        assert ReleaseCommit.objects.filter(lot=hall.lot).count() == 1

    def test_envelope_one_is_not_opened_before_the_prices(self, kept):
        hall = kept(build.hall)
        hall.bids(3)
        hall.close()
        hall.check()
        hall.release(1)

        with pytest.raises(StateConflict) as refused:
            services.results_publish(lot_id=hall.lot.pk, envelope=1, actor=SYSTEM, at=hall.clock.now)

        assert refused.value.code == "price_first"


class TestAttribution:
    def unopened(self, hall):
        hall.bids(4)
        hall.close()
        for handed in hall.handed[:3]:
            bidders.show_factor(hall.one, handed, at=hall.clock.now)
        hall.cut(3)
        hall.check(factors=False)
        hall.reveal(0)
        hall.reveal(1)
        return Bid.objects.get(pk=hall.handed[3].bid.pk)

    def test_an_opening_cannot_end_while_an_undecrypted_bid_lacks_attribution(self, tmp_path, kept):
        """20号令31: bidder's fault = 撤销, otherwise 撤回; the deposit turns on it, so a person decides."""
        hall = kept(build.hall, panel=FACTOR)
        bid = self.unopened(hall)
        assert bid.state == BidState.NOT_OPENED.value

        with pytest.raises(RuleBroken) as refused:
            services.opening_end(lot_id=hall.lot.pk, actor=SYSTEM, at=hall.clock.now)

        assert [finding.code for finding in refused.value.findings] == ["attribution_missing"]
        assert Opening.objects.get(lot=hall.lot).state == OpeningState.REVEALED.value
        hall.end()
        bid.refresh_from_db()
        assert bid.state == BidState.TREATED_WITHDRAWN.value
        facts = public.opening_record(hall.lot.pk)
        shown = next(row for row in facts["bids"] if row["ev"] == bid.ev)
        assert shown["line"] is None
        assert shown["attribution"]["finding"] == "withdrawn"
        assert build.faults(hall.judged(tmp_path)) == []

    def test_only_the_owner_attributes_and_only_with_its_key(self, kept):
        hall = kept(build.hall, panel=FACTOR)
        bid = self.unopened(hall)
        finding = build.attribution(hall.one, bid.ev)
        forged = build.signed(hall.one.supervisor, "attribution", finding["body"])

        for actor in (SYSTEM, hall.one.supervisor.actor, hall.handed[0].party.actor):
            with pytest.raises(NotPermitted):
                services.attribution_record(lot_id=hall.lot.pk, **finding, actor=actor, at=hall.clock.now)
        with pytest.raises(NotPermitted):
            services.attribution_record(
                lot_id=hall.lot.pk, **forged, actor=hall.one.owner.actor, at=hall.clock.now
            )

    def test_a_draft_binds_nobody(self, kept):
        hall = kept(build.hall, panel=FACTOR)
        bid = self.unopened(hall)
        services.attribution_draft(
            lot_id=hall.lot.pk,
            bid_ev=bid.ev,
            finding=Finding.REVOKED,
            reason="逾时未解密",
            evidence=["0" * 64],
            actor=hall.one.owner.actor,
            at=hall.clock.now,
        )

        with pytest.raises(RuleBroken):
            services.opening_end(lot_id=hall.lot.pk, actor=SYSTEM, at=hall.clock.now)

        bid.refresh_from_db()
        assert bid.state == BidState.NOT_OPENED.value

    def test_an_opened_bid_cannot_be_attributed(self, kept):
        hall = kept(build.hall, panel=FACTOR)
        self.unopened(hall)
        opened = Bid.objects.filter(lot=hall.lot, state=BidState.OPENED.value).first()

        with pytest.raises(StateConflict):
            services.attribution_record(
                lot_id=hall.lot.pk,
                **build.attribution(hall.one, opened.ev),
                actor=hall.one.owner.actor,
                at=hall.clock.now,
            )


class TestFaults:
    def test_a_ciphertext_the_store_lost_is_the_platform_s_fault(self, tmp_path, kept):
        hall = kept(build.hall)
        hall.bids(3)
        lost = Bid.objects.get(pk=hall.handed[0].bid.pk)
        part = lost.upload.parts.get(envelope=0, number=1)
        hall.close()
        hall.check()
        store.default().delete(part.key)

        hall.reveal(0)
        hall.reveal(1)
        hall.end()

        facts = public.opening_record(hall.lot.pk)
        shown = next(row for row in facts["bids"] if row["ev"] == lost.ev)
        assert shown["verdicts"][0]["verdict"] == "PLATFORM_FAULT"
        assert build.faults(hall.judged(tmp_path)) == []

    def test_a_pause_is_recorded_and_repeats_nothing(self, tmp_path, kept):
        """Journeys 10: power cut after the releases; what is done stays done."""
        hall = kept(build.hall)
        hall.bids(3)
        hall.close()
        hall.check()
        hall.release(0)
        services.opening_pause(
            lot_id=hall.lot.pk, code="power-cut", note="停电", actor=SYSTEM, at=hall.clock.now
        )
        with pytest.raises(StateConflict):
            services.results_publish(lot_id=hall.lot.pk, envelope=0, actor=SYSTEM, at=hall.clock.now)
        hall.cut(1500)
        services.opening_resume(
            lot_id=hall.lot.pk, code="power-cut", note="恢复供电", actor=SYSTEM, at=hall.clock.now
        )
        services.results_publish(lot_id=hall.lot.pk, envelope=0, actor=SYSTEM, at=hall.clock.now)
        hall.cut()
        hall.reveal(1)
        hall.end()

        assert [row["code"] for row in public.opening_record(hall.lot.pk)["incidents"]] == ["power-cut"] * 2
        assert build.faults(hall.judged(tmp_path)) == []

    def test_too_few_officers_by_release_until_end_the_lot_unopened(self, kept):
        """Journeys 16: below t the tender fails; nothing is readable."""
        hall = kept(build.hall)
        hall.bids(3)
        hall.close()
        hall.check()
        with pytest.raises(StateConflict):
            services.opening_fail(lot_id=hall.lot.pk, actor=SYSTEM, at=hall.clock.now)
        hall.clock.to(hall.one.close_at + timedelta(hours=4, seconds=3))
        hall.clock.cut()

        services.opening_fail(lot_id=hall.lot.pk, actor=SYSTEM, at=hall.clock.now)

        assert states(hall) == ["sealed_for_good"] * 3
        assert not OpeningRecord.objects.filter(lot=hall.lot).exists()
