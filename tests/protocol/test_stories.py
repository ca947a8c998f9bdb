"""Every story has the outcome it names, in Python."""

import collections

import pytest

from protocol import verify
from tests.protocol.told import STORIES


def tell(name, folder):
    told = STORIES[name]()
    path = told.write(folder / "bundle.zip")
    return told, path


@pytest.mark.parametrize("name", sorted(STORIES))
def test_story_has_its_outcome(name, tmp_path):
    told, path = tell(name, tmp_path)

    report = verify.verify(path, told.anchors_bytes(), told.receipts)

    failed = {
        row.check: f"{row.sentence} {row.obj} {row.evidence}" for row in report.checks if row.status != "ok"
    }
    assert failed.keys() == told.fails, failed
    if told.verdicts:
        assert collections.Counter(row["verdict"] for row in report.verdicts) == told.verdicts
