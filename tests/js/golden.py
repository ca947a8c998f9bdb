"""What the browser's verifier says of every golden bundle: asked once in a run, under Node."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.once import once

HERE = Path(__file__).parent
BUNDLES = HERE.parent / "vectors" / "bundles"
NODE = shutil.which("node")


def in_javascript(listed: Path) -> dict[str, dict[str, Any]]:
    """What the browser's verifier says of each row of a list."""
    command = [str(NODE), str(HERE / "batch.mjs"), str(listed)]
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=1800)
    return {row["name"]: row for row in json.loads(done.stdout)}


def _ask(place: Path) -> None:
    listed = [
        {
            "name": case.name,
            "bundle": os.path.relpath(case / "bundle.zip", place.parent),
            "anchors": os.path.relpath(case / "anchors.json", place.parent),
            "receipts": [os.path.relpath(path, place.parent) for path in sorted(case.glob("receipt-*.json"))],
        }
        for case in sorted(BUNDLES.iterdir())
    ]
    rows = place.with_name("golden-list.json")
    rows.write_text(json.dumps(listed))
    answer = in_javascript(rows)
    place.write_text(json.dumps(answer))


def golden(factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """By name of the bundle: ok, failed checks, verdicts by envelope and bid, and why."""
    return json.loads(once(factory, "golden.json", _ask).read_text())
