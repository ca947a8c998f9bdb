"""Both stores keep the same promises: whole or not at all, exact bytes, plain names."""

import multiprocessing
import os
import signal
import time
from datetime import UTC, datetime, timedelta

import pytest

from bidding import services, store, store_s3
from kernel.errors import NotFound, RuleBroken, Unavailable
from protocol.hashing import sha256


@pytest.fixture(params=["disk", "bucket"])
def box(request, tmp_path):
    """A store of each kind, empty."""
    if request.param == "disk":
        yield store.LocalStore(tmp_path / "store")
        return
    import boto3
    from moto import mock_aws

    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
        client.create_bucket(Bucket="bids")
        yield store_s3.S3Store(client, "bids")


def pieces(size):
    whole = bytes(index * 7 % 251 for index in range(1 << 16)) * (size // (1 << 16) + 1)
    whole = whole[:size]
    return whole, [whole[start : start + 300_000] for start in range(0, size, 300_000)]


@pytest.mark.parametrize("size", [0, 1, 300_000, 8_396_800, store_s3.CHUNK, 2 * store_s3.CHUNK + 5])
def test_what_was_put_is_read(box, size):
    whole, parts = pieces(size)

    digest, stored = box.put("uploads/ab/e0.p1", parts)

    assert (digest, stored) == (sha256(whole).hex(), size)
    assert b"".join(box.read("uploads/ab/e0.p1")) == whole
    assert box.size("uploads/ab/e0.p1") == size
    assert max((len(piece) for piece in box.read("uploads/ab/e0.p1")), default=0) <= store.PIECE


def test_put_replaces_what_was_there(box):
    box.put("a/b", [b"one"])
    box.put("a/b", [b"two"])

    assert b"".join(box.read("a/b")) == b"two"


@pytest.mark.parametrize("size", [10, 2 * store_s3.CHUNK])
def test_what_breaks_off_leaves_nothing(box, size):
    def broken():
        yield bytes(size)
        raise RuleBroken("part_too_large", "Too large.")

    with pytest.raises(RuleBroken):
        box.put("a/b", broken())

    assert not box.exists("a/b")
    if isinstance(box, store_s3.S3Store):
        assert not box.client.list_multipart_uploads(Bucket="bids").get("Uploads")


@pytest.mark.parametrize("size", [10, 2 * store_s3.CHUNK])
def test_what_is_not_what_was_expected_is_not_stored(box, size):
    whole, parts = pieces(size)
    box.put("a/b", [b"old"])

    assert box.put("a/b", parts, expected=(sha256(b"other").hex(), size)) == (sha256(whole).hex(), size)

    assert b"".join(box.read("a/b")) == b"old"
    if isinstance(box, store_s3.S3Store):
        assert not box.client.list_multipart_uploads(Bucket="bids").get("Uploads")
    assert box.put("a/b", parts, expected=(sha256(whole).hex(), size)) == (sha256(whole).hex(), size)
    assert b"".join(box.read("a/b")) == whole


def test_pieces_in_memory_used_again_are_stored_as_they_were(box):
    room = memoryview(bytearray(4))

    def given():
        for word in (b"abcd", b"efgh", b"ij"):
            room[: len(word)] = word
            yield room[: len(word)]

    box.put("a/b", given())

    assert b"".join(box.read("a/b")) == b"abcdefghij"


def test_what_is_put_without_flushing_is_there_and_can_be_flushed(box):
    box.put("a/b", [b"x"], flush=False)

    box.flush("a/b")

    assert b"".join(box.read("a/b")) == b"x"


def begun(root, written):
    """What a sending bidder's process does: put, and wait for bytes which do not come."""

    def pieces():
        yield bytes(1 << 16)
        written.set()
        time.sleep(60)

    store.LocalStore(root).put("parts/ab/e0/000001", pieces())


def aside(root):
    return sorted(path.name for path in root.rglob("*.tmp"))


def test_what_a_killed_process_left_goes_and_what_is_being_written_stays(settings, tmp_path):
    """Each process is a real one: the first is killed as a server is, the second waits for its sender."""
    settings.STORE_DIR, settings.S3_ENABLED = tmp_path / "store", False
    box = store.default()
    box.put("parts/ab/e0/000000", [b"whole"])
    process = multiprocessing.get_context("fork")
    killed, waiting = [], []
    for kept in (killed, waiting):
        written = process.Event()
        one = process.Process(target=begun, args=(settings.STORE_DIR, written), daemon=True)
        one.start()
        assert written.wait(20)
        kept.append(one)
    os.kill(killed[0].pid, signal.SIGKILL)
    killed[0].join()
    now = datetime.now(UTC)

    assert services.store_sweep(at=now + timedelta(hours=23)) == 0
    assert len(aside(settings.STORE_DIR)) == 2
    assert services.store_sweep(at=now + timedelta(hours=25)) == 1
    assert len(aside(settings.STORE_DIR)) == 1
    assert services.store_sweep(at=now + timedelta(hours=25)) == 0
    waiting[0].kill()
    waiting[0].join()
    assert services.store_sweep(at=now + timedelta(hours=25)) == 1
    assert b"".join(box.read("parts/ab/e0/000000")) == b"whole"


def test_multipart_uploads_never_ended_are_abandoned_after_a_day():
    import boto3
    from moto import mock_aws

    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
        client.create_bucket(Bucket="bids")
        box = store_s3.S3Store(client, "bids")
        box.put("parts/ab/e0/000000", [bytes(2 * store_s3.CHUNK)])
        client.create_multipart_upload(Bucket="bids", Key="parts/ab/e0/000001")
        begun = client.list_multipart_uploads(Bucket="bids")["Uploads"][0]["Initiated"]  # as moto tells it

        assert box.sweep(begun) == 0
        assert len(client.list_multipart_uploads(Bucket="bids")["Uploads"]) == 1
        assert box.sweep(begun + timedelta(seconds=1)) == 1
        assert not client.list_multipart_uploads(Bucket="bids").get("Uploads")
        assert box.size("parts/ab/e0/000000") == 2 * store_s3.CHUNK


def test_what_is_not_there_is_not_found(box):
    box.put("a/c", [b"x"])

    assert not box.exists("a/b")
    with pytest.raises(NotFound):
        list(box.read("a/b"))
    with pytest.raises(NotFound):
        box.size("a/b")
    box.delete("a/b")


def test_delete_forgets(box):
    box.put("a/b", [b"x"])

    box.delete("a/b")

    assert not box.exists("a/b")


@pytest.mark.parametrize(
    "name", ["", "/etc/passwd", "a/../b", "..", "A/b", "a//b", "a/.hidden", "a\\b", "a b"]
)
def test_names_are_plain(box, name):
    with pytest.raises(ValueError, match="not a name"):
        box.put(name, [b"x"])


def test_ready_says_nothing_when_it_is(box):
    box.ready()


def test_a_bucket_that_is_gone_is_unavailable():
    import boto3
    from moto import mock_aws

    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
        box = store_s3.S3Store(client, "nobody")

        with pytest.raises(Unavailable):
            box.put("a/b", [b"x"])


def test_a_server_that_is_gone_is_unavailable():
    box = store_s3.connected(
        endpoint="http://127.0.0.1:1", region="us-east-1", key_id="k", secret="s", bucket="b"
    )

    with pytest.raises(Unavailable):
        box.exists("a/b")


def test_the_bucket_is_used_when_all_of_s3_is_set(settings):
    settings.S3_ENABLED, settings.S3_BUCKET = True, "bids"
    settings.S3_ACCESS_KEY_ID = settings.S3_SECRET_ACCESS_KEY = "x"

    assert isinstance(store.default(), store_s3.S3Store)


def test_the_disk_is_used_otherwise(settings):
    settings.S3_ENABLED = False

    assert isinstance(store.default(), store.LocalStore)
