"""Bundles of this folder are judged by both verifiers."""

import pytest

from protocol import verify
from tests.js.companion import NODE, Companion
from tests.protocol.evaluation.judging import failed


@pytest.fixture(scope="module")
def browser():
    """The browser's verifier; None where it cannot run (a test below says so)."""
    if NODE is None:
        yield None
        return
    with Companion() as companion:
        yield companion


@pytest.fixture
def judged(tmp_path, browser):
    def judge(world, edition="audit", members=None):
        """Python's report; the browser's verifier names the same checks, of those it makes."""
        path = world.write(tmp_path / "bundle.zip", edition, members)
        anchors = tmp_path / "anchors.json"
        anchors.write_bytes(world.anchors())
        report = verify.verify(path, anchors.read_bytes(), [])
        if browser is not None:
            other = browser.judge(path, anchors)
            assert other["ok"] == report.ok, other["why"]
            ours = [check for check in failed(report) if check in other["checks"]]
            assert other["failed"] == ours, other["why"]
        return report

    return judge
