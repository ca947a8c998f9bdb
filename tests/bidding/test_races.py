"""Two hands in one second: real connections on PostgreSQL."""

import secrets
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction

from accounts.actors import SYSTEM
from bidding import services
from bidding.models import Bid, Receipt
from bidding.rehearsal import bidders, openings
from bidding.services.receipt_fetch import NOT_YET
from bidding.services.receipt_issue import Office, _given
from kernel.errors import DomainError
from ledger.models import Entry
from ledger.services import batch_cut, statements_collect, tree_grow
from ledger.services.cut import places_chosen
from protocol.hashing import sha256
from tests import builders_bidding as build

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_postgres]


def together(*acts):
    barrier = threading.Barrier(len(acts))
    results = [None] * len(acts)

    def run(place):
        try:
            barrier.wait(timeout=10)
            results[place] = acts[place]()
        except DomainError as refusal:
            results[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def refusals(results):
    return [result.code for result in results if isinstance(result, DomainError)]


def ready_upload(hall, party):
    """A device which has uploaded everything and is about to press the button."""
    sealed, contents = build.seal(hall.one, party)
    upload = services.upload_open(
        lot_id=hall.lot.pk,
        sizes={e: len(data) for e, data in contents.items()},
        actor=party.actor,
        at=hall.clock.now,
    )
    for e, data in contents.items():
        for number, part in enumerate(bidders.parts_of(data)):
            services.part_put(
                upload_id=upload.pk,
                envelope=e,
                number=number,
                sha256=sha256(part).hex(),
                pieces=[part],
                actor=party.actor,
                at=hall.clock.now,
            )
    return lambda: services.bid_submit(
        upload_id=upload.pk,
        body=sealed.body,
        signatures=sealed.signatures,
        actor=party.actor,
        at=hall.clock.now,
    )


def test_two_devices_submit_together_and_one_counts():
    """Journeys 15: one counts, both are told which."""
    hall = build.hall()
    hall.before_close(minutes=1)
    party = hall.bidder(1)

    results = together(*(ready_upload(hall, party) for _ in range(3)))

    assert refusals(results) == ["replaced_meanwhile"] * 2
    counted = Bid.objects.get(lot=hall.lot)
    assert {r.data["counts"] for r in results if isinstance(r, DomainError)} == {counted.ev}
    assert Entry.objects.filter(kind="bid").count() == 1


def test_one_submission_sent_twice_is_one_bid():
    hall = build.hall()
    hall.before_close(minutes=1)
    submit = ready_upload(hall, hall.bidder(1))

    results = together(submit, submit)

    assert refusals(results) == []
    assert results[0] == results[1]
    assert Entry.objects.filter(kind="bid").count() == 1


def test_two_closers_close_once():
    hall = build.hall()
    hall.bids(3)
    hall.deadline()

    def close():
        return services.lot_close(lot_id=hall.lot.pk, actor=SYSTEM, at=hall.clock.now)

    results = together(close, close)

    assert refusals(results) == []
    assert Entry.objects.filter(kind="close").count() == 1


def test_a_withdrawal_against_the_close_leaves_one_truth():
    """Whoever is first, the set is what the ledger says: a withdrawal without a leaf in time changes nothing."""
    hall = build.hall()
    hall.bids(3)
    gone = hall.handed[0]
    hall.clock.to(hall.one.close_at)
    acts = build.withdrawal(hall.one, gone)
    hall.deadline()

    def close():
        return services.lot_close(lot_id=hall.lot.pk, actor=SYSTEM, at=hall.clock.now)

    def withdraw():
        return services.bid_withdraw(bid_id=gone.bid.pk, **acts, actor=gone.party.actor, at=hall.clock.now)

    results = together(close, withdraw)

    assert set(refusals(results)) <= {"late", "no_bids_now", "state_conflict"}
    gone.bid.refresh_from_db()
    assert gone.bid.state == "in_set"
    assert gone.bid.ev in {row["ev"] for row in hall.opening.close.body["bids"]}


def test_a_submission_against_the_close_is_in_or_late_and_never_both():
    hall = build.hall()
    hall.bids(3)
    hall.before_close(seconds=200)
    submit = ready_upload(hall, hall.bidder(4))
    hall.deadline()

    def close():
        return services.lot_close(lot_id=hall.lot.pk, actor=SYSTEM, at=hall.clock.now)

    results = together(close, submit)

    assert set(refusals(results)) <= {"late", "no_bids_now"}
    assert len(hall.opening.close.body["bids"]) == 3


def test_officers_commit_together_and_each_once():
    hall = build.hall()
    hall.bids(3)
    hall.close()
    hall.check()

    def promise(place):
        return lambda: openings.promise(hall.one, [hall.one.seats[place]], 0, at=hall.clock.now)

    results = together(promise(0), promise(1), promise(2), promise(0))

    assert refusals(results) == []
    assert Entry.objects.filter(kind="release-commit").count() == 3


def test_two_desks_give_one_receipt():
    hall = build.hall()
    hall.before_close(minutes=5)
    hall.bid(1)
    hall.cut()

    def give():
        return services.receipts_due(lot_id=hall.lot.pk, at=hall.clock.now)

    together(give, give)

    assert Receipt.objects.count() == 1


def test_a_submission_which_dies_after_its_entry_leaves_nothing():
    """Kill point: bid row and ledger entry stand or fall together."""
    hall = build.hall()
    hall.before_close(minutes=5)
    submit = ready_upload(hall, hall.bidder(1))

    class Killed(Exception):
        pass

    @transaction.atomic
    def killed():
        submit()
        raise Killed

    with pytest.raises(Killed):
        killed()

    assert not Bid.objects.exists()
    assert not Entry.objects.filter(kind="bid").exists()
    assert submit().state == "logged"


def waits_for_a_lock():
    """Whether some connection to this database waits for a lock that another one holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " WHERE NOT l.granted AND a.datname = current_database()"
        )
        return cursor.fetchone()[0] > 0


def test_a_receipt_is_asked_for_while_the_worker_holds_the_log():
    """The page saw that a beat is due and waits for the sequencer; the worker, a second later, is before it.

    Its own beat then lies before the last checkpoint: that is no refusal of a receipt, and was answered as one.
    """
    hall = build.hall()
    hall.before_close(minutes=60)
    hall.clock.cut()
    party = hall.bidder(1)
    bid = ready_upload(hall, party)()
    asked = hall.clock.after(seconds=20)
    page_waits, holding = threading.Event(), threading.Event()

    def held(leaves, events):
        holding.set()
        for _ in range(600):
            if waits_for_a_lock():
                page_waits.set()
                break
            time.sleep(0.05)
        return places_chosen(leaves, events)

    def worker():
        return batch_cut(at=asked + timedelta(seconds=1), choose=held)

    def page():
        assert holding.wait(timeout=30)
        return services.receipt_fetch(ev=bid.ev, actor=party.actor, at=asked)

    _cut, answer = together(worker, page)

    assert page_waits.is_set()
    assert isinstance(answer, Receipt) or answer.code in NOT_YET, answer
    later = asked + timedelta(seconds=2)
    assert services.receipt_fetch(ev=bid.ev, actor=party.actor, at=later).ev == bid.ev


def test_a_statement_that_arrives_between_two_looks_makes_no_bid_late():
    """The round had counted what was stated; then a statement covered the bid: it is in time, an hour before the end."""
    hall = build.hall()
    hall.before_close(minutes=60)
    handed = hall.bid(1)
    at = hall.clock.after(seconds=1)
    checkpoint = tree_grow(at=at)
    office = Office(hall.lot, at, secrets.token_bytes)
    statements_collect(checkpoint=checkpoint, at=at)

    with transaction.atomic():
        receipt = _given(office, Entry.objects.get(ev=handed.bid.ev))

    assert receipt.ev == handed.bid.ev
    assert Bid.objects.get(pk=handed.bid.pk).state == "submitted"


def test_a_receipt_given_by_page_and_platform_at_once_is_one_receipt():
    hall = build.hall()
    hall.before_close(minutes=60)
    handed = hall.bid(1)
    hall.cut()
    at = hall.clock.now

    results = together(
        *[lambda: services.receipt_fetch(ev=handed.bid.ev, actor=handed.party.actor, at=at)] * 4,
        *[lambda: services.receipts_due(lot_id=hall.lot.pk, at=at)] * 2,
    )

    assert refusals(results) == []
    assert Receipt.objects.filter(ev=handed.bid.ev).count() == 1
    assert {row.code for row in results[:4]} == {Receipt.objects.get().code}
