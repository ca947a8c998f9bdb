"""The browser's verifier under Node: verdict for verdict what every golden bundle expects."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.js.golden import BUNDLES, NODE, golden

HERE = Path(__file__).parent
NAMES = sorted(path.parent.name for path in BUNDLES.glob("*/expect.json"))

pytestmark = pytest.mark.skipif(NODE is None, reason="LEFT OUT: Node.js (the same cases run in Chromium)")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """One run over all bundles."""
    return golden(tmp_path_factory)


def test_there_are_bundles_to_verify() -> None:
    """An empty folder would prove nothing."""
    assert len(NAMES) >= 70


@pytest.mark.parametrize("name", NAMES)
def test_bundle_gets_the_outcome_it_expects(name: str, results: dict[str, dict[str, Any]]) -> None:
    """The same checks fail, and each verdict occurs as often as stated beside the bundle."""
    result, expect = results[name], json.loads((BUNDLES / name / "expect.json").read_text())
    counts = dict(Counter(verdict for _envelope, _bid, verdict in result["verdicts"]))

    assert sorted(result["failed"]) == sorted(expect["failed"]), result["why"]
    assert result["ok"] == (expect["failed"] == [])
    if expect["verdicts"] or not expect["failed"]:
        assert counts == expect["verdicts"], result["why"]


@pytest.mark.parametrize("name", ["honest", "another-document"])
def test_command_line_exits_zero_only_if_all_holds(name: str) -> None:
    """The exit code is what a script sees."""
    files = [str(BUNDLES / name / file) for file in ("bundle.zip", "anchors.json")]
    expected = json.loads((BUNDLES / name / "expect.json").read_text())["failed"]

    done = subprocess.run(
        [str(NODE), str(HERE / "cli.mjs"), *files], capture_output=True, check=False, timeout=60
    )

    assert (done.returncode == 0) == (expected == [])


def test_no_byte_of_a_time_stamp_token_changes_unnoticed() -> None:
    """Three changes of every byte of a token are all refused."""
    command = [str(NODE), str(HERE / "tokens.mjs"), str(BUNDLES / "honest")]
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=120)
    found = json.loads(done.stdout)

    assert found["bytes"] > 0
    assert found["unnoticed"] == []


def test_no_change_of_a_bundle_goes_unnoticed() -> None:
    """A sample of places in every member, the index recomputed around each change."""
    command = [str(NODE), str(HERE / "sweep.mjs"), str(BUNDLES / "honest-two-envelopes"), "2999"]
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=300)
    found = json.loads(done.stdout)

    assert found["mutations"] > 0
    assert found["survivors"] == []
