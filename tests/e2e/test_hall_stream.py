"""The live stream as its own process serves it: uvicorn on the installation the pages run on."""

import re
import socket
import subprocess
import sys
import time
from urllib.request import Request, urlopen

import pytest

from tests.e2e.conftest import ROOT, wait_for


@pytest.fixture
def live(served):
    """Where the stream of the market is served."""
    from portal.management.commands.demo import environment

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port)]
    command += ["--loop", "asyncio", "--http", "h11"]  # as deployed, whatever else is installed here
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(served.place),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=20)


def finished(served):
    """The number of a tender whose record is closed."""
    name = served.bundles[0].name
    for page in range(1, 4):
        with urlopen(f"{served.url}/en/openings?page={page}", timeout=20) as answer:
            numbers = re.findall(r"/n/([^/\"]+)/opening/1", answer.read().decode())
        for number in dict.fromkeys(numbers):
            with urlopen(f"{served.url}/en/n/{number}/hall/1", timeout=20) as answer:
                if "Record closed" in answer.read().decode().split("sl-log")[-1]:
                    return number
    raise AssertionError(name)


def stream(live, number, **headers):
    """All events of a stream that ends."""
    request = Request(f"{live}/live/hall/{number}/1?language=en", headers=headers)
    with urlopen(request, timeout=30) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        return answer.read().decode().split("\n\n")


def test_missed_lines_come_again_from_the_database_and_the_stream_ends(served, live):
    number = finished(served)
    whole = [event for event in stream(live, number, **{"Last-Event-ID": "1"}) if "event: line" in event]
    first = re.search(r"id: (\d+)", whole[0])[1]
    rest = [event for event in stream(live, number, **{"Last-Event-ID": first}) if "event: line" in event]
    fresh = stream(live, number)

    assert "Sealed set fixed" in whole[0]
    assert rest == [event for event in whole if int(re.search(r"id: (\d+)", event)[1]) > int(first)]
    assert not [event for event in fresh if "event: line" in event]
    assert "event: over\ndata: over" in fresh


def test_open_page_says_it_is_live_or_asks_instead(served, live, page):
    """The pages' own process holds no stream open: the browser asks every three seconds."""
    with urlopen(f"{served.url}/en/", timeout=20) as answer:
        number = re.search(r"/n/([^/\"]+)\"", answer.read().decode())[1]
    page.goto(f"{served.url}/en/n/{number}/hall/1")
    page.wait_for_selector("html[data-ready=hall]")
    page.wait_for_function("() => document.getElementById('hall-line').textContent.includes('3 seconds')")
    begun = time.monotonic()
    with page.expect_response(lambda answer: answer.url.endswith("/part")) as answer:
        pass

    assert answer.value.status == 304
    assert time.monotonic() - begun < 20
