"""The live stream of a hall: what is sent, what is sent again after a dropped line, when it ends."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.test import AsyncClient

from bidding.selectors.hall_log import Line
from bidding.selectors.hall_shapes import Hall
from bidding.states import OpeningState
from bidding.views import live

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PAGE = Hall(
    number="N",
    no=1,
    code="N-01",
    title="某工程",
    lot_name="某工程",
    phase=OpeningState.FACTOR,
    paused=False,
    headline="",
    reason="",
    turn="",
    steps=(),
    count_label="",
    until=None,
    ceiling=None,
    currency="CNY",
    rows=(),
    keys_title="",
    keys=(),
    log=(),
)


def run(coroutine):
    """Run it in a thread of its own: where a browser test ran before, this thread already has a loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def logged(*seconds):
    """A page whose log has these lines, the newest first."""
    lines = [
        Line(START + timedelta(seconds=second), f"line {second}") for second in sorted(seconds, reverse=True)
    ]
    return replace(PAGE, log=tuple(lines))


def test_missed_lines_are_sent_again_in_their_order():
    page = logged(1, 2, 3)
    first = page.log[-1].mark

    sent = live.events(page, first, page.version)

    assert [message.split("data: ")[1].strip() for message in sent] == ["line 2", "line 3"]
    assert [int(message.split("id: ")[1].split()[0]) for message in sent] == [
        line.mark for line in page.log[1::-1]
    ]


def test_a_line_break_in_a_note_does_not_break_the_stream():
    page = replace(PAGE, log=(Line(START, "Power cut: a\n\nevent: over"),))

    (line, version) = live.events(page, 0, "")

    assert line.count("\n\n") == 1
    assert line.endswith("data: Power cut: a event: over\n\n")
    assert version == f"event: version\ndata: {page.version}\n\n"


def test_stream_ends_when_the_hall_is_over(monkeypatch):
    pages = iter([logged(1), logged(1, 2), replace(logged(1, 2, 3), phase=OpeningState.RECORDED)])

    async def look(number, lot, language):
        return next(pages)

    monkeypatch.setattr(live, "look", look)
    monkeypatch.setattr(live, "BEAT", 0)

    async def all_of():
        return [message async for message in live.stream("N", 1, "en", None)]

    sent = run(all_of())

    assert sent[0] == "retry: 3000\n\n"
    assert [message.split("data: ")[1].strip() for message in sent if "event: line" in message] == [
        "line 2",
        "line 3",
    ]
    assert sent[-1] == "event: over\ndata: over\n\n"


@pytest.mark.parametrize("given", ["", "x", "-1", "１２", "9" * 20])
def test_what_is_no_id_starts_anew(rf, given):
    request = rf.get("/", headers={"Last-Event-ID": given} if given else {})

    assert live.resume_after(request) is None


def test_many_watchers_read_the_database_once_a_beat(monkeypatch):
    read = []
    monkeypatch.setattr(live, "_read", lambda *key: read.append(key) or PAGE)
    monkeypatch.setattr(live, "_seen", {})
    monkeypatch.setattr(live, "_locks", {})

    async def watch():
        await live.look("N", 1, "en")
        await asyncio.gather(*(live.look("N", 1, "en") for _ in range(50)))

    run(watch())

    assert len(read) == 1


@pytest.mark.django_db(transaction=True)
def test_stream_of_no_lot_is_not_found():
    async def ask():
        return await AsyncClient().get("/live/hall/none/1")

    assert run(ask()).status_code == 404
