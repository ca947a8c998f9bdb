"""Run whole tenders through the services, without a server, on a simulated clock, and verify every bundle."""

import csv
import os
import secrets
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from bidding.rehearsal.conduct import Written, conduct
from bidding.rehearsal.tenders import Offer, Panel, Plan
from protocol.verify import verify

START = "2026-03-02"
NOTE = "预演数据：日本土浦市 2007 年真实工程招标，公告与报价照录（日元数额按元记），投标单位以编号代替。"
NOTE_EN = (
    "Rehearsal with real data: a municipal works tender of Tsuchiura, Japan, 2007; prices as bid "
    "(yen written as yuan), firms as numbers."
)
OWN = {
    "SUNLIT_TIME_SOURCES": "local",
    "SUNLIT_WITNESS_URLS": "local",
    "SUNLIT_RUSH_CHECKPOINT_SECONDS": "60",
    "DATABASE_URL": "",
    "REDIS_URL": "",
}


class Command(BaseCommand):
    """``run_tender``: see the help texts. Exit code 1 when any bundle does not verify."""

    help = (
        "Runs tenders from notice to bundle and verifies each. Without --here it works in an installation of its "
        "own below OUT/installation (SQLite, trial time source and witness), which is left there to be looked at."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where the tenders come from, who opens them, where everything goes."""
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument(
            "--tenders", type=Path, help="CSV as in the tenders data: pid, date, bidder_id, bid …"
        )
        source.add_argument("--bidders", type=int, help="one made-up tender with so many bidders")
        parser.add_argument(
            "--limit", type=int, default=50, help="how many tenders of the file (from its start)"
        )
        parser.add_argument("--size", type=int, default=2000, help="bytes of each technical file")
        parser.add_argument("--officers", default="3-of-5", help="t-of-n")
        parser.add_argument("--factor", action="store_true", help="bidders hold a factor and decrypt, too")
        parser.add_argument("--start", default=START, help="simulated day of the notice, YYYY-MM-DD")
        parser.add_argument(
            "--out", type=Path, required=True, help="directory for bundles, anchors, receipts"
        )
        parser.add_argument("--here", action="store_true", help="use the configured database and keys")
        parser.add_argument("--skip-verify", action="store_true", help="write only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run in an installation of its own unless told otherwise."""
        out: Path = options["out"].resolve()
        out.mkdir(parents=True, exist_ok=True)
        if not options["here"]:
            if (out / "installation").exists():
                raise CommandError(f"{out} holds an earlier rehearsal: give another --out, or remove it.")
            sys.exit(self._apart(out))
        if settings.PRODUCTION:
            raise CommandError("A rehearsal does not run in a production installation.")
        call_command("migrate", interactive=False, verbosity=0)
        plans = (
            list(read_plans(options["tenders"], options["limit"], options["size"]))
            if options["tenders"]
            else [made_up(options["bidders"], options["size"])]
        )
        begun = perf_counter()
        start = datetime.fromisoformat(options["start"]).replace(hour=1, tzinfo=UTC)
        written = conduct(
            plans,
            panel(options["officers"], factor=options["factor"]),
            out,
            start=start,
            say=self.stdout.write,
        )
        self.stdout.write(f"written in {perf_counter() - begun:.1f} s")
        if not options["skip_verify"]:
            self._verify(written)

    def _apart(self, out: Path) -> int:
        """Run this very command again with settings of its own."""
        place = out / "installation"
        environment = {**os.environ, **OWN, "SUNLIT_VAR_DIR": str(place), "SUNLIT_MODE": "development"}
        for name in (
            "SUNLIT_KEYS_DIR",
            "SUNLIT_STORE_DIR",
            "SUNLIT_LOG_KEY_FILE",
            "SUNLIT_PLATFORM_KEY_FILE",
        ):
            environment.pop(name, None)
        return subprocess.call([sys.executable, *sys.argv, "--here"], env=environment)  # noqa: S603

    def _verify(self, written: list[Written]) -> None:
        """Judge every bundle as a stranger would; print one line each; exit 1 unless all hold."""
        begun, bad = perf_counter(), 0
        for one in written:
            receipts = [path.read_bytes() for path in sorted((one.place / "receipts").iterdir())]
            anchors = (one.place / "anchors.json").read_bytes()
            for edition, path in one.bundles.items():
                report = verify(path, anchors, receipts)
                bad += not report.ok
                opened = sum(row["verdict"] == "OPENED" and row["e"] == 0 for row in report.verdicts)
                what = "流标, not opened" if one.failed else f"{opened} opened"
                faults = "; ".join(
                    f"{row.check} {row.sentence} {row.obj}" for row in report.checks if row.status != "ok"
                )
                self.stdout.write(
                    f"{one.published.plan.id:>8}  {edition:<6}  {len(one.published.bids):>3} bids  {what:<18}"
                    f"{'OK' if report.ok else 'FAILED  ' + faults}"
                )
        lawful = sum(one.failed for one in written)
        skipped = sum(one.published.plan.skipped for one in written)
        self.stdout.write(
            f"{len(written)} tenders, {lawful} unsuccessful by law (fewer than three bidders), "
            f"{skipped} empty rows skipped; verified in {perf_counter() - begun:.1f} s; {bad} bundles failed"
        )
        if bad:
            raise CommandError(f"{bad} bundles do not verify")


def panel(text: str, *, factor: bool) -> Panel:
    """``3-of-5`` as a panel."""
    t, _, n = text.partition("-of-")
    if not (t.isdigit() and n.isdigit()):
        raise CommandError("--officers looks like 3-of-5")
    return Panel(t=int(t), n=int(n), factor=factor)


def read_plans(path: Path, limit: int, size: int) -> Iterator[Plan]:
    """The file's first tenders as they are: repeated firms replace their bid, empty bids are counted and skipped."""
    grouped: dict[str, list[dict[str, str]]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            grouped.setdefault(row["pid"], []).append(row)
    for pid, rows in list(grouped.items())[:limit]:
        offers = [offer for row in rows if (offer := _offer(row)) is not None]
        first = rows[0]
        yield Plan(
            id=pid,
            title=f"土浦市工程 {pid} 号",
            title_en=f"Tsuchiura works no. {pid}",
            scope=first["projectdetails"] or first["projecttitle"],
            ceiling=_amount(first["reserveprice"]) or Decimal(1),
            offers=offers,
            note=NOTE,
            note_en=NOTE_EN,
            technical_bytes=size,
            skipped=len(rows) - len(offers),
        )


def made_up(count: int, size: int) -> Plan:
    """One tender with so many bidders at random prices."""
    offers = [
        Offer(f"投标单位 {number}", Decimal(9_000_000 + secrets.randbelow(1_000_000)))
        for number in range(1, count + 1)
    ]
    return Plan(
        id=f"made-up-{count}",
        title="预演工程",
        title_en="Rehearsal works",
        scope="预演",
        ceiling=Decimal(10_000_000),
        offers=offers,
        technical_bytes=size,
    )


def _offer(row: dict[str, str]) -> Offer | None:
    amount = _amount(row["bid"])
    return Offer(f"投标单位 {row['bidder_id']}", amount) if amount is not None else None


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text or "x").quantize(Decimal("0.01"))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None
