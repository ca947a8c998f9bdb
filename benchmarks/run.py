"""Runs every benchmark there is, each in a process of its own, and writes the table of docs/benchmarks.md.

`python -m benchmarks.run [NAME…]` (or `make bench`). What this machine cannot run is named, not passed over.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Written by `make bench`. Ratios compare two things measured in one run on one machine, so that they can be compared
across machines. CPU seconds are those of the measuring process. A target that is missed stays in the table.
"""


@dataclass(frozen=True)
class Row:
    """One measure: what, how much, and what it is to be (">= 0.6", "<= 1", or nothing)."""

    what: str
    value: float
    target: str = ""

    def met(self) -> str:
        """Yes, no, or nothing where there is no target."""
        if not self.target:
            return ""
        sign, number = self.target.split()
        holds = self.value >= float(number) if sign == ">=" else self.value <= float(number)
        return "yes" if holds else "**no**"


TARGETS = {
    "content: ratio to openssl": ">= 0.6",
    "open 1000 bids of 64 KiB, 3 of 5: CPU s": "<= 1",
    "verify 1000 bids of 64 KiB, 3 of 5: CPU s": "<= 3",
    "ratio_file": ">= 0.5",
    "ratio_memory": ">= 0.5",
    "leaves/s, append and cut": ">= 10000",
    "upload: ratio to @tus/server": ">= 0.8",
    "upload: ratio to a bare Django PUT": ">= 0.5",
    "upload: MiB of the largest server process": "<= 100",
    "browser: MiB by which the renderer grew": "<= 350",
    "bank: CPU of 100,000 lines to 10,000": "<= 12",
    "bank: MiB by which the process grew, 100,000 lines": "<= 100",
    "leads: affinity at 1 sd, 20 tenders, auc": ">= 0.9",
    "leads: affinity at 2 sd, 20 tenders, auc": ">= 0.9",
    "draw: pool 1,000, end to end s": "<= 1",
    "draw: pool 100,000, header s": "<= 5",
    "draw on the platform: pool 1,000, end to end s": "<= 1",
    "draw on the platform: pool 100,000, header s": "<= 5",
    "draw: pool 1,000,000, header s": "<= 30",
    "draw: pool 1,000,000, draw s": "<= 2",
    "draw: pool 1,000,000, verify s": "<= 60",
    "save and totals, p95 s": "<= 0.15",
    "rush: receipts outside the closed set": "<= 0",
    "rush: submissions not answered": "<= 0",
    "rush: submissions accepted but late": "<= 0",
}
NAMES = (
    "protocol_content",
    "opening_1000",
    "ledger_append",
    "bank_import",
    "seal_browser",
    "upload",
    "upload_browser",
    "rush",
    "draw",
    "draw_platform",
    "collusion",
    "collusion_families",
    "lead_nights",
    "scoring_sheet",
)
SAID = {
    "ratio_file": "browser: seal from a file, ratio to bare WebCrypto AES-GCM",
    "ratio_memory": "browser: seal from memory, ratio to bare WebCrypto AES-GCM",
}


def target_of(name: str) -> str:
    """The target whose words stand in the name of a measure; only PostgreSQL's count for the ledger."""
    if "leaves/s" in name and "postgresql" not in name:
        return ""
    return next((target for words, target in TARGETS.items() if words in name), "")


def measured(name: str) -> dict[str, float]:
    """The measures of one benchmark; RuntimeError with its last words if it could not be made."""
    module = ROOT / "benchmarks" / f"{name}.py"
    if "\ndef run(" in module.read_text(encoding="utf-8"):
        code = f"import json; from benchmarks.{name} import run; print('\\n' + json.dumps(run()))"
        command = [sys.executable, "-c", code]
    else:
        command = [sys.executable, "-m", f"benchmarks.{name}"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=1800, env=environment()
    )
    start = done.stdout.find("{")
    if start < 0:
        raise RuntimeError((done.stderr.strip() or "no output").splitlines()[-1])
    found = json.loads(done.stdout[start:])
    return {
        what: value
        for what, value in found.items()
        if isinstance(value, (int, float)) and what in wanted(found)
    }


def environment() -> dict[str, str]:
    """This process's, with PostgreSQL as the database where one answers."""
    asked = [sys.executable, "-m", "tests.engines", "postgres"]
    there = subprocess.run(asked, capture_output=True, check=False, cwd=ROOT).returncode == 0
    address = os.environ.get("SUNLIT_TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/test")
    return ({"DATABASE_URL": address} if there else {}) | dict(os.environ)


def wanted(found: dict[str, object]) -> set[str]:
    """Measures of a report: ratios where it has them, else everything."""
    ratios = {what for what in found if what.startswith("ratio_")}
    return ratios or set(found)


def machine() -> str:
    """Processor, cores, versions."""
    lines = (
        Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if Path("/proc/cpuinfo").exists()
        else []
    )
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    openssl = subprocess.run(["openssl", "version"], capture_output=True, text=True, check=False)
    version = " ".join(openssl.stdout.split()[:2])
    return f"{model or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {version}"


def number(value: float) -> str:
    """Three digits, or whole thousands."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    lines = ["| measure | value | target | met |", "|---|---|---|---|"]
    lines += [f"| {row.what} | {number(row.value)} | {row.target} | {row.met()} |" for row in rows]
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Run, write the page, print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    names = parser.parse_args(argv).names or [
        name for name in NAMES if (ROOT / "benchmarks" / f"{name}.py").exists()
    ]
    rows, left_out = [], []
    load = os.getloadavg()[0]
    for name in names:
        try:
            found = measured(name)
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            left_out.append(f"{name}: {error}")
            continue
        rows += [Row(SAID.get(what, what), value, target_of(what)) for what, value in found.items()]
    date = datetime.now(UTC).date().isoformat()
    notes = "".join(f"\nLEFT OUT: {line}\n" for line in left_out)
    page = f"{HEAD}\n{date}, {machine()}, load at the start {load:.1f}.\n\n{table(rows)}\n{notes}"
    PAGE.write_text(page, encoding="utf-8")
    print(page)
    return 0 if all(row.met() != "**no**" for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
