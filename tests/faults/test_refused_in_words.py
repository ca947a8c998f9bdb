"""A full disk, a store that is gone, silent time authorities, a wrong clock: refused in plain words, and written down.

Each fault is real: a file system of 1 MiB, a directory that is a file, a port where nobody listens. Afterwards the same
upload goes on where it was, and nothing half is left.
"""

import ssl
import subprocess
from contextlib import contextmanager
from datetime import timedelta

import pytest

from bidding.models import Bid, Part, Receipt, Upload
from bidding.rehearsal import bidders
from bidding.rules import door
from kernel import clock
from ledger.models import Entry, Incident
from ledger.services import heartbeat
from ledger.sources import LOCAL_TSA, configured_sources
from tests import builders_bidding as build
from tests import engines
from tests.bidding.test_upload_api import API, Device
from tests.conftest import LEFT_OUT
from tests.faults.test_killed_server import sealed_of

pytestmark = pytest.mark.django_db
LANGUAGES = {"en": 0, "zh-CN": 1}
NOT_WRITTEN = ("The store for files cannot be written.", "文件存储无法写入。")
NOT_READ = ("The store for files cannot be read.", "文件存储无法读取。")


def one_bidder():
    made = build.hall()
    made.bidder(1)
    made.before_close(minutes=60)
    made.cut()
    return made


@pytest.fixture
def hall(monkeypatch, kept):
    made = kept(one_bidder)
    monkeypatch.setattr(clock, "now", lambda: made.clock.now)
    return made


@pytest.fixture
def device(hall, client):
    return Device(hall, client, 1)


def with_large_part(device):
    """The same device, its technical file so large that it has a part of full size."""
    device.sealed, device.contents = sealed_of(device.hall.one, device.party, door.PART + 1000)
    return device


def refused(answer, sentences, code="store_unavailable"):
    """A problem document of 503 with this code; the sentence in the language that was asked for."""
    said = answer.json()
    assert (answer.status_code, said["code"]) == (503, code), said
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Retry-After"] == "30"
    assert said["detail"] in sentences
    return said["detail"]


def incidents(source):
    """The codes written down about this source, oldest first; each is an entry of the record as well."""
    rows = list(Incident.objects.filter(source=source).order_by("at").values_list("code", flat=True))
    records = [
        entry for entry in Entry.objects.filter(kind="record") if entry.body["name"] == "ledger.incident"
    ]
    assert sum(entry.body["subject"] == source for entry in records) == len(rows)
    return rows


