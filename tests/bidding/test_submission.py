"""Uploading, submitting, replacing, withdrawing: what counts, what is refused, what proves it."""

import json
import os
import secrets

import pytest

from accounts.models import Outbox
from bidding import services, store
from bidding.models import Bid, Part, Receipt, Upload
from bidding.rehearsal import bidders
from bidding.rules import door
from bidding.selectors import public
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from protocol import anchors as protocol_anchors
from protocol import bodies, dsse
from protocol.hashing import sha256
from protocol.receipts import check_receipt
from protocol.stated import Stating
from tests import builders_bidding as build

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall(kept):
    made = kept(build.hall)
    made.before_close(minutes=60)
    return made


def opened_upload(hall, party, contents):
    return services.upload_open(
        lot_id=hall.lot.pk,
        sizes={e: len(data) for e, data in contents.items()},
        actor=party.actor,
        at=hall.clock.now,
    )


def put(hall, party, upload, envelope, number, data, digest=None):
    return services.part_put(
        upload_id=upload.pk,
        envelope=envelope,
        number=number,
        sha256=digest or sha256(data).hex(),
        pieces=[data],
        actor=party.actor,
        at=hall.clock.now,
    )


def put_all(hall, party, upload, contents):
    for e, data in contents.items():
        for number, part in enumerate(bidders.parts_of(data)):
            put(hall, party, upload, e, number, part)


def submit(hall, party, upload, sealed):
    return services.bid_submit(
        upload_id=upload.pk,
        body=sealed.body,
        signatures=sealed.signatures,
        actor=party.actor,
        at=hall.clock.now,
    )


