"""The demonstration market, built once for a run and served from an installation of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.once import once

ROOT = Path(__file__).parents[2]
BUILD_SECONDS = 900
START_SECONDS = 60


@dataclass(frozen=True)
class Served:
    """Where the market can be looked at, and the files a stranger would hold."""

    url: str
    place: Path

    @property
    def bundles(self) -> list[Path]:
        """One folder for each finished tender: bundle.zip, anchors.json, receipts/."""
        return sorted(path.parent for path in self.place.glob("bundles/*/bundle.zip"))


@pytest.fixture(scope="session")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installation `manage.py demo` builds; the first worker builds it, the others wait.

    SUNLIT_TEST_MARKET names one that is there already, for whoever runs these tests again and again.
    """
    if ready := os.environ.get("SUNLIT_TEST_MARKET"):
        return Path(ready)
    return once(tmp_path_factory, "market", _build)


def _build(place: Path) -> None:
    command = [sys.executable, "manage.py", "demo", "--no-serve", "--place", str(place)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, timeout=BUILD_SECONDS)
    assert done.returncode == 0, done.stderr.decode()[-2000:]


@pytest.fixture(scope="session")
def served(market: Path) -> Iterator[Served]:
    """The market behind a server of this worker's own, on loopback."""
    from portal.management.commands.demo import environment

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [sys.executable, "manage.py", "runserver", "--noreload", "--insecure", f"127.0.0.1:{port}"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(market), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        url = f"http://127.0.0.1:{port}"
        try:
            wait_for(f"{url}/api/time")
            yield Served(url, market)
        finally:
            server.terminate()
            server.wait(timeout=20)


def wait_for(url: str) -> None:
    """Return when the address answers."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            with urlopen(url, timeout=2):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.3)
    raise TimeoutError(url)
