"""A night of leads over years of draws: the first one, and the next with a single new draw.

`python -m benchmarks.lead_nights [DRAWS]`. Made-up rows go through the rules alone: plans are real, of a pool of 1,000
with five seats, a cap of one an employer and bounds by region (benchmarks/draw.py), each with its panels drawn again;
panels of five give marks to six bidders on six criteria. What the platform adds, reading log and tables, is not in it.
The first night works every draw out, packs and unpacks it, and finds all leads; the next one works out one more.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time

from benchmarks.draw import made_up
from experts.rules.analytics import (
    CallRow,
    KeptDraw,
    ScoreRow,
    find_leads,
    kept_round,
    packed,
    thresholds,
    unpacked,
)
from protocol.draw import plan
from protocol.draw.problem import Problem
from protocol.hashing import sha256

DRAWS, POOL, LEFT_OUT, OWNERS, CALLERS, FIRMS = 2000, 1000, 20, 60, 12, 80
MEMBERS, BIDDERS, CRITERIA = 5, 6, 6


def draw(n: int) -> bytes:
    """One finished draw, worked out and packed: everybody but twenty people of the pool, drawn as its plan says."""
    dice, experts = random.Random(f"night {n}"), made_up(POOL)
    left = tuple(sorted(dice.sample(experts, POOL - LEFT_OUT), key=lambda one: one.id))
    seats = {"S03": 2, "S11": 2, "S27": 1}
    made = plan.plan(Problem(seats, left, 1, {"R01": (0, 3), "R02": (0, 2)}))
    seated = [seat.id for seat in plan.draw(made, sha256(f"{n}".encode()), "round/0")]
    one = kept_round(
        made,
        {expert.id: expert.id for expert in experts},
        name=f"d{n:05}",
        owner=f"o{dice.randrange(OWNERS)}",
        seated=seated,
        fresh=[expert.id for expert in left if dice.random() < 0.02],
        samples=thresholds().joint_samples,
    )
    return packed(KeptDraw((one,)))


def sheets(n: int, seated: list[str]) -> list[ScoreRow]:
    """The marks of the panel of one draw."""
    dice = random.Random(f"sheets {n}")
    bidders = [f"b{one:02}" for one in dice.sample(range(FIRMS), BIDDERS)]
    good = {bidder: dice.gauss(6.5, 0.7) for bidder in bidders}
    return [
        ScoreRow(f"t{n:05}", who, b, f"c{c}", min(max(round(2 * dice.gauss(good[b], 1)) / 2, 0), 10), 10)
        for who in seated
        for b in bidders
        for c in range(CRITERIA)
    ]


def night(kept: list[bytes]) -> dict[str, int]:
    """All leads over the draws kept, as a night finds them."""
    draws = [unpacked(one) for one in kept]
    rounds = {one.name: one for every in draws for one in every.rounds}
    dice = random.Random("calls")
    report = find_leads(
        draws=[row for one in rounds.values() for row in one.rows()],
        calls=[CallRow(name, f"c{dice.randrange(CALLERS)}", 6, dice.random() < 0.2, 1) for name in rounds],
        scores=[row for n, one in enumerate(rounds.values()) for row in sheets(n, sorted(one.seated))],
        others=[],
        joint=lambda name, asked: rounds[name].joint(asked),
        limits=thresholds(),
    )
    return dict(report.tests)


def run(draws: int = DRAWS) -> dict[str, float]:
    """Measures by name; `python -m benchmarks` calls this."""
    begun = time.process_time()
    kept = [draw(n) for n in range(draws)]
    worked = time.process_time()
    night(kept)
    first = time.process_time()
    kept.append(draw(draws))
    tests = night(kept)
    after = time.process_time()
    name = f"leads: a night over {draws:,} draws"
    return {
        f"{name}, the first, CPU s": first - begun,
        f"{name}, the first: draws worked out, CPU s": worked - begun,
        f"{name}, one new draw, CPU s": after - first,
        f"{name}, MiB kept": sum(map(len, kept)) / 2**20,
        f"{name}, MiB of the process at most": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        f"{name}, tests": float(sum(tests.values())),
    }


if __name__ == "__main__":
    print(json.dumps(run(*map(int, sys.argv[1:2])), indent=1))
