"""Records of the expert pool: the browser's code and the Python core find the same, and refuse the same."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from protocol.draw import pool
from protocol.errors import ProtocolError
from tests.protocol.test_draw_pool import statement

NODE = shutil.which("node")
SCRIPT = Path(__file__).parent / "run_pool.mjs"

pytestmark = pytest.mark.skipif(NODE is None, reason="LEFT OUT: Node.js (the page is looked at in Chromium)")


def cases() -> list[dict[str, Any]]:
    """Honest records of pools of several sizes, hidden attributes, and every field changed."""
    made = []
    for count in (1, 2, 5, 9):
        for of in range(count):
            record, root = statement(count, of)
            made.append({"record": record, "root": root.hex(), "size": count})
    record, root = statement(shown=("eid", "employer", "region"))
    made.append({"record": record, "root": root.hex(), "size": 9})
    for key in pool.ATTRIBUTES:
        changed = copy.deepcopy(record)
        changed["attributes"][key] = {"hash": "00" * 32}
        made.append({"record": changed, "root": root.hex(), "size": 9})
        missing = copy.deepcopy(record)
        del missing["attributes"][key]
        made.append({"record": missing, "root": root.hex(), "size": 9})
    more: list[dict[str, Any]] = [{"v": "x"}, {"kind": "types"}, {"index": 0}, {"size": 8}, {"path": []}]
    made += [{"record": {**record, **change}, "root": root.hex(), "size": 9} for change in more]
    made.append({"record": record, "root": "00" * 32, "size": 9})
    return made


def python_finds(case: dict[str, Any]) -> dict[str, str] | None:
    """What the Python core reads of a record, as the page would show it."""
    try:
        shown = pool.check_record(case["record"], bytes.fromhex(case["root"]), case["size"])
    except ProtocolError:
        return None
    return {key: value if isinstance(value, str) else ",".join(value) for key, value in shown.items()}


def test_both_languages_find_the_same_records(tmp_path: Path) -> None:
    given = cases()
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(given), "utf-8")
    done = subprocess.run([str(NODE), str(SCRIPT), str(file)], capture_output=True, check=True, text=True)

    found = json.loads(done.stdout)["found"]
    assert found == [python_finds(case) for case in given]
    assert sum(one is not None for one in found) == 1 + 2 + 5 + 9 + 1
