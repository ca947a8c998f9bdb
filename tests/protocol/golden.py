"""Write every story as a golden file: `python -m tests.protocol.golden` (docs/protocol.md, section 12)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.protocol.told import STORIES

FOLDER = Path(__file__).parent.parent / "vectors" / "bundles"


def write(folder: Path = FOLDER) -> None:
    """Write bundle.zip, anchors.json, receipt-N.json and expect.json for each story."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, tell in sorted(STORIES.items()):
        told, place = tell(), folder / name
        place.mkdir(parents=True)
        told.write(place / "bundle.zip")
        (place / "anchors.json").write_bytes(told.anchors_bytes())
        for number, data in enumerate(told.receipts, start=1):
            (place / f"receipt-{number}.json").write_bytes(data)
        expect = {"failed": sorted(told.fails), "verdicts": told.verdicts}
        (place / "expect.json").write_text(json.dumps(expect, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    write()
