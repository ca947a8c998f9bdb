"""Sealing and releasing under Node, and a lot told in JavaScript that the Python core must accept."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(NODE is None, reason="LEFT OUT: Node.js (the same cases run in Chromium)")


def run(script: str, *arguments: str) -> dict[str, object]:
    """Run one script and read its JSON."""
    command = [str(NODE), str(HERE / script), *arguments]
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=300)
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_sealing_and_releasing_do_and_refuse_what_they_must() -> None:
    """Every case of `cases.mjs` ends well."""
    outcomes = run("run_cases.mjs")

    assert {name: why for name, why in outcomes.items() if why} == {}


def test_lot_told_in_javascript_is_verified_by_both_languages(tmp_path: Path) -> None:
    """Keys, bids, shares, commits and releases made by the browser's code hold for the Python verifier."""
    told = run("run_story.mjs", str(tmp_path))

    verified = subprocess.run(
        [
            sys.executable,
            "-m",
            "protocol",
            "verify",
            str(tmp_path / "bundle.zip"),
            "--anchors",
            str(tmp_path / "anchors.json"),
        ],
        capture_output=True,
        check=False,
        cwd=ROOT,
        text=True,
        timeout=120,
    )

    assert told["ok"] is True, told["failed"]
    assert verified.returncode == 0, verified.stdout
