"""Both verifiers, written apart from one text, say the same of every golden bundle and of a sample of mutants.

For golden bundles: the same checks fail, and every bid has the same verdict in every envelope. For mutants: both
refuse. SUNLIT_SWEEP=full takes many more mutants.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from protocol import verify
from tests.protocol import mutations

HERE = Path(__file__).parent
BUNDLES = HERE.parent / "vectors" / "bundles"
VERIFIER = HERE.parent.parent / "static" / "js" / "verify" / "verify.js"
NODE = shutil.which("node")
MUTANTS = 4000 if os.environ.get("SUNLIT_SWEEP") == "full" else 160

pytestmark = pytest.mark.skipif(
    NODE is None or not VERIFIER.exists(), reason="LEFT OUT: Node.js, the two verifiers are not compared"
)


def in_javascript(listed: Path) -> dict[str, dict[str, Any]]:
    """What the browser's verifier says of each row of a list."""
    command = [str(NODE), str(HERE / "batch.mjs"), str(listed)]
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=1800)
    return {row["name"]: row for row in json.loads(done.stdout)}


def in_python(folder: Path, row: dict[str, Any]) -> verify.Report:
    """What the Python verifier says of one row."""
    receipts = [(folder / name).read_bytes() for name in row["receipts"]]
    return verify.verify(folder / row["bundle"], (folder / row["anchors"]).read_bytes(), receipts)


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """One row for each golden bundle, with what JavaScript says of it."""
    rows = []
    for place in sorted(BUNDLES.iterdir()):
        receipts = [str(path) for path in sorted(place.glob("receipt-*.json"))]
        files = {"bundle": str(place / "bundle.zip"), "anchors": str(place / "anchors.json")}
        rows.append({"name": place.name, **files, "receipts": receipts})
    folder = tmp_path_factory.mktemp("golden")
    relative = [
        row
        | {key: os.path.relpath(row[key], folder) for key in ("bundle", "anchors")}
        | {"receipts": [os.path.relpath(path, folder) for path in row["receipts"]]}
        for row in rows
    ]
    (folder / "list.json").write_text(json.dumps(relative))
    said = in_javascript(folder / "list.json")
    return [row | {"javascript": said[row["name"]]} for row in rows]


def test_golden_bundles_get_the_same_checks_and_verdicts(golden: list[dict[str, Any]]) -> None:
    """Check for check and verdict for verdict."""
    differences = []
    for row in golden:
        report, other = in_python(BUNDLES, row), row["javascript"]
        failed = [outcome.check for outcome in report.checks if outcome.status != "ok"]
        verdicts = sorted([entry["e"], entry["bid"], entry["verdict"]] for entry in report.verdicts)
        if (report.ok, failed, verdicts) != (other["ok"], other["failed"], other["verdicts"]):
            differences.append((row["name"], failed, other["why"]))

    assert differences == []
    assert len(golden) >= 200


def test_mutants_are_refused_by_both(tmp_path: Path) -> None:
    """The same sample as in tests/protocol/test_mutations.py, smaller."""
    mutations.write_all(tmp_path, MUTANTS)
    rows = json.loads((tmp_path / "list.json").read_text())

    said = in_javascript(tmp_path / "list.json")

    accepted = [row["name"] for row in rows if said[row["name"]]["ok"] or in_python(tmp_path, row).ok]
    assert accepted == []
    assert len(rows) >= MUTANTS
