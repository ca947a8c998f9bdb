"""The server dies at the worst moment: real processes, SIGKILL, then a fresh start on what they left behind.

Where the kill lands is not left to chance: a client that holds its line, a file that does not end, or a lock which the
test holds stops the server exactly there. PostgreSQL answers this, since several processes share the tables.
"""

import json
import os
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

import pytest

from accounts.actors import SYSTEM
from bidding import services, store
from bidding.models import Bid, Part, Receipt, Release, ReleaseCommit, Upload
from bidding.models.uploads import part_key
from bidding.rehearsal import bidders, openings
from bidding.rehearsal.tenders import Offer
from bidding.rules import door
from kernel import clock
from ledger.audit import log_check
from ledger.models import Entry
from ledger.services import batch_cut
from ledger.store import APPENDERS, SEQUENCER
from protocol import dsse, sealing
from tests import builders_bidding as build
from tests.faults.served import API, Caller, connections_of_server, part_headers, wait_until, waiting_for_lock

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.needs_postgres,
    pytest.mark.needs_redis,
]
ADVISORY = "SELECT pg_advisory_lock(%s)"


class Device:
    """A bidder's machine with a sealed bid of a few parts; it outlives the server."""

    def __init__(self, hall, server, number=1, size=door.PART + 70_000):
        self.hall, self.server, self.party = hall, server, hall.bidder(number)
        self.sealed, self.contents = sealed_of(hall.one, self.party, size)
        self.caller = Caller(server, self.party)
        self.upload = ""

    def begin(self):
        sizes = {"sizes": {e: len(data) for e, data in self.contents.items()}}
        status, seen = self.caller.post(f"{API}/lots/{self.hall.lot.pk}/uploads", sizes)
        assert status == 201, seen
        self.upload = seen["id"]
        return self

    def path(self, e, number):
        return f"{API}/uploads/{self.upload}/{e}/{number}"

    def parts(self, e):
        return list(bidders.parts_of(self.contents[e]))

    def held(self):
        status, seen = self.caller.get(f"{API}/uploads/{self.upload}")
        assert status == 200, seen
        return seen["held"]

    def missing(self):
        held = self.held()
        return [
            (e, number)
            for e in self.contents
            for number in range(len(self.parts(e)))
            if number not in held[str(e)]
        ]

    def send_missing(self):
        """What a page does after a reload: ask what is there, send the rest; how many parts that were."""
        missing = self.missing()
        for e, number in missing:
            status, seen = self.caller.put(self.path(e, number), self.parts(e)[number])
            assert status == 200, seen
        return len(missing)

    def manifest(self):
        return {"body": self.sealed.body, "signatures": self.sealed.signatures}

    def submit(self):
        return self.caller.post(f"{API}/uploads/{self.upload}/bid", self.manifest())

    def submit_unread(self):
        body = json.dumps(self.manifest()).encode()
        return self.caller.begin(
            "POST", f"{API}/uploads/{self.upload}/bid", body, **{"Content-Type": "application/json"}
        )

    @property
    def ev(self):
        return dsse.event_id("bid", self.sealed.body).hex()

    def receipt(self):
        return self.caller.get(f"{API}/receipts/{self.ev}")


def sealed_of(one, party, size):
    """A sealed bid with a technical file of this many bytes."""
    contents = {}
    offer = Offer(party.organisation.name, Decimal(9_000_000))
    line = bidders.line_of(one, offer, party).encoded()
    sealed = sealing.seal_bid(
        policy=one.policy,
        org=party.organisation.code,
        signer=party.signer,
        files={0: (len(line), [line]), 1: (size, [os.urandom(size)])},
        sink=lambda e, piece: contents.setdefault(e, bytearray()).extend(piece),
        replaces=None,
        random=os.urandom,
        client="tests/1",
    )
    return sealed, {e: bytes(data) for e, data in contents.items()}


def started_again(server):
    """A fresh server, once the database has rolled back what the dead one had begun."""
    wait_until(lambda: connections_of_server() == 0, what="the dead server's transactions to be rolled back")
    return server.start()


