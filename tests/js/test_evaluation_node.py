"""Scores and ranking, written twice from docs/protocol.md section 14: both give the same result, or both refuse."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from protocol.errors import ProtocolError
from protocol.evaluation import recompute
from protocol.evaluation_method import read_method
from tests.protocol.evaluation import methods

HERE = Path(__file__).parent
NODE = shutil.which("node")
CASES = 600
MODES = ("half_up", "half_even", "floor", "ceiling")

pytestmark = pytest.mark.skipif(
    NODE is None, reason="LEFT OUT: Node.js, the two evaluations are not compared"
)


def formula(dice: random.Random) -> dict[str, Any]:
    how = dice.choice(["lowest-full-marks", "interpolation", "benchmark", "benchmark"])
    if how == "benchmark":
        return methods.BENCHMARK | {
            "of": dice.choice(["mean", "mean", "lowest", "second-lowest", "ceiling"]),
            "trim": dice.choice([[], [{"from": 3, "high": 1, "low": 1}, {"from": 5, "high": 2, "low": 1}]]),
            "ceiling_weight": dice.choice(["0", "0.35"]),
            "coefficient": dice.choice(["none", "times", "one-minus"]),
            "over": dice.choice(["1", "0.7"]),
            "least": dice.choice(["0", "30"]),
        }
    return {"how": how} | ({"least": "12.5"} if how == "interpolation" else {})


def scheme(dice: random.Random) -> dict[str, Any]:
    """A method with something of everything."""
    price, total = formula(dice), dice.random() < 0.3
    rounding = {
        stage: {"places": dice.randint(0, 3), "mode": dice.choice(MODES)}
        for stage in ("money", "percent", "score", "total")
    }
    drawn = {"values": ["0.95", "0.96", "0.975"], "draw": "derived"}
    rules: list[dict[str, Any]] = [
        {"rule": "price-lower", "of": None},
        {"rule": "seeds", "of": None},
        {"rule": "panel-vote", "of": None},
        {"rule": "score-higher", "of": None if total else "tech"},
    ]
    common = {
        "candidates": dice.randint(1, 3),
        "rounding": rounding,
        "ties": dice.sample(rules, dice.randint(1, 4)),
        "aggregate": {
            "over": "total" if total else "criterion",
            "trim_from": dice.choice([None, 3, 5]),
            "members_least": dice.randint(1, 2),
        },
        "adjustments": [
            {"id": "late", "name": "late", "how": "unit", "sign": "add", "value": "0.333"},
            {"id": "small", "name": "small", "how": "percent", "sign": "deduct", "value": "6.5"},
        ],
        "warnings": {"deviation": dice.choice([None, "10"]), "reasons": dice.random() < 0.5},
        "flags": {"below_mean": dice.choice([None, "5"]), "below_ceiling": dice.choice([None, "5"])},
    }
    if dice.random() < 0.2:
        return methods.lowest(**common | {"ties": rules[1:3]})
    used = price.get("coefficient", "none") != "none"
    return methods.scheme(criteria=methods.criteria(price), coefficient=drawn if used else None, **common)


def case(seed: int) -> dict[str, Any]:
    """One method and one input; some of them break the method."""
    dice = random.Random(seed)
    made = scheme(dice)
    lowest = made["kind"] == "lowest_evaluated"
    names = [f"b{n}" for n in range(dice.randint(1, 7))]
    bids = [
        methods.bid(
            name,
            str(dice.choice([90, 95, 100, 100, 103.7, 110.01])),
            None if lowest else dice.choice(["0", "1", "2.5", "3"]),
            [("small", "1"), ("late", "2.5")][: dice.randint(0, 2)],
        )
        for name in names
    ]
    marks = [(f"{n / 2:g}", str(n % 11)) for n in range(28, 41, 4)]
    sheets = [
        methods.sheet(str(who), {name: dice.choice(marks) for name in names}, [("b0", "plan")])
        for who in range(1, dice.randint(1, 8))
    ]
    if dice.random() < 0.1 and sheets:
        sheets[0]["rows"][0]["marks"][0][1] = dice.choice(["20.5", "0.25", "40"])
    dice.shuffle(bids)
    value = methods.given(
        bids,
        [] if lowest else sheets,
        rejected=dice.sample(names, dice.choice([0, 0, 1])),
        ceiling=dice.choice([None, "104", "120.5"]),
        coefficient="0.96" if made["coefficient"] else None,
        votes=dice.choice([[], [names[::-1]]]) if len(names) > 1 else [],
        seeds=dice.choice(
            [None, {"policy": "11" * 32, "close": "22" * 32, "set_root": "33" * 32, "seeds": []}]
        ),
    )
    return {"method": made, "input": value}


def in_python(one: dict[str, Any]) -> dict[str, Any] | None:
    try:
        return recompute(read_method(one["method"]), one["input"]).as_json()
    except ProtocolError:
        return None


def test_both_languages_give_the_same_result(tmp_path: Path) -> None:
    """Six hundred methods and inputs, always the same."""
    cases = [case(seed) for seed in range(CASES)]
    (tmp_path / "cases.json").write_text(json.dumps(cases))

    command = [str(NODE), str(HERE / "evaluation.mjs"), str(tmp_path / "cases.json")]
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=120)

    ours, theirs = [in_python(one) for one in cases], json.loads(done.stdout)
    assert [n for n, pair in enumerate(zip(ours, theirs, strict=True)) if pair[0] != pair[1]] == []
    statuses = {one["status"] if one else "refused" for one in ours}
    assert statuses == {"ranked", "tie", "none", "refused"}
