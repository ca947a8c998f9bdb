"""A whole submission over HTTP into a bucket: parts as multipart uploads, receipt, opening, record, verifier.

The bucket is moto's server: a process of its own address speaking S3, asked by the same client as in production.
"""

from urllib.request import Request, urlopen

import boto3
import pytest
from moto.server import ThreadedMotoServer

from bidding import store, store_s3
from bidding.models import Part
from bidding.rules import door
from kernel import clock
from protocol.hashing import sha256
from tests import builders_bidding as build
from tests.bidding.test_upload_api import API, Device
from tests.faults.test_killed_server import sealed_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bucket(settings):
    """A bucket, and what is asked of it; ``asked`` lists (operation) of every request."""
    served = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    served.start()
    host, port = served.get_host_and_port()
    urlopen(Request(f"http://{host}:{port}/moto-api/reset", method="POST"), timeout=10).close()
    settings.S3_ENABLED, settings.S3_BUCKET = True, "bids"
    settings.S3_ENDPOINT_URL, settings.S3_REGION = f"http://{host}:{port}", "us-east-1"
    settings.S3_ACCESS_KEY_ID = settings.S3_SECRET_ACCESS_KEY = "moto"
    client = boto3.client(
        "s3",
        endpoint_url=settings.S3_ENDPOINT_URL,
        region_name="us-east-1",
        aws_access_key_id="moto",
        aws_secret_access_key="moto",
    )
    client.create_bucket(Bucket="bids")
    yield client
    served.stop()


@pytest.fixture
def asked(bucket):
    """The operations our own client asks for."""
    heard = []
    box = store.default()
    assert isinstance(box, store_s3.S3Store)
    box.client.meta.events.register("before-call.s3", lambda model, **_: heard.append(model.name))
    return heard


def keys(bucket):
    return sorted(row["Key"] for row in bucket.list_objects_v2(Bucket="bids").get("Contents", []))


def test_a_bid_goes_through_a_bucket_from_upload_to_verified_record(
    client, bucket, asked, settings, monkeypatch, tmp_path
):
    hall = build.hall()
    hall.before_close(minutes=60)
    hall.cut()
    monkeypatch.setattr(clock, "now", lambda: hall.clock.now)
    device = Device(hall, client, 9)
    device.sealed, device.contents = sealed_of(hall.one, device.party, door.PART + 5_000)
    upload = device.open().json()["id"]
    device.put_all(upload)
    parts = keys(bucket)
    done = device.submit(upload)
    hall.bids(3)
    hall.cut()
    receipt = client.get(f"{API}/receipts/{done.json()['ev']}")

    assert receipt.status_code == 200
    assert parts == sorted(part.key for part in Part.objects.filter(upload=upload))
    assert "UploadPart" in asked
    assert "CompleteMultipartUpload" in asked
    assert not bucket.list_multipart_uploads(Bucket="bids").get("Uploads")
    assert not (settings.STORE_DIR / "parts").exists()

    hall.opened()
    hall.end()
    report = hall.judged(tmp_path)
    asked.clear()
    opened = [row for row in report.verdicts if row["verdict"] == "OPENED" and row["e"] == 1]

    assert build.faults(report) == []
    assert done.json()["ev"] in {row["bid"] for row in opened}
    assert len(opened) == 4
    assert any(key.endswith(".zip") for key in keys(bucket))


def test_a_part_that_breaks_off_leaves_nothing_in_the_bucket(client, bucket, monkeypatch):
    hall = build.hall()
    monkeypatch.setattr(clock, "now", lambda: hall.clock.now)
    device = Device(hall, client, 1)
    device.sealed, device.contents = sealed_of(hall.one, device.party, door.PART + 5_000)
    upload = device.open().json()["id"]
    part = device.contents[1][door.HEADER : door.HEADER + door.PART]

    damaged = device.put(upload, 1, 1, part[:-1] + b"?", digest=sha256(part))

    assert damaged.json()["code"] == "part_damaged"
    assert keys(bucket) == []
    assert not bucket.list_multipart_uploads(Bucket="bids").get("Uploads")
    assert not Part.objects.exists()
    assert device.put(upload, 1, 1, part).status_code == 200
