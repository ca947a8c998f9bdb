"""No mutant of an honest bundle is accepted, and none makes the verifier stumble.

A sample, always the same; `make sweep` judges all of them by both verifiers (sweep.py).
"""

import pytest

from protocol import dsse, verify
from tests.protocol import dealers, mutations, remembered
from tests.protocol.changes import sample

SAMPLE = {"member_bytes": 60, "zip_bytes": 150, "values": 150, "signed_again": 60}
DEALT = 10
FORGED = 60


@pytest.fixture(autouse=True)
def asked_once(monkeypatch):
    """Checks that depend on nothing but their arguments are made once."""
    remembered.remember(monkeypatch.setattr)


@pytest.fixture(scope="module")
def bases(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bases")
    return {name: mutations.Base(name, folder) for name in mutations.BASES}


def judged(mutant, path):
    mutant.write(path)
    return verify.verify(path, mutant.told.anchors_bytes(), mutant.given())


@pytest.mark.parametrize("name", mutations.BASES)
def test_bases_are_honest(name, bases, tmp_path):
    base = bases[name]

    assert judged(base.with_members("nothing changed", lambda: base.members), tmp_path / "b.zip").ok


@pytest.mark.parametrize("family", mutations.FAMILIES, ids=lambda family: family.__name__)
@pytest.mark.parametrize("name", mutations.BASES)
def test_no_mutant_is_accepted(name, family, bases, tmp_path):
    found = sample(list(family(bases[name])), SAMPLE[family.__name__], lambda mutant: mutant.name)

    survivors = [mutant.name for mutant in found if judged(mutant, tmp_path / "bundle.zip").ok]

    assert survivors == []
    assert len(found) >= SAMPLE[family.__name__]


def test_no_forged_paper_of_a_draw_is_accepted(bases, tmp_path):
    """Whoever bends pool, exclusions, problem or plan and draws from it with all keys of a platform is found out."""
    found = sample(list(mutations.papers(bases[mutations.DRAWN])), FORGED, lambda mutant: mutant.name)

    survivors = [mutant.name for mutant in found if judged(mutant, tmp_path / "bundle.zip").ok]

    assert survivors == []
    assert len(found) >= FORGED


def test_a_bidder_who_changes_its_manifest_is_not_opened(tmp_path):
    """The manifest is signed and logged like any other: the bundle fails, or this bid is not OPENED."""
    world = dealers.begun()
    found = sample(list(dealers.manifests(world)), DEALT, lambda row: row[0])
    opened = []
    for label, body in found:
        played = dealers.played(world, body)
        report = verify.verify(played.write(tmp_path / "bundle.zip"), played.anchors(), [])
        ev = dsse.event_id("bid", body).hex()
        if report.ok and any(row["bid"] == ev and row["verdict"] == "OPENED" for row in report.verdicts):
            opened.append(label)

    assert opened == []
    assert len(found) >= DEALT