class TestParts:
    def test_an_interrupted_upload_lists_what_is_held_and_goes_on(self, hall):
        party = hall.bidder(1)
        sealed, contents = build.seal(hall.one, party)
        upload = opened_upload(hall, party, contents)
        first = next(bidders.parts_of(contents[0]))
        put(hall, party, upload, 0, 0, first)

        assert services.parts_held(upload_id=upload.pk, actor=party.actor) == {0: [0], 1: []}
        with pytest.raises(RuleBroken) as refused:
            submit(hall, party, upload, sealed)
        assert {finding.code for finding in refused.value.findings} == {"parts_missing"}

        put_all(hall, party, upload, contents)
        assert submit(hall, party, upload, sealed).state == "logged"

    def test_the_same_part_twice_is_one_part_and_another_is_refused(self, hall):
        party = hall.bidder(1)
        _, contents = build.seal(hall.one, party)
        upload = opened_upload(hall, party, contents)
        first = next(bidders.parts_of(contents[0]))

        assert put(hall, party, upload, 0, 0, first) == put(hall, party, upload, 0, 0, first)
        with pytest.raises(StateConflict):
            put(hall, party, upload, 0, 0, secrets.token_bytes(door.HEADER))
        assert Part.objects.filter(upload=upload).count() == 1

    @pytest.mark.parametrize(
        ("data", "digest"),
        [
            (b"\x07" * door.HEADER, "0" * 64),
            (b"\x07" * (door.HEADER - 1), None),
            (b"\x07" * (door.HEADER + 1), None),
            (b"\x07" * door.HEADER, "../" * 21 + "x"),
        ],
    )
    def test_a_damaged_part_is_refused_and_not_kept(self, hall, data, digest):
        party = hall.bidder(1)
        _, contents = build.seal(hall.one, party)
        upload = opened_upload(hall, party, contents)

        with pytest.raises(RuleBroken) as refused:
            put(hall, party, upload, 0, 0, data, digest)

        assert refused.value.code == "part_damaged"
        assert not Part.objects.filter(upload=upload).exists()
        assert not store.default().exists(f"parts/{upload.pk}/e0/000000")

    @pytest.mark.parametrize("head", [b"%PDF-1.7 ", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
    def test_an_unencrypted_file_is_refused_at_the_door_with_its_reason(self, hall, head):
        """20号令26: an unencrypted bid must be refused, with a prompt."""
        party = hall.bidder(1)
        _, contents = build.seal(hall.one, party)
        upload = opened_upload(hall, party, contents)
        data = head + bytes(door.HEADER - len(head))

        with pytest.raises(RuleBroken) as refused:
            put(hall, party, upload, 0, 0, data)

        assert refused.value.findings[0].source == "20号令26"

    def test_nobody_else_can_see_touch_or_finish_an_upload(self, hall):
        party, rival = hall.bidder(1), hall.bidder(2)
        sealed, contents = build.seal(hall.one, party)
        upload = opened_upload(hall, party, contents)
        put_all(hall, party, upload, contents)

        for actor in (rival.actor, hall.one.owner.actor, hall.one.supervisor.actor):
            with pytest.raises(NotFound):
                services.parts_held(upload_id=upload.pk, actor=actor)
        with pytest.raises(NotFound):
            submit(hall, rival, upload, sealed)

    def test_sizes_no_sealed_file_has_are_refused(self, hall):
        party = hall.bidder(1)

        for sizes in ({0: 100, 1: 4168}, {0: 4168}, {0: 4168, 1: 4168, 2: 4168}, {0: 4168, 1: 1 << 41}):
            with pytest.raises(RuleBroken):
                services.upload_open(lot_id=hall.lot.pk, sizes=sizes, actor=party.actor, at=hall.clock.now)

    def test_a_crash_between_bytes_and_row_loses_nothing(self, hall):
        """Kill point: the bytes are on disk, the row is not; the client sends the part again."""
        party = hall.bidder(1)
        sealed, contents = build.seal(hall.one, party)
        upload = opened_upload(hall, party, contents)
        first = next(bidders.parts_of(contents[0]))
        store.default().put(f"parts/{upload.pk}/e0/000000", [b"half of it"])

        put(hall, party, upload, 0, 0, first)
        put_all(hall, party, upload, contents)

        assert submit(hall, party, upload, sealed).ev


class TestSubmission:
    def test_every_part_is_flushed_to_the_disk_before_the_bid_is_logged(self, hall, monkeypatch):
        """A receipt is given only for what a power cut cannot take away; the system's own fsync is listened to."""
        party = hall.bidder(1)
        sealed, contents = build.seal(hall.one, party)
        upload = opened_upload(hall, party, contents)
        put_all(hall, party, upload, contents)
        flushed, before, real = set(), [], os.fsync

        def listened(handle):
            before.append(Entry.objects.filter(kind="bid").exists())
            flushed.add(os.fstat(handle).st_ino)
            real(handle)

        monkeypatch.setattr(os, "fsync", listened)
        submit(hall, party, upload, sealed)

        parts = [store.default().path(part.key) for part in Part.objects.filter(upload=upload)]
        assert len(parts) == sum(door.part_count(len(data)) for data in contents.values())
        assert {path.stat().st_ino for path in parts} <= flushed
        assert {path.parent.stat().st_ino for path in parts} <= flushed
        assert not any(before[: len(parts)])

    def test_a_part_the_power_cut_took_is_asked_for_again(self, hall):
        """What was on its way to the disk may come back empty; submission finds it, and the part can be sent again."""
        party = hall.bidder(1)
        sealed, contents = build.seal(hall.one, party)
        upload = opened_upload(hall, party, contents)
        put_all(hall, party, upload, contents)
        store.default().path(f"parts/{upload.pk}/e0/000000").write_bytes(b"")

        with pytest.raises(RuleBroken) as refused:
            submit(hall, party, upload, sealed)
        put_all(hall, party, upload, contents)

        assert refused.value.code == "part_lost"
        assert submit(hall, party, upload, sealed).state == "logged"

    def test_a_bid_is_submitted_only_with_its_receipt(self, hall):
        handed = hall.bid(1)
        bid = handed.bid

        assert bid.state == "logged"
        with pytest.raises(StateConflict) as refused:
            services.receipt_issue(lot_id=hall.lot.pk, ev=bid.ev, at=hall.clock.now)
        assert refused.value.code == "not_logged"

        hall.cut()
        receipt = services.receipt_issue(lot_id=hall.lot.pk, ev=bid.ev, at=hall.clock.now)
        again = services.receipt_issue(lot_id=hall.lot.pk, ev=bid.ev, at=hall.clock.now)

        assert receipt == again
        bid.refresh_from_db()
        assert bid.state == "submitted"
        found = public.receipt_by_code(receipt.code.lower().replace("-", " "))
        assert (found.digest, found.issued_at) == (receipt.digest, receipt.issued_at)
        assert set(vars(found)) == {"code", "digest", "issued_at"}

    def test_the_bidder_s_device_checks_the_receipt_at_once(self, hall):
        handed = hall.bid(1)
        hall.cut()
        receipt = services.receipt_issue(lot_id=hall.lot.pk, ev=handed.bid.ev, at=hall.clock.now)
        value = json.loads(receipt.signed)
        held = protocol_anchors.load(hall.anchors())
        platform = [row["spki"] for row in held.parties("platform")]

        check_receipt(value, Stating(hall.one.policy, held), platform)

        assert value["body"]["ev"] == handed.bid.ev
        assert "k" not in value["body"]

    def test_the_receipt_s_words_hold_no_price_and_no_number(self, hall):
        hall.bids(2)

        rows = Outbox.objects.filter(event="receipt_given")

        assert rows.count() == 4  # site and mail for each of two clerks
        for row in rows:
            assert set(row.data) == {"title", "number", "receipt", "given_at"}

    def test_the_same_submission_twice_is_one_bid(self, hall):
        party = hall.bidder(1)
        sealed, contents = build.seal(hall.one, party)
        upload = opened_upload(hall, party, contents)
        put_all(hall, party, upload, contents)

        first, second = submit(hall, party, upload, sealed), submit(hall, party, upload, sealed)

        assert first == second
        assert Entry.objects.filter(kind="bid").count() == 1

    def test_two_devices_of_one_firm_one_counts_and_both_are_told(self, hall):
        """Journeys 15: the second is told which bid counts, and nothing is guessed."""
        party = hall.bidder(1)
        handed = hall.bid(1)
        sealed, contents = build.seal(hall.one, party)
        upload = opened_upload(hall, party, contents)
        put_all(hall, party, upload, contents)

        with pytest.raises(StateConflict) as refused:
            submit(hall, party, upload, sealed)

        assert refused.value.code == "replaced_meanwhile"
        assert refused.value.data["counts"] == handed.bid.ev
        assert Bid.objects.filter(lot=hall.lot).count() == 1

    def test_the_last_receipt_counts_and_the_old_bid_is_never_opened(self, hall, tmp_path):
        """法29: before the deadline a bid may be replaced."""
        first = hall.bid(1, 9_000_000)
        hall.cut()
        second = hall.bid(1, 8_000_000)
        hall.bid(2)
        hall.bid(3)
        hall.cut()

        hall.opened()
        hall.end()
        services.receipts_due(lot_id=hall.lot.pk, at=hall.clock.now)

        first.bid.refresh_from_db()
        second.bid.refresh_from_db()
        assert (first.bid.state, second.bid.state) == ("superseded", "opened")
        prices = {row["line"]["price"] for row in public.opening_record(hall.lot.pk)["bids"]}
        assert "8000000.00" in prices
        assert len(prices) == 2
        assert build.faults(hall.judged(tmp_path)) == []

    def test_a_withdrawn_bid_is_out_and_its_withdrawal_has_a_receipt(self, hall, tmp_path):
        """实施条例35: withdrawal before the deadline; A4: without a receipt nobody could prove it."""
        hall.bids(4)
        gone = hall.handed[0]
        services.bid_withdraw(
            bid_id=gone.bid.pk, **build.withdrawal(hall.one, gone), actor=gone.party.actor, at=hall.clock.now
        )
        hall.cut()
        services.receipts_due(lot_id=hall.lot.pk, at=hall.clock.now)

        hall.opened()
        hall.end()

        assert Receipt.objects.filter(kind="withdraw").count() == 1
        gone.bid.refresh_from_db()
        assert gone.bid.state == "withdrawn"
        assert gone.bid.ev not in {row["ev"] for row in public.opening_record(hall.lot.pk)["bids"]}
        assert build.faults(hall.judged(tmp_path)) == []

    def test_after_a_withdrawal_the_firm_may_bid_again(self, hall):
        gone = hall.bid(1)
        services.bid_withdraw(
            bid_id=gone.bid.pk, **build.withdrawal(hall.one, gone), actor=gone.party.actor, at=hall.clock.now
        )
        party = hall.bidder(1)
        sealed, contents = build.seal(hall.one, party, replaces=None)
        upload = opened_upload(hall, party, contents)
        put_all(hall, party, upload, contents)

        assert submit(hall, party, upload, sealed).state == "logged"

    def test_nobody_else_can_withdraw_a_bid(self, hall):
        """A2: a withdrawal by another hand would be a kill switch on a rival."""
        mine, rival = hall.bid(1), hall.bid(2)
        forged = build.signed(
            rival.party, "withdraw", bodies.body("withdraw", policy=hall.lot.policy, target=mine.bid.ev)
        )

        with pytest.raises(NotPermitted):
            services.bid_withdraw(bid_id=mine.bid.pk, **forged, actor=mine.party.actor, at=hall.clock.now)
        with pytest.raises(NotFound):
            services.bid_withdraw(bid_id=mine.bid.pk, **forged, actor=rival.party.actor, at=hall.clock.now)

    def test_a_bid_signed_with_an_unknown_key_is_refused(self, hall):
        party = hall.bidder(1)
        stranger = type(party)(party.organisation, party.actor, dsse.Signer.generate(), party.email)
        sealed, contents = build.seal(hall.one, stranger)
        upload = opened_upload(hall, party, contents)
        put_all(hall, party, upload, contents)

        with pytest.raises(NotPermitted):
            submit(hall, party, upload, sealed)

    def test_a_manifest_for_other_bytes_is_refused(self, hall):
        party = hall.bidder(1)
        sealed, _ = build.seal(hall.one, party)
        _, other = build.seal(hall.one, party)
        upload = opened_upload(hall, party, other)
        put_all(hall, party, upload, other)

        with pytest.raises(RuleBroken) as refused:
            submit(hall, party, upload, sealed)

        assert refused.value.code == "not_as_stored"

    def test_a_copied_rival_s_bid_does_not_conform(self, hall):
        """Attack 17: the bid id binds the signer."""
        mine = hall.bid(1)
        thief = hall.bidder(2)
        body = {**mine.sealed.body, "org": thief.organisation.code}
        upload = opened_upload(
            hall,
            thief,
            {
                0: bytes(mine.sealed.body["envelopes"][0]["size"]),
                1: bytes(mine.sealed.body["envelopes"][1]["size"]),
            },
        )
        original = Upload.objects.get(bid=mine.bid)
        for part in original.parts.order_by("envelope", "number"):
            data = b"".join(store.default().read(part.key))
            put(hall, thief, upload, part.envelope, part.number, data)

        with pytest.raises(RuleBroken) as refused:
            services.bid_submit(
                upload_id=upload.pk,
                body=body,
                signatures=[thief.signer.sign("bid", body)],
                actor=thief.actor,
                at=hall.clock.now,
            )

        assert refused.value.code == "not_conforming"

    def test_a_part_the_disk_has_changed_is_found_before_the_bid_is_logged(self, hall):
        party = hall.bidder(1)
        sealed, contents = build.seal(hall.one, party)
        upload = opened_upload(hall, party, contents)
        put_all(hall, party, upload, contents)
        part = upload.parts.get(envelope=1, number=1)
        damaged = b"\x00" + b"".join(store.default().read(part.key))[1:]
        store.default().put(part.key, [damaged])

        with pytest.raises(RuleBroken) as refused:
            submit(hall, party, upload, sealed)

        assert refused.value.code == "part_lost"
        assert not Bid.objects.filter(lot=hall.lot).exists()


class TestLateness:
    def test_late_is_said_only_by_proof(self, hall):
        """A3: only a time statement from after the deadline makes anybody late (20号令27, 法28)."""
        party = hall.bidder(1)
        sealed, contents = build.seal(hall.one, party)
        upload = opened_upload(hall, party, contents)
        put_all(hall, party, upload, contents)
        hall.deadline()

        with pytest.raises(RuleBroken) as refused:
            submit(hall, party, upload, sealed)

        assert refused.value.findings[0].code == "late"
        assert not Entry.objects.filter(kind="bid").exists()

    def test_a_bid_logged_after_the_last_statement_in_time_gets_no_receipt_and_is_never_opened(
        self, hall, tmp_path
    ):
        """Journeys 16: the upload ends at T + 0.4 s: late, no receipt, never opened."""
        hall.bids(3)
        hall.clock.to(hall.one.close_at.replace(microsecond=400_000))
        late = hall.bid(4)
        hall.cut(3)
        hall.cut(3)

        services.receipts_due(lot_id=hall.lot.pk, at=hall.clock.now)
        services.lot_close(lot_id=hall.lot.pk, actor=hall_system(), at=hall.clock.now)

        late.bid.refresh_from_db()
        assert late.bid.state == "late"
        assert not Receipt.objects.filter(ev=late.bid.ev).exists()
        assert late.bid.ev not in {row["ev"] for row in hall.opening.close.body["bids"]}

    def test_an_unfinished_upload_is_treated_as_withdrawn(self, hall):
        """20号令27: transmission not completed by the deadline = withdrawn."""
        party = hall.bidder(9)
        _, contents = build.seal(hall.one, party)
        upload = opened_upload(hall, party, contents)
        hall.bids(3)

        hall.close()

        upload.refresh_from_db()
        assert upload.state == "expired"

    def test_a_withdrawal_logged_too_late_changes_nothing(self, hall):
        """After T there is no withdrawal (实施条例35): the ledger decides, whatever the screen had said."""
        hall.bids(3)
        hall.clock.to(hall.one.close_at.replace(microsecond=400_000))
        gone = hall.handed[0]
        services.bid_withdraw(
            bid_id=gone.bid.pk, **build.withdrawal(hall.one, gone), actor=gone.party.actor, at=hall.clock.now
        )
        hall.cut(3)
        hall.cut(3)

        services.lot_close(lot_id=hall.lot.pk, actor=hall_system(), at=hall.clock.now)
        services.receipts_due(lot_id=hall.lot.pk, at=hall.clock.now)

        gone.bid.refresh_from_db()
        assert gone.bid.state == "in_set"
        assert not Receipt.objects.filter(kind="withdraw").exists()


def hall_system():
    from accounts.actors import SYSTEM

    return SYSTEM
