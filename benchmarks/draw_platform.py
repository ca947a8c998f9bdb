"""A draw as the platform makes it, by size of pool: PostgreSQL, store, ledger, signatures, and the bundle at its end.

`python -m benchmarks.draw_platform [SIZE]`. Experts come into the database in bulk; all else is what the services do:
`epoch` is what the clock does once the officers are ready (a new epoch, and the paper that shows its pool), `header`
what an operator waits for when he has the header made (who is left out, LEXIMIN with its proof, the commitments),
`draw` what the clock does once the officers have released, `bundle` its writing, `verify` what a stranger's
`python -m protocol verify` takes for the whole of it; `end to end` is their sum. Seconds of wall clock.
"""

# ruff: noqa: PLC0415 - Django's modules can be imported only once the settings name the new database

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.place import ROOT, installation

SIZES = (1000, 100_000)
BATCH = 5000
WAYS = ("epoch", "header", "draw", "bundle", "verify")


def peopled(size: int, at: Any) -> None:
    """`size` experts in the pool: one employer for every 15, of Zipf sizes, 25 specialties, 31 regions."""
    from experts.models import Expert, ExpertSpecialty
    from experts.rules.specialties import specialty_tree
    from experts.states import ExpertState

    dice = random.Random(size)
    employers = max(10, size // 15)
    heavy = dice.choices(range(employers), [1 / (n + 1) for n in range(employers)], k=size)
    codes = [node.code for node in specialty_tree().leaves if node.code.startswith("A")]
    people = [
        Expert(
            code=f"BENCH{n:08}",
            name=f"专家{n:07}",
            name_key=f"专家{n:07}",
            identity_kind="resident",
            identity_hash=f"{n:064x}",
            identity_last4=f"{n % 10000:04}",
            region=f"{35 + employer % 31:02}0100",
            employer=f"示例设计院{employer:06}",
            employer_key=f"示例设计院{employer:06}",
            title="高级工程师",
            title_grade="senior",
            work_since=2005,
            term_from=date(2026, 1, 1),
            term_to=date(2028, 12, 31),
            state=ExpertState.IN_POOL.value,
            in_pool_since=date(2026, 1, 1),
            registered_at=at,
        )
        for n, employer in enumerate(heavy)
    ]
    Expert.objects.bulk_create(people, batch_size=BATCH)
    held = [
        ExpertSpecialty(expert=one, code=code, scheme="bench", verified_at=at)
        for one in people
        for code in dice.sample(codes, dice.choice((1, 1, 1, 2, 2, 3)))
    ]
    ExpertSpecialty.objects.bulk_create(held, batch_size=BATCH)


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def measured(size: int, folder: Path) -> dict[str, float]:
    """One draw from its header to a stranger's verdict; RuntimeError when the bundle does not verify."""
    from accounts.actors import SYSTEM
    from bidding import store
    from bidding.states import Edition
    from experts.services.draw_bundle import draw_bundle
    from tests.experts.draws import world

    play = world.play(experts=0)
    peopled(size, play.now)
    play.asked()
    play.begun()
    found = {"epoch s": timed(play.drive), "header s": timed(play.prepared)}
    play.signed()
    play.contributed()
    pairs = [(one, play.pair(one)) for one in play.devices[:4]]
    for one, (commit, _release) in pairs:
        play.commit(one, commit)
    play.hall.cut()
    for one, (_commit, release) in pairs:
        play.release(one, release)
    play.hall.cut()
    found["draw s"] = timed(play.drive)
    play.answered()
    play.past(play.draw.reveal_at)
    found["reveal s"] = timed(play.drive)
    made: list[Any] = []
    found["bundle s"] = timed(
        lambda: made.append(
            draw_bundle(lot_id=play.hall.lot.pk, edition=Edition.PUBLIC, actor=SYSTEM, at=play.now)
        )
    )
    path, anchors = folder / "bundle.zip", folder / "anchors.json"
    path.write_bytes(b"".join(store.default().read(made[0].path)))
    anchors.write_bytes(play.anchors())
    found["bundle MiB"] = path.stat().st_size / (1 << 20)
    command = [sys.executable, "-m", "protocol", "verify", str(path), "--anchors", str(anchors)]
    begun = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    found["verify s"] = time.perf_counter() - begun
    found["end to end s"] = sum(found[f"{name} s"] for name in WAYS)
    if done.returncode:
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    return {f"draw on the platform: pool {size:,}, {name}": value for name, value in found.items()}


def alone(size: int) -> dict[str, float]:
    """Measures of one size, in an installation of its own."""
    os.environ["SUNLIT_RUSH_CHECKPOINT_SECONDS"] = "60"  # as the steps of the simulated clock
    with installation() as home:
        from experts.pool_keys import FILE_NAME
        from ledger.files import write_private_once
        from tests.experts import worlds

        write_private_once(home / "keys" / FILE_NAME, worlds.KEY.secret.hex().encode())
        return measured(size, home)


def run(sizes: tuple[int, ...] = SIZES) -> dict[str, float]:
    """Measures by name; each size in a process of its own, for settings are read once."""
    found: dict[str, float] = {}
    for size in sizes:
        command = [sys.executable, "-m", "benchmarks.draw_platform", str(size)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
        found |= json.loads(done.stdout[done.stdout.index("{") :])
    return found


if __name__ == "__main__":
    print(json.dumps(alone(int(sys.argv[1])) if sys.argv[1:] else run(), indent=1))
