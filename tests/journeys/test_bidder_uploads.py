"""Bidders' uploads on bad days: scenarios 14 to 18, with the sentences on their screens in both languages."""

import re
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from accounts.actors import SYSTEM
from accounts.models import Person
from bidding import services, store
from bidding.models import Bid, Receipt, Result
from bidding.states import Edition
from kernel import clock
from ledger.models import Entry
from protocol.verify import verify
from tests import builders_bidding as build
from tests.bidding.test_upload_api import API, Device
from tests.ledger.guards import unguarded

LANGUAGES = ("en", "zh-CN")
PREFIX = {"en": "/en", "zh-CN": ""}


@pytest.fixture(autouse=True)
def own_installation(tmp_path, settings):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.LOG_KEY_FILE = tmp_path / "keys" / "log.pem"
    settings.PLATFORM_KEY_FILE = tmp_path / "keys" / "platform.pem"
    settings.STORE_DIR = tmp_path / "store"
    settings.TIME_SOURCES = ["local"]
    settings.WITNESS_URLS = ["local"]
    settings.RUSH_CHECKPOINT_SECONDS = 60


@pytest.fixture
def hall(monkeypatch):
    made = build.hall()
    monkeypatch.setattr(clock, "now", lambda: made.clock.now)
    return made


def desk(hall, client, language):
    """The text of the bidder's own page of this tender."""
    answer = client.get(f"{PREFIX[language]}/bids/t/{hall.lot.tender.number}/")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def in_both(call):
    """The sentence of a refusal in English and in Chinese."""
    answers = [call({"Accept-Language": language}) for language in LANGUAGES]
    return [answer.status_code for answer in answers], [answer.json()["detail"] for answer in answers]


def submit_with(device, upload, headers):
    signed = {"body": device.sealed.body, "signatures": device.sealed.signatures}
    return device.post(f"uploads/{upload}/bid", signed, headers=headers)


@pytest.mark.django_db
def test_scenario_14_the_same_device_goes_on_and_another_is_told_where_the_draft_is(hall, client):
    """The browser was closed at three fifths; what is stored is named part by part, and the rest is sent."""
    hall.before_close(minutes=60)
    hall.cut()
    device = Device(hall, client, 1)
    sizes = {e: len(data) for e, data in device.contents.items()}
    opened = device.post(f"lots/{hall.lot.pk}/uploads", {"sizes": sizes, "device": "Chrome · Windows"})
    upload = opened.json()["id"]
    for number, part in enumerate(build.bidders.parts_of(device.contents[0])):
        device.put(upload, 0, number, part)
    first = next(build.bidders.parts_of(device.contents[1]))
    device.put(upload, 1, 0, first)

    elsewhere = Client()
    elsewhere.force_login(Person.objects.get(pk=device.party.actor.person))
    told = [desk(hall, elsewhere, language) for language in LANGUAGES]
    seal = elsewhere.get(f"/en/bids/lot/{hall.lot.number}/seal/").content.decode()
    held = client.get(f"{API}/uploads/{upload}").json()["held"]
    device.put(upload, 1, 1, list(build.bidders.parts_of(device.contents[1]))[1])

    assert "There is an unfinished upload. It is not submitted." in told[0]
    assert "Begun on Chrome · Windows" in told[0]
    assert "The draft and its keys are on that device only" in told[0]
    assert "未完成的上传" in told[1]
    assert "Chrome · Windows" in told[1]
    assert "An unfinished upload lies on another device." in seal
    assert held == {"0": [0, 1], "1": [0]}
    assert device.submit(upload).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.needs_postgres
def test_scenario_15_two_devices_submit_together_and_both_are_told_which_counts(hall):
    hall.before_close(minutes=1)
    hall.cut()
    devices = [Device(hall, Client(), 1) for _ in range(2)]
    uploads = [device.open().json()["id"] for device in devices]
    for device, upload in zip(devices, uploads, strict=True):
        device.put_all(upload)
    answers, barrier = [None, None], threading.Barrier(2)

    def press(place):
        try:
            barrier.wait(timeout=20)
            answers[place] = devices[place].submit(uploads[place])
        finally:
            connection.close()

    presses = [threading.Thread(target=press, args=(place,)) for place in range(2)]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join(timeout=60)
    first = [answer.status_code for answer in answers].index(200)
    second = 1 - first
    statuses, said = in_both(lambda headers: submit_with(devices[second], uploads[second], headers))
    hall.cut()
    services.receipts_due(lot_id=hall.lot.pk, at=hall.clock.now)
    receipt = Receipt.objects.get()

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert statuses == [409, 409]
    assert said == [
        "Another bid of your organisation counts now; look at it, and seal again to replace it.",
        "贵单位另一份投标现已生效；请查看，如需替换请重新密封。",
    ]
    assert Bid.objects.get().ev == answers[first].json()["ev"]
    for device in devices:
        english, chinese = (desk(hall, device.client, language) for language in LANGUAGES)
        assert "Counts now" in english
        assert f"receipt {receipt.code}" in english
        assert "现在有效" in chinese
        assert receipt.code in chinese


