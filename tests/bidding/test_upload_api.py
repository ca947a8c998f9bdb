"""The upload protocol over HTTP: idempotent, resumable, refusing in plain words, telling nobody else anything."""

import base64
import tracemalloc

import pytest
from django.test import Client, RequestFactory

from accounts.models import Person
from bidding import store
from bidding.api import pieces_of
from bidding.models import Bid, Part, Receipt, Upload
from bidding.rehearsal import bidders
from bidding.rules import door
from kernel import clock
from protocol import dsse
from protocol.hashing import sha256
from tests import builders_bidding as build

pytestmark = pytest.mark.django_db
API = "/api/v1/bidding"


@pytest.fixture
def hall(monkeypatch, kept):
    made = kept(build.near_close)
    monkeypatch.setattr(clock, "now", lambda: made.clock.now)
    return made


@pytest.fixture
def device(hall, client):
    return Device(hall, client, 1)


class Device:
    """A signed-in clerk's browser with a sealed bid."""

    def __init__(self, hall, client, number, replaces=None):
        self.hall, self.client = hall, client
        self.party = hall.bidder(number)
        self.sealed, self.contents = build.seal(hall.one, self.party, replaces=replaces)
        client.force_login(Person.objects.get(pk=self.party.actor.person))

    def open(self, sizes=None):
        sizes = sizes or {e: len(data) for e, data in self.contents.items()}
        return self.post(f"lots/{self.hall.lot.pk}/uploads", {"sizes": sizes})

    def post(self, path, data, **extra):
        return self.client.post(f"{API}/{path}", data, content_type="application/json", **extra)

    def put(self, upload, e, number, data, digest=None, **extra):
        digest = digest or sha256(data)
        header = f"sha-256=:{base64.b64encode(digest).decode()}:"
        return self.client.put(
            f"{API}/uploads/{upload}/{e}/{number}",
            data,
            content_type="application/octet-stream",
            headers={"Content-Digest": header},
            **extra,
        )

    def put_all(self, upload):
        for e, data in self.contents.items():
            for number, part in enumerate(bidders.parts_of(data)):
                assert self.put(upload, e, number, part).status_code == 200

    def submit(self, upload):
        signed = {"body": self.sealed.body, "signatures": self.sealed.signatures}
        return self.post(f"uploads/{upload}/bid", signed)


def code_of(answer):
    assert answer["Content-Type"] == "application/problem+json"
    return answer.json()["code"]


def test_a_bid_goes_up_part_by_part_and_its_receipt_comes_back(device):
    opened = device.open()
    upload = opened.json()["id"]
    device.put_all(upload)

    done = device.submit(upload)
    ev = done.json()["ev"]
    early = device.client.get(f"{API}/receipts/{ev}")
    device.hall.clock.after(seconds=11)
    receipt = device.client.get(f"{API}/receipts/{ev}")

    assert opened.status_code == 201
    assert opened.json()["parts"] == {"0": 2, "1": 2}
    assert done.json()["state"] == "logged"
    assert (early.status_code, early.json()["code"]) == (202, "not_logged")
    assert early["Retry-After"] == "2"
    assert early.json()["detail"] == "已存储但尚未写入日志：尚未递交。"
    assert receipt.status_code == 200
    assert receipt.content.decode() == Receipt.objects.get().signed
    assert receipt["X-Receipt-Code"] == Receipt.objects.get().code


def test_an_interrupted_upload_says_where_it_goes_on(device):
    upload = device.open().json()["id"]
    parts = list(bidders.parts_of(device.contents[0]))
    device.put(upload, 0, 1, parts[1])

    seen = device.client.get(f"{API}/uploads/{upload}").json()

    assert seen["held"] == {"0": [1], "1": []}
    assert seen["state"] == "uploading"


def test_the_same_part_again_is_the_same_part_and_another_one_is_refused(device):
    upload = device.open().json()["id"]
    part = device.contents[0][: door.HEADER]

    first, again = device.put(upload, 0, 0, part), device.put(upload, 0, 0, part)
    other = device.put(upload, 0, 0, bytes(door.HEADER))

    assert first.json() == again.json()
    assert other.status_code == 409
    assert code_of(other) == "part_differs"
    assert Part.objects.count() == 1


@pytest.mark.parametrize(
    ("number", "change", "code"),
    [
        (0, lambda part: part[:-1], "part_damaged"),
        (0, lambda part: part + b"x", "part_damaged"),
        (9, lambda part: part, "no_such_part"),
        (0, lambda part: b"%PDF" + part[4:], "not_encrypted"),
    ],
)
def test_what_is_wrong_with_a_part_is_said_and_nothing_is_stored(number, change, code, device):
    upload = device.open().json()["id"]

    answer = device.put(upload, 0, number, change(device.contents[0][: door.HEADER]))

    assert answer.status_code == 422
    assert code_of(answer) == code
    assert not Part.objects.exists()
    kept = [path for path in store.default().root.rglob("*") if path.is_file() and "parts" in path.parts]
    assert kept == []


