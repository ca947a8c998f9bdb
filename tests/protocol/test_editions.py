"""The public edition shows nothing of later envelopes, and judges the first one alike (A16)."""

import pytest

from protocol import verify
from tests.protocol.packs import SMALL
from tests.protocol.world import World


@pytest.fixture(scope="module")
def told():
    return World(**SMALL, envelopes=3, factor="required").play()


def hidden(world):
    """Every secret of envelopes 1 and 2: S, shares, content keys, ciphertexts."""
    found = []
    for release in (event["body"] for event in world.events if event["kind"] == "release"):
        if release["e"] >= 1:
            found += [share.encode() for _, share in release["shares"]]
    for secrets in world.secrets.values():
        found += [secret.s.hex().encode() for e, secret in secrets.items() if e >= 1]
    found += [data[100:200] for (_, e), data in world.contents.items() if e >= 1]
    return found


def test_public_edition_holds_no_secret_of_a_later_envelope(told):
    public = b"\n".join(told.members("public").values())
    audit = b"\n".join(told.members("audit").values())

    assert len(hidden(told)) == 3 * 2 * (3 + 1 + 1)
    assert all(secret in audit for secret in hidden(told))
    assert not any(secret in public for secret in hidden(told))


def test_public_edition_names_what_is_withheld(told, tmp_path):
    report = verify.verify(told.write(tmp_path / "p.zip", "public"), told.anchors(), [])

    assert report.ok
    assert report.label["withheld"] == [1, 2]


def test_verdicts_of_the_first_envelope_are_equal_in_both(told, tmp_path):
    public, audit = (
        verify.verify(told.write(tmp_path / f"{edition}.zip", edition), told.anchors(), [])
        for edition in ("public", "audit")
    )

    first = [row for row in audit.verdicts if row["e"] == 0]
    assert public.verdicts == first
    assert len(audit.verdicts) == 9


@pytest.mark.parametrize("kind", ["release-commit", "close", "bid"])
def test_only_releases_results_and_seeds_may_be_withheld(kind, told, tmp_path):
    from protocol import canonical, dsse
    from protocol.events import sigs_hash

    members = told.members("public")
    name = next(
        n for n, d in sorted(members.items()) if n.startswith("chain/") and f'"kind":"{kind}"'.encode() in d
    )
    value = canonical.decode(members[name])
    body, signatures = value.pop("body"), value.pop("signatures")
    value["withheld"] = {"ev": dsse.event_id(kind, body).hex(), "sigs": sigs_hash(signatures).hex(), "e": 1}
    path = told.write(tmp_path / "p.zip", "public", members | {name: canonical.encode(value)})

    report = verify.verify(path, told.anchors(), [])

    assert report.checks[0].status == "failed"