@pytest.mark.django_db
def test_scenario_16_an_upload_that_ends_after_the_deadline_is_late_and_never_opened(hall, client):
    """T + 0.4 s: stored, but the first time statement over it is too late; no receipt, and nobody opens it."""
    hall.before_close(minutes=60)
    late = Device(hall, client, 9)
    hall.bids(3)
    upload = late.open().json()["id"]
    late.put_all(upload)
    hall.clock.to(hall.one.close_at - timedelta(seconds=300))
    hall.clock.cut()
    hall.clock.beat(hall.one.close_at - timedelta(seconds=1), every=60)
    hall.clock.to(hall.one.close_at + timedelta(milliseconds=400))
    ev = late.submit(upload).json()["ev"]
    hall.cut(1)

    statuses, said = in_both(lambda headers: client.get(f"{API}/receipts/{ev}", headers=headers))
    hall.close()
    hall.check()
    hall.reveal(0)
    hall.reveal(1)
    again, refused = in_both(lambda headers: submit_anew(hall, late, headers))

    assert statuses == [409, 409]
    assert said == [
        "The deadline had passed when this reached the log; it does not count.",
        "写入日志时截止时间已过，不生效。",
    ]
    assert Bid.objects.get(ev=ev).state == "late"
    assert not Receipt.objects.filter(ev=ev).exists()
    assert ev not in {row["ev"] for row in hall.opening.close.body["bids"]}
    assert ev not in str(list(Result.objects.values()))
    assert set(again) <= {409, 422}
    assert all(refused)


def submit_anew(hall, device, headers):
    """Open another upload when all is over."""
    sizes = {e: len(data) for e, data in device.contents.items()}
    return device.post(f"lots/{hall.lot.pk}/uploads", {"sizes": sizes}, headers=headers)


def wiped_out(handed):
    """What an administrator of the database can do: the bid, its receipt and its entry never were."""
    entry = handed.bid.entry
    before = Entry.objects.filter(chain=entry.chain, leaf_index__lt=entry.leaf_index).order_by("-leaf_index")[
        0
    ]
    with unguarded(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM bidding_receipt WHERE ev = %s", [handed.bid.ev])
        cursor.execute("DELETE FROM bidding_bidenvelope WHERE bid_id = %s", [key_of(handed.bid)])
        cursor.execute("DELETE FROM bidding_bid WHERE ev = %s", [handed.bid.ev])
        cursor.execute("DELETE FROM ledger_entry WHERE ev = %s", [handed.bid.ev])
        cursor.execute(
            "UPDATE ledger_chainhead SET leaf = %s, leaf_index = %s WHERE chain = %s",
            [bytes(before.leaf), before.leaf_index, entry.chain],
        )


def key_of(row):
    """The primary key as this database writes it."""
    return row._meta.pk.get_db_prep_value(row.pk, connection)


@pytest.mark.django_db(transaction=True)
def test_scenario_17_a_bid_deleted_in_the_database_is_named_by_the_verifier(hall, tmp_path):
    """The bidder still has its receipt: whoever puts it beside the published bundle reads which bid is missing."""
    hall.bids(4)
    gone = hall.handed.pop()
    gone.bid.refresh_from_db()
    kept = Receipt.objects.get(ev=gone.bid.ev).signed.encode()
    wiped_out(gone)

    hall.opened()
    hall.end()
    bundle = services.bundle_export(
        lot_id=hall.lot.pk, edition=Edition.PUBLIC, actor=SYSTEM, at=hall.clock.now
    )
    file = tmp_path / "bundle.zip"
    file.write_bytes(b"".join(store.default().read(bundle.path)))
    report = verify(file, hall.anchors(), [kept])
    named = [row for row in report.checks if row.status != "ok" and row.evidence == gone.bid.ev]

    assert not report.ok
    assert [row.check for row in named] == ["V17"], build.faults(report)
    assert gone.bid.ev not in {row["bid"] for row in report.verdicts}


@pytest.mark.django_db(transaction=True)
def test_scenario_17_a_deleted_row_alone_takes_no_bid_out_of_the_set(hall):
    """The set is what the ledger says: the bid stays in it although the platform has forgotten its own row."""
    hall.bids(3)
    gone = hall.handed[0].bid
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM bidding_receipt WHERE ev = %s", [gone.ev])
        cursor.execute("DELETE FROM bidding_bidenvelope WHERE bid_id = %s", [key_of(gone)])
        cursor.execute("DELETE FROM bidding_bid WHERE ev = %s", [gone.ev])

    hall.close()

    assert gone.ev in {row["ev"] for row in hall.opening.close.body["bids"]}


@pytest.mark.django_db
def test_scenario_18_the_page_is_held_in_words_until_the_self_copy_is_read_back(hall, client):
    """What the page says when somebody leaves too early; that it holds is tests/e2e/test_bidder_factor.py."""
    guarded = build.hall(panel=build.Panel(t=2, n=3, factor=True), beside=hall)
    client.force_login(Person.objects.get(pk=guarded.bidder(1).actor.person))
    pages = [
        client.get(f"{PREFIX[language]}/bids/lot/{guarded.lot.number}/seal/").content.decode()
        for language in LANGUAGES
    ]

    assert (
        "The self-copy has not been read back. Without it the bid cannot be decrypted at the opening"
        in pages[0]
    )
    assert "not decrypted by your own fault is treated as revoked (视为撤销)" in pages[0]
    assert "data-hold=" in pages[1]
    held = re.search(r'data-hold="([^"]+)"', pages[1])[1]
    assert "视为撤销" in held
    assert "读回" in held or "回读" in held
