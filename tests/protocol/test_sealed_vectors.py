"""Sealing gives the frozen bytes again, in both languages, and either opens what the other sealed."""

import json
import shutil

import pytest

from protocol import canonical, dsse
from protocol.hashing import sha256
from tests.protocol import sealed_vectors as vectors
from tests.protocol.sealed_vectors import FOLDER, SEALER, SHAPES, cases

PYTHON, JAVASCRIPT = cases("python"), cases("javascript")
NUMBERS = range(len(SHAPES))
needs_node = pytest.mark.skipif(
    not (shutil.which("node") and SEALER.exists()), reason="LEFT OUT: no node, JavaScript seals nothing"
)


def held(name):
    return json.loads((FOLDER / name).read_text())


@pytest.fixture(scope="module")
def by_javascript(tmp_path_factory):
    folder = tmp_path_factory.mktemp("node")
    return [vectors.sealed_by_javascript(chosen, folder) for chosen in (PYTHON, JAVASCRIPT)]


def test_policies_are_those_the_vectors_name():
    policies = held("policies.json")

    assert policies == dict(vectors.policies())
    assert {row["policy"] for name in ("python.json", "javascript.json") for row in held(name)} == set(
        policies
    )


def test_every_shape_and_every_number_of_officers_is_there():
    for chosen in (PYTHON, JAVASCRIPT):
        assert len(chosen) == 20
        assert {(case.t, case.n) for case in chosen} == {(1, 1), (2, 3), (3, 5), (4, 7)}
        assert {case.factor for case in chosen} == {"none", "required"}


@pytest.mark.parametrize("number", NUMBERS)
def test_python_seals_the_same_bytes_again(number):
    made, contents = vectors.seal(PYTHON[number])

    assert made == held("python.json")[number]
    for e, data in contents.items():
        row = made["body"]["envelopes"][e]
        assert vectors.opened(PYTHON[number], row, made["body"]["bid"], e, data) == PYTHON[number].file(e)


@pytest.mark.parametrize("number", NUMBERS)
def test_recorded_signature_is_of_the_body(number):
    row = held("python.json")[number]

    spki = dsse.verify_one("bid", canonical.encode(row["body"]), row["signatures"][0])

    assert spki.hex() == row["signer"]


@needs_node
@pytest.mark.parametrize("number", NUMBERS)
def test_javascript_seals_what_python_sealed(number, by_javascript):
    expected, given = held("python.json")[number], by_javascript[0][number]

    assert given["bid"] == expected["body"]["bid"]
    for e, row in enumerate(given["envelopes"]):
        assert row["manifest"] == expected["body"]["envelopes"][e]
        assert row["seed"] == expected["envelopes"][e]["s"]
        assert sha256(bytes.fromhex(row["content"])).hex() == expected["envelopes"][e]["sha256"]


@needs_node
@pytest.mark.parametrize("number", NUMBERS)
def test_javascript_seals_the_same_bytes_again(number, by_javascript):
    assert vectors.kept(JAVASCRIPT[number], by_javascript[1][number]) == held("javascript.json")[number]


@needs_node
@pytest.mark.parametrize("number", NUMBERS)
def test_python_opens_what_javascript_sealed(number, by_javascript):
    case, given = JAVASCRIPT[number], by_javascript[1][number]

    for e, row in enumerate(given["envelopes"]):
        content = bytes.fromhex(row["content"])
        assert vectors.opened(case, row["manifest"], given["bid"], e, content) == case.file(e)


@pytest.mark.parametrize("number", NUMBERS)
def test_python_opens_the_small_ones_kept_of_javascript(number):
    case, row = JAVASCRIPT[number], held("javascript.json")[number]

    for e, envelope in enumerate(row["envelopes"]):
        if envelope["content"] is not None:
            content = bytes.fromhex(envelope["content"])
            assert vectors.opened(case, envelope["manifest"], row["bid"], e, content) == case.file(e)