def test_a_forged_or_missing_digest_is_refused(device):
    upload = device.open().json()["id"]
    part = device.contents[0][: door.HEADER]

    forged = device.put(upload, 0, 0, part, digest=sha256(b"else"))
    missing = device.client.put(f"{API}/uploads/{upload}/0/0", part, content_type="application/octet-stream")

    assert code_of(forged) == code_of(missing) == "part_damaged"
    assert not Part.objects.exists()


def test_unencrypted_refusal_names_the_article(device):
    upload = device.open().json()["id"]

    answer = device.put(upload, 0, 0, b"%PDF" + bytes(door.HEADER - 4)).json()

    assert answer["findings"][0]["source"] == "20号令26"


@pytest.mark.parametrize(
    ("sizes", "code"),
    [({0: 4168}, "envelopes"), ({0: 4168, 1: 7}, "sizes"), ({0: 4168, 1: 1 << 60}, "sizes")],
)
def test_sizes_which_no_sealed_file_has_are_refused(sizes, code, device):
    assert code_of(device.open(sizes)) == code
    assert not Upload.objects.exists()


def test_another_organisation_finds_nothing(hall, device):
    upload = device.open().json()["id"]
    device.put_all(upload)
    bid = device.submit(upload).json()
    other = Device(hall, device.client, 2)

    answers = [
        other.client.get(f"{API}/uploads/{upload}"),
        other.put(upload, 0, 0, device.contents[0][: door.HEADER]),
        other.submit(upload),
        other.client.delete(f"{API}/uploads/{upload}"),
        other.client.get(f"{API}/receipts/{bid['ev']}"),
        other.post(f"bids/{bid['id']}/withdrawal", {"body": {}, "signatures": [{}]}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 6
    assert other.client.get(f"{API}/lots/{hall.lot.pk}/bids").json() == []


def test_an_owner_may_not_upload(hall, device):
    device.client.force_login(Person.objects.get(pk=hall.one.owner.actor.person))

    assert device.open().status_code == 403


def test_a_stranger_is_told_to_sign_in(hall, client):
    answer = client.get(f"{API}/lots/{hall.lot.pk}/bids")

    assert answer.status_code == 403
    assert code_of(answer) == "signed_out"


def test_a_change_needs_the_token_of_our_own_pages(device):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(Person.objects.get(pk=device.party.actor.person))
    device.client = strict

    refused = device.open()
    strict.cookies["csrftoken"] = "a" * 32
    passed = device.post(
        f"lots/{device.hall.lot.pk}/uploads",
        {"sizes": {e: len(data) for e, data in device.contents.items()}},
        headers={"X-CSRFToken": "a" * 32},
    )

    assert code_of(refused) == "csrf_failed"
    assert passed.status_code == 201


def test_an_upload_is_left_and_its_bytes_are_gone(device):
    upload = device.open().json()["id"]
    device.put_all(upload)

    answers = [device.client.delete(f"{API}/uploads/{upload}").status_code for _ in range(2)]

    assert answers == [204, 204]
    assert not Part.objects.exists()
    assert code_of(device.put(upload, 0, 0, device.contents[0][: door.HEADER])) == "upload_finished"


def test_a_bid_is_not_left_like_an_upload(device):
    upload = device.open().json()["id"]
    device.put_all(upload)
    device.submit(upload)

    assert code_of(device.client.delete(f"{API}/uploads/{upload}")) == "upload_finished"
    assert Part.objects.exists()


def test_submitting_too_early_names_what_is_missing(device):
    upload = device.open().json()["id"]

    answer = device.submit(upload)

    assert code_of(answer) == "parts_missing"
    assert not Bid.objects.exists()


def test_a_withdrawal_has_a_receipt_of_its_own(hall, device):
    upload = device.open().json()["id"]
    device.put_all(upload)
    device.submit(upload)
    bid = Bid.objects.get()
    signed = build.withdrawal(hall.one, type("Handed", (), {"party": device.party, "bid": bid}))

    withdrawn = device.post(f"bids/{bid.pk}/withdrawal", signed)
    ev = dsse.event_id("withdraw", signed["body"]).hex()
    hall.cut()
    answer = device.client.get(f"{API}/receipts/{ev}")

    assert withdrawn.json()["state"] == "withdrawn"
    assert answer.status_code == 200
    assert answer.json()["body"]["kind"] == "withdraw"


def test_a_part_is_never_held_whole(device):
    """A body which is far larger than allowed is given up as soon as it is too long, in small pieces."""
    request = RequestFactory().put("/", b"x" * (8 << 20), content_type="application/octet-stream")
    tracemalloc.start()
    total = sum(len(piece) for piece in pieces_of(request))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert total == 8 << 20
    assert peak < 1 << 20
