"""Logs: one line of JSON, the request's id, no secrets."""

import json
import logging
import sys

import pytest

from config.logs import JsonFormatter, RequestIdFilter, request_id


def line(**extra):
    record = logging.makeLogRecord(
        {"name": "x", "levelname": "INFO", "msg": "hello %s", "args": ("you",), **extra}
    )
    RequestIdFilter().filter(record)
    return json.loads(JsonFormatter().format(record))


def test_a_line_has_time_level_logger_message_and_request():
    token = request_id.set("abc")
    try:
        found = line()
    finally:
        request_id.reset(token)

    assert found["time"].endswith("+00:00")
    assert (found["level"], found["logger"], found["message"]) == ("INFO", "x", "hello you")
    assert found["request_id"] == "abc"


def test_only_named_extras_reach_the_line():
    found = line(status=200, amount="123.00", bidder="宏远建工", password="p")

    assert found["status"] == 200
    assert not {"amount", "bidder", "password"} & set(found)


def test_an_exception_leaves_its_type_and_place_but_not_its_words():
    try:
        float("bid price 123.00")
    except ValueError:
        found = line(exc_info=sys.exc_info())

    assert found["exception"] == "ValueError"
    assert "test_logs.py" in found["at"][0]
    assert "123.00" not in json.dumps(found)


@pytest.mark.django_db
def test_a_request_is_logged_by_its_route_without_query(client, caplog):
    with caplog.at_level(logging.INFO, logger="sunlit.request"):
        client.get("/account/login/?next=/secret-lot", REMOTE_ADDR="203.0.113.7")

    record = next(record for record in caplog.records if record.name == "sunlit.request")
    text = JsonFormatter().format(record)
    assert record.method == "GET"
    assert "secret-lot" not in text
    assert "203.0.113.7" not in text


def test_probes_are_not_logged(client, caplog):
    with caplog.at_level(logging.INFO, logger="sunlit.request"):
        client.get("/healthz")

    assert not [record for record in caplog.records if record.name == "sunlit.request"]


def test_a_failed_task_is_logged_without_its_words():
    arguments = {
        "name": "outbox",
        "id": "1",
        "description": "raised unexpected",
        "exc": "ValueError('price 9')",
    }
    found = line(name="celery.app.trace", msg="Task %(name)s[%(id)s]: %(exc)s", args=arguments)

    assert found["message"] == "outbox 1 raised unexpected"


def test_djangos_own_line_keeps_no_address():
    found = line(name="django.request", msg="%s: %s", args=("Not Found", "/receipts/secret"))

    assert found["message"] == "Not Found"
