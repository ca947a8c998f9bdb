"""CPU seconds for opening and for verifying a lot with many bids: 1,000 bids of 64 KiB, three of five officers.

`python -m benchmarks.opening_1000 [--bids N] [--kib N]`. The lot is played in memory by the tests' world, written as a
bundle, then opened (signature, hash, combine, decrypt; the re-derivation of every dealing stands by itself) and
verified.
"""

from __future__ import annotations

import argparse
import json
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from protocol import canonical, dsse, verify
from protocol.hashing import Hasher
from protocol.opening import sort_shares
from protocol.sealing import PartTree, Sealed
from tests.protocol.world import CLOSE, START, World


def played(bids: int, size: int) -> World:
    """The lot, ended."""
    world = World("benchmark", witness_quorum=1)
    world.publish()
    for number in range(bids):
        world.enrol(f"firm-{number + 1}")
    world.cut(START + 10)
    for number in range(bids):
        world.bid(f"firm-{number + 1}", files={0: secrets.token_bytes(size)})
    world.cut(START + 20)
    world.heartbeats(CLOSE - 300, CLOSE + 1)
    world.close()
    world.end_factors()
    world.cut(CLOSE + 605)
    world.release(0)
    world.finish()
    return world


@contextmanager
def cpu(into: dict[str, float], name: str) -> Iterator[None]:
    """Add this process's CPU seconds inside the block to `into[name]`."""
    begun = time.process_time()
    yield
    into[name] = into.get(name, 0.0) + time.process_time() - begun


def opened(world: World) -> dict[str, float]:
    """CPU seconds of each step of opening every bid of the set."""
    spent: dict[str, float] = {}
    events = {world.ev(event): event for event in world.events if event["kind"] == "bid"}
    for ev, manifest in world.manifests():
        event, sealed = events[ev], Sealed.of(world.policy, manifest, 0)
        data = world.contents[ev, 0]
        with cpu(spent, "signature"):
            dsse.verify_one("bid", canonical.encode(manifest), event["signatures"][0])
        with cpu(spent, "hash"):
            tree = PartTree()
            tree.update(data)
            whole = tree.root().hex() == sealed.row["ct_root"]
        with cpu(spent, "combine"):
            seed = sealed.combine(sort_shares(sealed, ev, world._kept[0]).good)  # noqa: SLF001 - the tests' world
        with cpu(spent, "decrypt"):
            hasher = Hasher()
            for piece in sealed.open(seed, b"", [data]):
                hasher.update(piece)
        with cpu(spent, "re-derivation"):
            honest = sealed.honest(seed)
        if not (whole and honest):
            raise SystemExit("a bid does not open")
    return spent


def verified(world: World) -> dict[str, float]:
    """CPU seconds of a full verification of the bundle."""
    spent: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = world.write(Path(folder) / "bundle.zip")
        with cpu(spent, "verify"):
            report = verify.verify(path, world.anchors(), [])
    if not report.ok:
        raise SystemExit(
            f"the bundle does not verify: {[row for row in report.checks if row.status != 'ok']}"
        )
    return spent


def run(bids: int = 1000, kib: int = 64) -> dict[str, float]:
    """CPU seconds by name; `python -m benchmarks` calls this."""
    world = played(bids, kib * 1024 - 8)
    spent = opened(world)
    what = f"{bids} bids of {kib} KiB, 3 of 5"
    found = {f"open {what}: CPU s": sum(spent.values()) - spent["re-derivation"]}
    found |= {f"open {what}, {name}: CPU s": value for name, value in spent.items()}
    return found | {f"verify {what}: CPU s": verified(world)["verify"]}


def main() -> None:
    """Print as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bids", type=int, default=1000)
    parser.add_argument("--kib", type=int, default=64)
    options = parser.parse_args()
    print(json.dumps(run(options.bids, options.kib), indent=1))


if __name__ == "__main__":
    main()
