"""A large file sealed and uploaded in Chromium through the page bidders use: memory of the renderer, time to receipt.

`python -m benchmarks.upload_browser [--mebibytes N]`. The page's own script does everything: it seals in workers, sends
parts as blobs, signs, fetches the receipt and verifies it. Resident memory is read from the kernel ten times a second.
Needs PostgreSQL, Redis and Chromium.
"""

# ruff: noqa: PLC0415 - Django's modules can be imported only once the settings name the new database

from __future__ import annotations

import argparse
import json
import os
import secrets
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from benchmarks.place import installation
from benchmarks.seal_browser import ARGUMENTS
from tests import engines

PATIENCE_MS = 1_200_000


class Renderers:
    """The largest renderer among the descendants of this process, in MiB of resident memory, while it is watched."""

    def __init__(self) -> None:
        self.first = self.most = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self.first = self.most = self.now()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def now(self) -> float:
        """Of the largest one now."""
        parents: dict[int, int] = {}
        sizes: dict[int, float] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                pid = int(stat.parent.name)
                parents[pid] = int(stat.read_text().rpartition(")")[2].split()[1])
                if b"--type=renderer" in (stat.parent / "cmdline").read_bytes():
                    rows = (stat.parent / "smaps_rollup").read_text().splitlines()
                    sizes[pid] = sum(int(row.split()[1]) for row in rows if row.startswith("Rss:")) / 1024
            except OSError:
                continue
        return max((size for pid, size in sizes.items() if ours(pid, parents)), default=0.0)

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            self.most = max(self.most, self.now())


def ours(pid: int, parents: dict[int, int]) -> bool:
    """Whether this process descends from the one that measures."""
    while pid in parents and pid != os.getpid():
        pid = parents[pid]
    return pid == os.getpid()


def key_file(party: Any, passphrase: str, place: Path) -> Path:
    """The firm's signing key as the browser restores it."""
    from bidding.rehearsal.key_files import backup_of

    made = backup_of(
        party.signer,
        org=party.organisation.code,
        label="bidder",
        passphrase=passphrase,
        random=secrets.token_bytes,
    )
    place.write_bytes(made)
    return place


def sealed(page: Any, base: str, lot: str, given: dict[str, str]) -> tuple[float, Renderers]:
    """Seconds from the button to the verified receipt, and the memory meanwhile."""
    page.goto(f"{base}/en/account/login/")
    page.fill("[name=login]", given["login"])
    page.fill("[name=password]", given["password"])
    page.click("main button[type=submit]")
    page.wait_for_url("**/en/account/**")
    page.goto(f"{base}/en/bids/lot/{lot}/seal/")
    page.fill("[name=password]", given["password"])
    page.click("main button[type=submit]")
    page.wait_for_selector("html[data-ready=seal]")
    page.fill("#price", "2,345,678.90")
    page.set_input_files("#file-1", given["file"])
    page.set_input_files("#key-file", given["key"])
    page.wait_for_selector("#key-here:not([hidden])")
    page.fill("#key-passphrase", given["passphrase"])
    page.check("#sure")
    with Renderers() as memory:
        begun = time.perf_counter()
        page.click("#go")
        page.wait_for_selector("html[data-submitted]", timeout=PATIENCE_MS)
        return time.perf_counter() - begun, memory


def run(mebibytes: int = 500) -> dict[str, float]:
    """Measure; `python -m benchmarks` calls this."""
    from playwright.sync_api import sync_playwright

    with installation("development") as home:
        from benchmarks.rush import published
        from bidding.rehearsal.key_files import passphrase_from
        from tests.faults.served import Server

        password, passphrase = secrets.token_urlsafe(12), passphrase_from(secrets.token_bytes(16))
        close_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
        one, (party,) = published(1, close_at, password)
        file = home / "technical.pdf"
        with file.open("wb") as out:
            for _ in range(mebibytes):
                out.write(secrets.token_bytes(1 << 20))
        given = {
            "login": party.email,
            "password": password,
            "passphrase": passphrase,
            "file": str(file),
            "key": str(key_file(party, passphrase, home / "key.json")),
        }
        server, lot = Server(home / "web.log"), one.lot.number
        server.start()
        try:
            with sync_playwright() as play:
                browser = play.chromium.launch(executable_path=engines.chromium() or None, args=ARGUMENTS)
                page = browser.new_page()
                seconds, memory = sealed(page, f"http://127.0.0.1:{server.port}", lot, given)
                browser.close()
        finally:
            server.end()
        return {
            f"browser: MiB by which the renderer grew, {mebibytes} MiB sealed and uploaded": memory.most
            - memory.first,
            "browser: MiB of the renderer at most": memory.most,
            "browser: MiB/s from the button to the verified receipt": mebibytes / seconds,
        }


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mebibytes", type=int, default=500)
    print(json.dumps(run(parser.parse_args().mebibytes), indent=1))


if __name__ == "__main__":
    main()
