"""Whatever bytes a reader is handed, the answer is a refusal, never an exception of another kind."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol import anchors as anchors_module
from protocol import bodies, canonical, container, events, officer, verify
from protocol.errors import NotCanonical, ProtocolError
from tests.protocol import changes
from tests.protocol.packs import SMALL, pack_of
from tests.protocol.stories import closed
from tests.protocol.world import World

FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**54) | st.text(max_size=8) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    world = World(**SMALL).play()
    world.path = tmp_path_factory.mktemp("fuzz") / "bundle.zip"
    world.zip = world.write(world.path).read_bytes()
    return world


@pytest.fixture(scope="module")
def pack():
    world = closed(**SMALL)
    return anchors_module.load(world.anchors()), pack_of(world)


@FUZZ
@given(data=st.binary(max_size=400))
def test_verify_takes_any_bytes(data, played):
    played.path.write_bytes(data)

    assert not verify.verify(played.path, played.anchors(), [data]).ok
    played.path.write_bytes(played.zip)
    assert not verify.verify(played.path, data, []).ok
    assert not verify.verify(played.path, played.anchors(), [data]).ok


@FUZZ
@given(at=st.floats(0, 1), size=st.integers(0, 40), junk=st.binary(max_size=40))
def test_verify_takes_a_bundle_with_any_piece_replaced(at, size, junk, played):
    start = int(at * len(played.zip))
    data = played.zip[:start] + junk + played.zip[start + size :]
    played.path.write_bytes(data)

    report = verify.verify(played.path, played.anchors(), [])

    assert len(report.checks) == 24
    assert report.ok == (data == played.zip) or _meaningless(played.zip, data)


def _meaningless(old, new):
    """Whether only times, modes and versions of zip headers differ."""
    if len(old) != len(new):
        return False
    meaning = {position for _, position in changes.header_bytes(old)}
    differing = {position for position in range(len(old)) if old[position] != new[position]}
    return not differing & meaning


@FUZZ
@given(data=st.binary(max_size=300))
def test_container_refuses_or_reads(data, played):
    played.path.write_bytes(data)

    with pytest.raises(ProtocolError):
        container.Container(played.path)


@FUZZ
@given(value=VALUES)
def test_forms_refuse_any_value(value):
    for kind in bodies.FORMS:
        with pytest.raises(NotCanonical):
            bodies.check_body(kind, value)
    for read in (
        lambda data: officer.read_pack(data, None, 0),
        anchors_module.load,
        lambda data: events.parse_event("chain/000000.json", data, bodies.CHAIN_FORMS),
    ):
        with pytest.raises(ProtocolError):
            read(json.dumps(value).encode())


@FUZZ
@given(choice=st.integers(0, 10**9))
def test_packs_are_refused_wherever_they_are_changed(choice, pack):
    anchors, data = pack
    value = canonical.decode(data, 64 << 20)
    found = [row for row in changes.json_changes(value) if not _allowed(row[0])]
    label, keys, what = found[choice % len(found)]

    with pytest.raises(ProtocolError):
        officer.read_pack(json.dumps(changes.changed(value, keys, what)).encode(), anchors, 0)
    assert label


def _allowed(label):
    """What a pack may say otherwise: the order of manifests, the policy's signatures (T is compared), spare tokens."""
    spared = ("/policy/signatures", "/manifests turned", "/now/tokens", "/tokens", "/v ", "/suite ")
    return (
        label.startswith(spared)
        or (" twice" in label and "signatures" in label)
        or label.endswith("turned round")
    )


@FUZZ
@given(kind=st.text(max_size=20))
def test_kinds_there_are_not(kind):
    if kind not in bodies.FORMS:
        with pytest.raises(NotCanonical):
            bodies.check_body(kind, {})
