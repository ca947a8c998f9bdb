"""What the owner signs after the report has one form: Python and the browser take and refuse the same bodies."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from protocol import awarding, bodies, kinds
from protocol.errors import NotCanonical

ROOT = Path(__file__).parents[2]
NODE = shutil.which("node")
H = "ab" * 32
pytestmark = pytest.mark.skipif(NODE is None, reason="LEFT OUT: Node.js, the forms are not compared")

FELL = {"policy": H, "report": H, "bid": H, "ground": "declined", "evidence": H, "content": H}
GOOD = [
    ("publicity", {"policy": H, "report": H, "content": H}),
    ("award", {"policy": H, "report": H, "publicity": H, "bid": H, "ground": "first", "content": H}),
    ("award", {"policy": H, "report": H, "publicity": None, "bid": H, "ground": "choice", "content": H}),
    *(("candidate-out", {**FELL, "ground": ground}) for ground in awarding.OUT_GROUNDS),
    ("written-report", {"policy": H, "award": H, "content": H}),
]
BAD = [
    ("publicity", {"policy": H, "report": H, "content": H[:-2]}),
    ("publicity", {"policy": H, "report": None, "content": H}),
    ("award", {"policy": H, "report": H, "publicity": H, "bid": H, "ground": "cheapest", "content": H}),
    ("award", {"policy": H, "report": H, "publicity": H, "bid": H, "content": H}),
    ("candidate-out", {**FELL, "ground": "too-dear"}),
    ("candidate-out", {**FELL, "evidence": None}),
    ("candidate-out", {**FELL, "reason": "gave up"}),
    ("written-report", {"policy": H, "award": H, "content": H, "note": "x"}),
]


def in_python(kind, body):
    try:
        kinds.check_body(kind, body)
    except NotCanonical:
        return False
    return True


def in_javascript(rows):
    script = """
      import { checkBody } from "./static/js/protocol/events.js";
      const rows = JSON.parse(process.argv[1]);
      console.log(JSON.stringify(rows.map(([kind, body]) => {
        try { checkBody(kind, body); return true; } catch { return false; }
      })));
    """
    command = [str(NODE), "--input-type=module", "-e", script, json.dumps(rows)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=60)
    return json.loads(done.stdout)


def test_both_take_and_refuse_the_same():
    rows = [(kind, {**bodies.HEADER, **body}) for kind, body in (*GOOD, *BAD)]

    said = [in_python(kind, body) for kind, body in rows]

    assert said == [True] * len(GOOD) + [False] * len(BAD)
    assert in_javascript(rows) == said
    assert {kind for kind, _ in GOOD} == set(awarding.FORMS)
