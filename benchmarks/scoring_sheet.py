"""Score sheets at full size: 7 members mark 50 bids by 200 criteria at once, over HTTP to gunicorn, on PostgreSQL.

`python -m benchmarks.scoring_sheet [--bids N] [--criteria N] [--saves N]`. Each member's client saves one cell after
another as the page does (a save a moment after the last change), at moments of its own; what is timed is from the
request to the answer with the totals. The draft holds every mark already, so each save reads and writes a full sheet.
Then each client reads its whole page once.
"""

# ruff: noqa: PLC0415 - Django's modules can be imported only once the settings name the new database

from __future__ import annotations

import argparse
import json
import random
import threading
import time
from dataclasses import replace
from typing import Any

from benchmarks.place import installation
from benchmarks.rush import percentile

BETWEEN_S = 0.6
"""The page saves so long after the last change."""
JUDGED = 40
TIES = [{"rule": "price-lower", "of": None}, {"rule": "seeds", "of": None}]


class Marker:
    """A member's page: its session, and how long each answer took."""

    def __init__(self, member: Any, server: Any, address: str) -> None:
        from tests.faults.served import Caller

        self.caller, self.address = Caller(server, member), address
        self.saves: list[float] = []
        self.page = 0.0
        self.failed = 0

    def run(self, bids: list[str], criteria: list[str], saves: int, seed: int) -> None:
        """Save cells, one at a time, then read the page."""
        dice = random.Random(seed)
        time.sleep(dice.uniform(0, BETWEEN_S))
        for _ in range(saves):
            cell = {"bid": dice.choice(bids), "criterion": dice.choice(criteria), "mark": "0.1", "note": ""}
            begun = time.perf_counter()
            status, found = self.caller.post(self.address + "save/", {"changes": [cell], "reason": ""})
            self.saves.append(time.perf_counter() - begun)
            self.failed += status != 200 or cell["bid"] not in found["totals"]
            time.sleep(BETWEEN_S)
        begun = time.perf_counter()
        self.failed += self.caller.get(self.address)[0] != 200
        self.page = time.perf_counter() - begun


def evaluated(bids: int, criteria: int) -> tuple[Any, list[str], list[str]]:
    """A panel of seven before its sheets, every draft full; bids and criteria by name."""
    from experts.models import Facts, Sheet
    from experts.selectors.evaluated import Evaluation
    from experts.services.panel_events import panel_moved, platform_event
    from experts.states.panel import PanelAction
    from tests.experts.draws import world as drawing
    from tests.experts.panels import world
    from tests.protocol.evaluation import methods

    names = [f"c{number:03}" for number in range(criteria)]
    step = f"{JUDGED / criteria:g}"
    judged = [methods.node(name, step, "judged", step="0.1") for name in names]
    price = methods.node("price", str(100 - JUDGED), "price", formula=methods.FULL_MARKS)
    plan = replace(world.PLAN, scheme=methods.scheme(criteria=[price, *judged], ties=TIES))
    drawing.SEATS = {"A0301": 3, "A05": 3}
    made = world.reviewing(bids=bids, plan=plan)
    rows = [
        {
            "bid": one.ev,
            "line": one.line,
            "price": f"{one.price:.2f}",
            "correction": "",
            "quantities": [],
            "adjustments": [],
        }
        for one in Evaluation(made.lot).opened
    ]
    panel = made.panel
    entry = platform_event(panel, "evaluation-facts", at=made.at, replaces=None, coefficient=None, bids=rows)
    facts = Facts.objects.create(panel=panel, number=1, body=entry.body, at=made.at, entry=entry)
    panel_moved(panel, PanelAction.SCORE)
    panel.save(update_fields=["state"])
    marks = {row["bid"]: dict.fromkeys(names, "0.1") for row in rows}
    for member in made.members:
        Sheet.objects.create(seat_id=member.id, facts=facts, marks=marks, saved_at=made.at)
    return made, [row["bid"] for row in rows], names


def run(bids: int = 50, criteria: int = 200, saves: int = 60) -> dict[str, float]:
    """Measure; RuntimeError when an answer was not what the page needs."""
    with installation() as home:
        from experts.pool_keys import FILE_NAME
        from ledger.files import write_private_once
        from tests.experts import worlds
        from tests.faults.served import Server

        write_private_once(home / "keys" / FILE_NAME, worlds.KEY.secret.hex().encode())
        made, evs, names = evaluated(bids, criteria)
        server = Server(home / "web.log")
        try:
            server.start()
            address = f"/panel/{made.panel.pk}/sheet/"
            markers = [Marker(member, server, address) for member in made.members]
            threads = [
                threading.Thread(target=marker.run, args=(evs, names, saves, seed))
                for seed, marker in enumerate(markers)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            server.end()
    if failed := sum(marker.failed for marker in markers):
        raise RuntimeError(f"{failed} answers were not what the page needs")
    taken = [second for marker in markers for second in marker.saves]
    name = f"sheet: {len(markers)} members, {bids} bids x {criteria} criteria"
    return {
        f"{name}, save and totals, p50 s": percentile(taken, 50),
        f"{name}, save and totals, p95 s": percentile(taken, 95),
        f"{name}, whole page, slowest s": max(marker.page for marker in markers),
    }


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bids", type=int, default=50)
    parser.add_argument("--criteria", type=int, default=200)
    parser.add_argument("--saves", type=int, default=60)
    options = parser.parse_args()
    print(json.dumps(run(options.bids, options.criteria, options.saves), indent=1))


if __name__ == "__main__":
    main()
