"""Both stores keep the same promises: whole or not at all, exact bytes, plain names."""

import pytest

from bidding import store, store_s3
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


def test_rename_moves(box):
    box.put("a/aside", [b"x"])
    box.put("a/b", [b"old"])

    box.rename("a/aside", "a/b")

    assert b"".join(box.read("a/b")) == b"x"
    assert not box.exists("a/aside")


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