def files(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


@contextmanager
def small_disk(path, size):
    """A file system of its own with room for ``size``; root may mount one."""
    path.mkdir(parents=True, exist_ok=True)
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        reason = f"a small disk to fill up: only root may mount one ({made.stderr.strip()})"
        pytest.fail(reason) if engines.REQUIRE_ALL else pytest.skip(LEFT_OUT + reason)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def test_a_full_disk_refuses_the_part_and_goes_on_when_there_is_room(device, settings):
    large = with_large_part(device)
    upload = large.open().json()["id"]
    head, body, *_ = bidders.parts_of(large.contents[1])
    with small_disk(settings.STORE_DIR, "1m"):
        large.put(upload, 1, 0, head)
        said = [
            refused(large.put(upload, 1, 1, body, **asking(language)), NOT_WRITTEN) for language in LANGUAGES
        ]
        left, rows = files(settings.STORE_DIR), Part.objects.count()
        once = incidents("store")
        subprocess.run(["mount", "-o", "remount,size=32m", str(settings.STORE_DIR)], check=True)
        later = large.put(upload, 1, 1, body)
        large.put_all(upload)
        submitted = large.submit(upload)

    assert said == list(NOT_WRITTEN)
    assert left == [f"parts/{upload}/e1/000000"]
    assert rows == 1
    assert once == ["store-down"]
    assert later.status_code == 200
    assert incidents("store") == ["store-down", "store-works-again"]
    assert submitted.status_code == 200


def asking(language):
    """What ``Device.put`` adds to a request in this language."""
    return {"HTTP_ACCEPT_LANGUAGE": language}


def test_a_store_that_is_gone_refuses_and_nothing_is_recorded(device, settings, tmp_path):
    upload = device.open().json()["id"]
    parts = list(bidders.parts_of(device.contents[0]))
    device.put(upload, 0, 0, parts[0])
    settings.STORE_DIR.rename(tmp_path / "elsewhere")
    settings.STORE_DIR.write_text("no directory")

    said = [
        refused(device.put(upload, 0, 1, parts[1], **asking(language)), NOT_WRITTEN) for language in LANGUAGES
    ]
    rows = Part.objects.count()
    settings.STORE_DIR.unlink()
    (tmp_path / "elsewhere").rename(settings.STORE_DIR)
    device.put_all(upload)

    assert said == list(NOT_WRITTEN)
    assert rows == 1
    assert incidents("store") == ["store-down", "store-works-again"]
    assert device.submit(upload).status_code == 200


def test_a_store_that_is_gone_at_the_submission_leaves_the_upload_as_it_was(device, settings, tmp_path):
    upload = device.open().json()["id"]
    device.put_all(upload)
    settings.STORE_DIR.rename(tmp_path / "elsewhere")

    refused(device.submit(upload), NOT_READ)
    state, rows = Upload.objects.get().state, Part.objects.count()
    bids = Bid.objects.count()
    (tmp_path / "elsewhere").rename(settings.STORE_DIR)

    assert (state, rows, bids) == ("uploading", 4, 0)
    assert incidents("store") == ["store-down"]
    assert device.submit(upload).status_code == 200
    assert incidents("store") == ["store-down", "store-works-again"]


def test_one_part_lost_by_the_store_is_sent_again_and_no_other(device, settings):
    upload = device.open().json()["id"]
    device.put_all(upload)
    (settings.STORE_DIR / f"parts/{upload}/e1/000001").write_bytes(b"rot")

    lost = device.submit(upload)
    held = device.client.get(f"{API}/uploads/{upload}").json()["held"]
    again = device.put(upload, 1, 1, list(bidders.parts_of(device.contents[1]))[1])

    assert (lost.status_code, lost.json()["code"]) == (422, "part_lost")
    assert held == {"0": [0, 1], "1": [0]}
    assert again.status_code == 200
    assert device.submit(upload).status_code == 200


def test_a_bucket_nobody_answers_for_refuses_and_nothing_is_recorded(device, settings):
    upload = device.open().json()["id"]
    part = next(bidders.parts_of(device.contents[0]))
    settings.S3_ENABLED, settings.S3_BUCKET = True, "bids"
    settings.S3_ENDPOINT_URL, settings.S3_REGION = "http://127.0.0.1:1", "us-east-1"
    settings.S3_ACCESS_KEY_ID = settings.S3_SECRET_ACCESS_KEY = "x"

    said = [
        refused(device.put(upload, 0, 0, part, **asking(language)), NOT_WRITTEN) for language in LANGUAGES
    ]
    rows = Part.objects.count()
    settings.S3_ENABLED = False
    device.put_all(upload)

    assert said == list(NOT_WRITTEN)
    assert rows == 0
    assert incidents("store") == ["store-down", "store-works-again"]
    assert device.submit(upload).status_code == 200


def handed_in(device):
    upload = device.open().json()["id"]
    device.put_all(upload)
    return f"{API}/receipts/{device.submit(upload).json()['ev']}"


def test_a_silent_time_authority_gives_no_receipt_until_it_speaks(hall, device, settings):
    """Stored and in the log, but not stated: not submitted, said so in words; no second submission is needed."""
    address = handed_in(device)
    settings.TIME_SOURCES, settings.WITNESS_URLS = [unheard(settings)], []
    hall.clock.after(seconds=11)
    said = [device.client.get(address, headers={"Accept-Language": language}) for language in LANGUAGES]
    noted = incidents("trial-tsa")
    state, receipts = Bid.objects.get().state, Receipt.objects.count()
    settings.TIME_SOURCES, settings.WITNESS_URLS = ["local"], ["local"]
    hall.clock.after(seconds=11)
    late = device.client.get(address)

    assert [answer.status_code for answer in said] == [202, 202]
    assert {answer.json()["code"] for answer in said} == {"not_stated"}
    assert [answer.json()["detail"] for answer in said] == [
        "The time sources have not yet confirmed this; the receipt follows.",
        said[1].json()["detail"],
    ]
    assert "回执" in said[1].json()["detail"]
    assert noted == ["source-silent"]
    assert (state, receipts) == ("logged", 0)
    assert late.status_code == 200
    assert incidents("trial-tsa") == ["source-silent", "source-answers-again"]


def unheard(settings):
    """The same trial authority, said to be at a port where nobody listens."""
    source = next(one for one in configured_sources() if one.name == LOCAL_TSA)
    path = settings.KEYS_DIR / "root.pem"
    path.write_text(ssl.DER_cert_to_PEM_cert(source.root_der), "ascii")
    said = {"name": source.name, "org": source.org, "url": "http://127.0.0.1:1/", "root": path}
    said["policy_oids"] = " ".join(source.policy_oids)
    return ";".join(f"{name}={value}" for name, value in said.items())


def test_a_clock_behind_the_log_gives_no_receipt_and_is_written_down(hall, device):
    """The bid is stored; what the log says of time cannot be said by a clock that runs behind it."""
    address = handed_in(device)
    right = hall.clock.now
    hall.clock.now = right - timedelta(minutes=30)
    sentences = (
        "The platform’s clock stands before its log. This is stored; the receipt follows when it is right.",
        "平台时钟早于账本的最新记录。内容已保存，时钟校正后即出具回执。",
    )

    said = [
        refused(device.client.get(address, headers={"Accept-Language": language}), sentences, "clock_behind")
        for language in LANGUAGES
    ]
    beat, receipts = heartbeat(at=hall.clock.now), Receipt.objects.count()
    hall.clock.now = right + timedelta(seconds=11)

    assert said == list(sentences)
    assert (beat, receipts) == (None, 0)
    assert incidents("clock") == ["clock-behind-log"]
    assert device.client.get(address).status_code == 200
    assert Bid.objects.get().state == "submitted"
