"""Sealing in Chromium against bare WebCrypto AES-256-GCM over the same chunks, in one run; target 0.5.

`ratio_file` compares what a bidder's page does, from a file to sealed and hashed parts, with bare encryption of it.
`ratio_memory` leaves reading and the workers out; hashing alone takes about as long there as bare encryption.

Run by itself (`python -m benchmarks.seal_browser [--mebibytes N] [--rounds N]`); prints JSON.
"""

import argparse
import functools
import http.server
import json
import os
import platform
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests import engines

ROOT = Path(__file__).parents[1]
TARGET = 0.5
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves the repository on loopback; modules need their media type."""

    extensions_map: dict[str, str] = {
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".html": "text/html",
        "": "application/octet-stream",
    }

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def measure(mebibytes: int, rounds: int) -> dict[str, list[float]]:
    """Seconds of each round, for bare AES-GCM and for ours."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only this benchmark needs a browser

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(ROOT)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=engines.chromium() or None, args=ARGUMENTS)
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/tests/js/page.html")
        script = (
            "async ([size, rounds]) => (await import('/benchmarks/seal_browser.mjs')).measure(size, rounds)"
        )
        found: dict[str, list[float]] = page.evaluate(script, [mebibytes, rounds])
        browser.close()
    server.shutdown()
    return found


def main() -> int:
    """Measure, print, and fail below the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mebibytes", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    found = measure(asked.mebibytes, asked.rounds)
    best = {name: min(seconds) for name, seconds in found.items()}
    report = {
        "benchmark": "seal_browser",
        "mebibytes": asked.mebibytes,
        "mib_per_s": {name: round(asked.mebibytes / value, 1) for name, value in best.items()},
        "ratio_file": round(best["bare_file"] / best["ours_file"], 2),
        "ratio_memory": round(best["bare_memory"] / best["ours_memory"], 2),
        "target": TARGET,
        "seconds": {name: [round(value, 3) for value in seconds] for name, seconds in found.items()},
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "date": datetime.now(UTC).date().isoformat(),
    }
    print(json.dumps(report, indent=1))
    return 0 if report["ratio_file"] >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
