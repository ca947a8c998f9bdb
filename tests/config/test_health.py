"""/healthz answers for the process, /readyz for what the work depends on."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from bidding import store_s3
from config import health
from kernel import clock


def test_healthz_asks_nothing(client):
    response = client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"ok": True})
    assert "no-cache" in response["Cache-Control"]


@pytest.mark.django_db
def test_readyz_names_every_part(client):
    response = client.get("/readyz")

    assert response.status_code == 200, response.json()
    assert response.json()["checks"] == dict.fromkeys(
        ["database", "migrations", "store", "clock", "redis"], True
    )


@pytest.mark.django_db
def test_readyz_is_503_when_a_part_fails(client, monkeypatch):
    def broken():
        raise OperationalError("password=secret")

    monkeypatch.setitem(health.PROBES, "database", broken)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["checks"]["database"] is False
    assert "secret" not in response.content.decode()


@pytest.mark.django_db
def test_a_store_that_cannot_be_written_is_not_ready(client, settings, tmp_path):
    (tmp_path / "file").touch()
    settings.STORE_DIR = tmp_path / "file" / "store"

    assert client.get("/readyz").json()["checks"]["store"] is False


@pytest.mark.django_db
def test_a_missing_migration_is_not_ready(client, monkeypatch):
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda self, targets: ["one"])

    assert client.get("/readyz").json()["checks"]["migrations"] is False


@pytest.mark.needs_postgres
@pytest.mark.django_db
def test_a_clock_that_differs_from_the_databases_is_not_ready(client, monkeypatch):
    there = clock.now() + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: there)

    assert client.get("/readyz").json()["checks"]["clock"] is False


def test_a_redis_that_is_not_there_is_not_ready(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert health.ready("redis", health.redis_answers) is False


@pytest.mark.needs_redis
def test_a_redis_that_is_there_is_ready(settings):
    from tests import engines

    settings.REDIS_URL = engines.REDIS_URL

    assert health.redis_answers()


@pytest.mark.django_db
def test_probes_take_no_orders(client):
    assert client.post("/healthz").status_code == 405
    assert client.post("/readyz").status_code == 405


@pytest.fixture
def bucket(settings):
    """An S3 server in this process, with one bucket."""
    import boto3
    from moto import mock_aws

    for name, value in {
        "S3_ENABLED": True,
        "S3_ENDPOINT_URL": "",
        "S3_BUCKET": "bids",
        "S3_REGION": "us-east-1",
        "S3_ACCESS_KEY_ID": "key",
        "S3_SECRET_ACCESS_KEY": "secret",
    }.items():
        setattr(settings, name, value)
    store_s3.connected.cache_clear()
    with mock_aws():
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="bids")
        yield settings


def test_a_bucket_that_answers_is_ready(bucket):
    assert health.store_writable()


def test_a_bucket_that_is_not_there_is_not_ready(bucket):
    bucket.S3_BUCKET = "elsewhere"

    assert health.ready("store", health.store_writable) is False


def test_an_s3_server_that_is_not_there_is_not_ready(settings):
    settings.S3_ENABLED, settings.S3_BUCKET = True, "bids"
    settings.S3_ACCESS_KEY_ID = settings.S3_SECRET_ACCESS_KEY = "x"
    settings.S3_ENDPOINT_URL = "http://127.0.0.1:1"

    assert health.ready("store", health.store_writable) is False
