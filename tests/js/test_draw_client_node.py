"""What a browser sends in a draw - contribution, commit, release - is byte for byte what the other implementation makes."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.protocol.draw import client_vectors

NODE = shutil.which("node")
SCRIPT = Path(__file__).with_name("draw_client.mjs")
pytestmark = pytest.mark.skipif(
    NODE is None, reason="LEFT OUT: Node.js, the two clients of a draw are not compared"
)


def test_both_clients_of_a_draw_make_the_same_bytes():
    command = [str(NODE), str(SCRIPT), str(client_vectors.FILE)]
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=120)
    said = json.loads(done.stdout)
    cases = json.loads(client_vectors.FILE.read_text("utf-8"))

    assert [row["contributions"] for row in said] == [case["made"]["contributions"] for case in cases]
    assert [row["releases"] for row in said] == [case["made"]["releases"] for case in cases]
    assert [row["faults"] for row in said] == [["", "", ""] for _case in cases]
