"""The browser modules' primitives under Node, held to the outside vectors.

Every module in `static/js/` uses only what browsers and Node share, so the vectors can run without a browser.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
VECTORS = HERE.parent / "vectors"
NODE = shutil.which("node")
AT_LEAST = {
    "cobblestone-256": 35,
    "ed25519": 150,
    "ecdsa-p256": 480,
    "x25519": 518,
    "hmac-sha512": 174,
    "hkdf-sha512": 83,
    "rfc9180": 2,
    "merkle": 196,
    "sealed": 120,
}

pytestmark = pytest.mark.skipif(NODE is None, reason="LEFT OUT: Node.js (the same cases run in Chromium)")


@pytest.fixture(scope="module")
def report() -> dict[str, dict[str, Any]]:
    """Result of one run of all suites."""
    command = [str(NODE), str(HERE / "run_primitives.mjs"), str(VECTORS)]
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=120)
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return found


def test_primitives_agree_with_the_outside_vectors(report: dict[str, dict[str, Any]]) -> None:
    """No suite has a failure."""
    failures = {name: suite["failures"] for name, suite in report.items() if suite["failures"]}

    assert failures == {}


def test_primitives_run_every_outside_case(report: dict[str, dict[str, Any]]) -> None:
    """A suite that quietly shrank would prove nothing."""
    short = {name: report[name]["cases"] for name, least in AT_LEAST.items() if report[name]["cases"] < least}

    assert short == {}


def test_merkle_differs_from_the_reference_in_one_known_case(report: dict[str, dict[str, Any]]) -> None:
    """The reference accepts two equal roots that are not hashes; we refuse them by their length."""
    assert len(report["merkle"]["known"]) == 1
