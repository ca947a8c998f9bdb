"""Both verifiers, written apart from one text, say the same of every golden bundle and of a sample of mutants.

For golden bundles: the same checks fail, and every bid has the same verdict in every envelope. For mutants: both
refuse; `make sweep` takes all of them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from protocol import verify
from tests.js.golden import BUNDLES, NODE, golden, in_javascript
from tests.protocol import mutations

VERIFIER = Path(__file__).parents[2] / "static" / "js" / "verify" / "verify.js"
MUTANTS = 160

pytestmark = pytest.mark.skipif(
    NODE is None or not VERIFIER.exists(), reason="LEFT OUT: Node.js, the two verifiers are not compared"
)


def in_python(folder: Path, row: dict[str, Any]) -> verify.Report:
    """What the Python verifier says of one row."""
    receipts = [(folder / name).read_bytes() for name in row["receipts"]]
    return verify.verify(folder / row["bundle"], (folder / row["anchors"]).read_bytes(), receipts)


def test_golden_bundles_get_the_same_checks_and_verdicts(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Check for check and verdict for verdict."""
    said, differences = golden(tmp_path_factory), []
    for name, other in said.items():
        receipts = [path.name for path in sorted((BUNDLES / name).glob("receipt-*.json"))]
        row = {"bundle": "bundle.zip", "anchors": "anchors.json", "receipts": receipts}
        report = in_python(BUNDLES / name, row)
        failed = [outcome.check for outcome in report.checks if outcome.status != "ok"]
        verdicts = sorted([entry["e"], entry["bid"], entry["verdict"]] for entry in report.verdicts)
        if (report.ok, failed, verdicts) != (other["ok"], other["failed"], other["verdicts"]):
            differences.append((name, failed, other["why"]))

    assert differences == []
    assert len(said) >= 200


def test_mutants_are_refused_by_both(tmp_path: Path) -> None:
    """The same sample as in tests/protocol/test_mutations.py, smaller."""
    mutations.write_all(tmp_path, MUTANTS)
    rows = json.loads((tmp_path / "list.json").read_text())

    said = in_javascript(tmp_path / "list.json")

    accepted = [row["name"] for row in rows if said[row["name"]]["ok"] or in_python(tmp_path, row).ok]
    assert accepted == []
    assert len(rows) >= MUTANTS