def test_killed_while_a_part_arrives(hall, server, settings):
    """Half of a part is no part: the upload says where it goes on, and the bid comes to its receipt."""
    device = Device(hall, server.start()).begin()
    head, body, *_ = device.parts(1)
    assert device.caller.put(device.path(1, 0), head)[0] == 200
    line = device.caller.open("PUT", device.path(1, 1), length=len(body), **part_headers(body))
    line.send(body[: len(body) // 2])
    wait_until(
        lambda: any(path.stat().st_size for path in settings.STORE_DIR.rglob("*.tmp")),
        what="half of the part on the disk",
    )

    server.kill()
    rows = list(Part.objects.values_list("envelope", "number"))
    started_again(server)
    held, status = device.held(), device.submit()[1]

    assert rows == [(1, 0)]
    assert held == {"0": [], "1": [0]}
    assert status["code"] == "parts_missing"
    assert device.receipt()[0] == 404
    assert device.send_missing() == 4
    assert device.submit()[0] == 200
    batch_cut(at=clock.now())
    assert device.receipt()[0] == 200
    assert store.default().size(part_key(device.upload, 1, 1)) == len(body)


def test_killed_between_the_bytes_and_their_row(hall, server, held):
    """The part is on the disk, its row is not: it is sent again, and is the same part."""
    device = Device(hall, server.start()).begin()
    head = device.parts(1)[0]
    with held("SELECT 1 FROM bidding_upload WHERE id = %s FOR UPDATE", device.upload):
        line = device.caller.begin("PUT", device.path(1, 0), head, **part_headers(head))
        wait_until(lambda: waiting_for_lock("bidding_upload"), what="the server before the part's row")
        server.kill()
        line.close()
    started_again(server)

    assert store.default().exists(part_key(device.upload, 1, 0))
    assert not Part.objects.exists()
    assert device.held() == {"0": [], "1": []}
    assert device.send_missing() == 5
    assert Part.objects.count() == 5


def test_killed_while_the_stored_parts_are_read_back(hall, server, settings):
    """Between store and database: the upload is still an upload, and submitting again makes the bid."""
    device = Device(hall, server.start()).begin()
    device.send_missing()
    last = settings.STORE_DIR / part_key(device.upload, 1, len(device.parts(1)) - 1)
    kept = last.read_bytes()
    last.unlink()
    os.mkfifo(last)
    line = device.submit_unread()
    pipe = os.open(last, os.O_WRONLY)  # returns when the server has opened the part for reading

    server.kill()
    os.close(pipe)
    line.close()
    last.unlink()
    last.write_bytes(kept)
    started_again(server)

    assert not Bid.objects.exists()
    assert not Entry.objects.filter(kind="bid").exists()
    assert Upload.objects.get().state == "uploading"
    assert device.missing() == []
    assert device.submit()[0] == 200
    batch_cut(at=clock.now())
    assert device.receipt()[0] == 200


def test_killed_inside_the_transaction_of_a_submission(hall, server, held):
    """The upload is marked complete, its entry is about to be written: all of it is undone, nothing half stands."""
    device = Device(hall, server.start()).begin()
    device.send_missing()
    with held(ADVISORY, APPENDERS):
        line = device.submit_unread()
        wait_until(lambda: waiting_for_lock("pg_advisory_xact_lock_shared"), what="the server inside")
        server.kill()
        line.close()
    started_again(server)

    assert Upload.objects.get().state == "uploading"
    assert not Bid.objects.exists()
    assert not Entry.objects.filter(kind="bid").exists()
    assert (device.receipt()[0], device.receipt()[1]["code"]) == (404, "event")
    assert device.submit()[0] == 200
    assert device.submit()[0] == 200
    assert Entry.objects.filter(kind="bid").count() == 1


def test_killed_before_the_answer_to_a_submission(hall, server):
    """The bid is recorded, nobody was told: the same submission again is the same bid, with one receipt."""
    device = Device(hall, server.start()).begin()
    device.send_missing()
    line = device.submit_unread()
    wait_until(Bid.objects.exists, what="the bid in the database")
    server.kill()
    line.close()
    started_again(server)

    again = device.submit()
    batch_cut(at=clock.now())
    receipt = device.receipt()

    assert again[0] == 200
    assert Bid.objects.count() == Entry.objects.filter(kind="bid").count() == 1
    assert receipt[0] == 200
    assert receipt[1]["body"]["ev"] == device.ev


def test_killed_while_the_log_is_cut_for_a_receipt(hall, server, held):
    """No place, no receipt, 未递交; the next server cuts, and the receipt is there."""
    device = Device(hall, server.start()).begin()
    device.send_missing()
    device.submit()
    with held(ADVISORY, SEQUENCER):
        line = device.caller.open("GET", f"{API}/receipts/{device.ev}")
        wait_until(lambda: waiting_for_lock("pg_advisory_xact_lock("), what="the sequencer", seconds=30)
        server.kill()
        line.close()
    unplaced = Entry.objects.get(kind="bid").leaf_index
    started_again(server)

    assert unplaced is None
    assert not Receipt.objects.exists()
    wait_until(lambda: device.receipt()[0] == 200, what="the receipt by the grid of the log")
    assert Receipt.objects.count() == 1
    assert log_check().faults == []


def test_killed_while_a_receipt_is_written(hall, server, held):
    """The entry has its place; the receipt's row and the bid's state stand or fall together."""
    device = Device(hall, server.start()).begin()
    device.send_missing()
    device.submit()
    batch_cut(at=clock.now())
    with held("SELECT 1 FROM bidding_bid WHERE ev = %s FOR UPDATE", device.ev):
        line = device.caller.open("GET", f"{API}/receipts/{device.ev}")
        wait_until(lambda: waiting_for_lock("bidding_bid"), what="the server before the receipt")
        server.kill()
        line.close()
    started_again(server)
    before = (Receipt.objects.count(), Bid.objects.get().state)

    status, body = device.receipt()

    assert before == (0, "logged")
    assert status == 200
    assert Bid.objects.get().state == "submitted"
    assert json.loads(Receipt.objects.get().signed) == body


@pytest.fixture
def releasing(monkeypatch):
    """An opening a day ago at which enough officers have promised their releases of the first envelope."""
    monkeypatch.setattr(build, "START", clock.now() - timedelta(days=23))
    made = build.hall()
    made.bids(3)
    made.close()
    made.check()
    kept = openings.promise(made.one, made.one.seats, 0, at=made.clock.now)
    made.cut()
    return made, kept


def release_body(release):
    return urlencode({"signed": json.dumps(release)}).encode()


def test_killed_while_an_officer_releases(releasing, server, held, tmp_path):
    """No half release: the officer presses again, the opening goes on, and a stranger finds nothing wrong."""
    hall, kept = releasing
    server.start()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    path = f"/en/hall/{hall.lot.tender.number}/{hall.lot.no}/officer/release/"
    (first, release), *others = kept
    with held(ADVISORY, APPENDERS):
        line = Caller(server, first.party).begin("POST", path, release_body(release), **form)
        wait_until(lambda: waiting_for_lock("pg_advisory_xact_lock_shared"), what="the server inside")
        server.kill()
        line.close()
    started_again(server)
    left = (Release.objects.count(), Entry.objects.filter(kind="release").count(), hall.opening.state)

    answers = [Caller(server, first.party).call("POST", path, release_body(release), **form) for _ in "ab"]
    for seat, one in others:
        answers.append(Caller(server, seat.party).call("POST", path, release_body(one), **form))
    hall.clock.to(clock.now())
    hall.cut()
    services.results_publish(lot_id=hall.lot.pk, envelope=0, actor=SYSTEM, at=hall.clock.now)
    hall.cut()
    hall.reveal(1)
    hall.end()

    assert left == (0, 0, "releasing")
    assert answers == [(200, {"done": True})] * 4
    assert ReleaseCommit.objects.filter(envelope=0).count() == Release.objects.filter(envelope=0).count() == 3
    assert build.faults(hall.judged(tmp_path)) == []
