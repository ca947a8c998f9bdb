"""The lottery of experts by size of pool: header (filter, LEXIMIN with its proof, commitment), draw, verify.

`python -m benchmarks.draw [SIZE…]`. Seconds of wall clock on one core. The pool is made up: employers of Zipf sizes,
one for every 15 experts, 40 specialties, 31 regions; seats 2 + 2 + 1, at most 1 of an employer, 1 to 3 of one region.
The commitment hashes each expert's four attributes with a salt of his own, and all experts into one tree. The leaves
of an epoch are the real ones (experts/rules/leaves.py, nine attributes, each with its salt), with names and tree.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable

from experts.rules.leaves import Leaves
from protocol import merkle
from protocol.draw import plan, pool
from protocol.draw.problem import Expert, Problem, violations
from protocol.hashing import sha256

SIZES = (1000, 100_000, 1_000_000)
SECRET, SEED = bytes(32), bytes(range(32))


def made_up(size: int) -> list[Expert]:
    """Experts by ascending id."""
    dice = random.Random(size)
    employers = max(10, size // 15)
    heavy = dice.choices(range(employers), [1 / (n + 1) for n in range(employers)], k=size)
    codes = [f"S{n:02}" for n in range(40)]
    experts = []
    for n, employer in enumerate(heavy):
        skills = tuple(sorted(dice.sample(codes, dice.choice((1, 1, 1, 2, 2, 3)))))
        experts.append(Expert(f"E{n:07}", skills, f"U{employer:06}", f"R{employer % 31:02}"))
    return experts


def header(experts: list[Expert], excluded: set[str]) -> tuple[plan.Plan, bytes]:
    """What is published before any randomness: the plan of who is left, and the root over the pool."""
    left = tuple(expert for expert in experts if expert.employer not in excluded)
    seats = {"S03": 2, "S11": 2, "S27": 1}
    problem = Problem(seats, left, 1, {"R01": (1, 3), "R02": (0, 2)})
    return plan.plan(problem), pool_root(experts)


def pool_root(experts: list[Expert]) -> bytes:
    """RFC 6962 over leaves of salted attributes."""
    return merkle.root(leaf(expert) for expert in experts)


def leaf(expert: Expert) -> bytes:
    salt = sha256(SECRET, expert.id.encode())
    parts = (expert.id, " ".join(expert.specialties), expert.employer, expert.region)
    return merkle.leaf_hash(salt + b"".join(sha256(salt, part.encode()) for part in parts))


def epoch_root(size: int) -> bytes:
    """The root over the leaves of an epoch, as the nightly cut makes it out of records already read."""
    leaves = Leaves(SECRET)
    named = sorted((leaves.eid(n.to_bytes(16, "big")), n) for n in range(size))
    return merkle.root(leaves.leaf(name, record(n)) for name, n in named)


def record(n: int) -> dict[str, pool.Value]:
    employer, terms = f"{n % 9973:018}", {"since": "2026-01-01", "until": "2029-01-01"}
    own = {"name": f"专家{n:07}", "identity": f"{n:064x}", "region": "350100", "group": employer}
    return {**own, **terms, "employer": employer, "specialties": ["A0301", "A05"]}


def timed(work: Callable[[], object]) -> tuple[float, object]:
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


def verify(made: plan.Plan, experts: list[Expert], root: bytes, panel: object) -> None:
    plan.check(made)
    if pool_root(experts) != root or plan.draw(made, SEED, "round/0") != panel:
        raise SystemExit("the draw does not verify")


def measured(size: int) -> dict[str, float]:
    experts = made_up(size)
    head, (made, root) = timed(lambda: header(experts, {"U000003", "U000017"}))  # type: ignore[misc]
    drawn, panel = timed(lambda: plan.draw(made, SEED, "round/0"))
    checked, _ = timed(lambda: verify(made, experts, root, panel))
    epoch, _ = timed(lambda: epoch_root(size))
    if violations(made.problem, panel):  # type: ignore[arg-type]
        raise SystemExit("the panel breaks a rule")
    name = f"draw: pool {size:,}"
    whole = {f"{name}, end to end s": head + drawn + checked} if size == SIZES[0] else {}
    return whole | {
        f"{name}, header s": head,
        f"{name}, leaves of an epoch s": epoch,
        f"{name}, draw s": drawn,
        f"{name}, verify s": checked,
        f"{name}, kinds of experts": float(len(made.chances)),
        f"{name}, levels": float(len(made.levels)),
    }


def run(sizes: tuple[int, ...] = SIZES) -> dict[str, float]:
    """Measures by name; `python -m benchmarks` calls this."""
    found: dict[str, float] = {}
    for size in sizes:
        found |= measured(size)
    return found


if __name__ == "__main__":
    print(json.dumps(run(tuple(map(int, sys.argv[1:])) or SIZES), indent=1))
