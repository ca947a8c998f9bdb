"""`python -m protocol evaluate METHOD INPUT`: what a person reads, and what a program reads."""

import json

import pytest

from protocol import canonical
from protocol.cli import main
from tests.protocol.evaluation import methods
from tests.protocol.evaluation.methods import bid, given, sheet

TIED = [bid("a", "90", "3"), bid("b", "100", "3")]
SHEETS = [sheet("1", {"a": ("14", "10"), "b": ("20", "10")})]


@pytest.fixture
def run(tmp_path, capsys):
    def evaluate(scheme, value, *flags):
        (tmp_path / "m.json").write_text(json.dumps(scheme, indent=1))
        (tmp_path / "i.json").write_text(json.dumps(value, indent=1))
        code = main(["evaluate", str(tmp_path / "m.json"), str(tmp_path / "i.json"), *flags])
        return code, capsys.readouterr()

    return evaluate


def test_scores_working_and_ranking_are_printed(run):
    code, said = run(methods.scheme(), given(TIED, SHEETS))

    assert code == 0
    for line in (
        "price score: lowest 90.00; highest 100.00",
        "  total: 94.00",
        "tie of a, b: step 1, price-lower: a > b",
        "   1 a 94.00 candidate",
    ):
        assert line in said.out


def test_a_program_gets_json_with_digests(run):
    code, said = run(methods.scheme(), given(TIED, SHEETS), "--json")

    found = json.loads(said.out)
    assert code == 0
    assert found["candidates"] == ["a", "b"]
    assert len(found["inputs"]) == len(found["digest"]) == 64


def test_a_tie_left_open_is_no_success(run):
    code, said = run(methods.scheme(ties=[{"rule": "panel-vote", "of": None}]), given(TIED, SHEETS))

    assert code == 1
    assert "cannot be applied yet" in said.out
    assert "leave a tie open" in said.out


def test_what_is_wrong_is_named(run):
    code, said = run(methods.scheme(), given(TIED, []))

    assert code == 1
    assert "fewer score sheets" in said.err


def test_the_method_may_be_the_one_bound_by_t(run, tmp_path):
    scheme = methods.scheme()
    outer = {name: scheme[name] for name in ("kind", "candidates", "coefficient")}
    value = {"lot": "01", "method": {**outer, "scheme": scheme}}
    (tmp_path / "t.json").write_bytes(canonical.encode(value))
    (tmp_path / "v.json").write_bytes(canonical.encode(given(TIED, SHEETS)))

    assert main(["evaluate", str(tmp_path / "t.json"), str(tmp_path / "v.json")]) == 0
