"""`python -m protocol draw`: alone, without Django; exit code 0 only with a panel."""

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from protocol import cli
from protocol.draw import plan, problem
from tests.protocol.draw import exhaustive, pools

ALONE = Path(__file__).parents[1] / "alone.py"


@pytest.fixture
def pool(tmp_path):
    path = tmp_path / "pool.json"
    path.write_text(json.dumps(pools.small(5)), encoding="utf-8")
    return path


def run(capsys, *words):
    code = cli.main([str(word) for word in words])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_plan_runs_without_the_platform(pool):
    command = [sys.executable, "-I", str(ALONE), "draw", "plan", str(pool), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    truth = exhaustive.leximin(pools.small(5))
    assert {name: Fraction(chance) for name, chance in told["probabilities"].items()} == truth
    assert [Fraction(one) for one in told["levels"]] == sorted(
        {
            truth[e["id"]]
            for e in pools.small(5)["experts"]
            if set(e["specialties"]) & set(pools.small(5)["seats"])
        }
    )
    assert told["certificate"]["algorithm"] == "leximin-flow/1"


def test_plan_prints_probabilities_levels_and_proof(pool, capsys):
    code, out, err = run(capsys, "draw", "plan", pool)
    made = plan.plan(problem.read(pool.read_bytes()))

    assert (code, err) == (0, "")
    for name, chance in made.probabilities().items():
        assert f"{name}  {chance.numerator}/{chance.denominator}\n" in out
    assert "certificate leximin-flow/1: cuts" in out


def test_quotas_are_planned_by_mixture(tmp_path, capsys):
    path = tmp_path / "pool.json"
    path.write_text(json.dumps(pools.small(0, pools.QUOTAS)), encoding="utf-8")
    code, out, _ = run(capsys, "draw", "plan", path)

    assert code == 0
    assert "certificate leximin-panels/1: proofs" in out


def test_sample_prints_the_panel_of_a_seed(pool, capsys):
    made = plan.plan(problem.read(pool.read_bytes()))
    panel = plan.draw(made, bytes.fromhex("00ff"), "round/0")
    code, out, _ = run(capsys, "draw", "sample", pool, "--seed", "00ff", "--json")

    assert (code, json.loads(out)) == (0, {"panel": [{"id": s.id, "specialty": s.specialty} for s in panel]})
    assert run(capsys, "draw", "sample", pool, "--seed", "00ff")[1] == "".join(
        f"{seat.specialty}  {seat.id}\n" for seat in panel
    )
    other = plan.draw(made, bytes.fromhex("00ff"), "round/1")
    told = json.loads(
        run(capsys, "draw", "sample", pool, "--seed", "00FF", "--label", "round/1", "--json")[1]
    )
    assert [row["id"] for row in told["panel"]] == [seat.id for seat in other]


@pytest.mark.parametrize("seed", ["", "0", "xy"])
def test_a_seed_that_is_no_hex_is_refused(pool, capsys, seed):
    code, out, err = run(capsys, "draw", "sample", pool, "--seed", seed)

    assert (code, out) == (1, "")
    assert "--seed" in err


@pytest.mark.parametrize("command", [["plan"], ["sample", "--seed", "00"]])
def test_no_panel_is_said_and_not_a_success(tmp_path, capsys, command):
    path = tmp_path / "pool.json"
    path.write_text('{"seats":{"A":1},"experts":[]}', encoding="utf-8")
    code, out, err = run(capsys, "draw", command[0], path, *command[1:])
    assert (code, out) == (1, "")
    assert err.startswith("No panel can be drawn: specialty A needs 1")

    code, out, _ = run(capsys, "draw", command[0], path, *command[1:], "--json")
    assert code == 1
    assert set(json.loads(out)["no_panel"]) == {"en", "zh"}


def test_a_defect_is_said_with_its_place(tmp_path, capsys):
    path = tmp_path / "pool.json"
    path.write_text('{"seats":{"A":0.5},"experts":[3]}', encoding="utf-8")
    code, _, err = run(capsys, "draw", "plan", path)

    assert code == 1
    assert "seats.A: must be an integer" in err
    assert "experts[0]: must be an object" in err
    assert run(capsys, "draw", "plan", tmp_path / "none.json")[0] == 1


def test_rfc3797_repeats_the_example_of_the_rfc(capsys):
    key = "9319./2.5.8.10.12./9.18.26.34.41.45./"
    code, out, _ = run(capsys, "draw", "rfc3797", key, "25", "16")

    assert (code, out) == (0, "17 7 2 16 25 23 8 24 19 13 22 5 18 9 1 4\n")
    assert len(json.loads(run(capsys, "draw", "rfc3797", key, "25", "--json")[1])["selected"]) == 25
    assert run(capsys, "draw", "rfc3797", key, "25", "26")[0] == 1
