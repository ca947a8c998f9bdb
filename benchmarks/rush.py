"""A deadline: many bidders submit in its last ten seconds, on PostgreSQL, to gunicorn, worker and beat as deployed.

`python -m benchmarks.rush [--bidders N] [--lead SECONDS]`. Everything before the button is done beforehand (a lot, the
firms, sealed bids, uploaded parts). Then each firm presses once, at a moment of its own in the window from ten to
two seconds before the deadline, and asks for its receipt until it has one. When the lot is closed, the receipts are
held against the closed set. A database, keys and a store of its own are made beside the configured ones.
"""

# ruff: noqa: PLC0415 - Django's modules can be imported only once the settings name the new database

from __future__ import annotations

import argparse
import json
import secrets
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.place import ROOT, installation

WINDOW_S = (10.0, 2.0)
"""From how long to how long before the deadline the buttons are pressed."""
AFTER_S = 45
"""How long after the deadline receipts and the close are waited for."""


class Firm:
    """A bidder ready to press the button: signed manifest, uploaded parts, a session."""

    def __init__(self, one: Any, party: Any, server: Any) -> None:
        from tests.builders_bidding import seal
        from tests.faults.served import Caller

        self.party, self.server = party, server
        self.sealed, self.contents = seal(one, party)
        self.caller = Caller(server, party)
        self.upload = self._uploaded(one)
        self.pressed = self.answered = self.receipted = 0.0
        self.status, self.receipt, self.ev = 0, "", ""

    def _uploaded(self, one: Any) -> str:
        from bidding.rehearsal.bidders import parts_of
        from bidding.services import part_put, upload_open
        from kernel import clock
        from protocol.hashing import sha256

        sizes = {e: len(data) for e, data in self.contents.items()}
        upload = upload_open(lot_id=one.lot.pk, sizes=sizes, actor=self.party.actor, at=clock.now())
        for e, data in self.contents.items():
            for number, part in enumerate(parts_of(data)):
                part_put(
                    upload_id=upload.pk,
                    envelope=e,
                    number=number,
                    sha256=sha256(part).hex(),
                    pieces=[part],
                    actor=self.party.actor,
                    at=clock.now(),
                )
        return str(upload.pk)

    def press(self, moment: float, until: float) -> None:
        """Submit at ``moment`` (seconds since 1970), then ask for the receipt as often as the page does."""
        from bidding.api import ASK_AGAIN_S
        from tests.faults.served import API

        signed = {"body": self.sealed.body, "signatures": self.sealed.signatures}
        time.sleep(max(0.0, moment - time.time()))
        self.pressed = time.time()
        self.status, bid = self.caller.post(f"{API}/uploads/{self.upload}/bid", signed)
        self.answered = time.time()
        self.ev = bid["ev"] if self.status == 200 else ""
        while self.ev and not self.receipt and time.time() < until:
            time.sleep(ASK_AGAIN_S)
            status, found = self.caller.get(f"{API}/receipts/{self.ev}")
            if status == 200:
                self.receipted, self.receipt = time.time(), found["body"]["ev"]
            elif status != 202:
                return


def published(bidders: int, close_at: datetime, password: str | None = None) -> tuple[Any, list[Any]]:
    """A lot published three weeks before its deadline, and firms enrolled since then; with a password to log in."""
    from accounts.states import OrganisationKind
    from bidding.rehearsal.clock import Clock
    from bidding.rehearsal.parties import Registry
    from bidding.rehearsal.tenders import Panel, Plan, publish

    registry, simulated = Registry(password), Clock(close_at - timedelta(days=23))
    simulated.cut()
    plan = Plan("rush", "某工程", "Some works", "道路", Decimal(9_500_000), [], technical_bytes=1_000)
    one = publish(plan, Panel(), registry, at=simulated.now, close_at=close_at)
    simulated.after(seconds=10)
    simulated.cut()
    names = [f"投标单位 {number}" for number in range(1, bidders + 1)]
    return one, [registry.party(name, OrganisationKind.BIDDER, at=simulated.now) for name in names]


@contextmanager
def beating(home: Path) -> Iterator[None]:
    """Worker and beat, as deployed."""
    words = [
        ["worker", "--loglevel", "WARNING", "--concurrency", "2"],
        ["beat", "--loglevel", "WARNING", "--schedule", str(home / "beat")],
    ]
    with (home / "celery.log").open("wb") as log:
        running = [
            subprocess.Popen(
                [sys.executable, "-m", "celery", "--app", "config.celery", *word],
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
            for word in words
        ]
        try:
            yield
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait(timeout=30)


def pressed(firms: list[Firm], close: float) -> None:
    """Everybody presses within the window, each in a thread of its own."""
    random = secrets.SystemRandom()
    threads = [
        threading.Thread(
            target=firm.press, args=(close - random.uniform(*reversed(WINDOW_S)), close + AFTER_S)
        )
        for firm in firms
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def closed_set(one: Any) -> set[str]:
    """The events of the set the worker has closed."""
    from bidding.models import Opening

    end = time.time() + AFTER_S
    while time.time() < end:
        opening = Opening.objects.filter(lot=one.lot).select_related("close").first()
        if opening and opening.close:
            return {row["ev"] for row in opening.close.body["bids"]}
        time.sleep(0.5)
    raise TimeoutError("the lot was not closed")


def percentile(values: list[float], percent: int) -> float:
    """This percentile of the values."""
    return (
        statistics.quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]
    )


def run(bidders: int = 200, lead: int = 180) -> dict[str, float]:
    """Measure; RuntimeError when the preparation took longer than ``lead`` seconds."""
    with installation() as home:
        from tests.faults.served import Server

        close_at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=lead)
        one, parties = published(bidders, close_at)
        server = Server(home / "web.log")
        with beating(home):
            try:
                server.start()
                firms = [Firm(one, party, server) for party in parties]
                if time.time() > close_at.timestamp() - WINDOW_S[0] - 1:
                    raise RuntimeError(f"preparing took longer than {lead} s; give a larger --lead")
                pressed(firms, close_at.timestamp())
                inside = closed_set(one)
            finally:
                server.end()
        return counted(firms, inside)


def counted(firms: list[Firm], inside: set[str]) -> dict[str, float]:
    """What became of everybody."""
    given = {firm.receipt for firm in firms if firm.receipt}
    taken = {firm.ev for firm in firms if firm.ev}
    submit = [firm.answered - firm.pressed for firm in firms if firm.ev]
    receipt = [firm.receipted - firm.pressed for firm in firms if firm.receipt]
    return {
        "rush: bidders who pressed in the last 10 s": len(firms),
        "rush: receipts given": len(given),
        "rush: receipts outside the closed set": len(given - inside),
        "rush: submissions not answered": len(firms) - len(taken),
        "rush: submissions accepted but late": len(taken - inside),
        "rush: submission answered, p50 s": percentile(submit, 50),
        "rush: submission answered, p99 s": percentile(submit, 99),
        "rush: receipt in hand, p50 s": percentile(receipt, 50),
        "rush: receipt in hand, p99 s": percentile(receipt, 99),
    }


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bidders", type=int, default=200)
    parser.add_argument("--lead", type=int, default=180)
    options = parser.parse_args()
    print(json.dumps(run(options.bidders, options.lead), indent=1))


if __name__ == "__main__":
    main()
