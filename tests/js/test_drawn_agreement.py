"""Both verifiers, written apart from one text, say the same of every story of a draw: honest ones and bent ones.

The bundles are made in the run; a few of them are golden ones, too (tests/protocol/drawn/stories.py).
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from protocol import verify
from tests.js.test_agreement import in_javascript
from tests.protocol.drawn import test_honest, test_hostile, test_rules
from tests.protocol.drawn.world import DrawWorld

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None, reason="LEFT OUT: Node.js, the two verifiers are not compared"
)


def write(folder: Path, name: str, world: DrawWorld, anchors: bytes | None, members: Any) -> dict[str, Any]:
    """One bundle with its anchors; its row of the list."""
    place = folder / name
    place.mkdir()
    world.write(place / "bundle.zip", members=members)
    (place / "anchors.json").write_bytes(anchors or world.anchors())
    return {
        "name": name,
        "bundle": f"{name}/bundle.zip",
        "anchors": f"{name}/anchors.json",
        "receipts": [],
        "fails": [],
    }


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """A row for each story, and the folder of the bundles."""
    folder = tmp_path_factory.mktemp("drawn")
    rows = []
    for name, play in test_honest.STORIES.items():
        rows.append(write(folder, name.replace(" ", "-"), play(name), None, None))
    for name, (fails, tell, *_) in (test_hostile.STORIES | test_rules.STORIES).items():
        given = tell()
        row = write(folder, name, given.world, given.anchors, given.members)
        rows.append(row | {"fails": sorted(fails)})
    (folder / "list.json").write_text(json.dumps(rows))
    return folder, rows


def test_every_draw_gets_the_same_outcome_from_both(told: tuple[Path, list[dict[str, Any]]]) -> None:
    """Check for check, and the one which the story names."""
    folder, rows = told
    said = in_javascript(folder / "list.json")
    differences = []
    for row in rows:
        anchors = (folder / row["anchors"]).read_bytes()
        report = verify.verify(folder / row["bundle"], anchors)
        failed = [outcome.check for outcome in report.checks if outcome.status != "ok"]
        shown = [part for part in said[row["name"]]["label"].split(";")[0].split(", ") if "draws" in part]
        word = report.label["draws"]
        if shown != ([] if word == "none" else [f"draws {word}"]):
            differences.append((row["name"], word, shown))
        if not failed == said[row["name"]]["failed"] == row["fails"]:
            differences.append((row["name"], row["fails"], failed, said[row["name"]]["why"]))

    assert differences == []
    assert len(rows) >= 80
