"""Golden files are what the stories give today, and have the outcomes they state."""

import json

import pytest

from protocol import verify
from tests.protocol.golden import FOLDER
from tests.protocol.told import STORIES


def test_every_story_is_a_golden_file():
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(STORIES)


@pytest.mark.parametrize("name", sorted(STORIES))
def test_golden_bundle_is_verified_as_it_states(name):
    place = FOLDER / name
    expect = json.loads((place / "expect.json").read_text())
    receipts = [path.read_bytes() for path in sorted(place.glob("receipt-*.json"))]

    report = verify.verify(place / "bundle.zip", (place / "anchors.json").read_bytes(), receipts)

    assert sorted(row.check for row in report.checks if row.status != "ok") == expect["failed"]
    assert report.ok == (not expect["failed"])


def test_every_check_has_a_bundle_which_it_alone_refuses():
    """Whoever switches one check off lets that bundle through; both verifiers must name exactly this check."""
    numbers = [*verify.NUMBERS, verify.EVALUATION, verify.AWARD]
    for number in numbers:
        kept = list(FOLDER.glob(f"only-{number.lower()}-*"))
        assert kept, number
        for place in kept:
            failed = json.loads((place / "expect.json").read_text())["failed"]
            assert (
                number in failed if number == "V1" else failed == [number]
            )  # without V1 nothing else is made


@pytest.mark.parametrize("name", ["honest", "honest-with-factor", "only-v17-a-receipt-off-the-chain"])
def test_a_story_gives_the_same_bytes_again(name, tmp_path):
    """A format that changed would leave old bundles unreadable: freeze it."""
    told = STORIES[name]()

    path = told.write(tmp_path / "bundle.zip")

    assert path.read_bytes() == (FOLDER / name / "bundle.zip").read_bytes()
